import asyncio
import base64
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringError, KeyringLocked

from app.core.configuration import Account
from app.core.errors import SecretStoreError
from app.storage.accounts import AccountsStore
from app.storage.database import Database, Work
from app.storage.environment import secrets_from_environment, variable_for
from app.storage.folder import DataFolder
from app.storage.keystore import Keystore
from app.storage.sealing import ScryptCost, SealingKey, UnsealError
from app.storage.secrets import Vault, VaultState
from app.storage.vaultrows import VaultRows

CANARY = "canary-4f81c2d0-ßecret"
QUICK = ScryptCost(n=2**4, r=1, p=1)


class FakeKeyring(KeyringBackend):
    """Works, unless told which error to raise."""

    priority = 1.0

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.passwords: dict[tuple[str, str], str] = {}
        self.error = error

    def _answer(self) -> None:
        if self.error is not None:
            raise self.error

    def get_password(self, service: str, username: str) -> str | None:
        self._answer()
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._answer()
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._answer()
        del self.passwords[service, username]


class HangingKeyring(FakeKeyring):
    """Waits for a person who is not there."""

    def __init__(self, released: threading.Event) -> None:
        super().__init__()
        self.released = released

        self._asked = threading.Event()

    def _answer(self) -> None:
        self._asked.set()
        self.released.wait()

    async def was_asked(self) -> None:
        assert await asyncio.to_thread(self._asked.wait, 20)


@pytest.fixture
def fake_keyring() -> FakeKeyring:
    return FakeKeyring()


def vault_with(database: Database, backend: KeyringBackend, **environ: str) -> Vault:
    return Vault(database, Keystore(lambda: backend), cost=QUICK, environ=environ)


@pytest.fixture
def vault(database: Database, fake_keyring: FakeKeyring) -> Vault:
    return vault_with(database, fake_keyring)


def files_with(root: Path, words: str) -> list[str]:
    forms = {words.encode(), words.encode("utf-16-le"), words.encode().hex().encode()}
    for shift in range(3):  # a base64 text that contains the words, at each alignment, without its shared edges
        forms.add(base64.b64encode(b"\0" * shift + words.encode())[4:-4])
    found = [path for path in root.rglob("*") if path.is_file()]
    return [path.name for path in found if any(form in path.read_bytes() for form in forms)]


async def test_secrets_come_back_after_a_restart(database: Database, fake_keyring: FakeKeyring) -> None:
    vault = vault_with(database, fake_keyring)
    assert await vault.open() is VaultState.KEYSTORE
    await vault.put("my-shop", {"token": CANARY, "secret": "zażółć"})
    assert await vault_with(database, fake_keyring).get("my-shop") == {"token": CANARY, "secret": "zażółć"}


async def test_a_thousand_secrets_make_one_small_entry_in_the_keystore(vault: Vault, fake_keyring: FakeKeyring) -> None:
    await vault.put("my-shop", {f"field_{number}": "x" * 4_000 for number in range(20)})
    await vault.put("my-mail", {"token": CANARY})
    [(service, _)] = fake_keyring.passwords
    assert service == "Koppler"
    assert all(len(words) < 100 for words in fake_keyring.passwords.values())


async def test_the_keystore_is_not_asked_before_a_secret_is_needed(vault: Vault) -> None:
    assert await vault.get("my-shop") == {}
    assert await vault.names("my-shop") == frozenset()
    assert vault.state is VaultState.UNOPENED


async def test_only_the_given_fields_are_replaced_and_empty_ones_go(vault: Vault) -> None:
    await vault.put("my-shop", {"a": "1", "b": "2", "c": "3"})
    await vault.put("my-shop", {"a": "new", "b": ""})
    assert await vault.get("my-shop") == {"a": "new", "c": "3"}
    assert await vault.names("my-shop") == {"a", "c"}


async def test_a_copy_of_an_account_has_its_own_secrets(vault: Vault) -> None:
    await vault.put("my-shop", {"token": CANARY})
    await vault.duplicate("my-shop", "copy")
    await vault.delete("my-shop")
    assert await vault.get("copy") == {"token": CANARY}
    assert await vault.get("my-shop") == {}


async def test_a_deleted_account_takes_its_secrets_along(vault: Vault, database: Database) -> None:
    await AccountsStore(database).save(Account(key="my-shop", title="Shop", system="x"))
    await vault.put("my-shop", {"token": CANARY})
    await AccountsStore(database).delete("my-shop")
    assert await vault.names("my-shop") == frozenset()


async def test_a_sealed_secret_moved_to_another_account_does_not_open(vault: Vault, database: Database) -> None:
    await vault.put("my-shop", {"token": CANARY})
    await database.write(lambda c: c.execute("UPDATE secret SET account = 'attacker'"))
    with pytest.raises(SecretStoreError):
        await vault.get("attacker")


