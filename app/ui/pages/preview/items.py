"""The previewed records as a list."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.core.outcomes import Outcome
from app.core.records import Kind
from app.core.texts import Text, _, text
from app.services.previews import PreviewItem
from app.ui.widgets.delegates import TONE_ROLE
from app.ui.widgets.painting import Tone
from app.ui.wording import decimal_words

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

SHORT_OUTCOMES: dict[Outcome, Text] = {
    Outcome.CREATED: text("new"),
    Outcome.UPDATED: text("update"),
    Outcome.UNCHANGED: text("exists"),
    Outcome.SKIPPED: text("left out"),
    Outcome.HELD: text("held"),
    Outcome.FAILED: text("not possible"),
    Outcome.IN_DOUBT: text("in doubt"),
}
LONG_OUTCOMES: dict[Outcome, Text] = {
    Outcome.CREATED: text("will be created"),
    Outcome.UPDATED: text("will be updated"),
    Outcome.UNCHANGED: text("is there already"),
    Outcome.SKIPPED: text("is left out"),
    Outcome.HELD: text("is held back"),
    Outcome.FAILED: text("cannot be sent"),
    Outcome.IN_DOUBT: text("in doubt"),
}
_SHORT_REASONS: dict[str, Text] = {
    "guest_order": text("guest"),
    "credit_note": text("refund"),
    "no_email": text("no address"),
    "invalid_email": text("bad address"),
    "consent_required": text("no consent"),
    "product_unmapped": text("no product number"),
    "status_left_out": text("status"),
    "before_start_date": text("too old"),
}
PREVIEW_TONES = {
    Outcome.CREATED: Tone.OK,
    Outcome.UPDATED: Tone.ACCENT,
    Outcome.UNCHANGED: Tone.NEUTRAL,
    Outcome.SKIPPED: Tone.NEUTRAL,
    Outcome.HELD: Tone.WARNING,
    Outcome.FAILED: Tone.ERROR,
    Outcome.IN_DOUBT: Tone.WARNING,
}

_PEOPLE = {Kind.CONTACTS, Kind.OPT_OUTS, Kind.BOUNCES}


def badge_words(item: PreviewItem) -> str:
    return str(_SHORT_REASONS.get(item.reason) or SHORT_OUTCOMES[item.outcome])


class ItemColumn(IntEnum):
    RECORD = 0
    AMOUNT = 1
    OUTCOME = 2


class ItemTable(QAbstractTableModel):
    """Of one kind at a time; contacts show their masked address instead of an amount."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: tuple[PreviewItem, ...] = ()

    def show_items(self, items: Sequence[PreviewItem]) -> None:
        self.beginResetModel()
        self.items = tuple(items)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(ItemColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        is_money = self._has_money()
        if role == Qt.ItemDataRole.TextAlignmentRole and section == ItemColumn.AMOUNT and is_money:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (_("Record"), self._second_heading(), "")[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.items[index.row()]
        column = ItemColumn(index.column())
        if role == TONE_ROLE:
            return PREVIEW_TONES[item.outcome]
        if role == Qt.ItemDataRole.TextAlignmentRole and column is ItemColumn.AMOUNT and self._has_money():
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return " · ".join(part for part in (item.label, str(item.reason_text)) if part)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        match column:
            case ItemColumn.RECORD:
                return item.number or item.key
            case ItemColumn.AMOUNT:
                return self._amount_words(item)
            case _:
                return badge_words(item)

    def _amount_words(self, item: PreviewItem) -> str:
        if item.amount is not None:
            return decimal_words(item.amount.rounded().amount)
        # What is left out has no amount in the target: its label ends with the total of the source.
        return item.label.rpartition(" · ")[2].partition(" ")[0] if self._has_money() else item.label

    def needs(self, column: ItemColumn) -> bool:
        """People are known by their address: the number that a shop gives them would only take its room."""
        if column is ItemColumn.RECORD:
            is_people = bool(self.items) and self.items[0].kind in _PEOPLE
            return not is_people or any(not item.label for item in self.items)
        return column is not ItemColumn.AMOUNT or any(self._amount_words(item) for item in self.items)

    def _second_heading(self) -> str:
        if self._has_money():
            return _("Total")
        return _("Person") if self.items and self.items[0].kind in _PEOPLE else _("Name")

    def _has_money(self) -> bool:
        return bool(self.items) and self.items[0].kind in {Kind.ORDERS, Kind.CARTS}
