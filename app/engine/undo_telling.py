"""What an undo writes to the live log and tells the window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from app.core.errors import AppError
from app.core.events import Emit, Level, LogEvent, RecordEvent, RunState, RunStateEvent, SummaryEvent
from app.core.labels import KIND_NAMES, MODE_NAMES, counted
from app.core.ledger import Entry, RunRecord
from app.core.outcomes import Balance, Outcome
from app.core.reasons import ReasonTexts
from app.core.records import Kind
from app.core.texts import Text, text

_LEVELS = {Outcome.UNCHANGED: Level.INFO, Outcome.FAILED: Level.ERROR, Outcome.IN_DOUBT: Level.WARNING}


class UndoTeller:
    def __init__(self, run: RunRecord, emit: Emit, reasons: ReasonTexts) -> None:
        self._run = run
        self._emit = emit
        self._reasons = reasons

    def began(self, kind: Kind, count: int) -> None:
        words = text("{mode}: {records} to remove", mode=MODE_NAMES[self._run.mode], records=counted(kind, count))
        self.log(Level.INFO, words, kind=kind)

    def removed(self, entries: Sequence[Entry]) -> None:
        for kind, count in Counter(entry.kind for entry in entries if entry.reason == "undone").items():
            self.log(Level.OK, text("{records} removed", records=counted(kind, count)), kind=kind)

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
        words = text("{kind} {number}: {reason}", kind=KIND_NAMES[entry.kind], number=entry.key, reason=reason.words)
        self.log(_LEVELS.get(entry.outcome, Level.INFO), words, kind=entry.kind, key=entry.key, facts=facts)
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

    def state(
        self, state: RunState, message: Text = Text(""), remedy: Text = Text(""), error: AppError | None = None
    ) -> None:
        self._emit(
            RunStateEvent(
                run_id=self._run.id,
                integration=self._run.integration,
                mode=self._run.mode,
                state=state,
                message=message,
                remedy=remedy,
                field=error.field if error else None,
            )
        )

    def ended(self, state: RunState, message: Text, remedy: Text, error: AppError | None, balance: Balance) -> None:
        self.state(state, message, remedy, error)
        self._emit(
            SummaryEvent(
                run_id=self._run.id,
                integration=self._run.integration,
                balance=balance,
                is_finished=state is RunState.FINISHED,
            )
        )

    def log(
        self,
        level: Level,
        message: Text,
        *,
        kind: Kind | None = None,
        key: str = "",
        facts: Mapping[str, str] | None = None,
    ) -> None:
        self._emit(
            LogEvent(
                level=level,
                message=message,
                integration=self._run.integration,
                run_id=self._run.id,
                kind=kind,
                key=key,
                facts={name: value for name, value in (facts or {}).items() if value},
            )
        )