def test_a_key_opens_only_what_was_sealed_for_the_same_place() -> None:
    key = SealingKey.random()
    sealed = key.seal(b"x", "account", "field")
    assert key.unseal(sealed, "account", "field") == b"x"
    for other, place in ((key, ("accountfield",)), (SealingKey.random(), ("account", "field"))):
        with pytest.raises(UnsealError):
            other.unseal(sealed, *place)
    assert key.raw.hex() not in repr(key)


# No secret in any file ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["keystore", "passphrase", "session"])
async def test_no_file_of_the_data_folder_holds_a_secret(
    way: str, folder: DataFolder, database: Database, fake_keyring: FakeKeyring
) -> None:
    vault = vault_with(database, fake_keyring)
    if way == "passphrase":
        await vault.use_passphrase(CANARY)
    if way == "session":
        vault.use_session()
    await vault.put("my-shop", {"token": CANARY})
    assert await vault.get("my-shop") == {"token": CANARY}
    await database.back_up()
    assert files_with(folder.root, CANARY) == []
    await database.close()
    assert files_with(folder.root, CANARY) == []


def test_the_search_for_leaks_finds_what_it_should(tmp_path: Path) -> None:
    for number, words in enumerate((CANARY, base64.b64encode(b"user:" + CANARY.encode()).decode())):
        (tmp_path / str(number)).write_text(f"x{words}x", encoding="utf-8")
    assert sorted(files_with(tmp_path, CANARY)) == ["0", "1"]


# Keystores that fail -------------------------------------------------------------------------------------------------


@pytest.fixture
def hanging_keyring() -> Iterator[HangingKeyring]:
    released = threading.Event()
    yield HangingKeyring(released)
    released.set()


@pytest.mark.parametrize(
    "backend",
    [NoKeyring(), FakeKeyring(KeyringLocked("no")), FakeKeyring(KeyringError("no")), FakeKeyring(OSError("no")),
     keyring.backends.null.Keyring()],
    ids=["none", "locked", "refusing", "foreign error", "null"],
)  # fmt: skip
async def test_a_failing_keystore_leaves_the_choice_to_the_person(database: Database, backend: KeyringBackend) -> None:
    vault = vault_with(database, backend)
    assert await vault.open() is VaultState.UNOPENED
    assert vault.problem is not None
    assert str(vault.place()) == str(vault.problem.message)
    with pytest.raises(SecretStoreError) as raised:
        await vault.put("my-shop", {"token": CANARY})
    assert "passphrase" in str(raised.value.remedy)
    assert await vault.names("my-shop") == frozenset()


async def test_a_hanging_keystore_is_given_up(database: Database, hanging_keyring: HangingKeyring) -> None:
    vault = Vault(database, Keystore(lambda: hanging_keyring, timeout_s=0.05), environ={})
    assert await vault.open() is VaultState.UNOPENED
    assert vault.problem is not None
    assert "no answer" in vault.problem.detail
    hanging_keyring.released.set()
    with pytest.raises(SecretStoreError, match="in time"):  # nobody is kept waiting a second time unasked
        await vault.put("my-shop", {"token": CANARY})
    assert await vault.open() == "keystore"
    await vault.put("my-shop", {"token": CANARY})


class ForgetfulKeyring(FakeKeyring):
    def set_password(self, service: str, username: str, password: str) -> None:
        """Says nothing, keeps nothing."""


async def test_a_keystore_that_forgets_is_found_out_before_anything_is_sealed(database: Database) -> None:
    vault = vault_with(database, ForgetfulKeyring())
    with pytest.raises(SecretStoreError):
        await vault.put("my-shop", {"token": CANARY})
    assert not await VaultRows(database).has_sealed()


class PlaintextKeyring(FakeKeyring):
    """As keyrings.alt brings it."""


async def test_a_keystore_that_writes_readable_files_is_refused(database: Database, monkeypatch) -> None:
    monkeypatch.setattr(PlaintextKeyring, "__module__", "keyrings.alt.file")
    backend = PlaintextKeyring()
    vault = vault_with(database, backend)
    assert await vault.open() is VaultState.UNOPENED
    assert backend.passwords == {}


async def test_a_key_lost_with_the_keystore_asks_for_the_secret_again(database: Database, vault: Vault) -> None:
    await vault.put("my-shop", {"token": CANARY})
    elsewhere = vault_with(database, FakeKeyring())
    assert await elsewhere.open() is VaultState.KEYSTORE
    with pytest.raises(SecretStoreError, match=r"my-shop.*Reconnect") as raised:
        await elsewhere.get("my-shop")
    assert raised.value.field == "token"
    await elsewhere.put("my-shop", {"token": "again"})
    assert await elsewhere.get("my-shop") == {"token": "again"}


