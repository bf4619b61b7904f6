"""How far something is, and the numbers it adds up to."""

from __future__ import annotations

from PySide6.QtCore import Property, QEasingCurve, QPropertyAnimation, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from app.ui.theme import BOLD, SIZES, TYPE, colours_now, motion_ms, ui_font
from app.ui.widgets.card import Card
from app.ui.widgets.labels import SecondaryLabel, StrongLabel
from app.ui.widgets.painting import Tone, Words, fill_rounded, smooth

_STEPS = 1000
_BUSY_SHARE = 0.25
_BUSY_TURN_MS = 1400


class ProgressLine(QProgressBar):
    """A thin bar. `set_share(0.61)`; `set_share(None)` says that nobody knows how long it takes."""

    def __init__(self, name: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(str(name))
        self.setRange(0, _STEPS)
        self.setTextVisible(False)
        self.setFixedHeight(SIZES.progress)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tone = Tone.ACCENT
        self._shown = 0.0
        self._slide = QPropertyAnimation(self, b"shown", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._turn = QPropertyAnimation(self, b"shown", self)
        self._turn.setStartValue(0.0)
        self._turn.setEndValue(1.0)
        self._turn.setDuration(_BUSY_TURN_MS)
        self._turn.setLoopCount(-1)

    def share(self) -> float | None:
        return None if self.maximum() == 0 else self.value() / _STEPS

    def set_share(self, share: float | None) -> None:
        if share is None:
            self.setRange(0, 0)
            if motion_ms():
                self._turn.start()
            return
        self._turn.stop()
        self.setRange(0, _STEPS)
        self.setValue(round(max(0.0, min(1.0, share)) * _STEPS))
        self._move_to(self.value() / _STEPS)

    def set_tone(self, tone: Tone) -> None:
        self._tone = tone
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        rect = QRectF(self.rect())
        radius = rect.height() / 2
        fill_rounded(painter, rect, radius, colours.line)
        filling = {Tone.OK: colours.ok, Tone.WARNING: colours.warning, Tone.ERROR: colours.error}.get(
            self._tone, colours.accent
        )
        if self.maximum() == 0:
            length = rect.width() * _BUSY_SHARE
            left = self._shown * (rect.width() - length)
            fill_rounded(painter, QRectF(left, 0, length, rect.height()), radius, filling)
        elif self._shown > 0:
            length = max(rect.width() * self._shown, rect.height())
            fill_rounded(painter, QRectF(0, 0, length, rect.height()), radius, filling)

    def _move_to(self, share: float) -> None:
        self._slide.stop()
        if not self.isVisible() or motion_ms() == 0:
            self._set_shown(share)
            return
        self._slide.setDuration(motion_ms())
        self._slide.setEndValue(share)
        self._slide.start()

    def _get_shown(self) -> float:
        return self._shown

    def _set_shown(self, share: float) -> None:
        self._shown = share
        self.update()

    shown = Property(float, _get_shown, _set_shown)


class Tile(Card):
    """One number and what it counts."""

    def __init__(self, number: str, caption: Words, tone: Tone = Tone.NEUTRAL, parent: QWidget | None = None) -> None:
        super().__init__(parent, padding_px=14)
        self.body.setContentsMargins(14, 12, 14, 12)
        self.body.setSpacing(4)
        self._number = StrongLabel(number)
        self._number.setFont(ui_font(TYPE.number, BOLD, tabular=True))
        self._caption = SecondaryLabel(caption, size_px=TYPE.small)
        column: QVBoxLayout = self.body
        column.addWidget(self._number)
        column.addWidget(self._caption)
        column.addStretch(1)
        # Tiles beside each other are as high as the one with the longest caption.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.set_number(number, tone)

    def number(self) -> str:
        return self._number.text()

    def set_number(self, number: str, tone: Tone = Tone.NEUTRAL) -> None:
        self._number.setText(number)
        role = "" if tone is Tone.NEUTRAL else tone.value
        if self._number.property("role") != role:
            self._number.setProperty("role", role)
            self._number.style().unpolish(self._number)
            self._number.style().polish(self._number)
        self.setAccessibleName(f"{number} {self._caption.text()}")

    def set_caption(self, caption: Words) -> None:
        self._caption.setText(str(caption))
        self._caption.setAlignment(Qt.AlignmentFlag.AlignLeft)
