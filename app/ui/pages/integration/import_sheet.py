"""From the beginning, or from a day on?"""

from __future__ import annotations

from datetime import datetime, time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.core.texts import _
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.choice import Choice, ChoiceField
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.date import DateField
from app.ui.widgets.form import FormField
from app.ui.widgets.labels import BodyLabel, SecondaryLabel

_BEGINNING, _DATE = "beginning", "date"
_TYPING_MS = 400


class ImportSheet(Sheet):
    """Signals carry None for the beginning, else the start of that day in the person's own zone, aware. What ``asked``
    asks for is answered by :meth:`show_covered`: how many records such an import covers."""

    wanted = Signal(object)
    asked = Signal(object)

    def __init__(self, parent: QWidget, source: str, target: str, counts: str) -> None:
        super().__init__(parent, _("Historical import"))
        self.body.addWidget(
            BodyLabel(
                _(
                    "Sends what {source} holds to {target}. Records that are there already are updated, never doubled, "
                    "and no automation is set off."
                ).format(source=source, target=target)
            )
        )
        if counts:
            self.body.addWidget(SecondaryLabel(_("Counted last time: {records}").format(records=counts)))
        choices = [Choice(_BEGINNING, _("From the beginning")), Choice(_DATE, _("From a day on"))]
        self.choice = ChoiceField(_("How far back"), choices)
        self.day = DateField(_("First day"))
        self.day_row = FormField(_("First day"), self.day)
        self.day_row.hide()
        self.body.addWidget(FormField(_("How far back"), self.choice))
        self.body.addWidget(self.day_row)
        self.covered = SecondaryLabel("")
        self.body.addWidget(self.covered)
        self._asking = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._asking.timeout.connect(self._ask)
        self.start = PrimaryButton(_("Start the import"))
        cancel = SecondaryButton(_("Cancel"))
        self.buttons.addWidget(cancel)
        self.buttons.addWidget(self.start)
        cancel.clicked.connect(self.reject)
        self.start.clicked.connect(self._agree)
        self.choice.value_changed.connect(lambda _value: self._show_state())
        self.day.value_changed.connect(lambda _value: self._show_state())
        self.day.editingFinished.connect(self._look_at_day)
        self.start.setFocus(Qt.FocusReason.OtherFocusReason)
        self._count_soon()

    @property
    def since(self) -> datetime | None:
        day = self.day.value() if self.choice.value() == _DATE else None
        return datetime.combine(day, time()).astimezone() if day is not None else None

    def show_covered(self, since: datetime | None, words: str) -> None:
        """An answer that comes after the choice was changed is not shown."""
        if since == self.since and self.start.isEnabled():
            self.covered.setText(words)
            self.fit()

    def _count_soon(self) -> None:
        """Not at every key: a day that is being typed names other days on its way."""
        self.covered.setText(_("Counting…") if self.start.isEnabled() else "")
        self._asking.start()

    def _ask(self) -> None:
        if self.start.isEnabled():
            self.asked.emit(self.since)

    def _show_state(self) -> None:
        wants_day = self.choice.value() == _DATE
        self.day_row.setVisible(wants_day)
        self.day_row.set_error("")  # not while it is being typed: every day begins as half a day
        self.start.setEnabled(not wants_day or self.day.value() is not None)
        self._count_soon()
        self.fit()

    def _look_at_day(self) -> None:
        self.day_row.set_error("" if self.day.is_readable() else _("A date is needed, such as 2026-01-31."))
        self.fit()

    def _agree(self) -> None:
        since = self.since
        self.accept()
        self.wanted.emit(since)
