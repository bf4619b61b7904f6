"""A shop that goes on changing while it is read: ties, late commits, clocks that differ, both changes of the hour.

``python -m tests.faults.changes --changes 1000000 --seed 7`` generates histories until so many changes were made, and
says how many of them were missed or sent twice.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any, cast
from zoneinfo import ZoneInfo

from app.core.errors import UnreachableError
from app.core.events import RunMode, RunState, discard
from app.core.ledger import RunRecord
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Deletion, Kind, Order, OrderStatus, Record
from app.core.rules import Refusal
from app.core.texts import Text, text
from app.engine.job import Job, Route
from app.engine.life import Patience
from app.engine.run import Engine
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Known, Plan, RecordPlan, Settled, Step
from app.sdk.source import Page, ReadRequest
from app.sdk.target import Judgement, Timing
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash

_WARSAW = ZoneInfo("Europe/Warsaw")
_NIGHTS = (
    datetime(2026, 3, 29, tzinfo=UTC),  # Warsaw's spring: 02:00 is followed by 03:00
    datetime(2026, 10, 25, tzinfo=UTC),  # Warsaw's autumn: the hour from 02:00 comes twice
    datetime(2026, 11, 1, 5, tzinfo=UTC),  # New York's autumn
    datetime(2026, 6, 10, tzinfo=UTC),
)
_LATE_S = 300
_SKEW_S = 300
_SKEW_TOLD_S = 3 * 3600
_HOUR = timedelta(hours=1)


class Filter(StrEnum):
    """How a vendor's filter of changes takes moments."""

    AWARE = "aware"
    LOCAL = "local"
    """Warsaw's time without an offset."""
    DATES = "dates"


_GRANULARITY = {Filter.AWARE: timedelta(0), Filter.LOCAL: _HOUR, Filter.DATES: timedelta(days=2)}


@dataclass(frozen=True, slots=True)
class Change:
    """``stamp`` is the moment that the shop writes down, ``seen_at`` when it becomes visible."""

    number: int
    value: int
    stamp: datetime
    seen_at: datetime


@dataclass
class Shop:
    """Its own clock is the true one. ``page_takes`` lets time pass while it is read."""

    changes: Sequence[Change]
    filter: Filter
    now: datetime
    page_size: int = 3
    page_takes: timedelta = timedelta(0)
    breaks_after: int | None = None
    """So many pages until the connection is lost, once."""

    def rows(self) -> dict[int, Change]:
        """What is visible at this moment of each order."""
        return {each.number: each for each in self.changes if each.seen_at <= self.now}

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        after = int(request.cursor or -1)
        while True:
            rows = sorted((row for row in self.rows().values() if row.number > after), key=lambda row: row.number)
            page = [row for row in rows if self._is_asked_for(row, request)][: self.page_size]
            if not page:
                return
            self._break()
            after = page[-1].number
            yield Page([order_of(row) for row in page], str(after))
            self.now += self.page_takes

    async def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        rows = self.rows()
        found: list[Record] = [
            order_of(rows[int(each)]) if int(each) in rows else Deletion(id=each, kind=kind) for each in ids
        ]
        yield Page(found, "")

    async def count(self, request: ReadRequest) -> int | None:
        return None

    async def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        yield [str(number) for number in self.rows()]

    def _is_asked_for(self, row: Change, request: ReadRequest) -> bool:
        if request.since is None:
            return True
        return self._written(request.since) <= self._written(row.stamp) <= self._written(request.until)

    def _written(self, moment: datetime) -> Any:
        """As the vendor's filter writes it: whole seconds at best."""
        match self.filter:
            case Filter.AWARE:
                return moment.replace(microsecond=0)
            case Filter.LOCAL:
                return moment.astimezone(_WARSAW).replace(tzinfo=None, microsecond=0)
            case Filter.DATES:
                return moment.astimezone(_WARSAW).date()

    def _break(self) -> None:
        if self.breaks_after is None:
            return
        self.breaks_after -= 1
        if self.breaks_after < 0:
            self.breaks_after = None
            raise UnreachableError(text("The connection was lost."))


