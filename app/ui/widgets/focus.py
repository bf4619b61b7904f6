"""A focus ring for those who use the keyboard, none after a click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget as _Base
else:
    _Base = object

_REASONS_WITHOUT_RING = (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.PopupFocusReason)


class FocusVisible(_Base):
    """Mix in before the Qt class; `shows_focus_ring()` tells the painter whether to draw it."""

    _is_ring_wanted = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Coming back from another window keeps what was shown before.
        if event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
            self._is_ring_wanted = event.reason() not in _REASONS_WITHOUT_RING
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def shows_focus_ring(self) -> bool:
        return self.hasFocus() and self._is_ring_wanted
