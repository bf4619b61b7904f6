"""The time frame of a run: from where the one before it reached, up to its own beginning, on the source's clock.

A change may become visible minutes after the moment that it bears, and this computer's clock is not the shop's. Every
sync therefore reads the last quarter of an hour again; what the ledger knows already costs no request.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from app.core.events import RunMode, now
from app.core.ledger import RunRecord
from app.core.records import Kind
from app.core.texts import Text, ntext
from app.engine.job import Route
from app.engine.ports import RunsPort

OVERLAP = timedelta(minutes=15)
"""Five minutes for changes that become visible late, five for clocks that nobody can compare, five to spare."""
_NOTICED = timedelta(minutes=1)
"""A smaller difference of the clocks disappears in the overlap."""


class Window:
    """``tell`` hears once of a clock that is fast. Methods raise StorageError."""

    def __init__(
        self, run: RunRecord, runs: RunsPort, tell: Callable[[Text], None], *, clock: Callable[[], datetime] = now
    ) -> None:
        self.until = run.until
        self._run = run
        self._runs = runs
        self._tell = tell
        self._clock = clock
        self._asked_at = clock()
        # Whoever goes on with a run may do so on another day, with a clock that was set right meanwhile.
        self._is_settled = any(mark.cursor or mark.is_done for mark in run.marks)
        self._compared: set[str] = set()

    async def since(self, kind: Kind) -> datetime | None:
        """What a person calls the beginning."""
        if self._run.mode is not RunMode.CHANGES:
            return self._run.since
        return self._run.since or await self._runs.watermark(self._run.integration, kind)

    async def opening(self, route: Route) -> datetime | None:
        """From when on changes are asked for; None for everything. A day that a person chose is kept to."""
        self._asked_at = self._clock()
        since = await self.since(route.kind) if route.has_changes else None
        if since is None:
            return None
        overlap = OVERLAP if self._run.mode is RunMode.CHANGES else timedelta(0)
        return min(since, self.until) - overlap - route.granularity

    async def compare_clocks(self, route: Route) -> None:
        """Before the first place of a run is written: where this computer's clock is fast, the run has read only up to
        what the source's clock said when it began, and what changes until this computer's says the same is still to
        come. Where it is slow, the run read up to its own time, and the next one goes on from there."""
        ahead_by = route.ahead_by
        if self._is_settled or ahead_by is None or route.source_account in self._compared:
            return
        self._compared.add(route.source_account)
        # A run that waited before its first page may have begun with another clock: nobody reads the future.
        reached = min(self._run.until, self._asked_at) + ahead_by
        if self.until - reached < _NOTICED:
            return
        self.until = reached
        await self._runs.set_until(self._run.id, self.until)
        if -ahead_by < _NOTICED:
            return
        minutes = round(-ahead_by.total_seconds() / 60)
        self._tell(
            ntext(
                "The clock of this computer is {count} minute ahead of the other system's, whose own time is used.",
                "The clock of this computer is {count} minutes ahead of the other system's, whose own time is used.",
                minutes,
            )
        )

    async def close(self, route: Route) -> None:
        """The next sync goes on from here, unless this run left a gap behind the last one."""
        await self.compare_clocks(route)
        before = await self._runs.watermark(self._run.integration, route.kind)
        if self._run.since is None or before is None or self._run.since <= before:
            await self._runs.set_watermark(self._run.integration, route.kind, self.until)
