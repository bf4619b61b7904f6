"""Where one is in a row of steps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.core.texts import _
from app.ui.theme import REGULAR, SEMIBOLD, TYPE, ui_font
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.labels import SecondaryLabel
from app.ui.widgets.painting import Words


class StepHeader(QWidget):
    """Numbered steps, the current one bold. Steps already done are links that emit `step_wanted(index)`."""

    step_wanted = Signal(int)

    def __init__(self, steps: Sequence[Words], parent: QWidget | None = None, *, current: int = 0) -> None:
        super().__init__(parent)
        self._steps = [str(step) for step in steps]
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(5)
        self._current = -1
        self.set_current(current)

    def current(self) -> int:
        return self._current

    def set_current(self, current: int) -> None:
        if current == self._current:
            return
        self._current = current
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for index, step in enumerate(self._steps):
            if index:
                self._row.addWidget(SecondaryLabel("·", is_wrapping=False))
            self._row.addWidget(self._step(index, step))
        self._row.addStretch(1)
        self.setAccessibleName(
            _("Step {number} of {count}: {name}").format(
                number=current + 1, count=len(self._steps), name=self._steps[current]
            )
        )

    def _step(self, index: int, step: str) -> QWidget:
        words = f"{index + 1} {step}"
        if index < self._current:
            link = LinkButton(words)
            link.setFont(ui_font())
            link.setAccessibleName(_("Back to step {number}, {name}").format(number=index + 1, name=step))
            link.clicked.connect(lambda _checked=False: self.step_wanted.emit(index))
            return link
        label = QLabel(words)
        is_current = index == self._current
        label.setFont(ui_font(TYPE.body, SEMIBOLD if is_current else REGULAR))
        label.setProperty("role", "" if is_current else "second")
        return label
