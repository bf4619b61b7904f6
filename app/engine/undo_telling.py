"""What an undo writes to the live log and tells the window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from app.core.events import Emit, Level, RecordEvent
from app.core.labels import MODE_NAMES, RECORD_NAMES, counted
from app.core.ledger import Entry, RunRecord
from app.core.outcomes import Outcome
from app.core.reasons import ReasonTexts
from app.core.records import Kind
from app.core.texts import text
from app.engine.runlog import RunLog

_LEVELS = {Outcome.UNCHANGED: Level.INFO, Outcome.FAILED: Level.ERROR, Outcome.IN_DOUBT: Level.WARNING}


class UndoTeller:
    def __init__(self, run: RunRecord, log: RunLog, emit: Emit, reasons: ReasonTexts) -> None:
        self._run = run
        self._log = log
        self._emit = emit
        self._reasons = reasons

    def began(self, kind: Kind, count: int) -> None:
        words = text("{mode}: {records} to remove", mode=MODE_NAMES[self._run.mode], records=counted(kind, count))
        self._log.write(Level.INFO, words, kind=kind)

    def removed(self, entries: Sequence[Entry]) -> None:
        for kind, count in Counter(entry.kind for entry in entries if entry.reason == "undone").items():
            self._log.write(Level.OK, text("{records} removed", records=counted(kind, count)), kind=kind)

    def record(self, entry: Entry, label: str) -> None:
        """One that stays, failed or is in doubt."""
        if entry.outcome is None:
            return
        reason = self._reasons.of(entry.reason)
        facts = {
            "reason": entry.reason,
            "next_step": str(reason.next_step.message),
            "target_says": entry.message,
            "record": label,
        }
        words = text("{kind} {number}: {reason}", kind=RECORD_NAMES[entry.kind], number=entry.key, reason=reason.words)
        self._log.write(_LEVELS.get(entry.outcome, Level.INFO), words, kind=entry.kind, key=entry.key, facts=facts)
        self._emit(
            RecordEvent(
                run_id=self._run.id,
                kind=entry.kind,
                key=entry.key,
                outcome=entry.outcome,
                reason=entry.reason,
                message=entry.message,
                label=label,
            )
        )
