"""What a run created, and what an undo makes the book of runs forget."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.events import RunMode, RunState
from app.core.ledger import Entry, EntryState, RunRecord
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.storage.backups import Backups
from app.storage.creations import Creations
from app.storage.database import Database
from app.storage.ledger import Ledger
from app.storage.runs import Runs

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    found = Database(tmp_path / "koppler.db", Backups(tmp_path / "backups"))
    await found.open()
    yield found
    await found.close()


def entry(key: str, run_id: str = "one", *, kind: Kind = Kind.ORDERS, **more: object) -> Entry:
    values: dict[str, object] = {
        "integration": "shop",
        "kind": kind,
        "key": key,
        "state": EntryState.SETTLED,
        "outcome": Outcome.CREATED,
        "run_id": run_id,
        "created_by": run_id,
        "at": AT,
        **more,
    }
    return Entry(**values)  # type: ignore[arg-type]


def run(run_id: str, mode: RunMode = RunMode.HISTORICAL, state: RunState = RunState.FINISHED) -> RunRecord:
    return RunRecord(id=run_id, integration="shop", mode=mode, state=state, started_at=AT, until=AT)


async def test_creations_are_counted_and_read_page_by_page(database: Database) -> None:
    ledger, creations = Ledger(database), Creations(database)
    await ledger.record([entry(f"{number:03}") for number in range(7)])
    await ledger.record([entry("c1", kind=Kind.CONTACTS), entry("other", "two"), entry("old", created_by="")])
    assert await creations.counts("shop", "one") == {Kind.CONTACTS: 1, Kind.ORDERS: 7}
    assert (await creations.any("shop", "two"), await creations.any("shop", "three")) == (True, False)
    found, after = [], ""
    while page := await creations.created("shop", "one", Kind.ORDERS, after=after, limit=3):
        found += [each.key for each in page]
        after = page[-1].key
    assert found == [f"{number:03}" for number in range(7)]


async def test_only_what_another_run_updated_later_counts_as_touched(database: Database) -> None:
    ledger, creations = Ledger(database), Creations(database)
    keys = ("never", "touched", "before")
    await ledger.record([entry(key) for key in keys])
    later: dict[str, Any] = {
        "outcome": Outcome.UPDATED,
        "run_id": "two",
        "created_by": "one",
        "at": AT + timedelta(hours=1),
    }
    earlier = {**later, "at": AT - timedelta(hours=1)}
    await ledger.record([entry("touched", **later), entry("before", **earlier)])
    again: dict[str, Any] = {
        "outcome": Outcome.FAILED,
        "run_id": "three",
        "created_by": "one",
        "at": AT + timedelta(hours=2),
    }
    await ledger.record([entry("touched", **again), entry("before", **again)])
    assert await creations.updated_since(run("one"), Kind.ORDERS) == {"touched"}


async def test_the_history_is_forgotten_and_no_earlier_run_goes_on(database: Database) -> None:
    book, creations = Runs(database), Creations(database)
    for kind in (Kind.ORDERS, Kind.CONTACTS):
        await book.set_watermark("shop", kind, AT)
        await book.set_watermark("other", kind, AT)
    await book.begin(run("stopped", state=RunState.STOPPED))
    await book.begin(run("undo", RunMode.UNDO, RunState.PAUSED))
    await creations.forget_history("shop", (Kind.ORDERS,))
    assert await book.watermark("shop", Kind.ORDERS) is None
    assert await book.watermark("shop", Kind.CONTACTS) == AT
    assert await book.watermark("other", Kind.ORDERS) == AT
    stopped = await book.get("stopped")
    assert stopped is not None
    assert stopped.state is RunState.FAILED
    unfinished = await book.last_unfinished("shop")
    assert unfinished is not None
    assert unfinished.id == "undo", "an undo that was cut off is still continued"
