"""What was left out for its status is looked at again every day, also where the shop keeps its date of change."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from app.core.errors import UnreachableError
from app.core.events import Level, LogEvent, RunMode
from app.core.outcomes import Outcome
from app.core.records import Kind, OrderStatus, Record, Unreadable
from app.core.rules import Rules
from app.core.texts import text
from app.engine.life import RunResult
from app.sdk.source import Page, ReadRequest
from tests.engine.conftest import Bench
from tests.engine.warehouse import ShelfSource, order

_RULES = Rules(statuses=frozenset({OrderStatus.COMPLETED}))
_ORDERS = ("shop", Kind.ORDERS)


@dataclass
class SilentShop(ShelfSource):
    """Never moves a date of change: a sync of changes brings nothing."""

    asked: list[Sequence[str]] = field(default_factory=list)
    is_down: bool = False

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        if request.since is None:
            async for page in super().read(request):
                yield page

    async def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        self.asked.append(tuple(ids))
        if self.is_down:
            raise UnreachableError(text("The shop does not answer."))
        async for page in super().fetch(kind, ids):
            yield page

    def complete(self, place: int) -> None:
        record: Record | Unreadable = self.records[place]
        self.records[place] = replace(record, status=OrderStatus.COMPLETED)


@pytest.fixture
def shop(bench: Bench) -> SilentShop:
    source = SilentShop([order(1), order(2, status=OrderStatus.PENDING), order(3, status=OrderStatus.PENDING)])
    bench.source = source
    return source


async def _sync(bench: Bench) -> RunResult:
    result = await bench.run(RunMode.CHANGES, rules=_RULES)
    assert result.is_finished
    return result


def _pass(bench: Bench, **duration: float) -> None:
    """As if so much time had gone by."""
    for place, entry in bench.ledger.entries.items():
        bench.ledger.entries[place] = replace(entry, at=entry.at - timedelta(**duration))
    for flow, at in bench.ledger.looks.items():
        bench.ledger.looks[flow] = at - timedelta(**duration)


async def test_a_pending_order_goes_once_it_is_paid_although_its_date_stays(bench: Bench, shop: SilentShop) -> None:
    await bench.run(rules=_RULES)
    shop.complete(1)

    result = await _sync(bench)

    assert set(bench.warehouse.items) == {"1", "2"}
    assert (result.balance.total.read, result.balance.total.count(Outcome.CREATED)) == (1, 1)
    assert bench.ledger.entries[*_ORDERS, "3"].run_id == "run1"


async def test_it_is_looked_at_once_a_day_and_no_more(bench: Bench, shop: SilentShop) -> None:
    await bench.run(rules=_RULES)
    for _ in range(3):
        await _sync(bench)
    assert [set(ids) for ids in shop.asked] == [{"2", "3"}]

    _pass(bench, hours=24)
    shop.complete(2)
    await _sync(bench)
    assert len(shop.asked) == 2
    assert set(bench.warehouse.items) == {"1", "3"}


async def test_after_thirty_days_it_is_left_alone(bench: Bench, shop: SilentShop) -> None:
    await bench.run(rules=_RULES)
    for _ in range(40):
        _pass(bench, days=1)
        await _sync(bench)
    assert len(shop.asked) == 30


async def test_other_kinds_of_run_do_not_look_again(bench: Bench, shop: SilentShop) -> None:
    await bench.run(rules=_RULES)
    await bench.run(RunMode.CHANGES, rules=_RULES, limit=5)
    await bench.run(RunMode.RETRY, rules=_RULES)
    assert shop.asked == []


async def test_a_deleted_order_that_was_never_sent_stays_left_out(bench: Bench, shop: SilentShop) -> None:
    await bench.run(rules=_RULES)
    del shop.records[1]
    result = await _sync(bench)
    assert result.balance.total.read == 0


async def test_a_shop_that_fails_on_it_does_not_stop_the_sync_and_is_asked_again_in_an_hour(
    bench: Bench, shop: SilentShop
) -> None:
    await bench.run(rules=_RULES)
    shop.is_down = True
    await _sync(bench)
    told = [str(each.message) for each in bench.events if isinstance(each, LogEvent) and each.level is Level.WARNING]
    assert told == ["The records left out could not all be looked at again: The shop does not answer."]

    await _sync(bench)
    assert len(shop.asked) == 1
    _pass(bench, minutes=61)
    shop.is_down = False
    shop.complete(1)
    await _sync(bench)
    assert set(bench.warehouse.items) == {"1", "2"}


async def test_a_clock_set_back_does_not_postpone_the_look(bench: Bench, shop: SilentShop) -> None:
    await bench.run(rules=_RULES)
    bench.ledger.looks[_ORDERS] = datetime.now(UTC) + timedelta(days=400)
    await _sync(bench)
    assert len(shop.asked) == 1
