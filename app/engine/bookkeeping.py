"""What one flow writes down and tells: entries of the ledger, the place reached, progress and the live log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from app.core.events import now
from app.core.ledger import Entry, FlowMark, Intent, Landing, RunRecord
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.engine.entries import EntryWriter
from app.engine.planning import Sighting
from app.engine.progress import Progress
from app.engine.telling import Teller


class Bookkeeping:
    """``mark`` is what has been written; it moves only with what is written beside it."""

    def __init__(
        self, run: RunRecord, kind: Kind, *, mark: FlowMark, entries: EntryWriter, progress: Progress, tell: Teller
    ) -> None:
        self.mark = mark
        self.entries = entries
        self._run = run
        self._kind = kind
        self._progress = progress
        self._tell = tell

    def intent(self, number: int, keys: tuple[str, ...]) -> Intent:
        moment = now()
        return Intent(
            id=f"{self._run.id}/{self._kind}/{moment.timestamp():.6f}/{number}",
            integration=self._run.integration,
            kind=self._kind,
            run_id=self._run.id,
            keys=keys,
            at=moment,
        )

    def landing(
        self,
        entries: Sequence[Entry],
        *,
        known: Mapping[str, Entry],
        unchanged: Sequence[str] = (),
        record_hashes: Mapping[str, bytes] = MappingProxyType({}),
        intents: Sequence[Intent] = (),
        cursor: str = "",
    ) -> Landing:
        """``known`` are the entries before; an empty ``cursor`` leaves the place where it is."""
        met_first = sum(self._is_first(known.get(entry.key)) for entry in entries) + len(unchanged)
        return Landing(
            integration=self._run.integration,
            kind=self._kind,
            run_id=self._run.id,
            at=now(),
            entries=entries,
            unchanged=unchanged,
            record_hashes=record_hashes,
            intents=intents,
            mark=replace(self.mark, read=self.mark.read + met_first, cursor=cursor or self.mark.cursor),
        )

    def landed(self, landing: Landing, sightings: Mapping[str, Sighting]) -> None:
        """Once it is written: counts and tells."""
        read_before, self.mark = self.mark.read, landing.mark
        self._progress.count(self.mark.read - read_before)
        self._progress.count(0, Outcome.UNCHANGED, number=len(landing.unchanged))
        for (outcome, reason), number in Counter((entry.outcome, entry.reason) for entry in landing.entries).items():
            if outcome is not None:
                self._progress.count(0, outcome, reason, number)
        for entry in landing.entries:
            if entry.outcome is not None:
                self._tell.settled(entry, sightings[entry.key])
        self._tell.sent(landing.entries)
        self._progress.tell(current=landing.entries[-1].key if landing.entries else "")

    def _is_first(self, before: Entry | None) -> bool:
        return before is None or not before.was_met_by(self._run.id)
