"""The product mapping as Qt's item model: one index list over the rows, no proxy (it takes seconds where this takes
milliseconds)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.core.configuration import Match, ProductRow
from app.core.texts import _
from app.ui.pages.products.rows import ProductRows, RowState
from app.ui.widgets.delegates import INVALID_ROLE, PLACEHOLDER_ROLE, TONE_ROLE
from app.ui.widgets.painting import Tone

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class ProductColumn(IntEnum):
    SKU = 0
    EAN = 1
    NAME = 2
    NUMBER = 3
    MATCH = 4


class ProductTable(QAbstractTableModel):
    """``number_entered`` carries the place and the text: changes go through the undo stack of the view model."""

    number_entered = Signal(int, str)

    def __init__(self, source_name: str, number_label: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._data = ProductRows((), None)
        self._shown: Sequence[int] = ()
        self._words = ""
        self._state: RowState | None = None
        self._source_name = source_name
        self._number_label = number_label

    @property
    def products(self) -> ProductRows:
        return self._data

    def set_names(self, source_name: str, number_label: str) -> None:
        self._source_name, self._number_label = source_name, number_label
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(ProductColumn) - 1)

    def show_rows(self, data: ProductRows) -> None:
        self.beginResetModel()
        self._data = data
        self._shown = data.filtered(self._words, self._state)
        self.endResetModel()

    def choose(self, words: str, state: RowState | None) -> None:
        """Show only rows with these words and in this state. An edited row stays until the choice changes."""
        self._words, self._state = words, state
        shown = self._data.filtered(words, state)
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()

    @property
    def is_filtered(self) -> bool:
        return bool(self._words) or self._state is not None

    def place(self, row: int) -> int:
        return self._shown[row]

    def places(self, rows: Iterable[int]) -> list[int]:
        return [self._shown[row] for row in rows if 0 <= row < len(self._shown)]

    def put(self, changes: Mapping[int, ProductRow]) -> None:
        self._data.put(changes)
        self._tell_changed(changes)

    def default_changed(self) -> None:
        if self._shown:
            last = len(self._shown) - 1
            self.dataChanged.emit(self.index(0, ProductColumn.NUMBER), self.index(last, ProductColumn.MATCH))

    def _tell_changed(self, changes: Mapping[int, ProductRow]) -> None:
        if len(changes) == 1:
            wanted = next(iter(changes))
            rows = [self._shown.index(wanted)] if wanted in self._shown else []
        else:
            rows = [0, len(self._shown) - 1] if self._shown else []
        if rows:
            self.dataChanged.emit(self.index(rows[0], ProductColumn.NUMBER), self.index(rows[-1], ProductColumn.MATCH))

    # Qt's side -------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(ProductColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            ProductColumn.SKU: _("SKU"),
            ProductColumn.EAN: _("EAN"),
            ProductColumn.NAME: _("Product in {system}").format(system=self._source_name),
            ProductColumn.NUMBER: self._number_label,
            ProductColumn.MATCH: _("Match"),
        }[ProductColumn(section)]

    def flags(self, index: Index) -> Qt.ItemFlag:
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return plain | Qt.ItemFlag.ItemIsEditable if index.column() == ProductColumn.NUMBER else plain

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = self._shown[index.row()]
        row = self._data.rows[place]
        column = index.column()
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole}:
            return self._words_of(place, row, column)
        if column == ProductColumn.NUMBER and role == PLACEHOLDER_ROLE:
            default = self._data.default
            return _("{number} (All products)").format(number=default) if default else ""
        if column == ProductColumn.NUMBER and role == INVALID_ROLE:
            return self._data.state(place) is RowState.ERROR
        if column == ProductColumn.MATCH and role == TONE_ROLE:
            return self._tone(place, row)
        if role == Qt.ItemDataRole.ToolTipRole and column == ProductColumn.NAME:
            return row.name
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or index.column() != ProductColumn.NUMBER:
            return False
        place = self._shown[index.row()]
        if str(value).strip() != self._data.rows[place].number:
            self.number_entered.emit(place, str(value))
        return True

    def _words_of(self, place: int, row: ProductRow, column: int) -> str:
        match column:
            case ProductColumn.SKU:
                return row.sku or row.key
            case ProductColumn.EAN:
                return row.ean
            case ProductColumn.NAME:
                return row.name
            case ProductColumn.NUMBER:
                return row.number
            case _:
                return self._match_words(place, row)

    def _match_words(self, place: int, row: ProductRow) -> str:
        if not row.number:
            if self._data.default:
                return _("uses “All products”")
            return _("no number") if self._data.is_required else _("number as in the shop")
        if self._data.state(place) is RowState.ERROR:
            numbers = self._data.numbers
            return str(numbers.pattern_words) if numbers and numbers.pattern_words else _("not allowed")
        if row.match is Match.NAME:
            return _("similar name {percent} %").format(percent=row.confidence)
        if self._data.state(place) is RowState.TO_CHECK:
            return _("number stands twice")
        return {
            Match.SKU: _("exact SKU"),
            Match.EAN: _("exact EAN"),
            Match.CONFIRMED: _("confirmed"),
        }.get(row.match, _("by hand"))

    def _tone(self, place: int, row: ProductRow) -> Tone:
        state = self._data.state(place)
        if state is RowState.ERROR:
            return Tone.ERROR
        is_missing = state is RowState.UNMAPPED and self._data.is_required and not self._data.default
        if state is RowState.TO_CHECK or is_missing:
            return Tone.WARNING
        return Tone.OK if row.match in {Match.SKU, Match.EAN, Match.CONFIRMED} else Tone.NEUTRAL
