"""Yes or no: a switch for settings that act at once, a check box in forms and lists."""

from __future__ import annotations

from PySide6.QtCore import Property, QEasingCurve, QEvent, QPropertyAnimation, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from app.ui.theme import colours_now, motion_ms, ui_font
from app.ui.widgets.focus import FocusVisible
from app.ui.widgets.painting import Words, draw_check_box, draw_focus_ring, fill_rounded, smooth

_BOX = 16
_TRACK = QSize(34, 20)
_GAP = 9
_HEIGHT = 28
_RING_SPACE = 3


class CheckBox(FocusVisible, QCheckBox):
    """A box and its words; the words belong to the click area."""

    value_changed = Signal(object)

    def __init__(self, words: Words, parent: QWidget | None = None, *, is_on: bool = False) -> None:
        super().__init__(str(words), parent)
        self.setFont(ui_font())
        self.setChecked(is_on)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(self.value_changed.emit)

    def value(self) -> bool:
        return self.isChecked()

    def set_value(self, value: object) -> None:
        self.setChecked(bool(value))

    def hitButton(self, _position: object) -> bool:
        return True

    def sizeHint(self) -> QSize:
        words_width = QFontMetrics(self.font()).horizontalAdvance(self.text())
        mark = self._mark_size()
        return QSize(_RING_SPACE + mark.width() + (_GAP + words_width + _RING_SPACE if self.text() else 3), _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        mark = self._mark_size()
        mark_rect = QRectF(_RING_SPACE, (self.height() - mark.height()) / 2, mark.width(), mark.height())
        self._draw_mark(painter, mark_rect)
        painter.setFont(self.font())
        painter.setPen(QColor(colours.text if self.isEnabled() else colours.third))
        words_rect = QRectF(self.rect()).adjusted(mark_rect.right() + _GAP, 0, 0, 0)
        painter.drawText(words_rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.shows_focus_ring():
            draw_focus_ring(painter, mark_rect.adjusted(-3, -3, 3, 3), self._ring_radius(), colours.accent)

    def _mark_size(self) -> QSize:
        return QSize(_BOX, _BOX)

    def _ring_radius(self) -> float:
        return 7

    def _draw_mark(self, painter: QPainter, rect: QRectF) -> None:
        draw_check_box(painter, rect, self.checkState(), colours_now(), is_enabled=self.isEnabled())


class Switch(CheckBox):
    """A sliding knob; reads out as a check box with its words."""

    def __init__(self, words: Words, parent: QWidget | None = None, *, is_on: bool = False) -> None:
        self._knob = 1.0 if is_on else 0.0
        super().__init__(words, parent, is_on=is_on)
        self._slide = QPropertyAnimation(self, b"knob", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.toggled.connect(self._move_knob)

    def _mark_size(self) -> QSize:
        return _TRACK

    def _ring_radius(self) -> float:
        return _TRACK.height() / 2 + _RING_SPACE

    def _draw_mark(self, painter: QPainter, rect: QRectF) -> None:
        colours = colours_now()
        ground = colours.accent if self.isChecked() else colours.third
        if not self.isEnabled():
            ground = colours.accent_faded if self.isChecked() else colours.line_strong
        fill_rounded(painter, rect, rect.height() / 2, ground)
        side = rect.height() - 6
        left = rect.left() + 3 + self._knob * (rect.width() - rect.height())
        knob = colours.on_accent if self.isChecked() else colours.panel
        fill_rounded(painter, QRectF(left, rect.top() + 3, side, side), side / 2, knob)

    def _move_knob(self, is_on: bool) -> None:
        self._slide.stop()
        target = 1.0 if is_on else 0.0
        if not self.isVisible() or motion_ms() == 0:
            self._set_knob(target)
            return
        self._slide.setDuration(motion_ms())
        self._slide.setEndValue(target)
        self._slide.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.EnabledChange:
            self.update()

    def _get_knob(self) -> float:
        return self._knob

    def _set_knob(self, position: float) -> None:
        self._knob = position
        self.update()

    knob = Property(float, _get_knob, _set_knob)
