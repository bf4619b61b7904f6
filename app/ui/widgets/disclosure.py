"""A part that stays folded until somebody wants it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.texts import _
from app.ui.theme import SPACING, colours_now
from app.ui.widgets.buttons import DrawnButton
from app.ui.widgets.painting import Words, draw_caret, draw_focus_ring, smooth

_CARET_PX = 20


class Disclosure(QWidget):
    """A line to press, and `body` beneath it."""

    toggled = Signal(bool)

    def __init__(self, words: Words, parent: QWidget | None = None, *, is_open: bool = False) -> None:
        super().__init__(parent)
        self._line = _Line(words)
        self._line.setCheckable(True)
        self._line.toggled.connect(self._show)
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(SPACING.m)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING.s)
        column.addWidget(self._line, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._content)
        self._line.setChecked(is_open)
        self._show(is_open)

    def is_open(self) -> bool:
        return self._line.isChecked()

    def set_open(self, *, is_open: bool) -> None:
        self._line.setChecked(is_open)

    def _show(self, is_open: bool) -> None:
        self._content.setVisible(is_open)
        self._line.setAccessibleDescription(_("open") if is_open else _("folded"))
        self.toggled.emit(is_open)


class _Line(DrawnButton):
    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self.text()) + _CARET_PX + 8, 28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        centre = QPointF(7, self.height() / 2)
        draw_caret(painter, centre, colours.second, points_down=self.isChecked())
        painter.setFont(self.font())
        painter.setPen(QColor(colours.text if self.underMouse() else colours.second))
        words_rect = QRectF(self.rect()).adjusted(_CARET_PX, 0, 0, 0)
        painter.drawText(words_rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.shows_focus_ring():
            draw_focus_ring(painter, QRectF(self.rect()), 6, colours.accent)
