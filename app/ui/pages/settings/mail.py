"""The person's mail account, over which errors are told."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.errors import AppError
from app.core.texts import _
from app.sdk.settings import SettingsError, field_specs
from app.services.mailing.account import MailAccount
from app.ui.context import Context
from app.ui.forms import SettingsForm
from app.ui.forms.model import FormModel, model_check
from app.ui.pages.vault import offer_vault
from app.ui.theme import SPACING
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.fields import TextField
from app.ui.widgets.form import FormField
from app.ui.widgets.labels import HeadingLabel, SecondaryLabel
from app.ui.widgets.painting import Tone


class MailCard(Card):
    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.form: SettingsForm | None = None
        self._model: FormModel | None = None
        self.body.addWidget(HeadingLabel(_("E-mail")))
        words = _(
            "Over this account you are told when a run needs you. Whom to tell is chosen in each integration; at most "
            "one mail in 15 minutes goes to each address, and it names none of your customers."
        )
        self.body.addWidget(SecondaryLabel(words))
        self._place = self.body.count()
        label = _("Send a test mail to")
        self.to = TextField(label)
        self.body.addWidget(FormField(label, self.to, is_optional=True))
        self.outcome = Banner("", Tone.NEUTRAL, is_closable=True)
        self.outcome.hide()
        self.body.addWidget(self.outcome)
        self.test_button = SecondaryButton(_("Send a test mail"), is_small=True)
        self.save_button = SecondaryButton(_("Save"), is_small=True)
        self.forget_button = SecondaryButton(_("Forget this account"), is_small=True)
        self.forget_button.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACING.m)
        for button in (self.save_button, self.test_button, self.forget_button):
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)
        self.save_button.clicked.connect(lambda: self._run(self._save()))
        self.test_button.clicked.connect(lambda: self._run(self._try_out()))
        self.forget_button.clicked.connect(lambda: self._run(self._forget()))
        self._run(self._load())

    def _run(self, work: Any) -> None:
        self._context.tasks.spawn(work, owner=self, on_error=self._show)

    async def _load(self) -> None:
        book = await self._context.engine.ask(lambda services: services.mailing.book)
        kept = await self._context.engine.call(lambda _services: book.settings())
        has_password = await self._context.engine.call(lambda _services: book.has_password())
        self._model = FormModel(
            field_specs(MailAccount),
            self._context.tasks,
            model_check(MailAccount),
            values=kept,
            kept_secrets=frozenset({"password"}) if has_password else frozenset(),
            parent=self,
        )
        if self.form is not None:
            self.form.deleteLater()
        self.form = SettingsForm(self._model)
        self.body.insertWidget(self._place, self.form)
        self.forget_button.setVisible(bool(kept))

    async def _given(self) -> dict[str, object] | None:
        """None while the form has problems, which are shown then."""
        if self._model is None or self.form is None:
            return None
        await self._model.check_now()
        if self.form.show_problems():
            return None
        return {**self._model.values(), **self._model.secrets()}

    async def _save(self) -> None:
        if (given := await self._given()) is None:
            return
        self.outcome.hide()
        await self._context.engine.call(lambda services: services.mailing.book.save(given))
        await self._load()
        self._context.notices.toast(_("Saved."))

    async def _try_out(self) -> None:
        if (given := await self._given()) is None:
            return
        to = self.to.text().strip()
        self.outcome.hide()
        self.test_button.setEnabled(False)
        try:
            await self._context.engine.call(lambda services: services.mailing.try_out(given, to))
        finally:
            self.test_button.setEnabled(True)
        self.outcome.set_message(_("The test mail was handed to the mail server. Look into the mailbox."), Tone.OK)
        self.outcome.show()

    async def _forget(self) -> None:
        await self._context.engine.call(lambda services: services.mailing.book.forget())
        await self._load()
        self._context.notices.toast(_("The mail account is forgotten."))

    def _show(self, error: AppError) -> None:
        if isinstance(error, SettingsError) and self._model is not None:
            for name, problem in error.problems.items():
                self._model.report(name, problem)
        elif self._model is not None and error.field in {spec.name for spec in self._model.specs}:
            self._model.report(error.field or "", error.message)
        self.outcome.set_message(error.remedy or error.message, Tone.ERROR, title=error.message if error.remedy else "")
        self.outcome.show()
        offer_vault(self._context, self, error)
