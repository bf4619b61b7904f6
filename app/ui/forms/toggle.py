"""Yes or no with words that may need a second line."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import colours_now
from app.ui.widgets.painting import Words, draw_check_box, draw_focus_ring, smooth
from app.ui.widgets.toggle import CheckBox

_BOX_PX = 16
_INDENT_PX = 28
_LEAST_PX = 28
_TALLEST_PX = 400


class WrappingCheckBox(CheckBox):
    """The box stands beside the first line."""

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        return QSize(4 * _INDENT_PX, _LEAST_PX)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max(_LEAST_PX, self._words_height(width) + self._top() * 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        line = QFontMetrics(self.font()).height()
        mark = QRectF(3, self._top() + (line - _BOX_PX) / 2, _BOX_PX, _BOX_PX)
        draw_check_box(painter, mark, self.checkState(), colours, is_enabled=self.isEnabled())
        painter.setFont(self.font())
        painter.setPen(QColor(colours.text if self.isEnabled() else colours.third))
        words = self.rect().adjusted(_INDENT_PX, self._top(), 0, 0)
        painter.drawText(words, self._flags(), self.text())
        if self.shows_focus_ring():
            draw_focus_ring(painter, mark.adjusted(-3, -3, 3, 3), 7, colours.accent)

    def _top(self) -> int:
        return (_LEAST_PX - QFontMetrics(self.font()).height()) // 2

    def _words_height(self, width: int) -> int:
        room = QRect(0, 0, max(width - _INDENT_PX, 1), _TALLEST_PX)
        return QFontMetrics(self.font()).boundingRect(room, self._flags(), self.text()).height()

    def _flags(self) -> int:
        return int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
