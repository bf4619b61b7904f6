"""Undoing an import: first the count and the list, then, once the person has typed the count, the removal as a run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from app.core.configuration import Integration
from app.core.errors import ConfigError
from app.core.events import Emit, RunMode
from app.core.ledger import RunRecord
from app.core.reasons import ReasonTexts
from app.core.records import Kind
from app.core.texts import text
from app.engine.control import Control
from app.engine.life import Patience
from app.engine.ports import KeyedHash
from app.engine.undo import UndoEngine
from app.engine.undo_examining import Verdict
from app.engine.undo_survey import Survey, Surveyor
from app.services.integrations import Integrations
from app.services.launching import ActiveRuns, Launcher, RunHandle, going_on, new_run
from app.services.names import WrongUseError
from app.services.routes import Integrating, OpenIntegration
from app.storage.creations import Creations
from app.storage.ledger import Ledger
from app.storage.runs import Runs as RunBook

__all__ = ["UNDOABLE", "Survey", "SurveyProgress", "Undoing", "Verdict"]

UNDOABLE = frozenset({RunMode.HISTORICAL, RunMode.TRIAL, RunMode.RETRY})
"""A retry sends what an import could not. A sync is no import."""


@dataclass(frozen=True, slots=True)
class SurveyProgress:
    done: int
    total: int


class Undoing:
    """Methods raise AppError: credentials, an unreachable system, or a run that works already."""

    def __init__(
        self,
        *,
        integrations: Integrations,
        integrating: Integrating,
        launcher: Launcher,
        active: ActiveRuns,
        ledger: Ledger,
        book: RunBook,
        creations: Creations,
        keyed_hash: KeyedHash,
        reasons: ReasonTexts,
        emit: Emit,
        patience: Patience = Patience(),
    ) -> None:
        self._integrations = integrations
        self._integrating = integrating
        self._launcher = launcher
        self._active = active
        self._ledger = ledger
        self._book = book
        self._creations = creations
        self._hash = keyed_hash
        self._reasons = reasons
        self._emit = emit
        self._patience = patience

    async def is_undoable(self, run_id: str) -> bool:
        """Whether it is an import of which something is left that it created, as far as the journal knows."""
        run = await self._book.get(run_id)
        return run is not None and run.mode in UNDOABLE and await self._creations.any(run.integration, run.id)

    async def latest(self, key: str) -> str:
        """The id of the newest import of an integration that created something. Raises ConfigError."""
        integration = await self._integrations.stored(key)
        for run in await self._book.of_modes(key, UNDOABLE):
            if await self._creations.any(run.integration, run.id):
                return run.id
        raise ConfigError(
            text('"{integration}" has no import that could be undone.', integration=integration.title),
            remedy=text("Only what an import created can be removed again."),
        )

    async def survey(self, run_id: str) -> AsyncIterator[SurveyProgress | Survey]:
        """Looks every record up in source and target, and writes nothing. The last item is the survey."""
        run = await self._stored(run_id)
        integration = await self._ready(run.integration)
        counts = await self._created(run)
        total, found = sum(counts.values()), list[Verdict]()
        yield SurveyProgress(0, total)
        async with self._integrating.opened(integration, read_only=True) as opened:
            surveyor = Surveyor(run, opened.routes(tuple(counts)), opened.rules, self._creations, self._hash)
            async for verdicts in surveyor.verdicts():
                found += verdicts
                yield SurveyProgress(len(found), total)
        yield Survey(run=run, verdicts=found)

    async def start(self, survey: Survey, typed: int) -> RunHandle:
        """Removes what the survey found, as a run of its own. ``typed`` is what the person typed. Raises
        WrongUseError, and ConfigError where nothing would go or something works already; nothing happens then."""
        if not survey.count:
            raise ConfigError(
                text("Nothing can be removed: everything that this import created stays, for the reasons listed."),
                remedy=text("Remove in the target what has to go."),
            )
        if typed != survey.count:
            raise WrongUseError(
                text("That is not the number of records that would be removed. Nothing was removed."),
                remedy=text("Look at the list, then type its number."),
                field="confirm",
            )
        run = new_run(survey.run.integration, RunMode.UNDO, survey.kinds)
        return await self._launch(await self._ready(run.integration), run, survey.verdicts)

    async def go_on(self, run: RunRecord) -> RunHandle:
        """Goes on with an undo that was stopped or cut off. Raises ConfigError."""
        return await self._launch(await self._ready(run.integration), going_on(run), ())

    async def _created(self, run: RunRecord) -> Mapping[Kind, int]:
        counts = await self._creations.counts(run.integration, run.id)
        return {kind: count for kind, count in counts.items() if not kind.runs_back}

    async def _stored(self, run_id: str) -> RunRecord:
        run = await self._book.get(run_id)
        if run is None:
            raise ConfigError(text("There is no such run any more."), remedy=text("Choose another one."))
        if run.mode not in UNDOABLE:
            raise ConfigError(text("This run is no import."), remedy=text("Only an import can be undone."))
        return run

    async def _ready(self, key: str) -> Integration:
        integration = await self._integrations.stored(key)
        self._active.refuse_second(integration)
        return integration

    async def _launch(self, integration: Integration, run: RunRecord, verdicts: Sequence[Verdict]) -> RunHandle:
        def engine(opened: OpenIntegration, control: Control) -> UndoEngine:
            return self._engine(opened, run, verdicts, control)

        return await self._launcher.launch(integration, run, engine)

    def _engine(
        self, opened: OpenIntegration, run: RunRecord, verdicts: Sequence[Verdict], control: Control
    ) -> UndoEngine:
        return UndoEngine(
            run,
            opened.routes(run.kinds),
            opened.rules,
            verdicts,
            ledger=self._ledger,
            runs=self._book,
            creations=self._creations,
            keyed_hash=self._hash,
            reasons=self._reasons,
            emit=self._emit,
            control=control,
            patience=self._patience,
        )
