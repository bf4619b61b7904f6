"""A large removal: the list first, then a typed word, then it happens."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.core.labels import KIND_NAMES
from app.core.texts import _, ngettext
from app.services.problems import ProblemView
from app.ui.pages.run.problems import ProblemColumn, ProblemTable
from app.ui.theme import TYPE
from app.ui.widgets.buttons import DangerButton, SecondaryButton
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.delegates import MonoDelegate
from app.ui.widgets.fields import TextField
from app.ui.widgets.form import FormField
from app.ui.widgets.labels import BodyLabel, SecondaryLabel
from app.ui.widgets.table import Column, TableFrame
from app.ui.wording import number

_WIDTH_PX = 620
_LIST_PX = 280


class RemovalSheet(Sheet):
    """``confirmed`` follows only after the person typed the word."""

    confirmed = Signal()

    def __init__(self, parent: QWidget, problems: Sequence[ProblemView], count: int) -> None:
        title = ngettext("Remove {count} record?", "Remove {count} records?", count).format(count=number(count))
        super().__init__(parent, title, width_px=_WIDTH_PX)
        kinds = ", ".join(str(KIND_NAMES[kind]) for kind in dict.fromkeys(each.entry.kind for each in problems))
        self.body.addWidget(
            BodyLabel(
                _(
                    "So many are unusual, so nothing was removed yet. These would be deleted or unsubscribed in the "
                    "target ({kinds}). If the source was emptied or restored by mistake, cancel."
                ).format(kinds=kinds)
            )
        )
        model = ProblemTable(None, self)
        model.show_problems(problems)
        columns = [Column(110), Column(None, MonoDelegate()), Column(0), Column(110), Column(0), Column(0)]
        name = _("Records that would be removed")
        frame = TableFrame(name, model, columns, row_height_px=28, is_shrinking=True, is_bare=True)
        for hidden in (ProblemColumn.CUSTOMER, ProblemColumn.WHY, ProblemColumn.INSPECT):
            frame.view.setColumnHidden(hidden, True)
        frame.limit_height(_LIST_PX)
        self.body.addWidget(frame)
        if count > len(problems):
            words = _("The first {shown} of {count} are listed.").format(shown=len(problems), count=number(count))
            self.body.addWidget(SecondaryLabel(words, size_px=TYPE.small))
        self._word = _("remove")
        question = _("Type {word} to go on").format(word=self._word)
        self.word_field = TextField(question)
        self.body.addWidget(FormField(question, self.word_field))
        self.cancel = SecondaryButton(_("Keep everything"))
        self.remove = DangerButton(_("Remove them"))
        self.remove.setEnabled(False)
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.remove)
        self.cancel.clicked.connect(self.reject)
        self.remove.clicked.connect(self.accept)
        self.accepted.connect(self.confirmed)
        self.word_field.textChanged.connect(self._compare)
        self.word_field.returnPressed.connect(self.remove.click)
        self.word_field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _compare(self, words: str) -> None:
        self.remove.setEnabled(words.strip().casefold() == self._word.casefold())
