"""Starting whatever a person may start: an integration is opened, one run of it works at a time, others beside it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from app.core.configuration import Integration
from app.core.errors import AppError, ConfigError
from app.core.events import RunMode, RunState, now
from app.core.ledger import RunRecord
from app.core.outcomes import Balance
from app.core.records import Kind
from app.core.texts import text
from app.engine.control import Control
from app.engine.life import RunResult as EngineResult
from app.services.practice import Practice
from app.services.routes import Integrating, OpenIntegration


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    run_id: str
    balance: Balance
    state: RunState
    error: AppError | None = None
    is_finished: bool = False
    """Only when the balance adds up."""
    removals_to_confirm: int = 0
    """So many removals wait: ``confirm_removals`` once the person has seen them."""


class RunHandle:
    """A run that works. Call it on the engine's loop."""

    def __init__(self, run: RunRecord, task: asyncio.Task[RunResult], control: Control) -> None:
        self.run = run
        """As it began."""
        self._task = task
        self._control = control

    @property
    def run_id(self) -> str:
        return self.run.id

    @property
    def integration(self) -> str:
        return self.run.integration

    async def wait(self) -> RunResult:
        """Cancelling the waiting leaves the run alone."""
        return await asyncio.shield(self._task)

    @property
    def is_paused(self) -> bool:
        return self._control.is_paused

    @property
    def is_done(self) -> bool:
        return self._task.done()

    def pause(self) -> None:
        self._control.pause()

    def resume(self) -> None:
        self._control.resume()

    def stop(self) -> None:
        """Ends at the next checkpoint; it can be continued from there."""
        self._control.stop()

    async def abandon(self) -> None:
        """Ends at once, for the end of the program: the run is interrupted and can be continued."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


class Work(Protocol):
    """An engine with its one job."""

    async def run(self) -> EngineResult: ...


class ActiveRuns:
    """What works at this moment, by integration."""

    def __init__(self) -> None:
        self._handles: dict[str, RunHandle] = {}
        self._starting: set[str] = set()
        self._is_held_back = False

    def of(self, integration: str) -> RunHandle | None:
        handle = self._handles.get(integration)
        return handle if handle is not None and not handle.is_done else None

    def is_running(self, integration: str) -> bool:
        return self.of(integration) is not None

    def all(self) -> Sequence[RunHandle]:
        return [handle for handle in self._handles.values() if not handle.is_done]

    @property
    def has_any(self) -> bool:
        """Whether any run works or is being opened."""
        return bool(self.all() or self._starting)

    def refuse_second(self, integration: Integration) -> None:
        """Raises ConfigError where a run of this integration works or is being opened, and while runs are held back."""
        if self._is_held_back:
            raise ConfigError(
                text("A person is being erased from this computer at this moment."),
                remedy=text("Wait a moment, then try again."),
            )
        if self.is_running(integration.key) or integration.key in self._starting:
            raise ConfigError(
                text('"{integration}" is running already.', integration=integration.title),
                remedy=text("Wait until it has finished, or stop it first."),
            )

    @contextmanager
    def reserved(self, integration: Integration) -> Iterator[None]:
        """While it is being opened. Raises like ``refuse_second``: since that was asked, another may have begun."""
        self.refuse_second(integration)
        self._starting.add(integration.key)
        try:
            yield
        finally:
            self._starting.discard(integration.key)

    def hold_back(self) -> None:
        """Until ``let_go`` no run begins: while a person is erased it would read them anew."""
        self._is_held_back = True

    def let_go(self) -> None:
        self._is_held_back = False

    def add(self, handle: RunHandle) -> None:
        self._handles[handle.integration] = handle


Ended = Callable[[Integration, RunMode, RunResult], Awaitable[None]]
"""Told when a run is over, before whoever waits for it."""


class Launcher:
    def __init__(self, integrating: Integrating, active: ActiveRuns, practice: Practice, ended: Ended) -> None:
        self._ended = ended
        self._integrating = integrating
        self._active = active
        self._practice = practice

    async def launch(
        self, integration: Integration, run: RunRecord, work_of: Callable[[OpenIntegration, Control], Work]
    ) -> RunHandle:
        """Opens both accounts and begins in a task of its own. Raises ConfigError, SettingsError, SecretStoreError."""
        control = Control()
        with self._active.reserved(integration):
            async with AsyncExitStack() as opening:
                is_history = run.mode is RunMode.HISTORICAL
                opened = await opening.enter_async_context(self._integrating.opened(integration, is_history=is_history))
                work = work_of(opened, control)
                begun = asyncio.Event()
                working = self._done(integration, run.mode, work, opening.pop_all(), begun)
                task = asyncio.create_task(working, name=f"run {run.id}")
            handle = RunHandle(run, task, control)
            # Known before anything is waited for: whoever started it may go away, the run stays.
            self._active.add(handle)
            # A task cancelled before its first step would never close what was opened for it.
            await begun.wait()
        return handle

    async def _done(
        self, integration: Integration, mode: RunMode, work: Work, opening: AsyncExitStack, begun: asyncio.Event
    ) -> RunResult:
        async with opening:
            begun.set()
            ended = await work.run()
            await self._practice.save()
        result = RunResult(
            run_id=ended.run.id,
            balance=ended.balance,
            state=ended.run.state,
            error=ended.error,
            is_finished=ended.is_finished,
            removals_to_confirm=ended.removals_to_confirm,
        )
        await self._ended(integration, mode, result)
        return result


def new_run(
    integration: str,
    mode: RunMode,
    kinds: Sequence[Kind],
    *,
    since: datetime | None = None,
    limit: int | None = None,
) -> RunRecord:
    """One that begins now; ``since`` is aware."""
    moment = now()
    return RunRecord(
        id=f"{moment:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}",
        integration=integration,
        mode=mode,
        state=RunState.RUNNING,
        started_at=moment,
        until=moment,
        since=since,
        kinds=tuple(kinds),
        limit=limit,
    )


def going_on(run: RunRecord) -> RunRecord:
    """The same run, at work again."""
    return replace(run, state=RunState.RUNNING, ended_at=None, message="", remedy="")
