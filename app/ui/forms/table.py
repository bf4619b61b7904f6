"""Pairs of texts, edited as two columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QVBoxLayout, QWidget

from app.core.texts import Text, _, text
from app.sdk.target import Suggestion
from app.ui.forms.cells import KeyCells, ListCells, SuggestCells
from app.ui.theme import SIZES, SPACING
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.painting import Words
from app.ui.widgets.table import Column, TableFrame

_ROWS_SHOWN = 10
_SHOWN = Qt.ItemDataRole.DisplayRole
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class PairsModel(QAbstractTableModel):
    """Always ends with an empty row to type into. ``pairs_changed`` follows a person's edit only."""

    pairs_changed = Signal()

    def __init__(self, headings: tuple[Text, Text] | None = None) -> None:
        super().__init__()
        self._headings = headings or (text("Name"), text("Value"))
        self._rows: list[list[str]] = [["", ""]]
        self._labels: list[Mapping[str, str]] = [{}, {}]

    def pairs(self) -> dict[str, str]:
        return {left.strip(): right.strip() for left, right in self._rows if left.strip()}

    def set_pairs(self, pairs: Mapping[str, str]) -> None:
        self.beginResetModel()
        self._rows = [[left, right] for left, right in pairs.items()] + [["", ""]]
        self.endResetModel()

    def set_labels(self, column: int, labels: Mapping[str, str]) -> None:
        """What is shown instead of a known value; anything else is shown as it is."""
        self._labels[column] = labels
        self.dataChanged.emit(self.index(0, column), self.index(len(self._rows) - 1, column), [_SHOWN])

    def name_of(self, index: Index) -> str:
        """The heading and, in the second column, the row that the cell belongs to."""
        heading, row = str(self._headings[index.column()]), str(self.index(index.row(), 0).data() or "")
        return _("{heading}: {field}").format(heading=heading, field=row) if index.column() and row else heading

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        words = self._rows[index.row()][index.column()]
        label = self._labels[index.column()].get(words, words)
        if role == Qt.ItemDataRole.EditRole:
            return words
        if role == _SHOWN:
            return label
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return label or _("empty")
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return str(self._headings[section])
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or str(value) == self._rows[index.row()][index.column()]:
            return False
        self._rows[index.row()][index.column()] = str(value)
        self.dataChanged.emit(index, index)
        if any(self._rows[-1]):
            self.beginInsertRows(_ROOT, len(self._rows), len(self._rows))
            self._rows.append(["", ""])
            self.endInsertRows()
        self.pairs_changed.emit()
        return True

    def remove_row(self, row: int) -> None:
        if not 0 <= row < len(self._rows) - 1:
            return
        self.beginRemoveRows(_ROOT, row, row)
        del self._rows[row]
        self.endRemoveRows()
        self.pairs_changed.emit()


class MappingField(QWidget):
    """The value is a dict of texts. F2, Enter or typing edits; Delete removes the row.

    With ``keys`` (key to label) the first column is a list of their labels. ``is_suggesting`` lets the open column, the
    second beside known keys and else the first, offer what ``set_suggestions`` brings. With ``values`` the second
    column is a list of their labels instead.
    """

    value_changed = Signal(object)
    suggestions_wanted = Signal()

    def __init__(
        self,
        name: Words,
        headings: tuple[Text, Text] | None = None,
        parent: QWidget | None = None,
        *,
        keys: Mapping[str, Text] | None = None,
        values: Mapping[str, Text] | None = None,
        is_suggesting: bool = False,
    ) -> None:
        super().__init__(parent)
        self.pairs = PairsModel(headings)
        self._open_column = 1 if keys else 0
        self._suggesting = SuggestCells(self.pairs.name_of) if is_suggesting else None
        cells: list[ListCells | None] = [None, None]
        cells[self._open_column] = self._suggesting
        if keys:
            self.pairs.set_labels(0, {key: str(label) for key, label in keys.items()})
            cells[0] = KeyCells(keys, self.pairs.name_of)
        if values:
            self.pairs.set_labels(1, {value: str(label) for value, label in values.items()})
            cells[1] = KeyCells(values, self.pairs.name_of, is_once=False)
        if self._suggesting is not None:
            self._suggesting.suggestions_wanted.connect(self.suggestions_wanted)
        columns = [Column(delegate=each) for each in cells]
        self._frame = TableFrame(name, self.pairs, columns, selects_cells=True, is_shrinking=True)
        self.pairs.setParent(self)
        self._frame.view.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self._frame.limit_height(SIZES.table_header + _ROWS_SHOWN * SIZES.table_row)
        self._frame.view.row_activated.connect(lambda _row: self._frame.view.edit(self._frame.view.currentIndex()))
        remove = SecondaryButton(_("Remove row"), is_small=True)
        remove.clicked.connect(self.remove_current)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self._frame.view)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self.remove_current)
        below = QHBoxLayout()
        below.addWidget(remove)
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING.s)
        column.addWidget(self._frame)
        column.addLayout(below)
        self.setFocusProxy(self._frame.view)
        self.pairs.pairs_changed.connect(lambda: self.value_changed.emit(self.value()))

    def value(self) -> dict[str, str]:
        return self.pairs.pairs()

    def set_value(self, value: object) -> None:
        pairs = value if isinstance(value, Mapping) else {}
        self.pairs.set_pairs({str(left): str(right) for left, right in pairs.items()})

    def set_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        if self._suggesting is not None:
            self.pairs.set_labels(self._open_column, {each.value: each.label for each in suggestions})
            self._suggesting.set_suggestions(suggestions)

    def remove_current(self) -> None:
        self.pairs.remove_row(self._frame.view.currentIndex().row())