async def test_a_damaged_key_in_the_keystore_asks_for_the_secret_again(
    database: Database, vault: Vault, fake_keyring: FakeKeyring
) -> None:
    await vault.put("my-shop", {"token": CANARY})
    fake_keyring.passwords = dict.fromkeys(fake_keyring.passwords, "not a key")
    with pytest.raises(SecretStoreError, match="Reconnect"):
        await vault_with(database, fake_keyring).get("my-shop")


# Passphrase and session ---------------------------------------------------------------------------------------------


async def test_a_passphrase_opens_the_vault_after_a_restart(database: Database) -> None:
    first = vault_with(database, NoKeyring())
    await first.use_passphrase("correct horse ß")
    await first.put("my-shop", {"token": CANARY})

    second = vault_with(database, NoKeyring())
    assert await second.open() is VaultState.PASSPHRASE_LOCKED
    for call in (second.get("my-shop"), second.put("my-shop", {"token": "x"})):
        with pytest.raises(SecretStoreError, match="locked"):
            await call
    with pytest.raises(SecretStoreError, match="not the right one"):
        await second.use_passphrase("correct horse s")
    assert second.state == "passphrase_locked"
    await second.use_passphrase("correct horse ß")
    assert second.state == "passphrase_open"
    assert await second.get("my-shop") == {"token": CANARY}


async def test_the_environment_may_hold_the_passphrase(database: Database) -> None:
    first = vault_with(database, NoKeyring(), KOPPLER_PASSPHRASE="correct horse")
    assert await first.open() is VaultState.PASSPHRASE_OPEN
    await first.put("my-shop", {"token": CANARY})
    again = vault_with(database, NoKeyring(), KOPPLER_PASSPHRASE="correct horse")
    assert await again.get("my-shop") == {"token": CANARY}
    with pytest.raises(SecretStoreError, match="not the right one"):
        await vault_with(database, NoKeyring(), KOPPLER_PASSPHRASE="wrong horse").open()


async def test_a_passphrase_in_the_environment_does_not_lock_out_the_keystores_secrets(
    database: Database, vault: Vault, fake_keyring: FakeKeyring
) -> None:
    await vault.put("my-shop", {"token": CANARY})
    without = vault_with(database, NoKeyring(), KOPPLER_PASSPHRASE="correct horse")
    assert await without.open() is VaultState.UNOPENED
    assert await vault_with(database, fake_keyring).get("my-shop") == {"token": CANARY}


async def test_the_session_chosen_while_the_keystore_hangs_stays_chosen(
    database: Database, hanging_keyring: HangingKeyring
) -> None:
    vault = vault_with(database, hanging_keyring)
    opening = asyncio.create_task(vault.open())
    await hanging_keyring.was_asked()
    vault.use_session()
    hanging_keyring.released.set()
    assert await opening is VaultState.SESSION
    assert vault.state is VaultState.SESSION


async def test_a_changed_passphrase_opens_everything_and_the_old_one_nothing(
    database: Database, folder: DataFolder
) -> None:
    vault = vault_with(database, NoKeyring())
    await vault.use_passphrase("correct horse")
    await vault.put("my-shop", {"token": CANARY})
    await vault.put("my-mail", {"key": CANARY, "other": "kept"})
    before = await VaultRows(database).of("my-shop")
    await vault.change_passphrase("correct horse", "battery staple")
    assert await vault.get("my-shop") == {"token": CANARY}
    again = vault_with(database, NoKeyring())
    with pytest.raises(SecretStoreError, match="not the right one"):
        await again.use_passphrase("correct horse")
    await again.use_passphrase("battery staple")
    assert await again.get("my-mail") == {"key": CANARY, "other": "kept"}
    old = before["token"]
    files = [path for path in folder.root.rglob("*") if path.is_file()]
    assert [path.name for path in files if old.sealed.words in path.read_bytes()] == []


async def test_a_passphrase_is_changed_only_by_who_knows_it(database: Database) -> None:
    vault = vault_with(database, NoKeyring())
    with pytest.raises(SecretStoreError, match="no passphrase yet"):
        await vault.change_passphrase("correct horse", "battery staple")
    await vault.use_passphrase("correct horse")
    await vault.put("my-shop", {"token": CANARY})
    with pytest.raises(SecretStoreError, match="not the right one") as raised:
        await vault.change_passphrase("wrong horse", "battery staple")
    assert raised.value.field == "passphrase"
    with pytest.raises(SecretStoreError, match="at least 8") as raised:
        await vault.change_passphrase("correct horse", "short")
    assert raised.value.field == "new_passphrase"
    assert await vault.get("my-shop") == {"token": CANARY}
    assert await vault_with(database, NoKeyring(), KOPPLER_PASSPHRASE="correct horse").get("my-shop")


