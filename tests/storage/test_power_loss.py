"""The current fails at any moment: what was committed is there, what was not is gone whole, and nothing is damaged.

Files are copied as they lie on the disk after every step; then the write-ahead log is cut off wherever a power loss
might have cut it, between its frames and inside of them, and the copy is opened by the program.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from app.core.configuration import Account, Integration, Match, ProductRow
from app.core.events import RunState
from app.core.fields import FieldRule
from app.core.ledger import FlowMark, Intent, Landing
from app.core.records import Kind
from app.storage.accounts import AccountsStore
from app.storage.backups import Backups
from app.storage.database import Database
from app.storage.folder import DataFolder
from app.storage.integrations import IntegrationsStore
from app.storage.ledger import Ledger
from app.storage.lock import FolderLock
from app.storage.migrations import LATEST, version_of
from app.storage.practice import PracticeStore
from app.storage.preferences import Preferences
from app.storage.products import ProductsStore
from app.storage.runs import Runs
from tests.storage.old_versions import make_old
from tests.storage.samples import MOMENT, entry, run

Opened = Callable[..., Awaitable[Database]]
Content = Mapping[str, Sequence[tuple[object, ...]]]
_HEADER, _FRAME = 32, 24 + 4_096
"""Bytes of the log's header, and of one page in it with its own (https://sqlite.org/fileformat2.html#walformat)."""


@dataclass(frozen=True)
class Moment:
    """The files as they lay on the disk, and what a reader would have seen."""

    name: str
    database: bytes
    log: bytes
    content: Content


def content_of(connection: sqlite3.Connection) -> Content:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for (name,) in names.fetchall()}  # noqa: S608 - our own tables


async def moment(database: Database, name: str) -> Moment:
    content = await database.read(content_of)
    log = database.path.with_name(database.path.name + "-wal")
    return Moment(name, database.path.read_bytes(), log.read_bytes() if log.exists() else b"", content)


async def history(database: Database) -> list[Moment]:
    """Everything that the program keeps, written step by step as it happens in a life."""
    accounts, integrations = AccountsStore(database), IntegrationsStore(database)
    products, ledger, runs = ProductsStore(database), Ledger(database), Runs(database)
    mark = FlowMark(kind=Kind.ORDERS, cursor="p1", read=40, total=80)
    intent = Intent(id="i1", integration="shop", kind=Kind.ORDERS, run_id="run-1", keys=("1", "2"), at=MOMENT)
    landing = Landing(
        integration="shop",
        kind=Kind.ORDERS,
        run_id="run-1",
        at=MOMENT,
        entries=[entry(str(number), target_id=f"t{number}") for number in range(40)],
        intents=(intent,),
        mark=mark,
    )
    rows = [ProductRow(key=f"SKU-{n}", sku=f"SKU-{n}", number=f"{n:05}", match=Match.BY_HAND) for n in range(200)]
    integration = Integration(
        key="shop",
        title="Shop",
        source="my-shop",
        target="my-mail",
        flows=(Kind.ORDERS,),
        fields=(FieldRule("contact.phone", "PHONE"),),
    )
    steps: list[tuple[str, Callable[[], Awaitable[object]]]] = [
        ("first account", lambda: accounts.save(Account(key="my-shop", title="Läden", system="bigcommerce"))),
        ("second account", lambda: accounts.save(Account(key="my-mail", title="Mail", system="activecampaign"))),
        ("integration", lambda: integrations.save(integration)),
        ("mapping", lambda: products.replace("shop", rows)),
        ("changed mapping", lambda: products.update("shop", rows[:3])),
        ("language", lambda: Preferences(database).set("language", "pl")),
        ("window", lambda: Preferences(database).set("window", {"size": "1280x800", "log": "open"})),
        ("practice", lambda: PracticeStore(database).save("my-shop", {"orders": list(range(3_000))})),
        ("run", lambda: runs.begin(run())),
        ("intent", lambda: ledger.intend(intent)),
        ("outcomes", lambda: ledger.land(landing)),
        ("doubt", lambda: ledger.record([entry("41", attempts=2)])),
        ("place", lambda: ledger.checkpoint("run-1", FlowMark(kind=Kind.ORDERS, cursor="p2", read=41))),
        ("watermark", lambda: runs.set_watermark("shop", Kind.ORDERS, MOMENT)),
        ("end of the run", lambda: runs.update(run(state=RunState.FINISHED, ended_at=MOMENT))),
        ("new key", lambda: integrations.rename("shop", "shop-to-mail")),
        ("account changed", lambda: accounts.save(Account(key="my-mail", title="Post", system="activecampaign"))),
        ("integration gone", lambda: integrations.delete("shop-to-mail")),
    ]
    found = [await moment(database, "empty")]
    for name, step in steps:
        await step()
        found.append(await moment(database, name))
    return found


