import asyncio
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from app.core.configuration import Account
from app.core.errors import StorageError
from app.core.ledger import FlowMark
from app.core.records import Kind
from app.storage.accounts import AccountsStore
from app.storage.backups import Backups
from app.storage.database import Database
from app.storage.faults import DamagedDatabaseError
from app.storage.folder import DataFolder
from app.storage.ledger import Ledger
from app.storage.migrations import APPLICATION_ID, LATEST, STEPS, migrate
from app.storage.preferences import Preferences
from app.storage.runs import Runs
from tests.storage.samples import entry

Opened = Callable[..., Awaitable[Database]]


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as another program sees it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


async def saved(database: Database) -> dict[str, object]:
    return dict(await Preferences(database).all())


async def test_what_was_written_is_there_after_a_restart(folder: DataFolder, opened: Opened) -> None:
    database = await opened(folder)
    await Preferences(database).set("language", "pl")
    await database.close()
    assert not database.is_open
    assert [path.name for path in sorted(folder.root.iterdir())] == ["backups", "koppler.db"]
    assert await saved(await opened(folder)) == {"language": "pl"}


async def test_the_database_is_made_for_safety(database: Database) -> None:
    def look(connection: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "foreign_keys", "secure_delete", "application_id", "user_version", "synchronous")
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert await database.read(look) == ["wal", 1, 1, APPLICATION_ID, LATEST, 2]
    assert await database.write(lambda c: c.execute("PRAGMA synchronous").fetchone()[0]) == 2
    assert await database.write(lambda c: c.execute("PRAGMA synchronous").fetchone()[0], is_durable=False) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="permissions work differently on Windows")
async def test_every_file_is_readable_by_its_owner_alone(folder: DataFolder, database: Database) -> None:
    await Preferences(database).set("language", "pl")
    backup = await database.back_up()
    for path in (folder.database, folder.database.with_name("koppler.db-wal"), backup):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


async def test_a_transaction_that_fails_leaves_nothing_behind(database: Database) -> None:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO preference (name, value) VALUES ('half', '1')")
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        await database.write(work)
    assert await saved(database) == {}


async def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError):
        await database.read(lambda c: c.execute("DELETE FROM preference"))


