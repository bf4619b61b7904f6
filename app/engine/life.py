"""A run from its first event to its last: state, log, waiting out what passes by itself, and how it ended.

Imports, syncs and undos share it; what they do in between is their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from app.core.errors import AppError, ProtocolError, StorageError, TemporaryError
from app.core.events import Emit, Level, RunState, RunStateEvent, SummaryEvent, now
from app.core.labels import MODE_NAMES
from app.core.ledger import RunRecord
from app.core.outcomes import Balance
from app.core.texts import Text, text
from app.engine.control import Control, StopRequested
from app.engine.endings import next_step, reason
from app.engine.ports import LedgerPort, RunsPort
from app.engine.progress import Progress
from app.engine.runlog import RunLog
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


class FailedError(ProtocolError):
    """Going on with the run would not help."""


class Life:
    def __init__(
        self,
        run: RunRecord,
        *,
        ledger: LedgerPort,
        runs: RunsPort,
        progress: Progress,
        control: Control,
        emit: Emit,
        patience: Patience,
    ) -> None:
        self.log = RunLog(run, emit)
        self._run = run
        self._ledger = ledger
        self._runs = runs
        self._progress = progress
        self._control = control
        self._emit = emit
        self._patience = patience

    async def lived(self, work: Callable[[], Awaitable[None]]) -> RunResult:
        """Never raises AppError: the result and the events say how it ended. Cancellation leaves the run interrupted,
        to be continued."""
        try:
            await self._runs.begin(self._run)
            self._tell(RunState.RUNNING)
            await work()
            await self.refuse_imbalance()
        except StopRequested:
            return await self._ended(RunState.STOPPED, text("Stopped. It can be continued where it stopped."))
        except TemporaryError as error:
            return await self._ended(RunState.WAITING, reason(error, now()), error)
        except FailedError as error:
            return await self._ended(RunState.FAILED, error.message, error)
        except AppError as error:
            return await self._ended(RunState.PAUSED, error.message, error)
        except Exception as error:  # noqa: BLE001 - a connector may stumble over anything; the run can be continued
            stumbled = unexpected(error)
            return await self._ended(RunState.PAUSED, stumbled.message, stumbled)
        except asyncio.CancelledError:
            await self._ended(RunState.INTERRUPTED, text("Interrupted. It can be continued where it stopped."))
            raise
        return await self._ended(RunState.FINISHED, text("{mode} finished.", mode=MODE_NAMES[self._run.mode]))

    async def refuse_imbalance(self) -> None:
        """Raises FailedError where the numbers do not add up: nothing may be called finished then."""
        balance = await self._ledger.balance(self._run.id)
        if not balance.balances:
            raise FailedError(text("The numbers do not add up; nothing is called finished."), detail=str(balance))

    async def patiently(self, work: Callable[[], Awaitable[None]], reached: Callable[[], Awaitable[int]]) -> None:
        """Does the work again as long as its faults pass by themselves. ``reached`` grows with what is done: whoever
        comes further may wait as often as at the beginning."""
        waits = list(self._patience.waits_s)
        while True:
            before = await reached()
            try:
                await work()
            except TemporaryError as error:
                if await reached() > before:
                    waits = list(self._patience.waits_s)
                if not waits or (error.retry_after_s or 0) > self._patience.longest_s:
                    raise
                await self._wait(error, max(waits.pop(0), error.retry_after_s or 0))
            else:
                return

    async def _wait(self, error: TemporaryError, seconds: float) -> None:
        self._tell(RunState.WAITING, error.message, error.remedy)
        words = text("{what} Next try in {seconds} s.", what=error.message, seconds=round(seconds))
        self.log.write(Level.WARNING, words)
        self._progress.wait_for(error.message)
        await self._control.sleep(seconds)
        self._progress.wait_for(Text(""))
        self._tell(RunState.RUNNING)

    async def _ended(self, state: RunState, message: Text, error: AppError | None = None) -> RunResult:
        remedy = next_step(state, error)
        run = replace(self._run, state=state, ended_at=now(), message=str(message), remedy=str(remedy))
        level = Level.OK if state is RunState.FINISHED else (Level.ERROR if error else Level.WARNING)
        self.log.write(level, message, facts={"detail": error.detail} if error else {})
        balance = Balance()
        try:
            await self._runs.update(run)
            balance = await self._ledger.balance(run.id)
        except StorageError as storage_error:  # the state on disk stays "running" and becomes "interrupted" at start
            self.log.write(Level.ERROR, storage_error.message)
        self._tell(state, message, remedy, error)
        is_finished = state is RunState.FINISHED
        self._emit(SummaryEvent(run_id=run.id, integration=run.integration, balance=balance, is_finished=is_finished))
        return RunResult(run=run, balance=balance, error=error)

    def _tell(
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
