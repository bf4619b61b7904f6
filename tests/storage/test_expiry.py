"""Log lines and details of runs expire from every file, proven by reading every byte."""

import os
import random
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.events import Level, LogEvent, RequestEvent, RunState, now
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.core.texts import Text, text, verbatim
from app.storage.backups import Backups
from app.storage.database import Database
from app.storage.expiry import Expiry
from app.storage.folder import DataFolder
from app.storage.ledger import Ledger
from app.storage.log import LogStore
from app.storage.runs import Runs
from tests.storage.samples import entry, run

Opened = Callable[[DataFolder], Awaitable[Database]]


@pytest.fixture
def expiry(database: Database, folder: DataFolder) -> Expiry:
    return Expiry(database, LogStore(database), Backups(folder.backups))


def words_in_files(folder: Path, words: str) -> list[str]:
    found = words.encode()
    return [path.name for path in sorted(folder.rglob("*")) if path.is_file() and found in path.read_bytes()]


async def fill(database: Database, words: str, *, days_ago: float, count: int = 1) -> None:
    """Everything that expires, with these words in it."""
    at = now() - timedelta(days=days_ago)
    log, ledger, runs = LogStore(database), Ledger(database), Runs(database)
    common: dict[str, Any] = {"level": Level.ERROR, "integration": "shop", "at": at}
    for number in range(count):
        said = f"{words} {'x' * random.Random(number).randrange(400)}"
        await log.append(
            [
                LogEvent(message=text("{said}", said=said), key=said, facts={"says": said}, **common),
                LogEvent(message=Text(f"a pattern with {words} {number}"), **common),
                RequestEvent(
                    method="GET", url=f"https://a.example/{words}", status=0, duration_ms=1, sent_bytes=0,
                    received_bytes=0, at=at, error=said,
                ),
            ]
        )  # fmt: skip
        key = f"{words[:1]}{number}"
        await ledger.record([entry(key, outcome=Outcome.FAILED, reason="refused", message=said, at=at)])
        await ledger.record([entry(key, outcome=Outcome.HELD, reason="no_email", message=said, at=at)])
    for number, state in enumerate((RunState.FAILED, RunState.FINISHED)):
        name = f"{words[:1]}-{number}"
        await runs.begin(run(name, started_at=at, until=at))
        await runs.update(run(name, started_at=at, until=at, ended_at=at, state=state, message=words, remedy=words))


@pytest.mark.parametrize("days", [1, 14, 90])
async def test_what_is_older_than_the_chosen_days_is_in_no_file_any_more(
    days: int, expiry: Expiry, database: Database, folder: DataFolder
) -> None:
    await fill(database, "yesterwords", days_ago=days + 0.1, count=150)
    await fill(database, "freshwords", days_ago=days - 0.1, count=5)
    await database.back_up()
    assert words_in_files(folder.root, "yesterwords")
    assert await expiry.expire(days) == 450
    assert words_in_files(folder.root, "yesterwords") == []
    assert words_in_files(folder.root, "freshwords")
    # What became of the records is remembered, and why in our own words.
    kept = await Ledger(database).history("shop", Kind.ORDERS, "y0")
    assert {(each.reason, each.message) for each in kept} <= {("no_email", ""), ("refused", "")}
    assert kept[0].outcome is Outcome.HELD


async def test_a_backup_holds_nothing_that_expires(database: Database, folder: DataFolder) -> None:
    await fill(database, "secondhand", days_ago=0)
    await database.back_up()
    assert words_in_files(folder.backups, "secondhand") == []


async def test_backups_of_earlier_versions_are_cleared_when_their_time_has_come(
    expiry: Expiry, database: Database, folder: DataFolder
) -> None:
    await fill(database, "oldwords", days_ago=0, count=30)
    await database.scrub()
    backup = folder.backups / "koppler-20260101-000000-000000-v5.db"
    shutil.copyfile(folder.database, backup)
    await expiry.expire(14)
    assert words_in_files(folder.backups, "oldwords") == [backup.name]
    age_file(backup, days=15)
    changed = backup.stat().st_mtime_ns
    await expiry.expire(14)
    assert words_in_files(folder.backups, "oldwords") == []
    assert backup.stat().st_mtime_ns == changed
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT count(*) FROM entry").fetchone()[0] == 30


async def test_a_database_set_aside_loses_its_old_lines_and_one_that_nobody_can_read_goes(
    database: Database, folder: DataFolder
) -> None:
    await fill(database, "asidewords", days_ago=20, count=3)
    await database.start_over()
    broken = folder.backups / "damaged-20260101-000000-000000"
    broken.mkdir()
    (broken / "koppler.db").write_bytes(b"no database, but asidewords")
    expiry = Expiry(database, LogStore(database), Backups(folder.backups))
    await expiry.expire(14)
    assert words_in_files(folder.root, "asidewords") == ["koppler.db"]
    age_file(broken, days=15)
    await expiry.expire(14)
    assert not broken.exists()
    assert words_in_files(folder.root, "asidewords") == []
    (kept,) = folder.backups.glob("damaged-*")
    with closing(sqlite3.connect(kept / "koppler.db")) as connection:
        assert connection.execute("SELECT count(*) FROM entry").fetchone()[0] == 3


async def test_what_a_paused_run_says_stays_until_somebody_has_acted(expiry: Expiry, database: Database) -> None:
    at = now() - timedelta(days=100)
    runs = Runs(database)
    await runs.begin(run("waiting", started_at=at, until=at))
    await runs.update(run("waiting", state=RunState.PAUSED, message="sign in again", remedy="reconnect", started_at=at))
    await expiry.expire(1)
    found = await runs.get("waiting")
    assert found is not None
    assert (found.message, found.remedy) == ("sign in again", "reconnect")


@pytest.mark.parametrize("days", [0, 91])
async def test_other_numbers_of_days_are_refused(days: int, expiry: Expiry) -> None:
    with pytest.raises(ValueError, match="days"):
        await expiry.expire(days)


def age_file(path: Path, *, days: int) -> None:
    at = (now() - timedelta(days=days)).timestamp()
    os.utime(path, (at, at))


async def test_not_even_the_unused_parts_of_pages_keep_what_has_expired(
    expiry: Expiry, database: Database, folder: DataFolder
) -> None:
    """SQLite overwrites what it deletes, but not the copies that its pages leave behind when they are balanced."""
    chance = random.Random(3)
    log, ledger = LogStore(database), Ledger(database)
    for number in range(12):
        words, days_ago = (("yesterwords", 20), ("freshwords", 1))[number % 2]
        at = now() - timedelta(days=days_ago)
        lines = [verbatim(f"{words} {'x' * chance.randrange(900)}") for _ in range(500)]
        await log.append([LogEvent(level=Level.INFO, message=each, at=at) for each in lines])
        failed = {"outcome": Outcome.FAILED, "reason": "refused", "at": at}
        keys = [(str(chance.randrange(10**9)), chance.randrange(400)) for _ in range(500)]
        await ledger.record([entry(key, message=f"{words} {'y' * length}", **failed) for key, length in keys])
    await expiry.expire(14)
    assert words_in_files(folder.root, "yesterwords") == []
    assert words_in_files(folder.root, "freshwords")
