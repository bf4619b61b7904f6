"""Several of several."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.ui.theme import SPACING
from app.ui.widgets.choice import Choice
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.painting import Words
from app.ui.widgets.toggle import CheckBox


class ChoicesField(QWidget):
    """A box for each choice; the value is the sorted list of chosen values."""

    value_changed = Signal(object)

    def __init__(self, name: Words, choices: Sequence[Choice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(str(name))
        row = FlowLayout(self, SPACING.l, SPACING.xs)
        self._boxes: dict[str, CheckBox] = {}
        for choice in choices:
            box = CheckBox(choice.words)
            box.setAccessibleDescription(str(name))
            box.toggled.connect(lambda _is_on: self.value_changed.emit(self.value()))
            row.addWidget(box)
            self._boxes[choice.value] = box
        if self._boxes:
            self.setFocusProxy(next(iter(self._boxes.values())))

    def value(self) -> list[str]:
        return sorted(value for value, box in self._boxes.items() if box.isChecked())

    def set_value(self, value: object) -> None:
        chosen = {str(each) for each in value} if isinstance(value, list | tuple | set | frozenset) else set()
        for name, box in self._boxes.items():
            box.setChecked(name in chosen)
