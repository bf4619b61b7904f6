"""Coroutines started by clicks: kept alive, cancelled with the widget they belong to, their errors shown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.core.errors import AppError, unexpected_error

_LOG = logging.getLogger(__name__)

OnError = Callable[[AppError], None]


class Tasks(QObject):
    """``failed`` carries the AppError of a task whose starter did not say where to show it."""

    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: set[asyncio.Task[Any]] = set()
        self._owned: dict[int, set[asyncio.Task[Any]]] = {}

    def spawn(
        self,
        coroutine: Coroutine[Any, Any, Any],
        *,
        owner: QObject | None = None,
        on_error: OnError | None = None,
    ) -> asyncio.Task[None]:
        """Start it now. It ends with ``owner``. ``on_error`` gets what went wrong, in the person's words."""
        task = asyncio.get_running_loop().create_task(self._guarded(coroutine, on_error))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # Cancelled before its first step, a task never touches its coroutine, and Python would complain about that.
        task.add_done_callback(lambda _task: coroutine.close())
        if owner is not None:
            self._own(owner, task)
        return task

    def cancel_all(self) -> None:
        for task in tuple(self._running):
            task.cancel()

    async def settled(self) -> None:
        """Wait until everything started so far, and what that started in turn, has ended."""
        current = asyncio.current_task()
        while rest := [task for task in self._running if task is not current]:
            await asyncio.gather(*rest, return_exceptions=True)

    async def _guarded(self, coroutine: Coroutine[Any, Any, Any], on_error: OnError | None) -> None:
        try:
            await coroutine
        except AppError as error:
            (on_error or self.failed.emit)(error)
        except Exception:  # noqa: BLE001
            # The last stop before a raw exception would reach the person; the log keeps it whole.
            if _is_being_cancelled():
                return  # what a clean-up wanted to show belongs to a page that is gone
            _LOG.exception("a task of the window failed unexpectedly")
            (on_error or self.failed.emit)(unexpected_error())

    def _own(self, owner: QObject, task: asyncio.Task[Any]) -> None:
        key = id(owner)
        if key not in self._owned:
            self._owned[key] = set()
            owner.destroyed.connect(lambda _gone=None, key=key: self._end(key))
        tasks = self._owned[key]
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def _end(self, key: int) -> None:
        for task in tuple(self._owned.pop(key, ())):
            task.cancel()


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
