"""What is under way at once, and what is kept of it when a run ends early."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from msgspec.structs import replace

from app.core.events import RunMode, RunState, discard
from app.core.ledger import EntryState, FlowMark, Landing, RunRecord
from app.core.outcomes import FlowBalance, Outcome
from app.core.records import Kind, Order
from app.core.rules import Rules
from app.engine.bookkeeping import Bookkeeping
from app.engine.control import Control
from app.engine.entries import EntryWriter
from app.engine.flights import Cargo, Flights
from app.engine.planning import Planner
from app.engine.progress import Progress
from app.engine.sending import Results
from app.engine.telling import Teller
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Known, Plan, RecordPlan, Settled, Step
from tests.engine.conftest import Bench
from tests.engine.memory import MemoryLedger, keyed_hash
from tests.engine.warehouse import WarehouseTarget, order


class SlowLedger(MemoryLedger):
    """Writes outcomes only after everybody else has had several turns."""

    async def land(self, landing: Landing) -> None:
        await turns()
        await super().land(landing)


async def turns() -> None:
    for _turn in range(50):
        await asyncio.sleep(0)


@dataclass
class SilentSender:
    """Answers at once, but for ``silent`` keys never before ``may_answer``."""

    silent: frozenset[str]
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)

    async def send(self, plan: Plan) -> Results:
        self.asked.extend(plan.keys)
        if not self.silent.isdisjoint(plan.keys):
            await self.may_answer.wait()
        return {key: Settled(outcome=Outcome.CREATED, target_id=f"w{key}") for key in plan.keys}


class Tower:
    """Flights of one flow over a target that answers no request for the ``silent`` keys."""

    def __init__(self, bench: Bench, *silent: str, parallel: int = 1) -> None:
        moment = datetime.now(UTC)
        run = RunRecord(
            id="run1", integration="shop", mode=RunMode.HISTORICAL, state=RunState.RUNNING, started_at=moment,
            until=moment,
        )  # fmt: skip
        self.ledger = SlowLedger()
        self.control = Control()
        self.sender = SilentSender(frozenset(silent))
        self.planner = Planner(WarehouseTarget(bench.http, bench.warehouse), Rules(), keyed_hash)
        progress = Progress(run.id, run.integration, discard)
        progress.begin(Kind.ORDERS, FlowBalance(), None)
        self.books = Bookkeeping(
            run,
            Kind.ORDERS,
            mark=FlowMark(kind=Kind.ORDERS),
            entries=EntryWriter("shop", Kind.ORDERS, run.id, self.planner),
            progress=progress,
            tell=Teller(run, Kind.ORDERS, discard),
        )
        self.flights = Flights(
            self.sender,  # type: ignore[arg-type]
            ledger=self.ledger,
            books=self.books,
            control=self.control,
            parallel=parallel,
        )

    def cargo(self, *numbers: int, cursor: str) -> Cargo:
        sightings = {str(number): self.planner.sight(order(number)) for number in numbers}
        plans = []
        for key, sighting in sightings.items():
            assert sighting.draft is not None
            step = Step(name="add", method="POST", path="items", keys=(key,), body={})
            plans.append(Plan((RecordPlan(draft=sighting.draft, outcome=Outcome.CREATED),), (step,)))
        return Cargo(plans=plans, sightings=sightings, cursor=cursor)

    def states(self) -> dict[str, EntryState]:
        return {key: entry.state for (_, _, key), entry in self.ledger.entries.items()}


async def test_a_record_that_a_shifting_page_shows_twice_counts_once_although_nothing_is_sent(bench: Bench) -> None:
    bench.terms = b"terms"
    bench.ledger = SlowLedger()
    bench.__post_init__()
    bench.source.records = [order(number) for number in range(1, 7)]
    assert (await bench.run()).is_finished
    bench.source.records = [order(number) for number in (1, 2, 3, 4, 4, 5, 6)]
    result = await bench.run()
    assert result.is_finished
    assert result.balance.flows[Kind.ORDERS].read == 6


async def test_a_record_that_changes_between_two_showings_counts_once(bench: Bench) -> None:
    bench.terms = b"terms"
    bench.ledger = SlowLedger()
    bench.__post_init__()
    bench.source.records = [order(number) for number in range(1, 7)]
    assert (await bench.run()).is_finished
    bench.source.records = [*(order(number) for number in (1, 2, 3, 4)), order(4, "11.00"), order(5), order(6)]
    result = await bench.run()
    assert result.is_finished
    assert result.balance.flows[Kind.ORDERS].read == 6
    assert bench.warehouse.items["4"]["total"] == "11.00 EUR"


async def test_no_place_is_kept_that_lies_behind_records_that_never_left(bench: Bench) -> None:
    tower = Tower(bench, "1")
    await tower.flights.launch(tower.cargo(1, 2, cursor="2"))
    await tower.flights.launch(tower.cargo(cursor="4"))
    await turns()
    grounding = asyncio.create_task(tower.flights.ground(at_once=False))
    await turns()
    tower.sender.may_answer.set()
    await grounding
    assert tower.sender.asked == ["1"]
    assert tower.states() == {"1": EntryState.SETTLED}
    assert tower.books.mark.cursor is None


async def test_a_later_flight_sends_with_what_the_earlier_one_no_longer_needs(bench: Bench) -> None:
    tower = Tower(bench, "1", "2", "3", "4", "5", parallel=2)
    await tower.flights.launch(tower.cargo(1, 2, 3, cursor="3"))
    await tower.flights.launch(tower.cargo(4, 5, cursor="5"))
    await turns()
    assert tower.sender.asked == ["1", "2"]
    tower.sender.may_answer.set()
    await tower.flights.landed()
    assert tower.sender.asked == ["1", "2", "3", "4", "5"]


async def test_what_waits_for_room_is_under_way_already_and_never_leaves_once_the_run_ends(bench: Bench) -> None:
    tower = Tower(bench, "1", "2", parallel=3)
    for number in (1, 2, 3):
        await tower.flights.launch(tower.cargo(number, cursor=str(number)))
    await turns()
    assert tower.flights.carry(iter(["3"]))
    assert tower.sender.asked == ["1", "2"]
    grounding = asyncio.create_task(tower.flights.ground(at_once=False))
    await turns()
    tower.sender.may_answer.set()
    await grounding
    assert tower.sender.asked == ["1", "2"]
    assert tower.states() == {"1": EntryState.SETTLED, "2": EntryState.SETTLED}
    assert (tower.books.mark.cursor, tower.ledger.intents) == ("2", {})


async def test_what_waits_for_room_leaves_when_its_launch_is_no_longer_waited_for(bench: Bench) -> None:
    tower = Tower(bench, "1", "2", parallel=3)
    for number in (1, 2, 3):
        await tower.flights.launch(tower.cargo(number, cursor=str(number)))
    waiting = asyncio.create_task(tower.flights.launch(tower.cargo(4, cursor="4")))
    await turns()
    waiting.cancel()
    await asyncio.wait({waiting})
    tower.sender.may_answer.set()
    await tower.flights.landed()
    assert tower.sender.asked == ["1", "2", "3"]
    assert tower.books.mark.cursor == "3"


async def test_a_record_under_way_in_the_second_flight_is_noticed(bench: Bench) -> None:
    tower = Tower(bench, "1", "2", parallel=2)
    await tower.flights.launch(tower.cargo(1, cursor="1"))
    await tower.flights.launch(tower.cargo(2, cursor="2"))
    assert tower.flights.carry(iter(["2"]))
    assert not tower.flights.carry(iter(["3"]))
    tower.sender.may_answer.set()
    await tower.flights.landed()


async def test_what_has_answered_is_written_although_an_earlier_request_is_cut_off(bench: Bench) -> None:
    tower = Tower(bench, "1", parallel=2)
    await tower.flights.launch(tower.cargo(1, cursor="1"))
    await tower.flights.launch(tower.cargo(2, cursor="2"))
    await turns()
    await tower.flights.ground(at_once=True)
    assert tower.states() == {"1": EntryState.SENT, "2": EntryState.SETTLED}
    assert not tower.ledger.intents
    assert tower.books.mark.cursor is None


async def test_what_has_answered_is_written_although_waiting_for_the_rest_is_cancelled(bench: Bench) -> None:
    tower = Tower(bench, "1", parallel=2)
    await tower.flights.launch(tower.cargo(1, cursor="1"))
    await tower.flights.launch(tower.cargo(2, cursor="2"))
    await turns()
    grounding = asyncio.create_task(tower.flights.ground(at_once=False))
    await turns()
    grounding.cancel()
    await asyncio.wait({grounding})
    assert tower.states() == {"1": EntryState.SENT, "2": EntryState.SETTLED}
    assert not tower.ledger.intents


async def test_outcomes_being_written_are_written_although_the_flow_is_cancelled(bench: Bench) -> None:
    tower = Tower(bench)
    await tower.flights.launch(tower.cargo(1, cursor="1"))
    landing = asyncio.create_task(tower.flights.landed())
    for _turn in range(20):  # the answer is there, and the ledger is at work
        await asyncio.sleep(0)
    assert not tower.ledger.entries
    landing.cancel()
    await asyncio.wait({landing})
    await tower.flights.ground(at_once=True)
    assert tower.states() == {"1": EntryState.SETTLED}
    assert (tower.books.mark.read, tower.books.mark.cursor) == (1, "1")


async def test_a_paused_run_ends_at_once_when_it_has_to(bench: Bench) -> None:
    tower = Tower(bench)
    tower.control.pause()
    await tower.flights.launch(tower.cargo(1, cursor="1"))
    await tower.flights.ground(at_once=True)
    assert not tower.sender.asked
    assert not tower.states()
    assert not tower.ledger.intents


class CrowdTarget(WarehouseTarget):
    """Notes the order numbers that were planned while another order with the same number was under way."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.http, bench.warehouse, 1)
        self.under_way: Counter[str] = Counter()
        self.met: list[str] = []

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        numbers = Counter(_number_of(draft) for draft in drafts) + self.under_way
        self.met += [number for number, count in numbers.items() if count > 1]
        self.under_way.update(_number_of(draft) for draft in drafts)
        return await super().look_up(drafts)

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        self.under_way.subtract(_number_of(record.draft) for record in plan.records)
        return await super().confirm(plan, answers)


def _number_of(draft: Draft) -> str:
    assert isinstance(draft.record, Order)
    return draft.record.number


async def test_records_of_one_name_on_one_page_are_planned_one_after_another(bench: Bench) -> None:
    target = bench.target = CrowdTarget(bench)
    bench.source.page_size = 10
    bench.source.records = [
        replace(order(number), number="2026/7") if number in {2, 5, 6} else order(number) for number in range(9)
    ]
    result = await bench.run()
    assert result.is_finished
    assert result.balance.total.count(Outcome.CREATED) == 9
    assert target.met == []
    arrivals = bench.warehouse.arrivals
    assert sorted(arrivals) == [str(number) for number in range(9)]
    assert [key for key in arrivals if key in {"2", "5", "6"}] == ["2", "5", "6"]
    assert bench.ledger.marks["run1", Kind.ORDERS].cursor == "9"
