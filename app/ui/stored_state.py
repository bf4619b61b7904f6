"""The window's habits, read once at the start and written behind the window's back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer

from app.ui.tasks import Tasks

_SETTLE_MS = 500


class StoredWindowState(QObject):
    """``keep`` stores everything at once; it is called when changes have settled, and once more at the end."""

    def __init__(
        self,
        known: Mapping[str, Any],
        keep: Callable[[Mapping[str, str]], Awaitable[None]],
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._texts = {str(key): str(value) for key, value in known.items()}
        self._keep = keep
        self._is_changed = False
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        # Losing a window's width is no reason to disturb anybody.
        self._settle.timeout.connect(lambda: tasks.spawn(self.flush(), owner=self, on_error=lambda _error: None))

    def get(self, key: str) -> str | None:
        return self._texts.get(key)

    def set(self, key: str, value: str) -> None:
        if self._texts.get(key) != value:
            self._texts[key] = value
            self._is_changed = True
            self._settle.start()

    async def flush(self) -> None:
        """Raises StorageError."""
        self._settle.stop()
        if self._is_changed:
            self._is_changed = False
            await self._keep(dict(self._texts))
