"""One flow of a run: read, sort, plan, send, settle, checkpoint.

A checkpoint counts only after the target has confirmed everything before it; what was under way at a crash is looked up
before it is sent again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace

from app.core.errors import AppError, DataError
from app.core.events import Emit
from app.core.ledger import Entry, FlowMark
from app.core.outcomes import FlowBalance, Outcome
from app.core.records import Kind, Record, Unreadable
from app.engine.bookkeeping import Bookkeeping
from app.engine.control import Control
from app.engine.doubts import left_in_doubt
from app.engine.entries import EntryWriter
from app.engine.flights import Cargo, Flights, loaded
from app.engine.history import with_history
from app.engine.intake import Intake
from app.engine.job import Job, Route
from app.engine.planning import Planner, Sighting
from app.engine.ports import LedgerPort
from app.engine.progress import Progress
from app.engine.reading import closing, one_of_each_name
from app.engine.removals import allowed_removals, removal_count, removes
from app.engine.sending import Results, Sender
from app.engine.telling import Teller
from app.engine.window import Window
from app.sdk.plan import Draft, Plan, Settled
from app.sdk.source import Page

_CARGO_SIZE = 50
"""Two of them are in the air at most: a target that takes larger batches gets them one at a time."""


class Flow:
    """Raises ConfigError, TemporaryError, ProtocolError, StorageError and StopRequested; may then be run again and
    continues where it stopped."""

    def __init__(
        self,
        route: Route,
        job: Job,
        *,
        ledger: LedgerPort,
        window: Window,
        planner: Planner,
        progress: Progress,
        control: Control,
        emit: Emit,
        mark: FlowMark,
        is_continued: bool,
    ) -> None:
        self.removals_to_confirm = 0
        self._route = route
        self._job = job
        self._ledger = ledger
        self._window = window
        self._planner = planner
        self._progress = progress
        self._control = control
        self._sender = Sender(route, planner)
        self._tell = Teller(job.run, route.kind, emit, job.reasons)
        self._entries = EntryWriter(job.run.integration, route.kind, job.run.id, planner)
        self._books = Bookkeeping(
            job.run, route.kind, mark=mark, entries=self._entries, progress=progress, tell=self._tell
        )
        self._intake = Intake(
            route, job, ledger=ledger, window=window, planner=planner, control=control, tell=self._tell
        )
        self._deferred: list[Cargo] = []
        self._waiting: set[str] = set()
        """Keys of removals that are deferred."""
        self._unsettled: Sequence[Entry] = ()
        self._is_continued = is_continued
        self._holds_any = False
        """Whether the target held something of this kind when the flow began; else there is nothing to recognise."""

    @property
    def mark(self) -> FlowMark:
        """What has been written of the place reached."""
        return self._books.mark

    @property
    def kind(self) -> Kind:
        return self._route.kind

    async def run(self) -> FlowMark:
        """``begin`` comes first, each time."""
        flights = self._new_flights()
        try:
            await self._travel(flights)
        except asyncio.CancelledError:
            await flights.ground(at_once=True)
            raise
        except BaseException:  # whatever ends the flow: what is in the air answers and is written
            await flights.ground(at_once=False)
            raise
        await self._set_mark(replace(self.mark, is_done=True))
        self._progress.tell(force=True)
        return self.mark

    async def _travel(self, flights: Flights) -> None:
        await self._process_all(flights, self._intake.leftovers(self._unsettled))
        await self._process_all(flights, self._intake.pages(self.mark.cursor))
        await flights.landed()
        await self._process_all(flights, self._intake.second_look())
        await flights.landed()
        await self._process_all(flights, self._intake.vanished())
        await flights.landed()
        await self._settle_removals(flights)
        await flights.landed()

    async def _process_all(self, flights: Flights, pages: AsyncIterator[Page]) -> None:
        async with closing(pages):
            try:
                async for page in pages:
                    for part in one_of_each_name(page, self._planner.names_of):
                        await self._process(flights, part)
            except AppError:  # where reading fails, what has left before arrives first
                with contextlib.suppress(AppError):
                    await flights.landed()
                raise

    def _new_flights(self) -> Flights:
        return Flights(
            self._sender,
            ledger=self._ledger,
            books=self._books,
            control=self._control,
            parallel=self._route.http.parallel,
        )

    async def _set_mark(self, mark: FlowMark) -> None:
        await self._ledger.checkpoint(self._job.run.id, mark)
        self._books.mark = mark

    async def save_place(self) -> None:
        """Keeps the numbers when a run ends early; the place stays the last checkpoint."""
        await self._ledger.checkpoint(self._job.run.id, self.mark)

    async def begin(self) -> None:
        """Asks the source how much there is; the target is not needed yet."""
        run_id, balance, mark = self._job.run.id, FlowBalance(), self.mark
        self._deferred = []
        self._waiting = set()
        self._unsettled = await self._ledger.unsettled(self._job.run.integration, self.kind)
        self._holds_any = bool(await self._ledger.keys(self._job.run.integration, self.kind, limit=1))
        if self._is_continued:
            mark = replace(mark, read=await self._ledger.touched(run_id, self.kind))
            balance = (await self._ledger.balance(run_id)).flows.get(self.kind, FlowBalance())
        self._is_continued = True
        total = await self._intake.total(mark.cursor)
        await self._set_mark(replace(mark, total=total))
        self._progress.begin(self.kind, balance, total)
        self._tell.began(await self._window.since(self.kind))

    async def _process(self, flights: Flights, page: Page) -> None:
        await self._control.gate()
        records = {record.id: record for record in page.records if record.id not in self._waiting}
        if flights.carry(name for record in records.values() for name in (record.id, *self._planner.names_of(record))):
            await flights.landed()
        record_hashes = self._record_hashes(records.values()) if self._holds_any else {}
        met = await self._recognised(record_hashes)
        seen = self._sighted([each for key, each in records.items() if key not in met], record_hashes)
        known = await self._known(list(seen))
        sightings = {
            key: self._adjusted(each, known.get(key)) for key, each in seen.items() if key not in self._waiting
        }
        found = self._planner.sort(list(sightings.values()), known, self._job.run.id)
        plans, failed = await self._plans([each.draft for each in found.to_plan if each.draft])
        removals = [plan for plan in plans if removes(plan)]
        settled = [
            *(self._entries.refused(each, each.refusal, known.get(each.key)) for each in found.refused if each.refusal),
            *(self._entries.settled(sightings[key], known.get(key), result) for key, result in failed.items()),
            *self._deferring(removals, sightings, known),
        ]
        quiet = Cargo(
            sightings=sightings,
            known=known,
            settled=settled,
            unchanged=[*(key for key in met if not met[key]), *(each.key for each in found.unchanged)],
            record_hashes={each.key: each.record_hash for each in found.unchanged if each.record_hash},
            cursor=page.cursor,
        )
        for cargo in loaded([plan for plan in plans if plan not in removals], quiet, self._cargo_size):
            await flights.launch(cargo)

    def _record_hashes(self, records: Iterable[Record | Unreadable]) -> Mapping[str, bytes]:
        hashes = ((record.id, self._planner.record_hash(record)) for record in records)
        return {key: found for key, found in hashes if found}

    async def _recognised(self, record_hashes: Mapping[str, bytes]) -> Mapping[str, bool]:
        """Keys of records that are just as they were sent, and whether this run has met them already."""
        if not record_hashes:
            return {}
        return await self._ledger.recognised(self._job.run.integration, self.kind, record_hashes, self._job.run.id)

    def _sighted(
        self, records: Iterable[Record | Unreadable], record_hashes: Mapping[str, bytes]
    ) -> Mapping[str, Sighting]:
        """By its own key, which is another one than the record's where a person was erased."""
        planner = self._planner
        sightings = (planner.sight(each, record_hashes.get(each.id) or planner.record_hash(each)) for each in records)
        return {sighting.key: sighting for sighting in sightings}

    def _deferring(
        self, removals: Sequence[Plan], sightings: Mapping[str, Sighting], known: Mapping[str, Entry]
    ) -> Sequence[Entry]:
        """Removals wait until the flow has been read, so that their number is known before the first one."""
        self._deferred += [
            Cargo(plans=[plan], sightings={key: sightings[key] for key in plan.keys}) for plan in removals
        ]
        self._waiting.update(key for plan in removals for key in plan.keys)
        return [self._entries.planned(sightings[key], known.get(key)) for plan in removals for key in plan.keys]

    def _adjusted(self, sighting: Sighting, entry: Entry | None) -> Sighting:
        return left_in_doubt(
            with_history(sighting, entry, self._job, self._route, self._planner.search_keys),
            entry,
            self._job,
            self._route,
        )

    @property
    def _cargo_size(self) -> int:
        """Where the target cannot be asked, a crash may leave no more in doubt than was really under way."""
        return _CARGO_SIZE if self._route.looks_up else max(1, self._route.http.parallel // 2)

    async def _known(self, keys: Sequence[str]) -> dict[str, Entry]:
        return dict(await self._ledger.load(self._job.run.integration, self.kind, keys))

    async def _plans(self, drafts: Sequence[Draft]) -> tuple[Sequence[Plan], Results]:
        """A record that breaks the look-up is isolated; the others go on."""
        try:
            return await self._planner.plans(drafts), {}
        except DataError as error:
            if len(drafts) == 1:
                failed = Settled(outcome=Outcome.FAILED, reason=error.reason, message=str(error.message))
                return (), {drafts[0].key: failed}
        middle = len(drafts) // 2
        (left, failed_left), (right, failed_right) = [
            await self._plans(half) for half in (drafts[:middle], drafts[middle:])
        ]
        return [*left, *right], failed_left | failed_right

    async def _settle_removals(self, flights: Flights) -> None:
        plans = [plan for cargo in self._deferred for plan in cargo.plans]
        if not plans:
            return
        holder = Kind.CONTACTS if self.kind.runs_back else self.kind
        allowed = allowed_removals(await self._ledger.held(self._job.run.integration, holder))
        number = removal_count(plans)
        asks = (number > allowed or self._intake.is_emptied) and not self._job.removals_approved
        self.removals_to_confirm = number if asks else 0
        for cargo in self._deferred:
            known = await self._known(list(cargo.sightings))
            await flights.launch(self._held(cargo, known) if asks else replace(cargo, known=known))

    def _held(self, cargo: Cargo, known: Mapping[str, Entry]) -> Cargo:
        held = Settled(outcome=Outcome.HELD, reason="large_removal")
        entries = [self._entries.settled(each, known.get(key), held) for key, each in cargo.sightings.items()]
        return Cargo(sightings=cargo.sightings, known=known, settled=entries)
