"""Records that a rule left out are looked at again once a day, also where the shop does not move their changed date.

An order that was pending, or a contact who had not agreed, may be another one tomorrow. Some shops tell of that with a
new date of change, and then the ordinary sync finds it; the others are asked by id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from app.core.events import RunMode, now
from app.core.records import Deletion, Record, Unreadable
from app.engine.job import Job, Route
from app.engine.planning import Planner
from app.engine.ports import LedgerPort

PASSING_REASONS = ("status_left_out", "consent_required")
"""Left out for what the shop may change without a word; the others follow from settings."""
_EVERY = timedelta(days=1)
_SOON = timedelta(hours=1)
_FOR = timedelta(days=31)
"""Since the record was last read in the ordinary way: thirty looks."""
_MOST = 500
"""The latest ones: a history may hold any number of cancelled orders."""


class SecondLook:
    """Of one flow in one run. Methods raise StorageError."""

    def __init__(
        self, route: Route, job: Job, ledger: LedgerPort, planner: Planner, *, clock: Callable[[], datetime] = now
    ) -> None:
        self._kind = route.kind
        self._run = job.run
        self._is_wanted = job.run.mode is RunMode.CHANGES and not job.is_partial and not job.keys and route.has_changes
        self._ledger = ledger
        self._planner = planner
        self._clock = clock

    async def keys(self) -> Sequence[str]:
        """Whom to ask for; empty when the last look is less than a day ago."""
        if not self._is_wanted:
            return ()
        moment = self._clock()
        last = await self._ledger.looked_again_at(self._run.integration, self._kind)
        if last is not None and timedelta(0) <= moment - last < _EVERY:
            return ()
        return await self._ledger.left_out(
            self._run.integration,
            self._kind,
            PASSING_REASONS,
            since=moment - _FOR,
            but_run=self._run.id,
            limit=_MOST,
        )

    def changed(self, records: Sequence[Record | Unreadable]) -> Sequence[Record | Unreadable]:
        """Those that go now. The others stay as they are in the ledger, so that their thirty days end."""
        return [each for each in records if not isinstance(each, Deletion | Unreadable) and self._goes(each)]

    async def done(self, *, was_cut_short: bool = False) -> None:
        """Cut short by a fault, it is tried again in an hour: a record that always fails must not burden every sync."""
        at = self._clock() - (_EVERY - _SOON if was_cut_short else timedelta(0))
        await self._ledger.set_looked_again(self._run.integration, self._kind, at)

    def _goes(self, record: Record) -> bool:
        refusal = self._planner.sight(record).refusal
        return refusal is None or refusal.reason not in PASSING_REASONS
