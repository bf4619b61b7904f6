"""Why is it not there? One number or address, one answer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.labels import OUTCOME_NAMES
from app.core.texts import _
from app.services.why import Answer, WhyEntry
from app.ui.theme import SPACING, TYPE
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.fields import TextField
from app.ui.widgets.labels import BodyLabel, HeadingLabel, SecondaryLabel, StrongLabel
from app.ui.wording import moment

_MOST_ENTRIES = 6
_MOST_HISTORY = 4


class WhyCard(Card):
    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.body.addWidget(HeadingLabel(_("Why is it not there?")))
        self.body.addWidget(
            SecondaryLabel(
                _("Enter an order number or an e-mail address: here is what became of it."), size_px=TYPE.small
            )
        )
        self.field = TextField(_("Order number or e-mail address"), placeholder=_("Order number or e-mail address"))
        self.ask = SecondaryButton(_("Ask"))
        self.ask.setEnabled(False)
        row = QHBoxLayout()
        row.setSpacing(SPACING.s)
        row.addWidget(self.field, 1)
        row.addWidget(self.ask)
        self.body.addLayout(row)
        self._parts: list[QWidget] = []
        self._answers = QVBoxLayout()
        self._answers.setSpacing(SPACING.s)
        self.body.addLayout(self._answers)
        self.field.textChanged.connect(lambda words: self.ask.setEnabled(bool(words.strip())))
        self.field.returnPressed.connect(self._tell)
        self.ask.clicked.connect(self._tell)

    def answer_words(self) -> str:
        """All that is shown, for people who listen."""
        return " ".join(part.accessibleName() for part in self._parts)

    def show_answer(self, answer: Answer) -> None:
        for part in self._parts:
            self._answers.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._parts = [
            _part(str(entry.sentence), str(entry.next_step), _history(entry))
            for entry in answer.entries[:_MOST_ENTRIES]
        ]
        if not answer.found:
            self._parts.append(_part(str(answer.sentence), str(answer.next_step), []))
        for part in self._parts:
            self._answers.addWidget(part)

    def _tell(self) -> None:
        words = self.field.text().strip()
        if words:
            self.asked.emit(words)


def _history(entry: WhyEntry) -> list[str]:
    past = list(entry.history)[:_MOST_HISTORY]
    lines = [f"{moment(each.at)} · {OUTCOME_NAMES[each.outcome]}" for each in past]
    return lines if len(lines) > 1 else []


def _part(sentence: str, next_step: str, history: list[str]) -> QWidget:
    part = QWidget()
    part.setAccessibleName(" ".join(words for words in (sentence, next_step) if words))
    column = QVBoxLayout(part)
    column.setContentsMargins(0, SPACING.xs, 0, 0)
    column.setSpacing(3)
    first = StrongLabel(sentence)
    first.setWordWrap(True)
    first.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    column.addWidget(first)
    if next_step:
        column.addWidget(BodyLabel(next_step))
    for line in history:
        column.addWidget(SecondaryLabel(line, size_px=TYPE.small))
    return part
