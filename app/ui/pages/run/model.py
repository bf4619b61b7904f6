"""One run: how far it is, how it ended, what was left over. Live numbers come with events, lists once per step."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.events import (
    Event,
    LogEvent,
    ProgressEvent,
    RecordEvent,
    RequestEvent,
    RunMode,
    RunState,
    RunStateEvent,
    SummaryEvent,
)
from app.core.outcomes import Balance, Outcome
from app.core.reasons import Reason
from app.core.records import Kind
from app.core.texts import Text
from app.sdk.manifest import Manifest
from app.services.integrations import IntegrationView
from app.services.problems import LARGE_REMOVAL, ProblemView
from app.services.status import RunView
from app.services.undoing import Survey, SurveyProgress
from app.services.why import Answer
from app.ui.context import Context
from app.ui.tasks import OnError

if TYPE_CHECKING:
    from app.services import Services

MOST_SHOWN = 500
_MOST_LABELS = 20_000
_LINES = (LogEvent, RequestEvent)
_SETTLE_MS = 150
_URGENT = (Outcome.FAILED, Outcome.IN_DOUBT, Outcome.HELD, Outcome.SKIPPED)


def without_lines(events: list[Event]) -> list[Event]:
    """At full speed nearly all events are lines for the log: nobody else should look at each of them."""
    return [event for event in events if type(event) not in _LINES]


class RunModel(QObject):
    """``loaded`` after every reading of the run, ``progress_changed`` with every batch of events, ``problems_changed``
    with a new list."""

    loaded = Signal()
    progress_changed = Signal()
    problems_changed = Signal()

    def __init__(self, context: Context, run_id: str, on_error: OnError, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._on_error = on_error
        self.run_id = run_id
        self.view: RunView | None = None
        self.integration: IntegrationView | None = None
        self.source: Manifest | None = None
        self.target: Manifest | None = None
        self.progress: ProgressEvent | None = None
        self.waiting_for = Text("")
        self.is_paused = False
        self.can_continue = False
        self.problems: Sequence[ProblemView] = ()
        self.problem_count = 0
        self.outcome = Outcome.FAILED
        self.removals: int = 0
        self.can_undo = False
        self.reasons: Mapping[str, Reason] = {}
        self.labels: dict[tuple[Kind, str], str] = {}
        self._has_chosen = False
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(lambda: context.tasks.spawn(self.load(), owner=self, on_error=on_error))
        context.engine.events_arrived.connect(self._hear)

    # What is known ---------------------------------------------------------------------------------------------------

    @property
    def is_active(self) -> bool:
        return self.view is not None and self.view.is_active

    @property
    def is_undo(self) -> bool:
        return self.view is not None and self.view.record.mode is RunMode.UNDO

    @property
    def listed(self) -> tuple[Outcome, ...]:
        """Whose records are listed, the most urgent first; an undo also tells what it kept."""
        return (*_URGENT[:-1], Outcome.UNCHANGED, Outcome.SKIPPED) if self.is_undo else _URGENT

    @property
    def balance(self) -> Balance:
        """While it works, what the last event told, and of kinds that were through before it was continued what the
        ledger holds; afterwards, what the ledger holds."""
        held = self.view.balance if self.view is not None else Balance()
        if self.is_active and self.progress is not None:
            return Balance({**held.flows, **self.progress.balance.flows})
        return held

    @property
    def is_finished(self) -> bool:
        """Only a balance that adds up is called finished."""
        return self.view is not None and self.view.state is RunState.FINISHED and self.balance.balances

    @property
    def share(self) -> float | None:
        """Of the kind under way, from a real total; never the whole before the balance says so, None where nobody
        knows."""
        if self.is_finished:
            return 1.0
        if self.progress is not None and self.progress.total:
            return min(0.99, self.progress.done / self.progress.total)
        mark = self._last_mark()
        if not self.is_active and mark is not None and mark[1]:
            return min(0.99, mark[0] / mark[1])
        return None if self.is_active else 0.0

    def _last_mark(self) -> tuple[int, int | None] | None:
        marks = self.view.record.marks if self.view is not None else ()
        open_marks = [mark for mark in marks if not mark.is_done] or list(marks)
        return (open_marks[0].read, open_marks[0].total) if open_marks else None

    def label(self, problem: ProblemView) -> str:
        """The masked address, as far as this window has seen the run itself."""
        return self.labels.get((problem.entry.kind, problem.entry.key), "")

    # Reading; every call raises AppError -----------------------------------------------------------------------------

    async def load(self) -> None:
        run_id = self.run_id

        async def read(services: Services) -> tuple[RunView, IntegrationView | None, bool, bool, int, bool]:
            view = await services.runs.get(run_id)
            key = view.record.integration
            known = {each.key: each for each in await services.integrations.all()}
            handle = services.runs.active(key)
            is_ours = handle is not None and handle.run_id == run_id
            waiting = await services.runs.continuable(key) if key in known else None
            removals = await services.runs.count_problems(run_id, {Outcome.HELD}, LARGE_REMOVAL)
            can_continue = waiting is not None and waiting.run_id == run_id
            is_paused = bool(is_ours and handle and handle.is_paused)
            has_created = key in known and not view.is_active and view.balance.total.count(Outcome.CREATED) > 0
            can_undo = has_created and await services.undoing.is_undoable(run_id)
            return view, known.get(key), is_paused, can_continue, removals, can_undo

        found = await self._context.engine.call(read)
        self.view, self.integration, self.is_paused, self.can_continue, self.removals, self.can_undo = found
        if not self.view.is_active:
            self.progress = None
        await self._load_names()
        self._choose_first()
        self.loaded.emit()
        await self.load_problems()

    async def choose(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._has_chosen = True
        await self.load_problems()

    async def load_problems(self) -> None:
        run_id, outcome = self.run_id, self.outcome

        async def read(services: Services) -> tuple[Sequence[ProblemView], int]:
            found = await services.runs.problems(run_id, {outcome}, limit=MOST_SHOWN)
            return found, await services.runs.count_problems(run_id, {outcome})

        self.problems, self.problem_count = await self._context.engine.call(read)
        self.problems_changed.emit()

    async def removal_list(self) -> Sequence[ProblemView]:
        run_id = self.run_id
        return await self._context.engine.call(
            lambda services: services.runs.problems(run_id, {Outcome.HELD}, LARGE_REMOVAL, MOST_SHOWN)
        )

    def survey(self) -> AsyncGenerator[SurveyProgress | Survey, None]:
        """What undoing this import would remove; writes nothing. Closing it ends the looking up."""
        run_id = self.run_id
        return self._context.engine.stream(lambda services: services.undoing.survey(run_id))

    async def reasons_of(self, codes: Collection[str]) -> Mapping[str, Reason]:
        return await self._context.engine.ask(lambda services: {code: services.reasons.of(code) for code in codes})

    async def history(self, problem: ProblemView) -> Answer:
        """What became of one record until now."""
        key, words = problem.entry.integration, problem.entry.key
        return await self._context.engine.call(lambda services: services.runs.why(key, words))

    # Commands; every call raises AppError ------------------------------------------------------------------------

    async def pause(self) -> None:
        await self._steer("pause")
        self.is_paused = True
        self.loaded.emit()

    async def resume(self) -> None:
        await self._steer("resume")
        self.is_paused = False
        self.loaded.emit()

    async def stop(self) -> None:
        await self._steer("stop")

    async def go_on(self) -> str:
        """Continue where it stopped; the id of the run."""
        key = self._key()
        handle = await self._context.engine.call(lambda services: services.runs.continue_last(key))
        if handle.run_id == self.run_id:
            await self.load()
        return handle.run_id

    async def retry(self, keys: Mapping[Kind, Sequence[str]] | None = None) -> str:
        key = self._key()
        handle = await self._context.engine.call(lambda services: services.runs.retry(key, keys))
        return handle.run_id

    async def confirm_removals(self) -> str:
        """Starts the run that carries out what this run held for the person to see; its id."""
        run_id = self.run_id
        handle = await self._context.engine.call(lambda services: services.runs.confirm_removals(run_id))
        return handle.run_id

    async def undo(self, survey: Survey, typed: int) -> str:
        """Starts the run that removes what was surveyed; its id."""
        handle = await self._context.engine.call(lambda services: services.undoing.start(survey, typed))
        return handle.run_id

    async def export(self, path: Path) -> int:
        run_id = self.run_id
        return await self._context.engine.call(lambda services: services.runs.export_problems(run_id, path))

    def _key(self) -> str:
        return self.view.record.integration if self.view is not None else ""

    async def _steer(self, command: str) -> None:
        key = self._key()

        def steer(services: Services) -> None:
            handle = services.runs.active(key)
            if handle is not None:
                {"pause": handle.pause, "resume": handle.resume, "stop": handle.stop}[command]()

        await self._context.engine.ask(steer)

    async def _load_names(self) -> None:
        integration, codes = self.integration, tuple(self.balance.total.reasons)
        names = [each.system for each in (integration.source, integration.target) if each] if integration else []

        def read(services: Services) -> tuple[list[Manifest], dict[str, Reason]]:
            return [services.systems.of(name) for name in names], {code: services.reasons.of(code) for code in codes}

        manifests, self.reasons = await self._context.engine.ask(read)
        self.source, self.target = (manifests[0], manifests[1]) if len(manifests) == 2 else (None, None)

    def _choose_first(self) -> None:
        """Until the person chooses, the most urgent list that is not empty."""
        if self._has_chosen:
            return
        total = self.balance.total
        self.outcome = next((each for each in self.listed if total.count(each)), Outcome.FAILED)

    def _has_better_list(self) -> bool:
        """The list in sight is empty although there are such records, or another one is not and nobody has chosen."""
        total = self.balance.total
        if total.count(self.outcome):
            return not self.problems
        return not self._has_chosen and any(map(total.count, self.listed))

    def _hear(self, events: list[Event]) -> None:
        has_progress = False
        for event in without_lines(events):
            match event:
                case ProgressEvent(run_id=self.run_id):
                    if self.progress is not None and self.progress.kind is not event.kind:
                        self._settle.start()
                    self.progress, has_progress = event, True
                    self.waiting_for = event.waiting_for
                case RecordEvent(run_id=self.run_id) if event.label and len(self.labels) < _MOST_LABELS:
                    self.labels[event.kind, event.key] = event.label
                case RunStateEvent(run_id=self.run_id):
                    self.waiting_for = event.message if event.state is RunState.WAITING else Text("")
                    self._settle.start()
                case SummaryEvent(run_id=self.run_id):
                    if self.view is not None:
                        self.view = replace(self.view, balance=event.balance)
                    self._settle.start()
                case _:
                    pass
        if has_progress and self._has_better_list():
            self._settle.start()
        if has_progress:
            self.progress_changed.emit()
