"""A line of text that knows what the other side offers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from app.core.texts import _
from app.sdk.target import Suggestion
from app.ui.theme import themed_icon
from app.ui.widgets.fields import TextField
from app.ui.widgets.painting import Words

_SHOWN_ROWS = 12


class SuggestField(TextField):
    """Type, or pick from the list (button or Alt+Down). A picked name stands for its value; anything else is itself.

    ``suggestions_wanted`` is emitted once the field is entered, and whenever the list is opened while it is empty.
    """

    suggestions_wanted = Signal()

    def __init__(self, name: Words, parent: QWidget | None = None, *, placeholder: Words = "") -> None:
        super().__init__(name, parent, placeholder=placeholder)
        self._by_label: dict[str, str] = {}
        self._kept = ""
        self._labels = QStringListModel(self)
        self._list = QCompleter(self._labels, self)
        self._list.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._list.setFilterMode(Qt.MatchFlag.MatchContains)
        self._list.setMaxVisibleItems(_SHOWN_ROWS)
        self.setCompleter(self._list)
        self._open = QAction(themed_icon("caret-down"), _("Show the list"), self)
        self._open.triggered.connect(self.open_list)
        self.addAction(self._open, QLineEdit.ActionPosition.TrailingPosition)

    def set_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        kept = self.value()
        self._by_label = {each.label: each.value for each in suggestions}
        self._labels.setStringList(list(self._by_label))
        if kept:
            self.set_value(kept)

    def value(self) -> str:
        words = self.text().strip()
        return self._by_label.get(words, words)

    def set_value(self, value: object) -> None:
        wanted = "" if value is None else str(value)
        self.setText(next((label for label, known in self._by_label.items() if known == wanted), wanted))

    def open_list(self) -> None:
        if not self._by_label:
            self.suggestions_wanted.emit()
            return
        self._list.setCompletionPrefix("")
        self._list.complete()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self._by_label:
            self.suggestions_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.open_list()
        else:
            super().keyPressEvent(event)
