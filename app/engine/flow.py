"""One flow of a run: read, sort, plan, send, settle, checkpoint.

A checkpoint counts only after the target has confirmed everything before it; what was under way at a crash is looked up
before it is sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from app.core.errors import DataError
from app.core.events import Emit, RunMode
from app.core.ledger import Entry, FlowMark
from app.core.outcomes import FlowBalance, Outcome
from app.core.records import Kind
from app.engine.control import Control
from app.engine.entries import EntryWriter
from app.engine.history import with_history
from app.engine.job import Job, Route
from app.engine.planning import Planner, Sighting, in_groups
from app.engine.ports import LedgerPort, RunsPort
from app.engine.progress import Progress
from app.engine.reading import closing, gathered, limited, read_ahead, vanished_pages
from app.engine.removals import allowed_removals, removal_count, removes
from app.engine.sending import Results, Sender
from app.engine.telling import Teller
from app.sdk.plan import Draft, Plan, Settled
from app.sdk.source import Page, ReadRequest

_FETCH_SIZE = 100


class Flow:
    """Raises ConfigError, TemporaryError, ProtocolError, StorageError and StopRequested; may then be run again and
    continues where it stopped."""

    def __init__(
        self,
        route: Route,
        job: Job,
        *,
        ledger: LedgerPort,
        runs: RunsPort,
        planner: Planner,
        progress: Progress,
        control: Control,
        emit: Emit,
        mark: FlowMark,
        is_continued: bool,
    ) -> None:
        self.mark = mark
        self.removals_to_confirm = 0
        self._route = route
        self._job = job
        self._ledger = ledger
        self._runs = runs
        self._planner = planner
        self._progress = progress
        self._control = control
        self._sender = Sender(route, planner)
        self._entries = EntryWriter(job.run.integration, route.kind, job.run.id, planner)
        self._tell = Teller(job.run, route.kind, emit)
        self._deferred: list[tuple[Plan, Mapping[str, Sighting]]] = []
        self._is_continued = is_continued

    @property
    def kind(self) -> Kind:
        return self._route.kind

    async def run(self) -> FlowMark:
        await self._begin()
        await self._process_all(self._leftovers())
        async with closing(self._pages()) as pages:
            async for page in pages:
                await self._process(page)
                self.mark = replace(self.mark, cursor=page.cursor or self.mark.cursor)
                await self._ledger.checkpoint(self._job.run.id, self.mark)
        await self._process_all(self._vanished())
        await self._settle_removals()
        self.mark = replace(self.mark, is_done=True)
        await self._ledger.checkpoint(self._job.run.id, self.mark)
        self._progress.tell(force=True)
        return self.mark

    async def _process_all(self, pages: AsyncIterator[Page]) -> None:
        async with closing(pages):
            async for page in pages:
                await self._process(page)

    async def save_place(self) -> None:
        """Keeps the numbers when a run ends early; the place stays the last checkpoint."""
        await self._ledger.checkpoint(self._job.run.id, self.mark)

    async def _begin(self) -> None:
        run_id, balance = self._job.run.id, FlowBalance()
        if self._is_continued:
            self.mark = replace(self.mark, read=await self._ledger.touched(run_id, self.kind))
            balance = (await self._ledger.balance(run_id)).flows.get(self.kind, FlowBalance())
        self._is_continued = True
        total = await self._total()
        self.mark = replace(self.mark, total=total)
        await self._ledger.checkpoint(run_id, self.mark)
        self._progress.begin(self.kind, balance, total)
        self._tell.began(await self._since())

    async def _total(self) -> int | None:
        if self._job.keys or self._job.run.mode is RunMode.RETRY:
            return len(self._job.keys.get(self.kind, ())) or None
        total = await self._route.source.count(await self._request())
        limit = self._job.run.limit
        return total if limit is None or total is None else min(total, limit)

    async def _since(self) -> datetime | None:
        run = self._job.run
        if run.mode is not RunMode.CHANGES:
            return run.since
        return run.since or await self._runs.watermark(run.integration, self.kind)

    async def _request(self) -> ReadRequest:
        run = self._job.run
        since = await self._since() if self._route.has_changes else None
        return ReadRequest(
            kind=self.kind,
            until=run.until,
            since=since,
            cursor=self.mark.cursor,
            limit=run.limit,
        )

    async def _leftovers(self) -> AsyncIterator[Page]:
        """What an earlier run left under way is read again by its id, then looked up like everything else."""
        entries = await self._ledger.unsettled(self._job.run.integration, self.kind)
        async for page in self._fetched([entry.key for entry in entries]):
            yield page

    async def _pages(self) -> AsyncIterator[Page]:
        run = self._job.run
        if self._job.keys:
            pages = self._fetched(self._job.keys.get(self.kind, ()))
        elif run.mode is RunMode.RETRY:
            pages = self._open_issues()
        else:
            pages = limited(self._route.source.read(await self._request()), run.limit)
        async with closing(gathered(read_ahead(pages), self._route.target.batch_size(self.kind))) as joined:
            async for page in joined:
                yield page

    async def _fetched(self, keys: Sequence[str]) -> AsyncIterator[Page]:
        for group in in_groups(keys, _FETCH_SIZE):
            async for page in self._route.source.fetch(self.kind, group):
                yield Page(page.records, "")

    async def _open_issues(self) -> AsyncIterator[Page]:
        async for entries in self._ledger.open_issues(self._job.run.integration, (self.kind,)):
            async for page in self._fetched([entry.key for entry in entries]):
                yield page

    async def _vanished(self) -> AsyncIterator[Page]:
        """Deletions, found by comparing what the target holds with what the source still lists."""
        if not self._route.sweeps or self._job.is_partial or self._job.keys:
            return
        if not await self._ledger.held(self._job.run.integration, self.kind):
            return
        existing: set[str] = set()
        async for keys in self._route.source.all_ids(self.kind):
            existing.update(keys)
            await self._control.gate()
        async for page in vanished_pages(self.kind, self._held_keys(), existing):
            yield page

    async def _held_keys(self) -> AsyncIterator[Sequence[str]]:
        after = ""
        while keys := await self._ledger.keys(self._job.run.integration, self.kind, after=after):
            yield keys
            after = keys[-1]

    async def _process(self, page: Page) -> None:
        await self._control.gate()
        sightings = [self._planner.sight(record) for record in page.records]
        known = await self._known([each.key for each in sightings])
        sightings = [with_history(each, known.get(each.key), self._job, self._route) for each in sightings]
        found = self._planner.sort(sightings, known, self._job.run.id)
        await self._write_without_sending(found.refused, found.unchanged, known)
        await self._send_all(found.to_plan, known)
        self._progress.tell()

    async def _known(self, keys: Sequence[str]) -> dict[str, Entry]:
        return dict(await self._ledger.load(self._job.run.integration, self.kind, keys))

    async def _write_without_sending(
        self, refused: Sequence[Sighting], unchanged: Sequence[Sighting], known: dict[str, Entry]
    ) -> None:
        entries = [self._entries.refused(each, each.refusal, known.get(each.key)) for each in refused if each.refusal]
        entries += [self._entries.unchanged(each, known.get(each.key)) for each in unchanged]
        await self._write(entries, [*refused, *unchanged], known)

    async def _send_all(self, sightings: Sequence[Sighting], known: dict[str, Entry]) -> None:
        by_key = {each.key: each for each in sightings}
        plans = await self._plans([each.draft for each in sightings if each.draft], by_key, known)
        waiting = [plan for plan in plans if removes(plan)]
        await self._defer(waiting, by_key, known)
        for group in in_groups([plan for plan in plans if plan not in waiting], self._route.http.parallel):
            await self._send_group(group, by_key, known)

    async def _plans(
        self, drafts: Sequence[Draft], by_key: Mapping[str, Sighting], known: dict[str, Entry]
    ) -> Sequence[Plan]:
        """A record that breaks the look-up is isolated; the others go on."""
        try:
            return await self._planner.plans(drafts)
        except DataError as error:
            if len(drafts) == 1:
                result = Settled(outcome=Outcome.FAILED, reason=error.reason, message=str(error.message))
                await self._settle({drafts[0].key: result}, by_key, known)
                return ()
        middle = len(drafts) // 2
        halves = [await self._plans(half, by_key, known) for half in (drafts[:middle], drafts[middle:])]
        return [plan for half in halves for plan in half]

    async def _send_group(self, plans: Sequence[Plan], by_key: Mapping[str, Sighting], known: dict[str, Entry]) -> None:
        """Intents first, then the requests, then the outcomes. What answered is settled even when another failed."""
        await self._control.gate()
        going = [by_key[key] for plan in plans if plan.steps for key in plan.keys]
        await self._write([self._entries.sent(each, known.get(each.key)) for each in going], going, known)
        answers = await asyncio.gather(*(self._sender.send(plan) for plan in plans), return_exceptions=True)
        results: Results = {}
        for answer in answers:
            if not isinstance(answer, BaseException):
                results |= answer
        await self._settle(results, by_key, known)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer

    async def _settle(self, results: Results, by_key: Mapping[str, Sighting], known: dict[str, Entry]) -> None:
        sightings = [by_key[key] for key in results]
        entries = [self._entries.settled(each, known.get(each.key), results[each.key]) for each in sightings]
        await self._write(entries, sightings, known)

    async def _write(self, entries: Sequence[Entry], sightings: Sequence[Sighting], known: dict[str, Entry]) -> None:
        if not entries:
            return
        await self._ledger.record(entries)
        first_seen = sum(self._is_first(known.get(entry.key)) for entry in entries)
        self.mark = replace(self.mark, read=self.mark.read + first_seen)
        self._progress.count(first_seen)
        for entry, sighting in zip(entries, sightings, strict=True):
            known[entry.key] = entry
            if entry.outcome is not None:
                self._progress.count(0, entry.outcome, entry.reason)
                self._tell.settled(entry, sighting)
        self._tell.sent(entries)
        self._progress.tell(current=entries[-1].key)

    def _is_first(self, before: Entry | None) -> bool:
        return before is None or before.run_id != self._job.run.id

    async def _defer(self, plans: Sequence[Plan], by_key: Mapping[str, Sighting], known: dict[str, Entry]) -> None:
        """Removals wait until the flow has been read, so that their number is known before the first one."""
        going = [by_key[key] for plan in plans for key in plan.keys]
        await self._write([self._entries.planned(each, known.get(each.key)) for each in going], going, known)
        self._deferred += [(plan, by_key) for plan in plans]

    async def _settle_removals(self) -> None:
        plans = [plan for plan, _ in self._deferred]
        if not plans:
            return
        holder = Kind.CONTACTS if self.kind.runs_back else self.kind
        allowed = allowed_removals(await self._ledger.held(self._job.run.integration, holder))
        number = removal_count(plans)
        asks = number > allowed and not self._job.removals_approved
        self.removals_to_confirm = number if asks else 0
        for plan, by_key in self._deferred:
            known = await self._known(plan.keys)
            if asks:
                held = Settled(outcome=Outcome.HELD, reason="large_removal")
                await self._settle(dict.fromkeys(plan.keys, held), by_key, known)
            else:
                await self._send_group([plan], by_key, known)
        self._deferred = []
