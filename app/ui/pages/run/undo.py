"""Undoing an import: every record is looked up, then the count and the list, and the number to type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.core.labels import RECORD_NAMES, counted
from app.core.reasons import Reason
from app.core.texts import _, ngettext
from app.services.undoing import Survey, SurveyProgress, Verdict
from app.ui.theme import TYPE
from app.ui.widgets.buttons import DangerButton, SecondaryButton
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.delegates import TONE_ROLE, MonoDelegate
from app.ui.widgets.fields import TextField
from app.ui.widgets.form import FormField
from app.ui.widgets.labels import BodyLabel, SecondaryLabel, StrongLabel
from app.ui.widgets.painting import Tone
from app.ui.widgets.progress import ProgressLine
from app.ui.widgets.table import Column, TableFrame
from app.ui.wording import number

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_WIDTH_PX = 760
_LIST_PX = 220
_MOST_GOING, _MOST_STAYING = 400, 100
_SILENCE_MS = 2_000


class UndoColumn(IntEnum):
    KIND = 0
    RECORD = 1
    CUSTOMER = 2
    FATE = 3


class UndoTable(QAbstractTableModel):
    """Those that go first, then those that stay."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._verdicts: Sequence[Verdict] = ()
        self._reasons: Mapping[str, Reason] = {}

    def show_verdicts(self, verdicts: Sequence[Verdict], reasons: Mapping[str, Reason]) -> None:
        self.beginResetModel()
        going = [verdict for verdict in verdicts if verdict.goes]
        staying = [verdict for verdict in verdicts if not verdict.goes]
        self._verdicts = [*going[:_MOST_GOING], *staying[:_MOST_STAYING]]
        self._reasons = reasons
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._verdicts)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(UndoColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            UndoColumn.KIND: _("Kind"),
            UndoColumn.RECORD: _("Record"),
            UndoColumn.CUSTOMER: _("Customer"),
            UndoColumn.FATE: _("What happens"),
        }[UndoColumn(section)]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        verdict = self._verdicts[index.row()]
        column = UndoColumn(index.column())
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self._words(verdict, column)
        if role == TONE_ROLE:
            return Tone.WARNING if verdict.goes else Tone.NEUTRAL
        return None

    def _words(self, verdict: Verdict, column: UndoColumn) -> str:
        match column:
            case UndoColumn.KIND:
                return str(RECORD_NAMES[verdict.entry.kind])
            case UndoColumn.RECORD:
                return verdict.entry.key
            case UndoColumn.CUSTOMER:
                return verdict.label
            case _:
                return _("will be removed") if verdict.goes else _reason_words(verdict.reason, self._reasons)


