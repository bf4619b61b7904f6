"""What is under way: intents first, then the requests, then the outcomes, while the next page is being prepared.

::

    launch -> wait for room -> intend -> send, several at once -> land, in the order of launching

Two flights may be in the air, so that the target never waits for the source, and one more waits on the runway, so that
the next page is prepared while outcomes are written; a checkpoint counts only after everything before it has been
confirmed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from app.core.ledger import Entry, Intent
from app.engine.bookkeeping import Bookkeeping
from app.engine.control import Control
from app.engine.planning import Sighting
from app.engine.ports import LedgerPort
from app.engine.sending import Results, Sender
from app.sdk.plan import Plan

_AT_ONCE = 2
_MOST_RECORDS = 100
"""What a crash may leave to be sent again; a target that takes larger batches gets one at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cargo:
    """Plans that leave together, what is written with their outcomes, and the place reached after them."""

    plans: Sequence[Plan] = ()
    sightings: Mapping[str, Sighting] = field(default_factory=dict)
    """Of everything in it, by key."""
    known: Mapping[str, Entry] = field(default_factory=dict)
    settled: Sequence[Entry] = ()
    """Decided without a request."""
    unchanged: Sequence[str] = ()
    record_hashes: Mapping[str, bytes] = field(default_factory=dict)
    """Of unchanged ones whose record is another than before."""
    cursor: str = ""

    @property
    def going(self) -> int:
        """Records that are really sent."""
        return sum(len(plan.keys) for plan in self.plans if plan.steps)

    def identities(self) -> Iterable[str]:
        """Of everything that is written about, whether it is sent or not."""
        yield from self.unchanged
        for sighting in self.sightings.values():
            yield from sighting.identities


def loaded(plans: Sequence[Plan], rest: Cargo, size: int) -> Iterator[Cargo]:
    """Plans in cargos of about so many records; what is written without sending, and the place, go with the last."""
    group: list[Plan] = []
    for plan in plans:
        if group and sum(len(each.keys) for each in group) + len(plan.keys) > size:
            yield _of(group, rest)
            group = []
        group.append(plan)
    yield replace(rest, plans=group)


def _of(plans: Sequence[Plan], rest: Cargo) -> Cargo:
    sightings = {key: rest.sightings[key] for plan in plans for key in plan.keys}
    return Cargo(plans=plans, sightings=sightings, known=rest.known)


@dataclass(slots=True)
class _Sent:
    """What has become of a cargo so far. ``begun`` but not in ``results``: the target may have it."""

    results: Results = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    error: BaseException | None = None


@dataclass(slots=True, kw_only=True)
class _Flight:
    records: int
    identities: frozenset[str]
    task: asyncio.Task[bool]


