import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.engine.ports import KeyedHash
from app.storage.database import Database
from app.storage.folder import DataFolder
from app.storage.hashes import load_keyed_hash


async def test_the_same_words_give_the_same_hash_after_a_restart(database: Database) -> None:
    first: KeyedHash = await load_keyed_hash(database)
    assert first(b"anna@example.com") == (await load_keyed_hash(database))(b"anna@example.com")
    assert first(b"anna@example.com") != first(b"anna@example.org")
    assert len(first(b"")) == 16


async def test_two_data_folders_hash_differently(database: Database, folder: DataFolder, opened) -> None:
    other = DataFolder(folder.root.parent / "other")
    other.prepare()
    assert (await load_keyed_hash(database))(b"x") != (await load_keyed_hash(await opened(other)))(b"x")


async def test_the_key_is_not_printed(database: Database) -> None:
    assert "_key" not in repr(await load_keyed_hash(database))


async def test_a_folder_that_began_with_another_hash_goes_on_with_it(database: Database) -> None:
    root = b"r" * 32
    await database.write(lambda c: c.execute("INSERT INTO identity (name, value) VALUES ('hash_key', ?)", (root,)))
    derived = HKDF(SHA256(), 32, salt=None, info=b"koppler look-up hashes 1").derive(root)
    expected = hmac.digest(derived, b"anna@example.com", "sha256")[:16]
    assert (await load_keyed_hash(database))(b"anna@example.com") == expected
