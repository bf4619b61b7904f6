"""Asks for a passphrase, or for the permission to keep secrets for this session only."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.core.errors import AppError, SecretStoreError
from app.core.texts import _
from app.storage.secrets import VaultState
from app.ui.context import Context
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.fields import SecretField
from app.ui.widgets.form import FormField
from app.ui.widgets.labels import BodyLabel

_WIDTH_PX = 520


class VaultSheet(Sheet):
    """``opened`` follows once secrets can be kept; until then what went wrong stands under the field."""

    opened = Signal()

    def __init__(self, context: Context, parent: QWidget, state: VaultState, reason: str) -> None:
        self._is_locked = state is VaultState.PASSPHRASE_LOCKED
        title = _("Enter your passphrase") if self._is_locked else _("Where should your keys be kept?")
        super().__init__(parent, title, width_px=_WIDTH_PX)
        self._context = context
        words = (
            _("Your keys are sealed with a passphrase. It is asked for once, each time the program is started.")
            if self._is_locked
            else _(
                "{reason} Choose a passphrase: your keys are then sealed with it in the program's own file, and it is "
                "asked for at each start. Or keep them only until you close the program. They are never stored in "
                "plain text."
            ).format(reason=reason)
        )
        self.body.addWidget(BodyLabel(words))
        self.field = SecretField(_("Passphrase"))
        help_text = "" if self._is_locked else _("At least 8 characters. It cannot be recovered when it is forgotten.")
        self._row = FormField(_("Passphrase"), self.field, help_text=help_text)
        self.body.addWidget(self._row)
        self.agree = PrimaryButton(_("Unlock") if self._is_locked else _("Use this passphrase"))
        self.agree.setEnabled(False)
        cancel = SecondaryButton(_("Cancel"))
        self.buttons.addWidget(cancel)
        self.session = SecondaryButton(_("Only for this session"))
        self.session.setVisible(not self._is_locked)
        self.buttons.addWidget(self.session)
        self.buttons.addWidget(self.agree)
        cancel.clicked.connect(self.reject)
        self.session.clicked.connect(self._spawn_session)
        self.agree.clicked.connect(self._try)
        self.field.returnPressed.connect(self.agree.click)
        self.field.textChanged.connect(lambda words: self.agree.setEnabled(bool(words)))
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def error_words(self) -> str:
        return self._row.error()

    def _try(self) -> None:
        self.agree.setEnabled(False)
        self._row.set_error("")
        self._context.tasks.spawn(self._use_passphrase(), owner=self, on_error=self._show)

    async def _use_passphrase(self) -> None:
        passphrase = self.field.text()
        await self._context.engine.call(lambda services: services.secrets.use_passphrase(passphrase))
        self._finish()

    def _spawn_session(self) -> None:
        self._context.tasks.spawn(self._use_session(), owner=self, on_error=self._show)

    async def _use_session(self) -> None:
        await self._context.engine.ask(lambda services: services.secrets.use_session())
        self._finish()

    def _finish(self) -> None:
        self.opened.emit()
        self.accept()

    def _show(self, error: AppError) -> None:
        self.agree.setEnabled(True)
        self._row.set_error(str(error))
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)


async def ask_for_vault(context: Context, parent: QWidget) -> bool:
    """True once secrets can be kept and read; False where the person declined. Raises AppError."""
    state = await context.engine.call(lambda services: services.secrets.open())
    if state in {VaultState.KEYSTORE, VaultState.PASSPHRASE_OPEN, VaultState.SESSION}:
        return True
    problem = await context.engine.ask(lambda services: services.secrets.problem)
    answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def settle(is_open: bool) -> None:
        if not answer.done():
            answer.set_result(is_open)

    sheet = VaultSheet(context, parent, state, str(problem.message) if problem is not None else "")
    sheet.opened.connect(lambda: settle(True))
    sheet.rejected.connect(lambda: settle(False))
    sheet.open()
    return await answer


def offer_vault(context: Context, parent: QWidget, error: AppError) -> None:
    """Where something failed because secrets cannot be read: help at once, then the person tries again."""
    if isinstance(error, SecretStoreError):
        context.tasks.spawn(_open_vault(context, parent), owner=parent)


async def _open_vault(context: Context, parent: QWidget) -> None:
    if await ask_for_vault(context, parent):
        context.notices.toast(_("Your keys can be used now. Try again."))