class Flights:
    """Of one flow. ``parallel`` requests are worth having under way at once."""

    def __init__(
        self,
        sender: Sender,
        *,
        ledger: LedgerPort,
        books: Bookkeeping,
        control: Control,
        parallel: int,
    ) -> None:
        self._sender = sender
        self._ledger = ledger
        self._books = books
        self._control = control
        self._parallel = parallel
        self._air: deque[_Flight] = deque()
        self._runway: asyncio.Task[None] | None = None
        self._next: frozenset[str] = frozenset()
        """Identities of what waits on the runway."""
        self._workers: set[asyncio.Task[None]] = set()
        # The later flight gets what the earlier one no longer needs: if they shared, both would run dry together.
        self._slots = asyncio.Semaphore(parallel)
        self._numbers = count()
        self._is_grounded = False

    def carry(self, identities: Iterable[str]) -> bool:
        """Something of these is under way: plans for it would be made from what is about to change."""
        if not self._air and self._runway is None:
            return False
        asked = frozenset(identities)
        return not all(asked.isdisjoint(each) for each in (self._next, *(flight.identities for flight in self._air)))

    async def launch(self, cargo: Cargo) -> None:
        """Waits while something waits on the runway. Raises what an earlier flight met; everything that answered is
        written then."""
        await self._runway_cleared()
        self._next = frozenset(cargo.identities())
        self._runway = asyncio.create_task(self._take_off(cargo, self._next))

    async def _take_off(self, cargo: Cargo, identities: frozenset[str]) -> None:
        while len(self._air) >= _AT_ONCE or not self._has_room(cargo):
            await self._first_down()
        before = self._air[-1].task if self._air else None
        task = asyncio.create_task(self._fly(cargo, before))
        self._air.append(_Flight(identities=identities, task=task, records=cargo.going))

    async def _runway_cleared(self) -> None:
        if self._runway is not None:
            # Cancelling whoever waits here must not keep what is ready from its turn: only grounding does.
            await asyncio.wait({self._runway})
            runway, self._runway, self._next = self._runway, None, frozenset()
            runway.result()

    def _has_room(self, cargo: Cargo) -> bool:
        return not self._air or sum(each.records for each in self._air) + cargo.going <= _MOST_RECORDS

    async def landed(self) -> None:
        """Waits until nothing is under way. Raises what a flight met."""
        await self._runway_cleared()
        while self._air:
            await self._first_down()

    async def ground(self, *, at_once: bool) -> None:
        """Nothing new leaves; what is in the air answers and is written. ``at_once``, or once this is cancelled, no
        answer is waited for any more, and what has come is written all the same."""
        self._is_grounded = True
        tasks: list[asyncio.Task[bool] | asyncio.Task[None]] = [flight.task for flight in self._air]
        if self._runway is not None:
            self._runway.cancel()
            tasks.append(self._runway)
        self._air.clear()
        if at_once:
            self._hang_up()
        try:
            await _ended(tasks)
        except asyncio.CancelledError:
            self._hang_up()
            await _ended(tasks)
            raise

    def _hang_up(self) -> None:
        for worker in self._workers:
            worker.cancel()

    async def _first_down(self) -> None:
        # Cancelling whoever waits here must not cancel what is being written.
        await asyncio.wait({self._air[0].task})
        self._air[0].task.result()
        self._air.popleft()

    async def _fly(self, cargo: Cargo, before: asyncio.Task[bool] | None) -> bool:
        """Whether everything up to its end has been confirmed."""
        intents = await self._intend(cargo)
        sent = await self._send(cargo.plans)
        if before is not None:
            await asyncio.wait({before})
        is_next = before is None or (not before.cancelled() and before.exception() is None and before.result())
        is_whole = await self._land(cargo, intents, sent, is_next=is_next)
        if sent.error is not None:
            raise sent.error
        return is_whole

    async def _intend(self, cargo: Cargo) -> Sequence[Intent]:
        keys = tuple(key for plan in cargo.plans if plan.steps for key in plan.keys)
        if not keys:
            return ()
        intent = self._books.intent(next(self._numbers), keys)
        await self._ledger.intend(intent)
        return (intent,)

    async def _send(self, plans: Sequence[Plan]) -> _Sent:
        sent, waiting = _Sent(), iter(plans)

        async def work() -> None:
            async with self._slots:
                for plan in waiting:
                    await self._control.gate()
                    if self._is_grounded:
                        return
                    sent.begun.update(plan.keys)
                    sent.results |= await self._sender.send(plan)

        number = 0 if self._is_grounded else min(self._parallel, len(plans))
        workers = [asyncio.create_task(work()) for _ in range(number)]
        self._workers.update(workers)
        for worker in workers:
            worker.add_done_callback(self._ground_after)
        try:
            outcomes = await asyncio.gather(*workers, return_exceptions=True)
        except asyncio.CancelledError as error:  # kept: what has answered is written before the flight ends
            await asyncio.wait(workers)
            sent.error = error
        else:
            sent.error = next((each for each in outcomes if isinstance(each, BaseException)), None)
        return sent

    def _ground_after(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        if worker.cancelled() or worker.exception() is not None:
            self._is_grounded = True

    async def _land(self, cargo: Cargo, intents: Sequence[Intent], sent: _Sent, *, is_next: bool) -> bool:
        books, known = self._books, cargo.known
        unheard = [key for key in sent.begun if key not in sent.results]
        entries = [
            *cargo.settled,
            *(books.entries.sent(cargo.sightings[key], known.get(key)) for key in unheard),
            *(
                books.entries.answered(cargo.sightings[key], known.get(key), result)
                for key, result in sent.results.items()
            ),
        ]
        is_whole = is_next and not unheard and len(sent.results) >= sum(len(plan.keys) for plan in cargo.plans)
        landing = books.landing(
            entries,
            known=known,
            unchanged=cargo.unchanged,
            record_hashes=cargo.record_hashes,
            intents=intents,
            cursor=cargo.cursor if is_whole else "",
        )
        await self._ledger.land(landing)
        books.landed(landing, cargo.sightings)
        return is_whole


async def _ended(tasks: Sequence[asyncio.Task[bool] | asyncio.Task[None]]) -> None:
    """Whatever became of them has been raised already, or is raised by what grounded them."""
    if tasks:
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()
