"""The rail at the left: where one can go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.core.texts import Text, ngettext
from app.ui.theme import BOLD, RADII, REGULAR, SEMIBOLD, SIZES, TYPE, Colours, colours_now, themed_icon, ui_font
from app.ui.theme.tokens import BRAND_COLOUR
from app.ui.widgets import StrongLabel
from app.ui.widgets.buttons import DrawnButton
from app.ui.widgets.painting import draw_focus_ring, fill_rounded, smooth

_MARGIN = 10
_ICON_PX = 18
_DOT_PX = 8


@dataclass(frozen=True, slots=True)
class RailEntry:
    """One place to go: a page's name, what it is called, its icon; footer entries stand at the bottom."""

    page: str
    title: Text
    icon: str
    is_footer: bool = False


class RailButton(DrawnButton):
    """A word with an optional count; an icon with a dot when the rail is narrow."""

    walked = Signal(int)

    def __init__(self, entry: RailEntry, parent: QWidget | None = None) -> None:
        super().__init__(str(entry.title), parent)
        self.entry = entry
        self._count = 0
        self._is_narrow = False
        self.setCheckable(True)
        self.setFixedHeight(SIZES.rail_entry)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(str(entry.title))

    def set_count(self, count: int) -> None:
        self._count = count
        title = str(self.entry.title)
        waiting = ngettext("{count} needs attention", "{count} need attention", count).format(count=count)
        self.setAccessibleName(f"{title}, {waiting}" if count else title)
        self._name_tip()
        self.update()

    def set_narrow(self, *, is_narrow: bool) -> None:
        self._is_narrow = is_narrow
        self._name_tip()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SIZES.rail_collapsed - 2 * _MARGIN, SIZES.rail_entry)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.walked.emit(step)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        rect = QRectF(self.rect())
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.shadow))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, 0), RADII.field, RADII.field)
            fill_rounded(painter, rect.adjusted(0, 0, 0, -1), RADII.field, colours.panel)
        elif self.underMouse():
            fill_rounded(painter, rect, RADII.field, colours.pressed)
        if self.shows_focus_ring():
            draw_focus_ring(painter, rect, RADII.field, colours.accent)
        if self._is_narrow:
            self._draw_icon(painter, colours)
        else:
            self._draw_words(painter, colours)

    def _text_colour(self, colours: Colours) -> str:
        return colours.text if self.isChecked() or self.underMouse() else colours.second

    def _draw_words(self, painter: QPainter, colours: Colours) -> None:
        size = TYPE.small if self.entry.is_footer else TYPE.body
        painter.setFont(ui_font(size, SEMIBOLD if self.isChecked() else REGULAR))
        painter.setPen(QColor(self._text_colour(colours)))
        right = -34 if self._count else -6
        words_rect = QRectF(self.rect()).adjusted(10, 0, right, 0)
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, round(words_rect.width()))
        painter.drawText(words_rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        if self._count:
            self._draw_count(painter, colours)

    def _draw_count(self, painter: QPainter, colours: Colours) -> None:
        words = str(self._count) if self._count < 100 else "99+"
        painter.setFont(ui_font(TYPE.badge, SEMIBOLD, tabular=True))
        width = max(20, QFontMetrics(painter.font()).horizontalAdvance(words) + 12)
        rect = QRectF(self.width() - width - 9, (self.height() - 20) / 2, width, 20)
        fill_rounded(painter, rect, 10, colours.error_ground)
        painter.setPen(QColor(colours.error))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)

    def _draw_icon(self, painter: QPainter, colours: Colours) -> None:
        left, top = (self.width() - _ICON_PX) // 2, (self.height() - _ICON_PX) // 2
        icon = themed_icon(self.entry.icon, self._text_colour(colours))
        icon.paint(painter, left, top, _ICON_PX, _ICON_PX)
        if self._count:
            dot = QRectF(left + _ICON_PX - _DOT_PX / 2, top - _DOT_PX / 2, _DOT_PX, _DOT_PX)
            fill_rounded(painter, dot, _DOT_PX / 2, colours.error)

    def _name_tip(self) -> None:
        self.setToolTip(self.accessibleName() if self._is_narrow else "")


class BrandMark(QWidget):
    """Two coupled rings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(24, 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        fill_rounded(painter, QRectF(self.rect()), 6, colours.accent if colours.is_dark else BRAND_COLOUR)
        painter.setPen(QPen(QColor(colours.panel if colours.is_dark else colours.on_accent), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(9.2, 12), 4.6, 4.6)
        painter.drawEllipse(QPointF(14.8, 12), 4.6, 4.6)


class Rail(QFrame):
    """Emits `chosen(page)`. Up and Down walk the entries."""

    chosen = Signal(str)

    def __init__(self, entries: Sequence[RailEntry], brand: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "rail")
        self._buttons: list[RailButton] = []
        self._brand = StrongLabel(brand)
        self._brand.setFont(ui_font(TYPE.brand, BOLD))
        self._head = QHBoxLayout()
        self._head.setSpacing(9)
        self._head.addWidget(BrandMark())
        self._head.addWidget(self._brand, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, 12)
        column.setSpacing(2)
        column.addLayout(self._head)
        for entry in (entry for entry in entries if not entry.is_footer):
            column.addWidget(self._button(entry))
        column.addStretch(1)
        for entry in (entry for entry in entries if entry.is_footer):
            column.addWidget(self._button(entry))
        self.set_narrow(is_narrow=False)

    def buttons(self) -> Sequence[RailButton]:
        return tuple(self._buttons)

    def is_narrow(self) -> bool:
        return self.width() == SIZES.rail_collapsed

    def set_narrow(self, *, is_narrow: bool) -> None:
        self.setFixedWidth(SIZES.rail_collapsed if is_narrow else SIZES.rail)
        self._brand.setVisible(not is_narrow)
        self._head.setContentsMargins(0 if is_narrow else 8, 8, 0, 16)
        for button in self._buttons:
            button.set_narrow(is_narrow=is_narrow)

    def mark(self, page: str) -> None:
        for button in self._buttons:
            button.setChecked(button.entry.page == page)

    def set_count(self, page: str, count: int) -> None:
        for button in self._buttons:
            if button.entry.page == page:
                button.set_count(count)

    def _button(self, entry: RailEntry) -> RailButton:
        button = RailButton(entry)
        button.clicked.connect(lambda _checked=False, page=entry.page: self._choose(page))
        button.walked.connect(lambda step, start=button: self._walk(start, step))
        self._buttons.append(button)
        return button

    def _choose(self, page: str) -> None:
        # The navigator decides what is shown: a press alone must not move the mark.
        for button in self._buttons:
            if button.entry.page == page:
                button.setChecked(not button.isChecked())
        self.chosen.emit(page)

    def _walk(self, start: RailButton, step: int) -> None:
        number = (self._buttons.index(start) + step) % len(self._buttons)
        self._buttons[number].setFocus(Qt.FocusReason.TabFocusReason)
