"""The closing balance: every kind of record, every outcome, and that they add up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.labels import KIND_NAMES
from app.core.outcomes import Balance, FlowBalance, Outcome
from app.core.reasons import Reason
from app.core.texts import _
from app.ui.theme import SPACING, TYPE
from app.ui.widgets.delegates import TONE_ROLE, BadgeDelegate, NumberDelegate
from app.ui.widgets.labels import HeadingLabel, SecondaryLabel
from app.ui.widgets.painting import Tone
from app.ui.widgets.table import Column, TableFrame
from app.ui.wording import number

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_KIND, _READ, _FIRST_OUTCOME = 0, 1, 2
_OUTCOMES = tuple(Outcome)
_ALWAYS_TOLD = {Outcome.CREATED, Outcome.UPDATED, Outcome.SKIPPED, Outcome.FAILED}
"""Of the others only what there is: eight columns of zeros would not fit a small window."""
_SUM = _FIRST_OUTCOME + len(_OUTCOMES)


class BalanceTable(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[tuple[str, FlowBalance], ...] = ()

    def show_balance(self, balance: Balance) -> None:
        lines = [(str(KIND_NAMES[kind]), flow) for kind, flow in balance.flows.items()]
        if len(lines) > 1:
            lines.append((_("Together"), balance.total))
        self.beginResetModel()
        self._lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else _SUM + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and _READ <= section < _SUM:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        names = {
            Outcome.CREATED: _("Created"),
            Outcome.UPDATED: _("Updated"),
            Outcome.UNCHANGED: _("Unchanged"),
            Outcome.SKIPPED: _("Skipped"),
            Outcome.HELD: _("Held"),
            Outcome.FAILED: _("Failed"),
            Outcome.IN_DOUBT: _("In doubt"),
        }
        return (_("Kind"), _("Read"), *(names[outcome] for outcome in _OUTCOMES), _("Balance"))[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        name, flow = self._lines[index.row()]
        column = index.column()
        if role == TONE_ROLE and column == _SUM:
            return Tone.OK if flow.balances else Tone.WARNING
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if column == _KIND:
            return name
        if column == _READ:
            return number(flow.read)
        if column == _SUM:
            return _("adds up") if flow.balances else _("open")
        return number(flow.count(_OUTCOMES[column - _FIRST_OUTCOME]))


class BalanceSection(QWidget):
    """The table, and under it how many records stayed out for which reason."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table_model = BalanceTable(self)
        numbers = (Column(60, NumberDelegate()) for _each in range(1 + len(_OUTCOMES)))
        columns = [Column(None), *numbers, Column(84, BadgeDelegate(), most_px=160)]
        self.table = TableFrame(_("Balance"), self.table_model, columns, row_height_px=32, is_shrinking=True)
        self.reasons = SecondaryLabel(size_px=TYPE.small)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING.s)
        column.addWidget(HeadingLabel(_("Balance")))
        column.addWidget(self.table)
        column.addWidget(self.reasons)

    def show_balance(self, balance: Balance, reasons: Mapping[str, Reason]) -> None:
        self.setVisible(bool(balance.flows))
        self.table_model.show_balance(balance)
        for column, outcome in enumerate(_OUTCOMES, _FIRST_OUTCOME):
            is_told = outcome in _ALWAYS_TOLD or balance.total.count(outcome) > 0
            self.table.view.setColumnHidden(column, not is_told)
        self.table.fit_columns()
        by_number = sorted(balance.total.reasons.items(), key=lambda pair: -pair[1])
        lines = [f"{number(count)} × {_reason_words(code, reasons)}" for code, count in by_number if count]
        self.reasons.setText("\n".join(lines))
        self.reasons.setVisible(bool(lines))


def _reason_words(code: str, reasons: Mapping[str, Reason]) -> str:
    return str(reasons[code].words) if code in reasons else code