def order_of(row: Change) -> Order:
    return Order(
        id=str(row.number),
        number=f"2026/{row.number}",
        email=f"person{row.number}@example.com",
        customer_id="c1",
        status=OrderStatus.COMPLETED,
        created_at=row.stamp,
        updated_at=row.stamp,
        total=Money(Decimal(row.value), "EUR"),
    )


@dataclass
class Board:
    """A target that remembers every write, reached without a wire."""

    written: dict[str, list[str]] = field(default_factory=dict)
    parallel: int = 2

    # As the client of an account ----------------------------------------------------------------------------------

    @property
    def waits(self) -> Board:
        return self

    def words(self) -> Text:
        return Text("")

    async def request(self, method: str, path: str, *, body: Mapping[str, str], **_: object) -> Answer:
        self.written.setdefault(body["id"], []).append(body["total"])
        return Answer(200, {}, b"{}", path)

    # As a target --------------------------------------------------------------------------------------------------

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        """Nothing to know beforehand."""

    def setup(self) -> Sequence[Step]:
        return ()

    def batch_size(self, kind: Kind) -> int:
        return 1

    def draft(self, record: Record) -> Draft | Refusal:
        assert isinstance(record, Order)
        content = {"id": record.id, "total": str(record.total)}
        return Draft(key=record.id, kind=Kind.ORDERS, record=record, content=content, natural_keys=(record.number,))

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return {each.key: Known(exists=each.key in self.written, target_id=each.key) for each in drafts}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        ((draft, known),) = drafts
        outcome = Outcome.UPDATED if known.exists else Outcome.CREATED
        step = Step(name="put", method="PUT", path=draft.key, keys=(draft.key,), body=draft.content, is_repeatable=True)
        return Plan((RecordPlan(draft=draft, outcome=outcome, target_id=draft.key),), (step,))

    def judge(self, step: Step, answer: Answer) -> Judgement:
        return Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        return {each.key: Settled(outcome=each.outcome, target_id=each.key) for each in plan.records}


@dataclass(frozen=True, slots=True)
class ToldClock:
    """The client of the shop, as far as it knows how the clocks differ."""

    ahead_by: timedelta | None
    waits: Board

    @property
    def vendor_clock(self) -> ToldClock:
        return self


@dataclass
class Verdict:
    changes: int = 0
    missed: int = 0
    doubled: int = 0
    runs: int = 0

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict(
            self.changes + other.changes,
            self.missed + other.missed,
            self.doubled + other.doubled,
            self.runs + other.runs,
        )


