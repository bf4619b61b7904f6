"""What one flow writes to the live log: records by number, addresses masked, reasons with the next step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.core.consent import ConsentState
from app.core.errors import AppError
from app.core.events import Emit, Level, RecordEvent
from app.core.labels import KIND_NAMES, MODE_NAMES, RECORD_NAMES, counted
from app.core.ledger import Entry, RunRecord
from app.core.local_words import local_moment
from app.core.outcomes import Outcome
from app.core.reasons import ReasonTexts
from app.core.records import Bounce, Contact, Kind, OptOut, Record, Unreadable
from app.core.texts import Text, text
from app.engine.planning import Sighting, number_of
from app.engine.runlog import RunLog

_LEVELS = {
    Outcome.SKIPPED: Level.INFO,
    Outcome.HELD: Level.WARNING,
    Outcome.FAILED: Level.ERROR,
    Outcome.IN_DOUBT: Level.WARNING,
}


class Teller:
    def __init__(self, run: RunRecord, kind: Kind, emit: Emit, reasons: ReasonTexts | None = None) -> None:
        self._run = run
        self._kind = kind
        self._lines = RunLog(run, emit)
        self._emit = emit
        self._reasons = reasons or ReasonTexts()

    def began(self, since: datetime | None) -> None:
        mode, kind = MODE_NAMES[self._run.mode], KIND_NAMES[self._kind]
        if since is None:
            self._log(Level.INFO, text("{mode}: {kind}, from the beginning", mode=mode, kind=kind))
        else:
            self._log(Level.INFO, text("{mode}: {kind} since {since}", mode=mode, kind=kind, since=local_moment(since)))

    def cut_short(self, error: AppError) -> None:
        """The second look is not finished."""
        words = text("The records left out could not all be looked at again: {error}", error=error.message)
        self._log(Level.WARNING, words, facts={"detail": error.detail})

    def sent(self, entries: Sequence[Entry]) -> None:
        arrived = sum(entry.outcome in {Outcome.CREATED, Outcome.UPDATED} for entry in entries)
        if arrived:
            self._log(Level.OK, text("{records} sent", records=counted(self._kind, arrived)))

    def settled(self, entry: Entry, sighting: Sighting) -> None:
        if entry.outcome in {Outcome.CREATED, Outcome.UPDATED}:
            self._objection(entry, sighting)
        level = _LEVELS.get(entry.outcome) if entry.outcome else None
        if level is None or entry.outcome is None:
            return
        reason = self._reasons.of(entry.reason)
        explanation = self._reasons.explained(entry.reason, entry.message)
        number = number_of(sighting.record)
        self._log(
            level,
            text("{kind} {number}: {reason}", kind=RECORD_NAMES[self._kind], number=number, reason=explanation.words),
            key=entry.key,
            facts={
                "reason": entry.reason,
                "next_step": str(reason.next_step.message),
                "where": entry.where,
                "target_says": explanation.message,
                "record": sighting.label,
            },
        )
        self._emit(
            RecordEvent(
                run_id=self._run.id,
                kind=self._kind,
                key=entry.key,
                outcome=entry.outcome,
                reason=entry.reason,
                where=entry.where,
                message=entry.message,
                label=sighting.label,
            )
        )

    def _objection(self, entry: Entry, sighting: Sighting) -> None:
        """Whoever said no on one side, and when the other side learned of it: people ask for both moments."""
        said_at = _said_no_at(sighting.record)
        if said_at is None:
            return
        self._log(
            Level.OK,
            text(
                "{kind} {number}: happened on {said}; the other system was told on {told}",
                kind=RECORD_NAMES[self._kind],
                number=number_of(sighting.record),
                said=local_moment(said_at),
                told=local_moment(entry.at),
            ),
            key=entry.key,
            facts={
                "said_no_at": said_at.isoformat(timespec="seconds"),
                "told_at": entry.at.isoformat(timespec="seconds"),
                "record": sighting.label,
            },
        )

    def _log(self, level: Level, message: Text, *, key: str = "", facts: dict[str, str] | None = None) -> None:
        self._lines.write(level, message, kind=self._kind, key=key, facts=facts)


def _said_no_at(record: Record | Unreadable) -> datetime | None:
    match record:
        case OptOut() | Bounce():
            return record.at
        case Contact() if record.consent.state is ConsentState.WITHDRAWN:
            return record.consent.changed_at
        case _:
            return None
