"""Another passphrase for the vault, for who knows the present one."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.core.errors import AppError
from app.core.texts import _
from app.ui.context import Context
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.fields import SecretField
from app.ui.widgets.form import FormField
from app.ui.widgets.labels import BodyLabel

_WIDTH_PX = 520


class ChangePassphraseSheet(Sheet):
    """``changed`` follows once the new one counts; until then what went wrong stands under its field."""

    changed = Signal()

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent, _("Change the passphrase"), width_px=_WIDTH_PX)
        self._context = context
        self.body.addWidget(
            BodyLabel(_("Your keys are sealed anew. Copies made before, such as backups, still open with the old one."))
        )
        self.old = SecretField(_("Present passphrase"))
        self.new = SecretField(_("New passphrase"))
        self.again = SecretField(_("New passphrase again"))
        self._old_row = FormField(_("Present passphrase"), self.old)
        help_text = _("At least 8 characters. It cannot be recovered when it is forgotten.")
        self._new_row = FormField(_("New passphrase"), self.new, help_text=help_text)
        self._again_row = FormField(_("New passphrase again"), self.again)
        for row in (self._old_row, self._new_row, self._again_row):
            self.body.addWidget(row)
        self.agree = PrimaryButton(_("Change the passphrase"))
        self.agree.setEnabled(False)
        cancel = SecondaryButton(_("Cancel"))
        self.buttons.addWidget(cancel)
        self.buttons.addWidget(self.agree)
        cancel.clicked.connect(self.reject)
        self.agree.clicked.connect(self._try)
        for field in (self.old, self.new, self.again):
            field.textChanged.connect(self._look)
            field.returnPressed.connect(self.agree.click)
        # Who types one after the other without looking would press "Show" with the first space.
        fields = (self.old, self.new, self.again)
        for before, after in pairwise((*fields, cancel, self.agree, *(field.reveal_link for field in fields))):
            QWidget.setTabOrder(before, after)
        self.old.setFocus(Qt.FocusReason.OtherFocusReason)

    def error_words(self) -> str:
        return self._old_row.error() or self._new_row.error() or self._again_row.error()

    def _look(self) -> None:
        self.agree.setEnabled(bool(self.old.text() and self.new.text() and self.again.text()))

    def _try(self) -> None:
        for row in (self._old_row, self._new_row, self._again_row):
            row.set_error("")
        if self.new.text() != self.again.text():
            self._again_row.set_error(_("The two entries differ."))
            return
        self.agree.setEnabled(False)
        self._context.tasks.spawn(self._change(), owner=self, on_error=self._show)

    async def _change(self) -> None:
        old, new = self.old.text(), self.new.text()
        await self._context.engine.call(lambda services: services.secrets.change_passphrase(old, new))
        self.changed.emit()
        self.accept()

    def _show(self, error: AppError) -> None:
        self._look()
        row, field = (self._new_row, self.new) if error.field == "new_passphrase" else (self._old_row, self.old)
        row.set_error(str(error))
        field.selectAll()
        field.setFocus(Qt.FocusReason.OtherFocusReason)
