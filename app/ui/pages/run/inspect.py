"""Everything about one record that was left over: why, what was tried, what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.labels import OUTCOME_NAMES, RECORD_NAMES
from app.core.texts import _
from app.services.problems import ProblemView
from app.services.why import Answer
from app.ui.pages.facts import FactsGrid
from app.ui.pages.run.problems import facts_heading
from app.ui.theme import SPACING
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.labels import SecondaryLabel, StrongLabel
from app.ui.wording import moment, money_words

_WIDTH_PX = 560
_MOST_HISTORY = 8


class InspectSheet(Sheet):
    """``retry_wanted``: send just this one again. ``preview_wanted``: show its fields and raw request. ``copy_wanted``:
    words for the clipboard."""

    retry_wanted = Signal()
    copy_wanted = Signal(str)
    preview_wanted = Signal()

    def __init__(self, parent: QWidget, problem: ProblemView, *, label: str = "", can_retry: bool = True) -> None:
        entry = problem.entry
        title = _("{kind} {number}").format(kind=RECORD_NAMES[entry.kind], number=entry.key)
        super().__init__(parent, title, width_px=_WIDTH_PX)
        self._place = (entry.kind, entry.key)
        self._facts = [
            (_("Outcome"), str(OUTCOME_NAMES[entry.outcome]) if entry.outcome else ""),
            (_("Why"), str(problem.reason_text)),
            (_("What to do"), str(problem.next_step)),
            (facts_heading(problem), problem.target_words),
            (_("Place"), entry.where),
            (_("Customer"), label),
            (_("Total"), money_words(entry.amount)),
            (_("In the target"), entry.target_id),
            (_("Attempts"), str(entry.attempts) if entry.attempts else ""),
            (_("Last change"), moment(entry.at)),
        ]
        self.body.addWidget(FactsGrid(self._facts))
        self._history = QVBoxLayout()
        self._history.setSpacing(SPACING.xs)
        self.body.addLayout(self._history)
        self.copy = SecondaryButton(_("Copy"))
        self.preview = SecondaryButton(_("Fields and request…"))
        self.retry = SecondaryButton(_("Send this one again"))
        self.close_button = PrimaryButton(_("Close"))
        for button in (self.copy, self.preview, self.retry, self.close_button):
            self.buttons.addWidget(button)
        self.retry.setVisible(can_retry)
        self.copy.clicked.connect(self._copy)
        self.preview.clicked.connect(self._preview)
        self.retry.clicked.connect(self._retry)
        self.close_button.clicked.connect(self.accept)
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_history(self, answer: Answer) -> None:
        own = [each for each in answer.entries if (each.entry.kind, each.entry.key) == self._place]
        past = [each for entry in own for each in entry.history][:_MOST_HISTORY]
        if not past:
            return
        self._history.addWidget(StrongLabel(_("What happened until now")))
        for each in past:
            words = f"{moment(each.at)} · {OUTCOME_NAMES[each.outcome]}"
            self._history.addWidget(SecondaryLabel(f"{words} · {each.message}" if each.message else words))
        self.fit()

    def _copy(self) -> None:
        lines = [f"{name}: {value}" for name, value in self._facts if value]
        self.copy_wanted.emit("\n".join([self.windowTitle(), *lines]))

    def _retry(self) -> None:
        self.accept()
        self.retry_wanted.emit()

    def _preview(self) -> None:
        self.accept()
        self.preview_wanted.emit()
