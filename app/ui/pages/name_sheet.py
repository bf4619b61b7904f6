"""Ask for a name."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.core.texts import _
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.fields import TextField
from app.ui.widgets.form import FormField
from app.ui.widgets.painting import Words


class NameSheet(Sheet):
    """Call ``open()``; ``named`` follows where the person agreed. Enter agrees, Escape does not."""

    named = Signal(str)

    def __init__(self, parent: QWidget, title: Words, name: str, action: Words, *, help_text: Words = "") -> None:
        super().__init__(parent, title)
        self.field = TextField(_("Name"))
        self.field.set_value(name)
        self.field.selectAll()
        self.body.addWidget(FormField(_("Name"), self.field, help_text=help_text))
        self.agree = PrimaryButton(action)
        cancel = SecondaryButton(_("Cancel"))
        self.buttons.addWidget(cancel)
        self.buttons.addWidget(self.agree)
        cancel.clicked.connect(self.reject)
        self.agree.clicked.connect(self.accept)
        self.field.returnPressed.connect(self.agree.click)
        self.field.textChanged.connect(lambda words: self.agree.setEnabled(bool(words.strip())))
        self.accepted.connect(lambda: self.named.emit(self.field.text().strip()))
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
