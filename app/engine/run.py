"""One run: its flows in order, waiting out what passes by itself, and a balance at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from app.core.errors import (
    ConfigError,
    StorageError,
    UnknownOutcomeError,
    UnreachableError,
)
from app.core.events import Emit, Level, now
from app.core.ledger import FlowMark
from app.core.records import Kind
from app.core.texts import ntext, text
from app.engine.collecting import collect_rarely
from app.engine.control import Control
from app.engine.endings import LATER
from app.engine.flow import Flow
from app.engine.heartbeat import beating
from app.engine.job import Job, Route
from app.engine.life import Life, Patience, RunResult
from app.engine.planning import Planner
from app.engine.ports import KeyedHash, LedgerPort, RunsPort
from app.engine.progress import Progress
from app.engine.sending import Sender
from app.engine.stopping import stoppable
from app.engine.winding_up import WindingUp
from app.engine.window import Window
from app.sdk.reading import together


class Engine:
    """Runs one job once. ``ledger``, ``runs`` and ``keyed_hash`` belong to the data folder."""

    def __init__(
        self,
        job: Job,
        *,
        ledger: LedgerPort,
        runs: RunsPort,
        keyed_hash: KeyedHash,
        emit: Emit,
        control: Control | None = None,
        patience: Patience = Patience(),
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.control = control or Control()
        self._job = job
        self._ledger = ledger
        self._hash = keyed_hash
        self._emit = emit
        self._stop_s = patience.stop_s
        self._progress = Progress(job.run.id, job.run.integration, emit)
        self._life = Life(
            job.run,
            ledger=ledger,
            runs=runs,
            progress=self._progress,
            control=self.control,
            emit=emit,
            patience=patience,
        )
        self._window = Window(job.run, runs, lambda words: self._life.log.write(Level.WARNING, words), clock=clock)
        self._removals_to_confirm = 0
        self._winding_up = WindingUp(lambda route: Sender(route, self._planner(route)), self._life.log.write)

    async def run(self) -> RunResult:
        """Never raises AppError: the result and the events say how it ended. Cancellation leaves the run interrupted,
        to be continued."""
        collect_rarely()
        result = await self._life.lived(self._flows)
        return replace(result, removals_to_confirm=self._removals_to_confirm)

    async def _flows(self) -> None:
        async with beating(self._progress, self._job), self._winding_up:
            for route in self._job.routes:
                await self._flow(route)
        await self._life.refuse_imbalance()
        if self._removals_to_confirm:
            message = ntext(
                "{count} removal waits for your confirmation.",
                "{count} removals wait for your confirmation.",
                self._removals_to_confirm,
            )
            raise ConfigError(message, remedy=text("Look at the list; if it is right, confirm the removal."))

    def _planner(self, route: Route) -> Planner:
        return Planner(route.target, self._job.rules_of(route), self._hash, route.terms, route.source)

    async def _flow(self, route: Route) -> None:
        mark = self._mark_of(route.kind)
        if mark.is_done:
            return
        planner = self._planner(route)
        flow = Flow(
            route,
            self._job,
            ledger=self._ledger,
            window=self._window,
            planner=planner,
            progress=self._progress,
            control=self.control,
            emit=self._emit,
            mark=mark,
            is_continued=bool(self._job.run.marks),
        )
        try:
            work = self._patiently(route, planner, flow)
            await stoppable(work, self.control, grace_s=self._stop_s, acknowledge=self._stop_heard)
        except BaseException:  # whatever ends the flow, cancellation too, its numbers are kept
            await self._keep_place(flow)
            raise
        self._removals_to_confirm += flow.removals_to_confirm
        if flow.mark.is_done and not self._job.is_partial:
            await self._window.close(route)

    def _stop_heard(self) -> None:
        self._progress.wait_for(text("What is under way is still being answered; then the run stops."))

    async def _keep_place(self, flow: Flow) -> None:
        try:
            await flow.save_place()
        except StorageError as error:  # the ledger may be what failed; its last checkpoint stands
            self._life.log.write(Level.ERROR, error.message)

    async def _patiently(self, route: Route, planner: Planner, flow: Flow) -> None:
        async def work() -> None:
            # A target may take a second to open, as its limit spaces the requests: the source need not wait for it.
            await together([flow.begin(), self._opened(route, planner)])
            await flow.run()

        async def reached() -> int:
            return flow.mark.read

        await self._life.patiently(work, reached)

    async def _opened(self, route: Route, planner: Planner) -> None:
        kinds = [each.kind for each in self._job.routes if each.target is route.target]
        self._winding_up.opened(route)
        await route.target.open(kinds, self._job.timing)
        steps = route.target.setup()
        if steps:
            try:
                await Sender(route, planner).set_up(steps)
            except UnknownOutcomeError as error:  # opening again tells whether it was created
                raise UnreachableError(error.message, remedy=LATER, detail=error.detail) from error
            await route.target.open(kinds, self._job.timing)

    def _mark_of(self, kind: Kind) -> FlowMark:
        return next((mark for mark in self._job.run.marks if mark.kind is kind), FlowMark(kind=kind))