async def test_a_reader_sees_one_moment_while_others_write(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def count_twice(connection: sqlite3.Connection) -> tuple[int, int]:
        first = connection.execute("SELECT count(*) FROM preference").fetchone()[0]
        begun.set()
        go_on.wait(10)
        return first, connection.execute("SELECT count(*) FROM preference").fetchone()[0]

    counting = asyncio.create_task(database.read(count_twice))
    await asyncio.to_thread(begun.wait, 10)
    await Preferences(database).set("language", "pl")
    go_on.set()
    assert await counting == (0, 0)
    assert await saved(database) == {"language": "pl"}


async def test_a_cancelled_caller_leaves_whole_transactions(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO preference (name, value) VALUES ('one', '1')")
        begun.set()
        go_on.wait(10)
        connection.execute("INSERT INTO preference (name, value) VALUES ('two', '2')")

    writing = asyncio.create_task(database.write(slow))
    waiting = asyncio.create_task(Preferences(database).set("three", 3))
    await asyncio.to_thread(begun.wait, 10)
    writing.cancel()
    waiting.cancel()
    await asyncio.gather(writing, waiting, return_exceptions=True)
    go_on.set()
    await Preferences(database).set("four", 4)
    assert await saved(database) == {"one": 1, "two": 2, "four": 4}


async def test_a_closed_database_says_so(folder: DataFolder) -> None:
    database = Database(folder.database, Backups(folder.backups))
    with pytest.raises(StorageError, match="closed"):
        await Preferences(database).all()
    await database.close()


# The disk and other programs -----------------------------------------------------------------------------------------


async def test_a_full_disk_saves_nothing_and_goes_on_once_there_is_space(database: Database) -> None:
    await Preferences(database).set("language", "pl")
    pages = await database.write(lambda c: c.execute("PRAGMA page_count").fetchone()[0])

    def limit(connection: sqlite3.Connection, most: int) -> None:
        connection.execute(f"PRAGMA max_page_count = {most}")

    await database.write(lambda c: limit(c, pages + 2))
    ledger = Ledger(database)
    with pytest.raises(StorageError, match=r"disk is full.*Free some space"):
        await ledger.checkpoint(
            "run-1", FlowMark(kind=Kind.ORDERS, read=1), [entry(str(n), message="x" * 500) for n in range(500)]
        )
    assert await ledger.count("shop") == 0
    assert (await ledger.balance("run-1")).flows == {}
    assert await saved(database) == {"language": "pl"}
    await database.write(lambda c: limit(c, 1_000_000))
    await ledger.record([entry(str(n)) for n in range(500)])
    assert await ledger.count("shop") == 500


async def test_a_database_held_by_another_program_is_named(folder: DataFolder, opened: Opened) -> None:
    database = await opened(folder, busy_timeout_s=0.05)
    with raw(folder.database) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match=r"Another program holds the database.*koppler\.db"):
            await Preferences(database).set("language", "pl")
        assert await saved(database) == {}
        other.execute("ROLLBACK")
    await Preferences(database).set("language", "pl")
    assert await saved(database) == {"language": "pl"}


async def test_a_folder_in_the_databases_place_is_named(folder: DataFolder, opened: Opened) -> None:
    folder.database.mkdir()
    with pytest.raises(StorageError, match="cannot be"):
        await opened(folder)


_WRITER = """
import asyncio, sys
from pathlib import Path
from app.core.ledger import Entry, EntryState, FlowMark
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.core.events import now
from app.storage.backups import Backups
from app.storage.database import Database
from app.storage.ledger import Ledger

async def main():
    root = Path(sys.argv[1])
    database = Database(root / "koppler.db", Backups(root / "backups"))
    await database.open()
    ledger = Ledger(database)
    for page in range(1, 100_000):
        keys = range((page - 1) * 50, page * 50)
        entries = [
            Entry(integration="shop", kind=Kind.ORDERS, key=str(key), state=EntryState.SETTLED, at=now(),
                  outcome=Outcome.CREATED, run_id="run-1", search=(str(key).encode(),)) for key in keys
        ]
        await ledger.checkpoint("run-1", FlowMark(kind=Kind.ORDERS, cursor=str(page), read=page * 50), entries)
        print(page, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("pages_before_death", [1, 7, 30])
async def test_a_program_killed_while_writing_leaves_whole_checkpoints(
    pages_before_death: int, folder: DataFolder, opened: Opened, program_environment
) -> None:
    command = [sys.executable, "-c", _WRITER, str(folder.root)]
    confirmed = await asyncio.to_thread(_kill_after, command, pages_before_death, program_environment())
    database = await opened(folder)
    ledger = Ledger(database)
    balance = (await ledger.balance("run-1")).flows[Kind.ORDERS]
    assert balance.balances
    assert balance.read >= confirmed * 50
    assert balance.read == await ledger.count("shop")
    assert await database.read(lambda c: c.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"


def _kill_after(command: list[str], pages: int, environment: dict[str, str]) -> int:
    """The last page that the program reported as stored."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        assert writer.stdout is not None
        for _ in range(pages):
            writer.stdout.readline()
        writer.kill()
        rest = [line for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        writer.wait()
    return int(rest[-1]) if rest else pages


# Versions -----------------------------------------------------------------------------------------------------------


def make_old(path: Path, version: int) -> None:
    with raw(path) as connection:
        migrate(connection, up_to=version)
        connection.execute("INSERT INTO preference (name, value) VALUES ('language', '\"de\"')")
        connection.execute("INSERT INTO account VALUES ('my-shop', 'Shop', 'x', '{}', '', 0, 1, NULL, NULL)")
        if version >= 2:
            connection.execute("INSERT INTO watermark VALUES ('shop', 'orders', 1000000)")


def schema_of(path: Path) -> list[str]:
    with raw(path) as connection:
        return sorted(row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))


@pytest.mark.parametrize("version", range(1, LATEST))
async def test_every_earlier_version_is_upgraded_after_a_backup(
    version: int, folder: DataFolder, opened: Opened, tmp_path: Path
) -> None:
    make_old(folder.database, version)
    database = await opened(folder)
    assert await saved(database) == {"language": "de"}
    assert [account.key for account in await AccountsStore(database).all()] == ["my-shop"]
    assert (await Runs(database).watermark("shop", Kind.ORDERS) is not None) == (version >= 2)
    [backup] = database.backups.all()
    with raw(backup) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == version
        assert connection.execute("SELECT value FROM preference").fetchone() == ('"de"',)
    await database.close()
    fresh = DataFolder(tmp_path / "fresh")
    fresh.prepare()
    await opened(fresh)
    assert schema_of(folder.database) == schema_of(fresh.database)


async def test_an_upgrade_that_fails_leaves_the_earlier_version(
    folder: DataFolder, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_old(folder.database, LATEST - 1)
    before = schema_of(folder.database)
    with monkeypatch.context() as patch:
        broken = (*STEPS[-1], "CREATE TABLE preference (name TEXT)")
        patch.setattr("app.storage.migrations.STEPS", (*STEPS[:-1], broken))
        with pytest.raises(StorageError):
            await opened(folder)
    assert schema_of(folder.database) == before
    assert await saved(await opened(folder)) == {"language": "de"}


async def test_a_newer_database_is_left_alone(folder: DataFolder, opened: Opened) -> None:
    with raw(folder.database) as connection:
        migrate(connection)
        connection.execute(f"PRAGMA user_version = {LATEST + 1}")
    before = folder.database.read_bytes()
    with pytest.raises(StorageError, match=r"newer version.*Install the newest version"):
        await opened(folder)
    assert folder.database.read_bytes() == before


async def test_another_programs_database_is_left_alone(folder: DataFolder, opened: Opened) -> None:
    with raw(folder.database) as connection:
        connection.execute("CREATE TABLE account (mine TEXT)")
    before = folder.database.read_bytes()
    with pytest.raises(StorageError, match="another program"):
        await opened(folder)
    assert folder.database.read_bytes() == before


# Damage, backups and restoring --------------------------------------------------------------------------------------


def damage(path: Path) -> None:
    """Overwrites everything behind the first page, as a failing disk does."""
    contents = path.read_bytes()
    path.write_bytes(contents[:4096] + b"\xa5" * (len(contents) - 4096))


async def test_a_damaged_database_names_the_newest_backup_and_is_restored(folder: DataFolder, opened: Opened) -> None:
    database = await opened(folder)
    await Preferences(database).set("language", "pl")
    await database.back_up()
    backup = await database.back_up()
    await Preferences(database).set("language", "de")
    await database.close()
    damage(folder.database)
    damaged = folder.database.read_bytes()

    with pytest.raises(DamagedDatabaseError, match=backup.name) as raised:
        await database.open()
    assert raised.value.backup == backup
    assert folder.database.read_bytes() == damaged
    await database.restore(backup)
    assert await saved(database) == {"language": "pl"}
    [aside] = folder.backups.glob("damaged-*/koppler.db")
    assert aside.read_bytes() == damaged


@pytest.mark.parametrize("contents", [b"not a database " * 1_000, b"SQLite format 3\x00"])
async def test_a_file_that_is_no_database_is_called_damaged(
    folder: DataFolder, opened: Opened, contents: bytes
) -> None:
    folder.database.write_bytes(contents)
    with pytest.raises(DamagedDatabaseError, match="There is no backup"):
        await opened(folder)
    assert folder.database.read_bytes() == contents


async def test_a_file_emptied_by_a_power_loss_is_not_taken_for_a_first_start(
    folder: DataFolder, opened: Opened
) -> None:
    database = await opened(folder)
    await database.back_up()
    await database.close()
    folder.database.write_bytes(b"")
    with pytest.raises(DamagedDatabaseError):
        await database.open()


async def test_damage_found_during_work_is_told_as_such(folder: DataFolder, opened: Opened) -> None:
    database = await opened(folder)
    await Ledger(database).record([entry(str(number)) for number in range(5_000)])
    await database.close()
    await database.open()
    damage(folder.database)
    with pytest.raises(DamagedDatabaseError):
        await Ledger(database).entries("shop", limit=5_000)


async def test_without_a_backup_one_can_start_over_and_the_old_file_stays(folder: DataFolder, opened: Opened) -> None:
    folder.database.write_bytes(b"damaged" * 1_000)
    database = Database(folder.database, Backups(folder.backups))
    with pytest.raises(DamagedDatabaseError):
        await database.open()
    await database.start_over()
    assert await saved(database) == {}
    await database.close()
    assert len(list(folder.backups.glob("damaged-*/koppler.db"))) == 1


async def test_a_damaged_backup_is_refused_and_nothing_changes(folder: DataFolder, opened: Opened) -> None:
    database = await opened(folder)
    await Preferences(database).set("language", "pl")
    backup = await database.back_up()
    damage(backup)
    with pytest.raises(StorageError, match="cannot be used"):
        await database.restore(backup)
    await database.open()
    assert await saved(database) == {"language": "pl"}


async def test_a_restore_that_was_cut_off_is_completed_at_the_next_start(folder: DataFolder, opened: Opened) -> None:
    database = await opened(folder)
    await Preferences(database).set("language", "pl")
    backup = await database.back_up()
    await database.close()
    shutil.copy(backup, folder.root / "koppler.db.restoring")
    folder.database.unlink()
    await database.open()
    assert await saved(database) == {"language": "pl"}


async def test_only_the_newest_backups_are_kept(database: Database) -> None:
    made = [await database.back_up() for _ in range(6)]
    assert database.backups.all() == tuple(reversed(made[2:]))


async def test_a_weekly_backup_is_made_once_a_week(database: Database) -> None:
    first = await database.back_up_when_older(7)
    assert first is not None
    assert await database.back_up_when_older(7) is None
    past = (first.stat().st_mtime - timedelta(days=8).total_seconds(),) * 2
    os.utime(first, past)
    assert await database.back_up_when_older(7) is not None


async def test_a_damaged_file_set_aside_goes_when_its_log_would_have_expired(
    folder: DataFolder, opened: Opened
) -> None:
    old, young = folder.backups / "damaged-1", folder.backups / "damaged-2"
    for place, days in ((old, 91), (young, 89)):
        place.mkdir()
        moment = place.stat().st_mtime - timedelta(days=days).total_seconds()
        os.utime(place, (moment, moment))
    await opened(folder)
    assert (old.exists(), young.exists()) == (False, True)


async def test_accounts_survive_a_kill_between_any_two_saves(database: Database, folder: DataFolder) -> None:
    """The write-ahead log alone carries what was committed: a copy of the files, taken at once, holds it."""
    await AccountsStore(database).save(Account(key="my-shop", title="Shop", system="x"))
    copy = DataFolder(folder.root.parent / "copy")
    copy.prepare()
    for path in folder.root.glob("koppler.db*"):
        shutil.copy(path, copy.root)
    copied = Database(copy.database, Backups(copy.backups))
    await copied.open()
    assert [account.key for account in await AccountsStore(copied).all()] == ["my-shop"]
    await copied.close()
