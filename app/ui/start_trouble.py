"""Out of a start that failed: asks the person, mends, starts the engine again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.core.errors import AppError
from app.services.recovery import Copy, Recovery
from app.storage.faults import DamagedDatabaseError
from app.ui.engine_thread import Opening
from app.ui.start_sheet import StartSheet
from app.ui.tasks import Tasks

if TYPE_CHECKING:
    from app.services import Services

Mend = Callable[[], Awaitable[object]]


class StartTrouble(QObject):
    """``start_wanted`` carries what opens the services now; ``quit_wanted`` follows where the person leaves."""

    start_wanted = Signal(object)
    quit_wanted = Signal()

    def __init__(
        self, window: QWidget, tasks: Tasks, recovery: Recovery, open_services: Opening, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._tasks = tasks
        self._recovery = recovery
        self._open_services = open_services

    def tell(self, error: AppError) -> None:
        self._tasks.spawn(self._tell(error), owner=self)

    async def _tell(self, error: AppError) -> None:
        copy: Copy | None = None
        if isinstance(error, DamagedDatabaseError):
            with suppress(AppError):  # backups that cannot be read are no backups
                copy = await self._recovery.newest()
        sheet = StartSheet(self._window, error, copy)
        sheet.restore_wanted.connect(self._restore)
        sheet.new_beginning_wanted.connect(lambda: self._start(self._recovery.start_over))
        sheet.retry_wanted.connect(lambda: self.start_wanted.emit(self._open_services))
        sheet.quit_wanted.connect(self.quit_wanted)
        sheet.open()

    def _restore(self, copy: Copy) -> None:
        self._start(lambda: self._recovery.restore(copy))

    def _start(self, mend: Mend) -> None:
        def opening() -> AbstractAsyncContextManager[Services]:
            return _mended(mend, self._open_services)

        self.start_wanted.emit(opening)


@asynccontextmanager
async def _mended(mend: Mend, open_services: Opening) -> AsyncIterator[Services]:
    """Mending happens on the engine's thread too, and fails the same way."""
    await mend()
    async with open_services() as services:
        yield services