@dataclass
class History:
    """Runs of one integration against one shop, driven by ``chance``."""

    chance: random.Random
    board: Board = field(default_factory=Board)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    number: int = 0

    def __post_init__(self) -> None:
        self.runs = MemoryRuns(self.ledger)
        self.night = self.chance.choice(_NIGHTS)
        self.tells_time = self.chance.random() < 0.5
        self.shop = Shop(
            changes=self._changes(),
            filter=self.chance.choice(list(Filter)),
            now=self.night - 4 * _HOUR,
            page_takes=timedelta(seconds=self.chance.choice([0, 0, 7, 200])),
        )

    async def verdict(self) -> Verdict:
        await self._run(RunMode.HISTORICAL)
        while self.shop.now < self.night + 4 * _HOUR:
            self.shop.now = self._next_moment()
            if self.chance.random() < 0.3:
                self.shop.breaks_after = self.chance.randint(0, 3)
            await self._run_or_go_on()
        self.shop.breaks_after = None
        for _ in range(2):  # what is late or still to come for a slow clock has its time
            self.shop.now += 6 * _HOUR
            await self._run_or_go_on()
        await self._run(RunMode.CHANGES)
        return self._judged()

    def _next_moment(self) -> datetime:
        """Later, and often just when something happens."""
        coming = [moment for each in self.shop.changes for moment in (each.stamp, each.seen_at)]
        coming = [moment for moment in coming if moment > self.shop.now]
        if coming and self.chance.random() < 0.5:
            return max(self.shop.now, min(coming) + timedelta(seconds=self.chance.randint(-1, 1)))
        return self.shop.now + timedelta(seconds=self.chance.choice([1, 40, 300, 900, 5_400]))

    def _changes(self) -> list[Change]:
        """Of one order, one change becomes visible after the other, as its row is locked meanwhile."""
        orders = self.chance.randint(1, 12)
        moments = [
            self.night + timedelta(seconds=self.chance.randint(-4 * 3600, 4 * 3600))
            for _ in range(self.chance.randint(1, 10))
        ]
        made: list[Change] = []
        visible: dict[int, datetime] = {}
        for value, stamp in enumerate(sorted(self.chance.choice(moments) for _ in range(self.chance.randint(1, 30)))):
            number = self.chance.randrange(orders)
            late_s = self.chance.choice([0, 0, 1, 59, _LATE_S, self.chance.randint(0, _LATE_S)])
            seen_at = stamp + timedelta(seconds=late_s)
            seen_at = max(seen_at, visible.get(number, seen_at))
            visible[number] = seen_at
            made.append(Change(number, value, stamp, seen_at))
        return sorted(made, key=lambda each: (each.seen_at, each.value))

    async def _run_or_go_on(self) -> None:
        unfinished = await self.runs.last_unfinished("shop")
        if unfinished is None or self.chance.random() < 0.3:
            await self._run(RunMode.CHANGES)
        else:
            self._this_computers_time()
            await self._engine(replace(unfinished, state=RunState.RUNNING)).run()

    async def _run(self, mode: RunMode) -> None:
        self.number += 1
        moment = self._this_computers_time()
        if await self.runs.watermark("shop", Kind.ORDERS) is None:
            mode = RunMode.HISTORICAL
        run = RunRecord(
            id=f"run{self.number}",
            integration="shop",
            mode=mode,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=(Kind.ORDERS,),
        )
        await self._engine(run).run()

    def _this_computers_time(self) -> datetime:
        most = _SKEW_TOLD_S if self.tells_time else _SKEW_S
        self.skew = timedelta(seconds=self.chance.choice([0, 1, -1, most, -most, self.chance.randint(-most, most)]))
        return self.shop.now + self.skew

    def _engine(self, run: RunRecord) -> Engine:
        told = ToldClock(-self.skew if self.tells_time else None, self.board)
        route = Route(
            kind=Kind.ORDERS,
            source=self.shop,
            target=self.board,
            http=cast("Any", self.board),
            source_http=cast("Any", told),
            source_account="shop",
            target_account="board",
            granularity=_GRANULARITY[self.shop.filter],
        )
        return Engine(
            Job(run=run, routes=(route,)),
            ledger=self.ledger,
            runs=self.runs,
            keyed_hash=keyed_hash,
            emit=discard,
            patience=Patience(()),
            clock=lambda: self.shop.now + self.skew,
        )

    def _judged(self) -> Verdict:
        verdict = Verdict(changes=len(self.shop.changes), runs=self.number)
        for number, last in self.shop.rows().items():
            versions = [str(order_of(each).total) for each in self.shop.changes if each.number == number]
            written = self.board.written.get(str(number), [])
            verdict.missed += not written or written[-1] != str(order_of(last).total)
            places = [versions.index(each) for each in written]
            verdict.doubled += sum(later <= earlier for earlier, later in pairwise(places))
        return verdict


async def judged(chance: random.Random) -> Verdict:
    return await History(chance).verdict()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.changes", description=__doc__)
    parser.add_argument("--changes", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    sum_of_all, histories, begun = Verdict(), 0, time.monotonic()
    while sum_of_all.changes < chosen.changes:
        found = asyncio.run(judged(random.Random(f"{chosen.seed}/{histories}")))
        if found.missed or found.doubled:
            print(f"history {chosen.seed}/{histories}: {found}")  # noqa: T201 - a program
        sum_of_all, histories = sum_of_all + found, histories + 1
    seconds = time.monotonic() - begun
    print(f"{histories} histories in {seconds:.0f} s, time zone {time.tzname[0]}: {sum_of_all}")  # noqa: T201
    return int(bool(sum_of_all.missed or sum_of_all.doubled))


if __name__ == "__main__":
    sys.exit(main())