async def reopened(
    place: Path, database: bytes, log: bytes, *, index: bytes | None = None, again: bool = False
) -> Content:
    """What the program finds in a folder with these files; ``again`` writes once more and opens it a second time."""
    folder = DataFolder(place)
    folder.prepare()
    folder.database.write_bytes(database)
    if log:
        folder.database.with_name("koppler.db-wal").write_bytes(log)
    if index is not None:
        folder.database.with_name("koppler.db-shm").write_bytes(index)
    opened = Database(folder.database, Backups(folder.backups))
    await opened.open()
    try:
        content = await opened.read(content_of)
        if again:
            await Preferences(opened).set("after", "the storm")
    finally:
        await opened.close()
    if again:
        await opened.open()
        assert (await Preferences(opened).all())["after"] == "the storm"
        assert await opened.read(lambda c: c.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"
        await opened.close()
    shutil.rmtree(place)
    return content


def cuts(before: Moment, after: Moment) -> Iterator[int]:
    """Lengths of the log between two commits: at its frames, and inside of them."""
    start = len(before.log) if after.log.startswith(before.log) else 0
    for length in range(max(start, _HEADER), len(after.log), _FRAME):
        yield length
        yield length + 13  # in the frame's own header
        yield length + 24 + 512  # after the first sector of the page
        yield length + _FRAME - 1


async def test_every_committed_step_survives_even_without_the_index(database: Database, tmp_path: Path) -> None:
    for each in await history(database):
        assert await reopened(tmp_path / "copy", each.database, each.log) == each.content, each.name
        garbage = random.Random(each.name).randbytes(32_768)
        assert await reopened(tmp_path / "copy", each.database, each.log, index=garbage) == each.content, each.name


async def test_a_step_that_was_cut_off_is_gone_whole_and_the_one_before_is_there(
    database: Database, tmp_path: Path
) -> None:
    moments = await history(database)
    tried = 0
    for before, after in pairwise(moments):
        for length in sorted(set(cuts(before, after)), key=lambda n: (n * 7919) % 104_729)[:12]:
            found = await reopened(tmp_path / "copy", after.database, after.log[:length], again=tried % 10 == 0)
            assert found == before.content, f"{after.name}, cut at {length} of {len(after.log)}"
            tried += 1
    assert tried > 100


async def test_a_torn_page_at_the_end_takes_only_its_own_step_along(database: Database, tmp_path: Path) -> None:
    """The disk wrote some sectors of the last frame and left others as they were: zeros, or what lay there before."""
    moments = await history(database)
    for before, after in pairwise(moments):
        for filling in (b"\0", b"\xa5"):
            torn = after.log[:-2_048] + filling * 2_048
            if not after.log or torn == after.log:
                continue  # folded into the file already, or the page ends in zeros anyway
            assert await reopened(tmp_path / "copy", after.database, torn) == before.content, after.name


async def test_a_checkpoint_that_was_cut_off_loses_nothing(database: Database, tmp_path: Path) -> None:
    """While pages are folded from the log into the file, some of them are old, some new, and one is half of both."""
    before = (await history(database))[-1]
    await database.write(lambda c: c.execute("SELECT 1"))
    with closing(sqlite3.connect(database.path)) as other:
        other.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    after = await moment(database, "folded")
    size = 4_096
    pages = range(max(len(before.database), len(after.database)) // size)
    dice = random.Random(5)
    for _ in range(12):
        mixed = b"".join(
            (before.database if dice.random() < 0.5 else after.database)[n * size : (n + 1) * size].ljust(size, b"\0")
            for n in pages
        )
        torn = dice.choice(pages) * size + size // 2
        mixed = mixed[:torn] + after.database[torn : torn + 512].ljust(512, b"\0") + mixed[torn + 512 :]
        assert await reopened(tmp_path / "copy", mixed, before.log) == before.content


@pytest.mark.parametrize("version", range(LATEST))
async def test_an_upgrade_that_was_cut_off_is_made_again(
    version: int, folder: DataFolder, opened: Opened, tmp_path: Path
) -> None:
    """Version 0 is the very first start. The file is either of the old version or of the new one, never between."""
    if version:
        make_old(folder.database, version)
    database = await opened(folder)
    done = await moment(database, "upgraded")
    lengths = [0, *range(_HEADER, len(done.log), _FRAME), len(done.log)]
    for length in [*lengths[:4], *lengths[4::9], lengths[-2], lengths[-1]]:
        place = tmp_path / "copy"
        place.mkdir()
        (place / "koppler.db").write_bytes(done.database)
        if length:
            (place / "koppler.db-wal").write_bytes(done.log[:length])
        with closing(sqlite3.connect(f"file:{place / 'koppler.db'}?mode=ro", uri=True)) as raw:
            assert version_of(raw) in {version, LATEST}
        shutil.rmtree(place)
        assert await reopened(place, done.database, done.log[:length]) == done.content, length


async def test_a_restore_cut_off_between_two_moves_does_not_mix_old_and_new(folder: DataFolder, opened: Opened) -> None:
    """The old file has left its place, its write-ahead log has not: it must not be played into the backup."""
    database = await opened(folder)
    await Preferences(database).set("language", "de")
    backup = await database.back_up()
    for number in range(30):
        await Preferences(database).set(f"later-{number}", number)
    log = folder.database.with_name("koppler.db-wal").read_bytes()
    await database.close()

    shutil.copyfile(backup, folder.root / "koppler.db.restoring")
    folder.database.unlink()
    folder.database.with_name("koppler.db-wal").write_bytes(log)

    restored = await opened(folder)
    assert dict(await Preferences(restored).all()) == {"language": "de"}
    (kept,) = folder.backups.glob("damaged-*")
    assert (kept / "koppler.db-wal").read_bytes() == log


def test_a_lock_with_nonsense_in_it_is_free(tmp_path: Path) -> None:
    """Only the operating system's lock counts, and that ends with the current."""
    path = tmp_path / "koppler.lock"
    path.write_bytes(b"\0" * 512)
    with FolderLock(path) as lock:
        assert lock.is_held
