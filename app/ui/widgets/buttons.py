"""Buttons, drawn by us: one primary per page, the others quiet."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.ui.theme import MEDIUM, RADII, SIZES, TYPE, Colours, colours_now, themed_icon, ui_font
from app.ui.widgets.focus import FocusVisible
from app.ui.widgets.painting import Words, draw_focus_ring, fill_rounded, smooth

_ICON_PX = 16
_LONE_ICON_PX = 18
_ICON_GAP = 7


@dataclass(frozen=True, slots=True)
class ButtonLook:
    """The colours of one button in one state; None draws nothing."""

    ground: str | None
    border: str | None
    text: str
    ring: str


class DrawnButton(FocusVisible, QPushButton):
    """What all buttons share: size, icon, states, Enter as well as Space."""

    def __init__(
        self, words: Words, parent: QWidget | None = None, *, icon: str | None = None, is_small: bool = False
    ) -> None:
        super().__init__(str(words), parent)
        self._icon = icon
        self._is_small = is_small
        self.setProperty("drawn", True)
        self.setFont(ui_font(TYPE.small if is_small else TYPE.body, MEDIUM))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        padding = 11 if self._is_small else 14
        width = QFontMetrics(self.font()).horizontalAdvance(self.text()) + 2 * padding
        if self._icon:
            width += _ICON_PX + (_ICON_GAP if self.text() else 0)
        return QSize(width, SIZES.button_small if self._is_small else SIZES.button)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.EnabledChange:
            shape = Qt.CursorShape.PointingHandCursor if self.isEnabled() else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = smooth(QPainter(self))
        look = self._look(colours_now())
        rect = QRectF(self.rect())
        if look.ground or look.border:
            fill_rounded(painter, rect, RADII.field, look.ground, look.border)
        if self.shows_focus_ring():
            draw_focus_ring(painter, self._ring_rect(rect), RADII.field, look.ring)
        self._draw_content(painter, look)

    def _look(self, colours: Colours) -> ButtonLook:
        if not self.isEnabled():
            return ButtonLook(colours.panel, colours.line, colours.third, colours.accent)
        ground = colours.pressed if self.isDown() else colours.hover if self.underMouse() else colours.panel
        return ButtonLook(ground, colours.line_strong, colours.text, colours.accent)

    def _ring_rect(self, rect: QRectF) -> QRectF:
        return rect

    def _draw_content(self, painter: QPainter, look: ButtonLook) -> None:
        painter.setFont(self.font())
        words_width = QFontMetrics(self.font()).horizontalAdvance(self.text())
        gap = _ICON_GAP if self.text() else 0
        side = _ICON_PX if self.text() else _LONE_ICON_PX
        width = words_width + (side + gap if self._icon else 0)
        left = (self.width() - width) / 2
        if self._icon:
            top = (self.height() - side) / 2
            themed_icon(self._icon, look.text).paint(painter, round(left), round(top), side, side)
            left += side + gap
        painter.setPen(QColor(look.text))
        words_rect = QRectF(left, 0, words_width + 1, self.height())
        painter.drawText(words_rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text())


class SecondaryButton(DrawnButton):
    """The usual button: a frame and a word."""


class PrimaryButton(DrawnButton):
    """The one thing to do next on a page."""

    def _look(self, colours: Colours) -> ButtonLook:
        if not self.isEnabled():
            return ButtonLook(colours.accent_faded, None, colours.on_accent, colours.on_accent)
        ground = (
            colours.accent_pressed if self.isDown() else colours.accent_hover if self.underMouse() else colours.accent
        )
        return ButtonLook(ground, None, colours.on_accent, colours.on_accent)

    def _ring_rect(self, rect: QRectF) -> QRectF:
        return rect.adjusted(2, 2, -2, -2)


class DangerButton(DrawnButton):
    """Something that cannot be taken back."""

    def _look(self, colours: Colours) -> ButtonLook:
        if not self.isEnabled():
            return ButtonLook(colours.panel, colours.line, colours.third, colours.error)
        ground = colours.error_hover if self.underMouse() or self.isDown() else colours.error
        return ButtonLook(ground, None, colours.on_error, colours.on_error)

    def _ring_rect(self, rect: QRectF) -> QRectF:
        return rect.adjusted(2, 2, -2, -2)


class LinkButton(DrawnButton):
    """A word to follow, without a frame."""

    def __init__(self, words: Words, parent: QWidget | None = None, *, is_small: bool = True) -> None:
        super().__init__(words, parent, is_small=is_small)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.text()) + 2, metrics.height() + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        font = self.font()
        font.setUnderline(self.isEnabled() and self.underMouse())
        painter.setFont(font)
        painter.setPen(QColor(colours.accent if self.isEnabled() else colours.third))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.shows_focus_ring():
            draw_focus_ring(painter, QRectF(self.rect()), 4, colours.accent)


class IconButton(DrawnButton):
    """An icon alone; `name` is what it does, for the tool tip and for screen readers."""

    def __init__(self, icon: str, name: Words, parent: QWidget | None = None) -> None:
        super().__init__("", parent, icon=icon, is_small=True)
        self.set_name(name)

    def set_name(self, name: Words) -> None:
        self.setAccessibleName(str(name))
        self.setToolTip(str(name))

    def set_icon(self, icon: str) -> None:
        self._icon = icon
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SIZES.button_small, SIZES.button_small)

    def _look(self, colours: Colours) -> ButtonLook:
        if not self.isEnabled():
            return ButtonLook(None, None, colours.third, colours.accent)
        ground = colours.pressed if self.isDown() else colours.hover if self.underMouse() else None
        return ButtonLook(ground, None, colours.second, colours.accent)
