"""One of several: chips where two or three short words fit, a list to open otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyledItemDelegate, QVBoxLayout, QWidget

from app.ui.theme import RADII, SIZES, colours_now, ui_font
from app.ui.widgets.chips import ChipBar, ChipChoice
from app.ui.widgets.focus import FocusVisible
from app.ui.widgets.painting import Words, draw_caret, draw_focus_ring, fill_rounded, smooth

_MOST_CHIPS = 3
_MOST_LETTERS_IN_CHIPS = 90
_CARET_SPACE = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """`value` is what the program keeps, `words` what the person reads."""

    value: str
    words: Words


class DropDown(FocusVisible, QComboBox):
    """A closed list, drawn like the text fields. The wheel never changes it by accident."""

    def __init__(self, name: Words, choices: Sequence[Choice] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(str(name))
        self.setItemDelegate(QStyledItemDelegate(self))  # the usual one ignores the stylesheet
        self.view().setAccessibleName(str(name))
        self.setFont(ui_font())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        kept = self.currentData()
        self.clear()
        for choice in choices:
            self.addItem(str(choice.words), choice.value)
        self.setCurrentIndex(max(self.findData(kept), 0))

    def sizeHint(self) -> QSize:
        widest = max((self.fontMetrics().horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=60)
        return QSize(widest + 10 + _CARET_SPACE, SIZES.field)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, SIZES.field)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        rect = QRectF(self.rect())
        is_invalid = bool(self.property("invalid"))
        border = colours.error if is_invalid else colours.third if self.underMouse() else colours.line_strong
        ground = colours.panel if self.isEnabled() else colours.background
        fill_rounded(painter, rect, RADII.field, ground, border)
        if self.hasFocus():
            draw_focus_ring(painter, rect, RADII.field, colours.accent)
        painter.setFont(self.font())
        painter.setPen(QColor(colours.text if self.isEnabled() else colours.second))
        words_rect = rect.adjusted(11, 0, -_CARET_SPACE, 0)
        words = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, round(words_rect.width())
        )
        painter.drawText(words_rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        draw_caret(painter, QPointF(rect.right() - 16, rect.center().y()), colours.second)


class ChoiceField(QWidget):
    """Decides by itself between chips and a list; the value is the choice's `value`."""

    value_changed = Signal(object)

    def __init__(
        self, name: Words, choices: Sequence[Choice], parent: QWidget | None = None, *, selected: str | None = None
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.setAccessibleName(str(name))
        self._chips: ChipBar | None = None
        self._list: DropDown | None = None
        if _fits_chips(choices):
            self._chips = ChipBar(name, [ChipChoice(choice.value, choice.words) for choice in choices])
            self._chips.chosen.connect(self.value_changed.emit)
            column.addWidget(self._chips)
            self.setFocusProxy(self._chips)
        else:
            self._list = DropDown(name, choices)
            self._list.currentIndexChanged.connect(lambda _index: self.value_changed.emit(self.value()))
            column.addWidget(self._list)
            self.setFocusProxy(self._list)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if selected is not None:
            self.set_value(selected)

    def value(self) -> str:
        if self._chips is not None:
            return self._chips.selected()
        return "" if self._list is None else str(self._list.currentData() or "")

    def set_value(self, value: object) -> None:
        if value == self.value():
            return
        if self._chips is not None:
            self._chips.select(str(value))
            self.value_changed.emit(self.value())
        elif self._list is not None and (index := self._list.findData(value)) >= 0:
            self._list.setCurrentIndex(index)


def _fits_chips(choices: Sequence[Choice]) -> bool:
    letters = sum(len(str(choice.words)) for choice in choices)
    return 0 < len(choices) <= _MOST_CHIPS and letters <= _MOST_LETTERS_IN_CHIPS
