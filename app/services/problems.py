"""What a run could not send, with reasons and next steps; as a list for the eye and as a table for a spreadsheet."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.labels import KIND_NAMES, OUTCOME_NAMES
from app.core.ledger import Entry
from app.core.outcomes import Outcome
from app.core.reasons import ReasonTexts
from app.core.records import Kind
from app.core.texts import Text, _
from app.services.tables import write_table
from app.storage.ledger import Ledger
from app.storage.runs import Runs as RunBook

SHOWN = (Outcome.FAILED, Outcome.HELD, Outcome.IN_DOUBT, Outcome.SKIPPED)
LARGE_REMOVAL = "large_removal"
"""The reason of removals that wait until a person has seen them."""
_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemView:
    entry: Entry
    reason_text: Text
    """With the facts of this record, such as the difference of a total."""
    next_step: Text
    target_words: str = ""
    """What the receiving system said, or facts that the reason does not tell."""


class Problems:
    def __init__(self, ledger: Ledger, book: RunBook, reasons: ReasonTexts) -> None:
        self._ledger = ledger
        self._book = book
        self._reasons = reasons

    async def list(
        self,
        key: str,
        *,
        outcomes: Collection[Outcome] = SHOWN,
        reason: str | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> Sequence[ProblemView]:
        """``key`` is an integration, or the id of a run."""
        integration, run_id = await self._place(key)
        entries = await self._ledger.entries(
            integration, run_id=run_id, outcomes=outcomes, reason=reason, limit=limit, offset=offset
        )
        return [self._view(entry) for entry in entries]

    async def count(self, key: str, *, outcomes: Collection[Outcome] = SHOWN, reason: str | None = None) -> int:
        integration, run_id = await self._place(key)
        return await self._ledger.count(integration, run_id=run_id, outcomes=outcomes, reason=reason)

    async def keys(self, key: str, outcome: Outcome, reason: str) -> Mapping[Kind, Sequence[str]]:
        """All of them, by kind; ``key`` is an integration, or the id of a run."""
        integration, run_id = await self._place(key)
        found: dict[Kind, list[str]] = {}
        offset = 0
        while page := await self._ledger.entries(
            integration, run_id=run_id, outcomes=(outcome,), reason=reason, limit=_PAGE, offset=offset
        ):
            offset += len(page)
            for entry in page:
                found.setdefault(entry.kind, []).append(entry.key)
        return found

    async def export(self, key: str, path: Path, *, outcomes: Collection[Outcome] = SHOWN) -> int:
        """Writes CSV or Excel and returns the number of rows. Raises ConfigError, StorageError."""
        found: list[ProblemView] = []
        while page := await self.list(key, outcomes=outcomes, limit=_PAGE, offset=len(found)):
            found.extend(page)
        header = [
            _("Kind"),
            _("Record"),
            _("Place"),
            _("Outcome"),
            _("Reason"),
            _("Next step"),
            _("Words of the target"),
        ]
        await asyncio.to_thread(write_table, path, header, [_row(each) for each in found])
        return len(found)

    async def _place(self, key: str) -> tuple[str, str | None]:
        run = await self._book.get(key)
        return (run.integration, run.id) if run is not None else (key, None)

    def _view(self, entry: Entry) -> ProblemView:
        explanation = self._reasons.explained(entry.reason, entry.message)
        return ProblemView(
            entry=entry,
            reason_text=explanation.words,
            next_step=self._reasons.of(entry.reason).next_step,
            target_words=explanation.message,
        )


def _row(problem: ProblemView) -> Sequence[str]:
    entry = problem.entry
    outcome = str(OUTCOME_NAMES[entry.outcome]) if entry.outcome else ""
    words = (str(problem.reason_text), str(problem.next_step), problem.target_words)
    return (str(KIND_NAMES[entry.kind]), entry.key, entry.where, outcome, *words)
