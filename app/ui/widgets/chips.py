"""Exclusive chips: filters with counts, and choices among two or three."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLocale, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app.ui.theme import MEDIUM, SEMIBOLD, SIZES, SPACING, TYPE, colours_now, ui_font
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.focus import FocusVisible
from app.ui.widgets.painting import Words, draw_focus_ring, fill_rounded, smooth

_PADDING = 12
_STEPS: dict[int, int] = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
}


@dataclass(frozen=True, slots=True)
class ChipChoice:
    """`key` names the choice in code, `words` on the screen; `count` is shown behind them."""

    key: str
    words: Words
    count: int | None = None


class Chip(FocusVisible, QPushButton):
    """One rounded, checkable word."""

    moved = Signal(int)

    def __init__(self, choice: ChipChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = choice.key
        self._words = str(choice.words)
        self.setProperty("drawn", True)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFont(ui_font(TYPE.small, MEDIUM, tabular=True))
        self.set_count(choice.count)

    def set_count(self, count: int | None) -> None:
        shown = self._words if count is None else f"{self._words} {QLocale().toString(count)}"
        self.setText(shown)
        self.setAccessibleName(shown)
        self.updateGeometry()
        self.update()

    def set_words(self, words: Words) -> None:
        """The next count is shown behind them."""
        self._words = str(words)

    def sizeHint(self) -> QSize:
        # The wider weight decides, so that choosing a chip never moves its neighbours.
        metrics = QFontMetrics(ui_font(TYPE.small, SEMIBOLD, tabular=True))
        return QSize(metrics.horizontalAdvance(self.text()) + 2 * _PADDING, SIZES.chip)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(event.key())
        if step is not None:
            self.moved.emit(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        rect = QRectF(self.rect())
        radius = rect.height() / 2
        if self.isChecked():
            fill_rounded(painter, rect, radius, colours.accent_ground)
            text = colours.accent
        else:
            ground = colours.hover if self.underMouse() and self.isEnabled() else None
            fill_rounded(painter, rect, radius, ground, colours.line_strong)
            text = colours.second
        if self.shows_focus_ring():
            draw_focus_ring(painter, rect, radius, colours.accent)
        painter.setFont(ui_font(TYPE.small, SEMIBOLD if self.isChecked() else MEDIUM, tabular=True))
        painter.setPen(QColor(text if self.isEnabled() else colours.third))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.text())


class ChipBar(QWidget):
    """Exactly one chip is on. Tab reaches the chosen chip, arrow keys move the choice.

    `name` tells screen readers what is being chosen. `chosen` is emitted for a person's choice only.
    """

    chosen = Signal(str)

    def __init__(
        self,
        name: Words,
        choices: Sequence[ChipChoice],
        parent: QWidget | None = None,
        *,
        selected: str | None = None,
        is_wrapping: bool = True,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(str(name))
        row = FlowLayout(self, SPACING.s, SPACING.s) if is_wrapping else QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING.s)
        self._chips: list[Chip] = []
        for choice in choices:
            chip = Chip(choice)
            chip.setAccessibleDescription(str(name))
            chip.clicked.connect(lambda _checked=False, key=choice.key: self._choose(key))
            chip.moved.connect(self._move)
            row.addWidget(chip)
            self._chips.append(chip)
        self.select(selected if selected is not None else choices[0].key)

    def selected(self) -> str:
        return next((chip.key for chip in self._chips if chip.isChecked()), "")

    def select(self, key: str) -> None:
        """Show a choice without telling anybody."""
        for chip in self._chips:
            is_on = chip.key == key
            chip.setChecked(is_on)
            chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_on else Qt.FocusPolicy.ClickFocus)
            chip.update()
        reached = next((chip for chip in self._chips if chip.isChecked()), self._chips[0])
        reached.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(reached)

    def set_count(self, key: str, count: int | None) -> None:
        for chip in self._chips:
            if chip.key == key:
                chip.set_count(count)

    def set_words(self, key: str, words: Words) -> None:
        """The next count is shown behind them."""
        for chip in self._chips:
            if chip.key == key:
                chip.set_words(words)

    def set_offered(self, key: str, *, is_offered: bool) -> None:
        """A chip that is not offered is neither seen nor reached."""
        for chip in self._chips:
            if chip.key == key:
                chip.setVisible(is_offered)
                chip.setEnabled(is_offered)

    def chips(self) -> Sequence[Chip]:
        return tuple(self._chips)

    def _choose(self, key: str) -> None:
        self.select(key)
        self.chosen.emit(key)

    def _move(self, step: int) -> None:
        keys = [chip.key for chip in self._chips if chip.isEnabled()]
        key = keys[(keys.index(self.selected()) + step) % len(keys)]
        self._choose(key)
        next(chip for chip in self._chips if chip.key == key).setFocus(Qt.FocusReason.TabFocusReason)