class UndoSheet(Sheet):
    """``show_progress`` while records are looked up, then ``show_survey``. ``confirmed`` follows only after the person
    typed the number of records."""

    confirmed = Signal()

    def __init__(self, parent: QWidget, target: str) -> None:
        super().__init__(parent, _("Undo this import?"), width_px=_WIDTH_PX)
        self.survey: Survey | None = None
        explanation = _(
            "Removes from {target} only what this import created and nobody has touched since. Only a new import can "
            "bring back what is removed."
        ).format(target=target)
        self.body.addWidget(BodyLabel(explanation))
        self.setAccessibleDescription(explanation)
        self.progress_words = SecondaryLabel(_("Looking every record up; nothing is removed yet…"))
        self.bar = ProgressLine(_("Records looked up"))
        self.bar.set_share(0)
        self.silence = QTimer(self, singleShot=True, interval=_SILENCE_MS)
        self.silence.timeout.connect(lambda: self.bar.set_share(None))  # a page of records can take half a minute
        self.silence.start()
        self.count_words = StrongLabel()
        self.count_words.setWordWrap(True)
        self.kept_words = SecondaryLabel(size_px=TYPE.small)
        self.table = UndoTable(self)
        columns = [
            Column(80, most_px=150),
            Column(90, MonoDelegate(), most_px=140),
            Column(130, most_px=250),
            Column(None),
        ]
        self.frame = TableFrame(
            _("Records of this import"), self.table, columns, row_height_px=28, is_shrinking=True, is_bare=True
        )
        self.rest = SecondaryLabel(size_px=TYPE.small)
        self.number_field = TextField(_("Number of records"))
        self.question = FormField(_("Number of records"), self.number_field)
        self.cancel = SecondaryButton(_("Keep everything"))
        self.remove = DangerButton(_("Remove"))
        parts = (self.count_words, self.kept_words, self.frame, self.rest, self.question)
        for part in (self.progress_words, self.bar, *parts):
            self.body.addWidget(part)
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.remove)
        for hidden in (*parts, self.remove):
            hidden.hide()
        self.cancel.clicked.connect(self.reject)
        self.remove.clicked.connect(self.accept)
        self.accepted.connect(self.confirmed)
        self.number_field.textChanged.connect(self._compare)
        self.number_field.returnPressed.connect(self.remove.click)
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_progress(self, progress: SurveyProgress) -> None:
        words = _("{done} of {total} looked up; nothing is removed yet…")
        self.progress_words.setText(words.format(done=number(progress.done), total=number(progress.total)))
        self.bar.set_share(progress.done / progress.total if progress.total else None)
        self.silence.start()

    def show_survey(self, survey: Survey, reasons: Mapping[str, Reason]) -> None:
        self.survey = survey
        self.silence.stop()
        self.progress_words.hide()
        self.bar.hide()
        count, kept = survey.count, survey.kept_by_reason()
        self.count_words.setText(_count_words(survey))
        self.kept_words.setText(_kept_words(kept, reasons))
        self.table.show_verdicts(survey.verdicts, reasons)
        self.frame.limit_height(_LIST_PX)
        shown = self.table.rowCount()
        words = _("{shown} of {count} are listed.")
        self.rest.setText(words.format(shown=number(shown), count=number(len(survey.verdicts))))
        remove = ngettext("Remove {count} record", "Remove {count} records", count).format(count=number(count))
        self.remove.setText(remove)
        self.remove.setEnabled(False)
        self.question.set_label(_("Type {word} to go on").format(word=count))
        for part, is_shown in (
            (self.count_words, True),
            (self.kept_words, bool(kept)),
            (self.frame, shown > 0),
            (self.rest, len(survey.verdicts) > shown),
            (self.question, count > 0),
            (self.remove, count > 0),
        ):
            part.setVisible(is_shown)
        self.cancel.setText(_("Keep everything") if count else _("Close"))
        self.cancel.updateGeometry()
        self.frame.fit_columns()
        self.fit()
        (self.number_field if count else self.cancel).setFocus(Qt.FocusReason.OtherFocusReason)

    def _compare(self, words: str) -> None:
        """Separators of thousands are no mistake."""
        digits = "".join(letter for letter in words if not letter.isspace() and letter not in ".,'’")
        is_right = self.survey is not None and self.survey.count > 0 and digits == str(self.survey.count)
        self.remove.setEnabled(is_right)


def _count_words(survey: Survey) -> str:
    if not survey.count:
        return _("Nothing can be removed.")
    kinds = " · ".join(str(counted(kind, count)) for kind, count in survey.going_by_kind().items())
    words = ngettext(
        "{count} record will be removed: {kinds}", "{count} records will be removed: {kinds}", survey.count
    )
    return words.format(count=number(survey.count), kinds=kinds)


def _kept_words(kept: Mapping[str, int], reasons: Mapping[str, Reason]) -> str:
    by_number = sorted(kept.items(), key=lambda pair: -pair[1])
    return "\n".join(f"{number(count)} × {_reason_words(code, reasons)}" for code, count in by_number)


def _reason_words(code: str, reasons: Mapping[str, Reason]) -> str:
    return str(reasons[code].words) if code in reasons else code