async def test_a_passphrase_whose_change_nobody_waits_for_is_changed_as_a_whole(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = vault_with(database, NoKeyring())
    await vault.use_passphrase("correct horse")
    await vault.put("my-shop", {"token": CANARY})
    has_begun, may_write, write = threading.Event(), threading.Event(), database.write

    async def slow(work: Work[object], *, is_durable: bool = True) -> object:
        def late(connection: sqlite3.Connection) -> object:
            has_begun.set()
            may_write.wait(10)
            return work(connection)

        return await write(late, is_durable=is_durable)

    monkeypatch.setattr(database, "write", slow)
    changing = asyncio.create_task(vault.change_passphrase("correct horse", "battery staple"))
    await asyncio.to_thread(has_begun.wait, 10)
    changing.cancel()
    await asyncio.sleep(0)
    may_write.set()
    await asyncio.wait({changing})
    monkeypatch.undo()
    assert changing.cancelled()
    await vault.put("my-mail", {"key": CANARY})
    again = vault_with(database, NoKeyring())
    await again.use_passphrase("battery staple")
    assert await again.get("my-mail") == {"key": CANARY}
    assert await again.get("my-shop") == {"token": CANARY}


async def test_a_short_passphrase_is_refused(database: Database) -> None:
    with pytest.raises(SecretStoreError, match="at least 8") as raised:
        await vault_with(database, NoKeyring()).use_passphrase("short")
    assert raised.value.field == "passphrase"


async def test_moving_between_keystore_and_passphrase_keeps_the_secrets(
    database: Database, fake_keyring: FakeKeyring
) -> None:
    vault = vault_with(database, fake_keyring)
    await vault.put("my-shop", {"token": CANARY})
    await vault_with(database, fake_keyring).use_passphrase("correct horse")
    assert fake_keyring.passwords == {}
    moved = vault_with(database, fake_keyring)
    assert await moved.open() is VaultState.PASSPHRASE_LOCKED
    with pytest.raises(SecretStoreError, match="locked"):
        await moved.use_keystore()
    await moved.use_passphrase("correct horse")
    await moved.use_keystore()
    assert await vault_with(database, fake_keyring).get("my-shop") == {"token": CANARY}


async def test_a_session_keeps_secrets_in_memory_alone(database: Database) -> None:
    vault = vault_with(database, NoKeyring())
    vault.use_session()
    await vault.put("my-shop", {"token": CANARY})
    assert await vault.get("my-shop") == {"token": CANARY}
    assert await vault.names("my-shop") == {"token"}
    assert "session" in str(vault.place())
    assert not await VaultRows(database).has_sealed()


async def test_session_secrets_are_sealed_once_there_is_a_place_for_them(database: Database) -> None:
    vault = vault_with(database, NoKeyring())
    vault.use_session()
    await vault.put("my-shop", {"token": CANARY})
    await vault.use_passphrase("correct horse")
    again = vault_with(database, NoKeyring(), KOPPLER_PASSPHRASE="correct horse")
    assert await again.get("my-shop") == {"token": CANARY}


async def test_a_session_does_not_lose_what_the_keystore_holds(
    database: Database, vault: Vault, fake_keyring: FakeKeyring
) -> None:
    await vault.put("my-shop", {"token": CANARY, "other": "kept"})
    session = vault_with(database, NoKeyring())
    session.use_session()
    with pytest.raises(SecretStoreError):
        await session.get("my-shop")
    await session.put("my-shop", {"token": "for now", "other": "for now"})
    assert await session.get("my-shop") == {"token": "for now", "other": "for now"}
    assert await vault_with(database, fake_keyring).get("my-shop") == {"token": CANARY, "other": "kept"}


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("keyring.backends.Windows", "Windows Credential Manager"),
        ("keyring.backends.macOS", "macOS Keychain"),
        ("keyring.backends.SecretService", "Secret Service"),
        ("keyring.backends.kwallet", "KWallet"),
        ("somebody.elses", "this computer's keystore"),
    ],
)
async def test_the_form_says_where_a_secret_is_kept(database: Database, monkeypatch, module: str, words: str) -> None:
    backend = type("Backend", (FakeKeyring,), {"__module__": module})()
    vault = vault_with(database, backend)
    await vault.open()
    assert words in str(vault.place())


# Environment --------------------------------------------------------------------------------------------------------


def test_the_environment_supplies_secrets_for_one_call() -> None:
    environ = {"KOPPLER_SECRET_MY_SHOP__ACCESS_TOKEN": "abc", "KOPPLER_SECRET_MY_SHOP__EMPTY": ""}
    assert variable_for("my-shop", "access_token") == "KOPPLER_SECRET_MY_SHOP__ACCESS_TOKEN"
    assert secrets_from_environment("my-shop", ["access_token", "empty", "absent"], environ) == {"access_token": "abc"}
    assert secrets_from_environment("other", ["access_token"], environ) == {}
