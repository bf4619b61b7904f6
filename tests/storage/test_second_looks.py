"""Which records a rule left out lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from app.core.ledger import Entry
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.engine.second_look import PASSING_REASONS
from app.storage.database import Database
from app.storage.ledger import Ledger
from app.storage.runs import Runs
from tests.storage.samples import MOMENT, entry, run

_RUN = "20261121-093015-abcdef"


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


def _left_out(key: str, **changes: object) -> Entry:
    values = {"outcome": Outcome.SKIPPED, "reason": "status_left_out", "run_id": _RUN, **changes}
    return entry(key, **values)


async def _found(ledger: Ledger, limit: int = 10) -> Sequence[str]:
    since = MOMENT - timedelta(days=30)
    return await ledger.left_out("shop", Kind.ORDERS, PASSING_REASONS, since=since, but_run="this", limit=limit)


async def test_only_what_may_pass_by_itself_is_found_the_latest_first(ledger: Ledger) -> None:
    await ledger.record(
        [
            _left_out("first"),
            _left_out("later", at=MOMENT + timedelta(seconds=1), reason="consent_required"),
            _left_out("too old", at=MOMENT - timedelta(days=31), run_id="20261020-010101-abcdef"),
            _left_out("guest", reason="guest_order"),
            _left_out("sent", outcome=Outcome.CREATED, reason=""),
            _left_out("just now", run_id="this"),
            _left_out("elsewhere", integration="other"),
            _left_out("contact", kind=Kind.CONTACTS),
        ]
    )
    assert list(await _found(ledger)) == ["later", "first"]
    assert list(await _found(ledger, limit=1)) == ["later"]


async def test_the_last_look_of_each_kind_is_remembered_and_is_no_watermark(ledger: Ledger, database: Database) -> None:
    runs = Runs(database)
    assert await ledger.looked_again_at("shop", Kind.ORDERS) is None
    await ledger.set_looked_again("shop", Kind.ORDERS, MOMENT)
    assert await ledger.looked_again_at("shop", Kind.ORDERS) == MOMENT
    assert await ledger.looked_again_at("shop", Kind.CONTACTS) is None
    assert await runs.watermark("shop", Kind.ORDERS) is None

    await ledger.rename("shop", "shop-2")
    assert await ledger.looked_again_at("shop-2", Kind.ORDERS) == MOMENT
    await ledger.delete("shop-2")
    assert await ledger.looked_again_at("shop-2", Kind.ORDERS) is None


async def test_the_upper_end_of_a_run_can_be_corrected(database: Database) -> None:
    runs = Runs(database)
    await runs.begin(run())
    await runs.set_until("run-1", MOMENT - timedelta(hours=1))
    found = await runs.get("run-1")
    assert found is not None
    assert found.until == MOMENT - timedelta(hours=1)
