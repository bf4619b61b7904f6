"""Lines of one run in the live log."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.events import Emit, Level, LogEvent
from app.core.ledger import RunRecord
from app.core.records import Kind
from app.core.texts import Text


class RunLog:
    def __init__(self, run: RunRecord, emit: Emit) -> None:
        self._run = run
        self._emit = emit

    def write(
        self,
        level: Level,
        message: Text,
        *,
        kind: Kind | None = None,
        key: str = "",
        facts: Mapping[str, str] | None = None,
    ) -> None:
        """Facts without a value are left out."""
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
