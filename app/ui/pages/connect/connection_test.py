"""One connection test after another: what is under way, and what was found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.core.errors import AddressError, AppError
from app.core.events import Event, RequestEvent, StageEvent, StageState, now
from app.core.texts import text
from app.ui.context import Context

if TYPE_CHECKING:
    from app.services import Services

_MOST_REQUESTS = 100

Checking = Callable[["Services"], AsyncIterator[StageEvent]]


class ConnectionState(StrEnum):
    IDLE = "idle"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ConnectionTest(QObject):
    """``failed`` carries the stage that ended it; ``stage_changed`` every stage as it runs and as it ends."""

    stage_changed = Signal(object)
    state_changed = Signal()
    failed = Signal(object)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._task: asyncio.Task[None] | None = None
        self.state = ConnectionState.IDLE
        self.stages: dict[str, StageEvent] = {}
        self.requests: list[RequestEvent] = []
        self.started_at = now()
        self.ended_at: datetime | None = None
        context.engine.events_arrived.connect(self._hear)

    @property
    def failure(self) -> StageEvent | None:
        return next((stage for stage in self.stages.values() if stage.state is StageState.FAILED), None)

    def start(self, checking: Checking) -> asyncio.Task[None]:
        """Test anew; a test under way is cancelled."""
        self.cancel()
        self.stages, self.requests = {}, []
        self._enter(ConnectionState.RUNNING)
        self._task = self._context.tasks.spawn(self._follow(checking), owner=self, on_error=self._break)
        return self._task

    async def passes(self, checking: Checking) -> bool:
        await asyncio.wait([self.start(checking)])
        return self.state is ConnectionState.PASSED

    def cancel(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            self._enter(ConnectionState.CANCELLED)

    def reset(self) -> None:
        """Forget what was found: it belongs to other settings."""
        self.cancel()
        self.stages, self.requests = {}, []
        self._enter(ConnectionState.IDLE)

    async def support_text(self) -> str:
        stages = tuple(self.stages.values())
        return await self._context.engine.ask(lambda services: services.checks.support_text(stages))

    async def _follow(self, checking: Checking) -> None:
        current = asyncio.current_task()
        async with aclosing(self._context.engine.stream(checking)) as stages:
            async for stage in stages:
                if self._task is not current:
                    return
                self._take(stage)
        self._enter(ConnectionState.FAILED if self.failure is not None else ConnectionState.PASSED)
        if self.failure is not None:
            self.failed.emit(self.failure)

    def _break(self, error: AppError) -> None:
        """The test itself could not be made: shown like a stage that failed."""
        self._take(
            StageEvent(
                name="test",
                title=text("Connection test"),
                state=StageState.FAILED,
                message=error.message,
                remedy=error.remedy,
                field=error.field,
                suggestion=error.suggestion if isinstance(error, AddressError) else None,
            )
        )
        self._enter(ConnectionState.FAILED)
        if self.failure is not None:
            self.failed.emit(self.failure)

    def _take(self, stage: StageEvent) -> None:
        self.stages[stage.name] = stage
        self.stage_changed.emit(stage)

    def _enter(self, state: ConnectionState) -> None:
        if state is ConnectionState.RUNNING:
            self.started_at, self.ended_at = now(), None
        elif self.state is ConnectionState.RUNNING:
            self.ended_at = now()
        self.state = state
        self.state_changed.emit()

    def _hear(self, events: list[Event]) -> None:
        found = [event for event in events if isinstance(event, RequestEvent) and self._belongs(event)]
        self.requests = [*self.requests, *found][-_MOST_REQUESTS:]

    def _belongs(self, request: RequestEvent) -> bool:
        """By its time: events arrive in batches, the last ones after the test has ended."""
        if self.state is ConnectionState.IDLE or request.at < self.started_at:
            return False
        return self.ended_at is None or request.at <= self.ended_at
