"""Runs as a table: what, when, how it ended, what it adds up to."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.core.events import RunState
from app.core.labels import MODE_NAMES, STATE_NAMES
from app.core.outcomes import Balance, Outcome
from app.core.texts import _
from app.services.status import RunView
from app.ui.context import Context
from app.ui.widgets.delegates import TONE_ROLE, BadgeDelegate, NumberDelegate
from app.ui.widgets.painting import Tone
from app.ui.widgets.table import Column, TableFrame
from app.ui.wording import moment, number

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_TONES = {
    RunState.RUNNING: Tone.ACCENT,
    RunState.PAUSED: Tone.WARNING,
    RunState.WAITING: Tone.WARNING,
    RunState.STOPPED: Tone.NEUTRAL,
    RunState.FINISHED: Tone.OK,
    RunState.FAILED: Tone.ERROR,
    RunState.INTERRUPTED: Tone.WARNING,
}
SENT = (Outcome.CREATED, Outcome.UPDATED)
OPEN = (Outcome.HELD, Outcome.IN_DOUBT)


class RunColumn(IntEnum):
    INTEGRATION = 0
    MODE = 1
    STARTED = 2
    STATE = 3
    SENT = 4
    THERE = 5
    SKIPPED = 6
    FAILED = 7
    OPEN = 8


def run_state(view: RunView) -> tuple[str, Tone]:
    """One word for how a run stands; finished with something open is said as such."""
    if view.state is RunState.FINISHED and view.balance.needs_attention:
        return _("Finished, with open records"), Tone.WARNING
    return str(STATE_NAMES[view.state]), _TONES[view.state]


def tile_numbers(balance: Balance) -> tuple[int, int, int, int, int]:
    """Sent, already there, skipped, failed, held or in doubt: they add up to what was read."""
    total = balance.total
    return (
        sum(total.count(outcome) for outcome in SENT),
        total.count(Outcome.UNCHANGED),
        total.count(Outcome.SKIPPED),
        total.count(Outcome.FAILED),
        sum(total.count(outcome) for outcome in OPEN),
    )


class RunTable(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: tuple[RunView, ...] = ()

    def show_runs(self, runs: Sequence[RunView]) -> None:
        if tuple(runs) == self.runs:
            return
        self.beginResetModel()
        self.runs = tuple(runs)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(RunColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section >= RunColumn.SENT:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            RunColumn.INTEGRATION: _("Integration"),
            RunColumn.MODE: _("Run"),
            RunColumn.STARTED: _("Started"),
            RunColumn.STATE: _("State"),
            RunColumn.SENT: _("Sent"),
            RunColumn.THERE: _("Already there"),
            RunColumn.SKIPPED: _("Skipped"),
            RunColumn.FAILED: _("Failed"),
            RunColumn.OPEN: _("Held"),
        }[RunColumn(section)]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        view = self.runs[index.row()]
        column = RunColumn(index.column())
        if role == TONE_ROLE and column is RunColumn.STATE:
            return run_state(view)[1]
        if role == Qt.ItemDataRole.ToolTipRole:
            return view.record.message or None
        return self._words(view, column) if role == Qt.ItemDataRole.DisplayRole else None

    def _words(self, view: RunView, column: RunColumn) -> str:
        match column:
            case RunColumn.INTEGRATION:
                return view.title
            case RunColumn.MODE:
                return str(MODE_NAMES[view.record.mode])
            case RunColumn.STARTED:
                return moment(view.record.started_at)
            case RunColumn.STATE:
                return run_state(view)[0]
            case _:
                return number(tile_numbers(view.balance)[column - RunColumn.SENT])


def build_run_table(context: Context, model: RunTable, *, shows_integration: bool) -> TableFrame:
    columns = [
        Column(None),
        Column(110 if shows_integration else None, most_px=190),
        Column(110, most_px=190),
        Column(90, BadgeDelegate(), most_px=230),
        *(Column(width, NumberDelegate()) for width in (66, 66, 66, 60, 60)),
    ]
    key = "runs" if shows_integration else "integration_runs"
    frame = TableFrame(_("Runs"), model, columns, state=context.window_state, key=key, is_shrinking=True)
    frame.view.setColumnHidden(RunColumn.INTEGRATION, not shows_integration)
    frame.fit_columns()
    return frame
