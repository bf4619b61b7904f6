"""One run: its flows in order, waiting out what passes by itself, and a balance at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.errors import (
    AppError,
    ConfigError,
    ProtocolError,
    StorageError,
    TemporaryError,
    UnknownOutcomeError,
    UnreachableError,
)
from app.core.events import Emit, Level, LogEvent, RunState, RunStateEvent, SummaryEvent, now
from app.core.labels import MODE_NAMES
from app.core.ledger import FlowMark, RunRecord
from app.core.outcomes import Balance
from app.core.records import Kind
from app.core.texts import Text, ntext, text
from app.engine.control import Control, StopRequested
from app.engine.endings import LATER, next_step, reason
from app.engine.flow import Flow
from app.engine.heartbeat import beating
from app.engine.job import Job, Route
from app.engine.planning import Planner
from app.engine.ports import KeyedHash, LedgerPort, RunsPort
from app.engine.progress import Progress
from app.engine.sending import Sender
from app.engine.stopping import stoppable
from app.engine.together import together
from app.engine.window import Window
from app.sdk.unexpected import unexpected


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a run waits by itself, in seconds, one after another, before it leaves the next try to the person."""

    waits_s: tuple[float, ...] = (5, 15, 60, 180)
    longest_s: float = 900
    """A vendor that asks for more, such as a used-up daily quota, ends the run: it is continued afterwards."""
    stop_s: float = 10
    """How long requests under way may still be answered after the person stopped the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    run: RunRecord
    balance: Balance
    error: AppError | None = None
    removals_to_confirm: int = 0

    @property
    def is_finished(self) -> bool:
        return self.run.state is RunState.FINISHED


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
        self._runs = runs
        self._hash = keyed_hash
        self._emit = emit
        self._patience = patience
        self._run = job.run
        self._window = Window(job.run, runs, lambda words: self._log(Level.WARNING, words), clock=clock)
        self._progress = Progress(job.run.id, job.run.integration, emit)
        self._removals_to_confirm = 0

    async def run(self) -> RunResult:
        """Never raises AppError: the result and the events say how it ended. Cancellation leaves the run interrupted,
        to be continued."""
        await self._runs.begin(self._run)
        self._set_state(RunState.RUNNING)
        try:
            async with beating(self._progress, self._job):
                for route in self._job.routes:
                    await self._flow(route)
            return await self._closed()
        except StopRequested:
            return await self._ended(RunState.STOPPED, text("Stopped. It can be continued where it stopped."))
        except TemporaryError as error:
            return await self._ended(RunState.WAITING, reason(error, now()), error)
        except AppError as error:
            return await self._ended(RunState.PAUSED, error.message, error)
        except Exception as error:  # noqa: BLE001 - a connector may stumble over anything; the run can be continued
            stumbled = unexpected(error)
            return await self._ended(RunState.PAUSED, stumbled.message, stumbled)
        except asyncio.CancelledError:
            await self._ended(RunState.INTERRUPTED, text("Interrupted. It can be continued where it stopped."))
            raise

    async def _flow(self, route: Route) -> None:
        mark = self._mark_of(route.kind)
        if mark.is_done:
            return
        planner = Planner(route.target, self._job.rules_of(route), self._hash)
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
            grace_s = self._patience.stop_s
            await stoppable(work, self.control, grace_s=grace_s, acknowledge=self._stop_heard)
        except BaseException:  # whatever ends the flow, cancellation too, its numbers are kept
            await self._keep_place(flow)
            raise
        self._removals_to_confirm += flow.removals_to_confirm
        if flow.mark.is_done and not self._job.is_partial:
            await self._window.close(route)

    def _stop_heard(self) -> None:
        self._progress.wait_for(text("Answers to what is under way; then the run stops."))

    async def _keep_place(self, flow: Flow) -> None:
        try:
            await flow.save_place()
        except StorageError as error:  # the ledger may be what failed; its last checkpoint stands
            self._log(Level.ERROR, error.message)

    async def _patiently(self, route: Route, planner: Planner, flow: Flow) -> None:
        waits = list(self._patience.waits_s)
        while True:
            read_before = flow.mark.read
            try:
                # A target may take a second to open, as its limit spaces the requests: the source need not wait for it.
                await together(self._opened(route, planner), flow.begin())
                await flow.run()
            except TemporaryError as error:
                if flow.mark.read > read_before:
                    waits = list(self._patience.waits_s)
                if not waits or (error.retry_after_s or 0) > self._patience.longest_s:
                    raise
                await self._wait(error, max(waits.pop(0), error.retry_after_s or 0))
            else:
                return

    async def _opened(self, route: Route, planner: Planner) -> None:
        kinds = [each.kind for each in self._job.routes if each.target is route.target]
        await route.target.open(kinds, self._job.timing)
        steps = route.target.setup()
        if steps:
            try:
                await Sender(route, planner).set_up(steps)
            except UnknownOutcomeError as error:  # opening again tells whether it was created
                raise UnreachableError(error.message, remedy=LATER, detail=error.detail) from error
            await route.target.open(kinds, self._job.timing)

    async def _wait(self, error: TemporaryError, seconds: float) -> None:
        self._set_state(RunState.WAITING, error.message, error.remedy)
        self._log(Level.WARNING, text("{what} Next try in {seconds} s.", what=error.message, seconds=round(seconds)))
        self._progress.wait_for(error.message)
        await self.control.sleep(seconds)
        self._progress.wait_for(Text(""))
        self._set_state(RunState.RUNNING)

    async def _closed(self) -> RunResult:
        balance = await self._ledger.balance(self._run.id)
        if not balance.balances:
            message = text("The numbers do not add up; nothing is called finished.")
            return await self._ended(RunState.FAILED, message, ProtocolError(message, detail=str(balance)))
        if self._removals_to_confirm:
            message = ntext(
                "{count} removal waits for your confirmation.",
                "{count} removals wait for your confirmation.",
                self._removals_to_confirm,
            )
            error = ConfigError(message, remedy=text("Look at the list; if it is right, confirm the removal."))
            return await self._ended(RunState.PAUSED, message, error)
        return await self._ended(RunState.FINISHED, text("{mode} finished.", mode=MODE_NAMES[self._run.mode]))

    async def _ended(self, state: RunState, message: Text, error: AppError | None = None) -> RunResult:
        remedy = next_step(state, error)
        self._run = replace(self._run, state=state, ended_at=now(), message=str(message), remedy=str(remedy))
        level = Level.OK if state is RunState.FINISHED else (Level.ERROR if error else Level.WARNING)
        self._log(level, message, facts={"detail": error.detail} if error and error.detail else {})
        balance = Balance()
        try:
            await self._runs.update(self._run)
            balance = await self._ledger.balance(self._run.id)
        except StorageError as storage_error:  # the state on disk stays "running" and becomes "interrupted" at start
            self._log(Level.ERROR, storage_error.message)
        self._set_state(state, message, remedy, error)
        self._emit(
            SummaryEvent(
                run_id=self._run.id,
                integration=self._run.integration,
                balance=balance,
                is_finished=state is RunState.FINISHED,
            )
        )
        return RunResult(run=self._run, balance=balance, error=error, removals_to_confirm=self._removals_to_confirm)

    def _mark_of(self, kind: Kind) -> FlowMark:
        return next((mark for mark in self._job.run.marks if mark.kind is kind), FlowMark(kind=kind))

    def _set_state(
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

    def _log(self, level: Level, message: Text, facts: dict[str, str] | None = None) -> None:
        self._emit(
            LogEvent(
                level=level,
                message=message,
                integration=self._run.integration,
                run_id=self._run.id,
                facts=facts or {},
            )
        )
