"""One word that says how things stand."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.ui.theme import SEMIBOLD, TYPE, colours_now, ui_font
from app.ui.widgets.painting import Tone, Words, badge_size, draw_badge, smooth


class StatusBadge(QLabel):
    """A word on a soft ground; the word carries the meaning, the colour only helps to find it."""

    def __init__(self, words: Words, tone: Tone = Tone.NEUTRAL, parent: QWidget | None = None) -> None:
        super().__init__(str(words), parent)
        self._tone = tone
        self.setFont(ui_font(TYPE.badge, SEMIBOLD))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def tone(self) -> Tone:
        return self._tone

    def set_status(self, words: Words, tone: Tone) -> None:
        self._tone = tone
        self.setText(str(words))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(*badge_size(QFontMetrics(self.font()).horizontalAdvance(self.text())))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = smooth(QPainter(self))
        painter.setFont(self.font())
        draw_badge(painter, QRectF(self.rect()), self.text(), colours_now(), self._tone)
