"""What one flow of a run reads, in this order: what was under way, its pages, what was left out, what has vanished."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from app.core.errors import DataError, ProtocolError, TemporaryError
from app.core.events import RunMode
from app.core.ledger import Entry
from app.core.records import Kind
from app.engine.circles import listed_once, unless_circling
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.planning import Planner
from app.engine.ports import LedgerPort
from app.engine.reading import closing, gathered, limited, read_ahead, vanished_pages
from app.engine.second_look import SecondLook
from app.engine.telling import Teller
from app.engine.window import Window
from app.sdk.reading import batches
from app.sdk.source import Page, ReadRequest

_FETCH_SIZE = 100


class Intake:
    """Methods raise what the source raises, StorageError and StopRequested. Only ``pages`` have a cursor."""

    def __init__(
        self,
        route: Route,
        job: Job,
        *,
        ledger: LedgerPort,
        window: Window,
        planner: Planner,
        control: Control,
        tell: Teller,
    ) -> None:
        self.is_emptied = False
        """The source lists nothing at all any more: rather a fault than a wish, so nothing is removed unasked."""
        self._route = route
        self._job = job
        self._ledger = ledger
        self._window = window
        self._planner = planner
        self._control = control
        self._tell = tell

    @property
    def _kind(self) -> Kind:
        return self._route.kind

    async def total(self, cursor: str | None) -> int | None:
        """How many records there are to be read; None where nobody knows."""
        if self._job.keys or self._job.run.mode is RunMode.RETRY:
            return len(self._job.keys.get(self._kind, ())) or None
        total = await self._route.source.count(await self._request(cursor))
        limit = self._job.run.limit
        return total if limit is None or total is None else min(total, limit)

    async def _request(self, cursor: str | None) -> ReadRequest:
        return ReadRequest(
            kind=self._kind,
            until=self._window.until,
            since=await self._window.opening(self._route),
            cursor=cursor,
            limit=self._job.run.limit,
        )

    async def leftovers(self, unsettled: Sequence[Entry]) -> AsyncIterator[Page]:
        """What an earlier run left under way is read again by its id, then looked up like everything else."""
        async for page in self._fetched([entry.key for entry in unsettled]):
            yield page

    async def pages(self, cursor: str | None) -> AsyncIterator[Page]:
        """From the cursor on: everything new, or the records that the run is about."""
        run = self._job.run
        if self._job.keys:
            pages = self._fetched(self._job.keys.get(self._kind, ()))
        elif run.mode is RunMode.RETRY:
            pages = self._open_issues()
        else:
            pages = self._timed(unless_circling(self._route.source.read(await self._request(cursor))))
            pages = limited(pages, run.limit)
        async with closing(read_ahead(gathered(pages, self._route.target.batch_size(self._kind)))) as joined:
            async for page in joined:
                yield page

    async def _timed(self, pages: AsyncIterator[Page]) -> AsyncIterator[Page]:
        async with closing(pages):
            async for page in pages:
                await self._window.compare_clocks(self._route)
                yield page

    async def _fetched(self, keys: Sequence[str]) -> AsyncIterator[Page]:
        for group in batches(keys, _FETCH_SIZE):
            async for page in self._route.source.fetch(self._kind, group):
                yield Page(page.records, "")

    async def _open_issues(self) -> AsyncIterator[Page]:
        async for entries in self._ledger.open_issues(self._job.run.integration, (self._kind,)):
            async for page in self._fetched([entry.key for entry in entries]):
                yield page

    async def second_look(self) -> AsyncIterator[Page]:
        """What a rule left out lately and goes now."""
        look = SecondLook(self._route, self._job, self._ledger, self._planner)
        keys = await look.keys()
        if not keys:
            return
        try:
            async for page in self._fetched(keys):
                yield Page(look.changed(page.records), "")
        except (DataError, ProtocolError, TemporaryError) as error:  # the sync itself is complete without it
            self._tell.cut_short(error)
            await look.done(was_cut_short=True)
        else:
            await look.done()

    async def vanished(self) -> AsyncIterator[Page]:
        """Deletions, found by comparing what the target holds with what the source still lists."""
        if not self._route.sweeps or self._job.is_partial or self._job.keys:
            return
        if not await self._ledger.held(self._job.run.integration, self._kind):
            return
        existing: set[str] = set()
        async with closing(listed_once(self._route.source.all_ids(self._kind))) as lists:
            async for keys in lists:
                existing.update(keys)
                await self._control.gate()
        self.is_emptied = not existing
        async for page in vanished_pages(self._kind, self._held_keys(), existing):
            yield page

    async def _held_keys(self) -> AsyncIterator[Sequence[str]]:
        after = ""
        while keys := await self._ledger.keys(self._job.run.integration, self._kind, after=after):
            yield keys
            after = keys[-1]
