"""The tabs of one integration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QTabBar, QWidget

from app.ui.theme import REGULAR, SEMIBOLD, TYPE, colours_now, ui_font
from app.ui.widgets.focus import FocusVisible
from app.ui.widgets.painting import Words, draw_focus_ring, fill_rounded, smooth

_HEIGHT = 40
_PADDING = 14


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    words: Words


class TabBar(FocusVisible, QTabBar):
    """A line of words, the current one underlined; arrow keys move. `chosen(key)` follows every change."""

    chosen = Signal(str)

    def __init__(
        self, name: Words, tabs: Sequence[Tab], parent: QWidget | None = None, *, selected: str | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(str(name))
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMouseTracking(True)
        self._keys = [tab.key for tab in tabs]
        for tab in tabs:
            self.addTab(str(tab.words))
        if selected is not None:
            self.select(selected)
        self.currentChanged.connect(lambda index: self.chosen.emit(self._keys[index]))

    def selected(self) -> str:
        return self._keys[self.currentIndex()]

    def select(self, key: str) -> None:
        self.setCurrentIndex(self._keys.index(key))

    def tabSizeHint(self, index: int) -> QSize:
        metrics = QFontMetrics(ui_font(TYPE.body, SEMIBOLD))
        return QSize(metrics.horizontalAdvance(self.tabText(index)) + 2 * _PADDING, _HEIGHT)

    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), QColor(colours.line))
        pointer = self.mapFromGlobal(self.cursor().pos())
        for index in range(self.count()):
            rect = QRectF(self.tabRect(index))
            is_current = index == self.currentIndex()
            is_lit = is_current or (self.underMouse() and self.tabRect(index).contains(pointer))
            painter.setFont(ui_font(TYPE.body, SEMIBOLD if is_current else REGULAR))
            painter.setPen(QColor(colours.text if is_lit else colours.second))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.tabText(index))
            if is_current:
                fill_rounded(painter, QRectF(rect.left(), self.height() - 2, rect.width(), 2), 1, colours.accent)
                if self.shows_focus_ring():
                    draw_focus_ring(painter, rect.adjusted(2, 4, -2, -5), 6, colours.accent)
