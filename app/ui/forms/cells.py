"""How a cell of a table of pairs is edited when its words are known: from a closed list, or from suggestions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core.texts import Text, _
from app.sdk.target import Suggestion
from app.ui.forms.suggest import SuggestField
from app.ui.theme import colours_now
from app.ui.widgets.choice import Choice, DropDown
from app.ui.widgets.painting import draw_caret, smooth

_CARET_FROM_RIGHT_PX = 16
_CARET_SPACE_PX = 24
_PADDING_PX = 12
Index = QModelIndex | QPersistentModelIndex
NameOf = Callable[[Index], str]
"""What a screen reader calls the editor of a cell."""


class ListCells(QStyledItemDelegate):
    """Draws the caret that tells a list from plain words."""

    def __init__(self, name_of: NameOf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name_of = name_of

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Words end before the caret; the cell and its line do not."""
        super().initStyleOption(option, index)
        room = option.rect.width() - _PADDING_PX - _CARET_SPACE_PX
        option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        rect = option.rect
        painter.save()
        centre = QPointF(rect.right() - _CARET_FROM_RIGHT_PX, rect.center().y())
        draw_caret(smooth(painter), centre, colours_now().second)
        painter.restore()


class KeyCells(ListCells):
    """One of the known words, by its label. An unknown one is offered as it is.

    ``is_once``: a word stands in one row only.
    """

    def __init__(
        self, keys: Mapping[str, Text], name_of: NameOf, parent: QObject | None = None, *, is_once: bool = True
    ) -> None:
        super().__init__(name_of, parent)
        self._keys = keys
        self._is_once = is_once

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = DropDown(self._name_of(index), self._choices(index), parent)
        editor.activated.connect(lambda _row: self._finish(editor))
        opening = QTimer(editor, singleShot=True, interval=0)  # the view has yet to place the editor
        opening.timeout.connect(editor.showPopup)
        opening.start()
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, DropDown):
            editor.setCurrentIndex(max(editor.findData(index.data(Qt.ItemDataRole.EditRole)), 0))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, DropDown):
            model.setData(index, str(editor.currentData() or ""))

    def _choices(self, index: Index) -> list[Choice]:
        own = str(index.data(Qt.ItemDataRole.EditRole) or "")
        rows = range(index.model().rowCount() if self._is_once else 0)
        taken = {str(index.model().index(row, 0).data(Qt.ItemDataRole.EditRole)) for row in rows} - {own}
        known = [Choice(key, label) for key, label in self._keys.items() if key not in taken]
        if own in self._keys:
            return known
        return [Choice(own, own or _("Please choose")), *known]

    def _finish(self, editor: DropDown) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor)


class SuggestCells(ListCells):
    """Type, or pick what the other side offers; asked anew for each cell, for the form may have changed since."""

    suggestions_wanted = Signal()
    suggestions_changed = Signal(list)

    def __init__(self, name_of: NameOf, parent: QObject | None = None) -> None:
        super().__init__(name_of, parent)
        self._suggestions: list[Suggestion] = []

    def set_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        if list(suggestions) != self._suggestions:
            self._suggestions = list(suggestions)
            self.suggestions_changed.emit(self._suggestions)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = SuggestField(self._name_of(index), parent)
        editor.set_suggestions(self._suggestions)
        self.suggestions_changed.connect(editor.set_suggestions)
        editor.suggestions_wanted.connect(self.suggestions_wanted)
        if self._suggestions:  # an editor without any asks by itself
            self.suggestions_wanted.emit()
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, SuggestField):
            editor.set_value(index.data(Qt.ItemDataRole.EditRole))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, SuggestField):
            model.setData(index, editor.value())
