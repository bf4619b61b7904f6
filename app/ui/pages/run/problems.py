"""Failed, held and skipped records as a table: which, why, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.core.labels import RECORD_NAMES
from app.core.outcomes import Outcome
from app.core.texts import _
from app.services.problems import ProblemView
from app.ui.pages.run.model import RunModel
from app.ui.theme import MEDIUM, SIZES, TYPE, colours_now, ui_font
from app.ui.widgets.delegates import TONE_ROLE, draw_cell_ground
from app.ui.widgets.painting import Tone, fill_rounded, smooth
from app.ui.wording import money_words

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

OUTCOME_TONES = {
    Outcome.CREATED: Tone.OK,
    Outcome.UPDATED: Tone.OK,
    Outcome.UNCHANGED: Tone.NEUTRAL,
    Outcome.SKIPPED: Tone.NEUTRAL,
    Outcome.HELD: Tone.WARNING,
    Outcome.FAILED: Tone.ERROR,
    Outcome.IN_DOUBT: Tone.WARNING,
}


class ProblemColumn(IntEnum):
    KIND = 0
    RECORD = 1
    CUSTOMER = 2
    TOTAL = 3
    WHY = 4
    INSPECT = 5


def why_words(problem: ProblemView) -> str:
    """The reason, the next step, and last the target's own words where there are any."""
    own = f"{facts_heading(problem)}: {problem.target_words}" if problem.target_words else ""
    parts = (str(problem.reason_text), str(problem.next_step), own)
    return " ".join(part for part in parts if part)


def facts_heading(problem: ProblemView) -> str:
    """What was held or left out here was never sent, so the target has said nothing about it."""
    is_ours = problem.entry.outcome in {Outcome.HELD, Outcome.SKIPPED}
    return _("Details") if is_ours else _("The target says")


class ProblemTable(QAbstractTableModel):
    def __init__(self, model: RunModel | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = model
        self.problems: Sequence[ProblemView] = ()

    def show_problems(self, problems: Sequence[ProblemView]) -> None:
        self.beginResetModel()
        self.problems = tuple(problems)
        self.endResetModel()

    def has_words(self, column: ProblemColumn) -> bool:
        return any(self._words(problem, column) for problem in self.problems)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.problems)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(ProblemColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section == ProblemColumn.TOTAL:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            ProblemColumn.KIND: _("Kind"),
            ProblemColumn.RECORD: _("Record"),
            ProblemColumn.CUSTOMER: _("Customer"),
            ProblemColumn.TOTAL: _("Total"),
            ProblemColumn.WHY: _("Why, and what to do"),
            ProblemColumn.INSPECT: "",
        }[ProblemColumn(section)]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        problem = self.problems[index.row()]
        column = ProblemColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(problem, column)
        if role == Qt.ItemDataRole.ToolTipRole and column is ProblemColumn.WHY:
            return why_words(problem)
        if role == TONE_ROLE and problem.entry.outcome is not None:
            return OUTCOME_TONES[problem.entry.outcome]
        return None

    def _words(self, problem: ProblemView, column: ProblemColumn) -> str:
        entry = problem.entry
        match column:
            case ProblemColumn.KIND:
                return str(RECORD_NAMES[entry.kind])
            case ProblemColumn.RECORD:
                return entry.key
            case ProblemColumn.CUSTOMER:
                return self._run.label(problem) if self._run is not None else ""
            case ProblemColumn.TOTAL:
                return money_words(entry.amount)
            case ProblemColumn.WHY:
                return why_words(problem)
            case _:
                return _("Inspect")


class InspectDelegate(QStyledItemDelegate):
    """A small button in the cell; Enter on the row does the same."""

    pressed = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._font = ui_font(TYPE.small, MEDIUM)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        draw_cell_ground(self, painter, option, index)
        colours = colours_now()
        rect = QRectF(option.rect)
        height = SIZES.button_small - 2
        box = QRectF(rect.left() + 6, rect.center().y() - height / 2, rect.width() - 16, height)
        is_lit = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        smooth(painter)
        fill_rounded(painter, box, 8, colours.hover if is_lit else colours.panel, colours.line_strong)
        painter.setFont(self._font)
        painter.setPen(QColor(colours.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(index.data() or ""))
        painter.restore()

    def editorEvent(self, event: QEvent, _model: Any, _option: QStyleOptionViewItem, index: Index) -> bool:
        if (
            event.type() is QEvent.Type.MouseButtonRelease
            and isinstance(event, QMouseEvent)
            and event.button() is Qt.MouseButton.LeftButton
        ):
            self.pressed.emit(index.row())
            return True
        return False
