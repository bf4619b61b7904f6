"""What a connector may add to its part: screening, parties created on the way, winding up, work left to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from app.core.events import RunMode
from app.core.outcomes import Outcome
from app.core.reasons import DONE_BY_HAND, OPT_OUT_BY_HAND
from app.core.records import Kind, OptOut, Order, Record
from app.core.rules import Refusal, hold, skip
from app.sdk.plan import Draft, Known, Step
from app.sdk.simulator import FaultKind
from tests.engine.conftest import Bench
from tests.engine.warehouse import ShelfSource, WarehouseTarget, order


class Picky(ShelfSource):
    """Leaves even numbers out by an option of its own."""

    def screen(self, record: Record) -> Refusal | None:
        return skip("even") if int(record.id) % 2 == 0 else None


async def test_what_a_source_screens_out_is_read_counted_and_named(bench: Bench) -> None:
    bench.source = Picky([order(number) for number in range(1, 6)])
    result = await bench.run()
    balance = result.balance.flows[Kind.ORDERS]
    assert sorted(bench.warehouse.items) == ["1", "3", "5"]
    assert balance.read == 5
    assert balance.reasons == {"even": 2}


async def test_a_preview_shows_what_a_source_screens_out(bench: Bench) -> None:
    bench.source = Picky([order(1), order(2)])
    result = await bench.preview()
    assert {each.sighting.key: each.sighting.refusal for each in result.records} == {"1": None, "2": skip("even")}


class OneByOne(WarehouseTarget):
    """Creates the customer of an order on the way; two orders of one customer at once would create two."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.http, bench.warehouse, size=10)
        self.looked_up: list[list[str]] = []

    def parties(self, record: Record) -> Sequence[str]:
        return (record.email,) if isinstance(record, Order) else ()

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        self.looked_up.append([draft.key for draft in drafts])
        people = [self.parties(draft.record) for draft in drafts]
        assert len(set(people)) == len(people), "two orders of one customer are planned together"
        return await super().look_up(drafts)


async def test_records_that_would_create_the_same_party_never_travel_at_once(bench: Bench) -> None:
    bench.target = target = OneByOne(bench)
    people = ["anna@example.com", "otto@example.com", "anna@example.com", "anna@example.com"]
    bench.source.records = [replace(order(number), email=email) for number, email in enumerate(people, 1)]
    result = await bench.run()
    assert result.is_finished
    assert target.looked_up == [["1", "2"], ["3"], ["4"]]


class Paused(WarehouseTarget):
    """Has to be taken back after a run."""

    def wind_up(self) -> Sequence[Step]:
        body = {"name": "as before"}
        return (Step(name="back", method="POST", path="shelf", keys=(), body=body, is_repeatable=True),)


def wound_up(bench: Bench) -> int:
    return sum(b"as before" in each.body for each in bench.warehouse.simulator.journal)


async def test_a_target_is_taken_back_after_a_run(bench: Bench) -> None:
    bench.target = Paused(bench.http, bench.warehouse)
    bench.source.records = [order(1)]
    assert (await bench.run()).is_finished
    assert wound_up(bench) == 1


async def test_a_target_is_taken_back_after_a_run_that_was_stopped_by_an_error(bench: Bench) -> None:
    bench.target = Paused(bench.http, bench.warehouse)
    bench.source.records = [order(1)]
    bench.warehouse.simulator.fail(status=401, method="POST", path="items", times=-1)
    assert not (await bench.run()).is_finished
    assert wound_up(bench) == 1


async def test_a_target_that_cannot_be_taken_back_is_told_and_hides_nothing(bench: Bench) -> None:
    bench.target = Paused(bench.http, bench.warehouse)
    bench.source.records = [order(1)]
    bench.warehouse.has_shelf = True
    bench.warehouse.simulator.fail(kind=FaultKind.STATUS, status=500, method="POST", path="shelf", times=-1)
    assert (await bench.run()).is_finished
    assert any("everyday state" in str(getattr(each, "message", "")) for each in bench.events)


class NoField(WarehouseTarget):
    """A shop without a field for opt-outs."""

    def draft(self, record: Record) -> Draft | Refusal:
        return hold(OPT_OUT_BY_HAND) if isinstance(record, OptOut) else super().draft(record)


@pytest.fixture
def by_hand(bench: Bench) -> Bench:
    bench.kind = Kind.OPT_OUTS
    bench.target = NoField(bench.http, bench.warehouse)
    bench.source.records = [OptOut(id="7", email="anna@example.com", at=datetime(2026, 3, 1, tzinfo=UTC))]
    return bench


async def worked_off(bench: Bench) -> None:
    (entry,) = (await bench.ledger.load("shop", Kind.OPT_OUTS, ["7"])).values()
    assert entry.outcome is Outcome.HELD
    await bench.ledger.record([replace(entry, outcome=Outcome.SKIPPED, reason=DONE_BY_HAND, at=datetime.now(UTC))])


async def reason_now(bench: Bench) -> str:
    return (await bench.ledger.load("shop", Kind.OPT_OUTS, ["7"]))["7"].reason


async def test_what_was_worked_off_by_hand_stays_so_when_it_is_read_again(by_hand: Bench) -> None:
    await by_hand.run()
    await worked_off(by_hand)
    await by_hand.run(RunMode.CHANGES)
    assert await reason_now(by_hand) == DONE_BY_HAND


async def test_who_leaves_once_more_stands_on_the_list_again(by_hand: Bench) -> None:
    await by_hand.run()
    await worked_off(by_hand)
    by_hand.source.records = [replace(by_hand.source.records[0], at=datetime.now(UTC) + timedelta(minutes=1))]
    await by_hand.run(RunMode.CHANGES)
    assert await reason_now(by_hand) == OPT_OUT_BY_HAND
