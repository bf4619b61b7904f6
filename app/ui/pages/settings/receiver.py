"""The receiver: whether it listens, and where others reach it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.errors import AppError
from app.core.texts import _
from app.sdk.settings import SettingsError, field_specs, parse, plain_values
from app.services import Services
from app.services.receiving.settings import ReceiverSettings
from app.ui.context import Context
from app.ui.forms import SettingsForm
from app.ui.forms.model import FormModel, model_check
from app.ui.theme import SPACING
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.labels import BodyLabel, HeadingLabel, SecondaryLabel
from app.ui.widgets.painting import Tone


class ReceiverCard(Card):
    """What is entered holds once it is saved; saving also starts or stops listening."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.form: SettingsForm | None = None
        self._model: FormModel | None = None
        self.body.addWidget(HeadingLabel(_("Receiver")))
        words = _(
            "Some systems can tell at once what happens there: a sale, somebody who unsubscribes. For that they need "
            "an address in the internet that leads to this computer, by a tunnel or a port forwarding of your router. "
            "Without one, changes come with the next sync."
        )
        self.body.addWidget(SecondaryLabel(words))
        self.state = BodyLabel()
        self.body.addWidget(self.state)
        self.outcome = Banner("", Tone.NEUTRAL, is_closable=True)
        self.outcome.hide()
        self.save_button = SecondaryButton(_("Save"), is_small=True)
        self.test_button = SecondaryButton(_("Save and test the public address"), is_small=True)
        self.save_button.clicked.connect(lambda: self._run(self._save()))
        self.test_button.clicked.connect(lambda: self._run(self._prove()))
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACING.m)
        buttons.addWidget(self.save_button)
        buttons.addWidget(self.test_button)
        buttons.addStretch(1)
        self._place = self.body.count()
        self.body.addWidget(self.outcome)
        self.body.addLayout(buttons)
        self._run(self._load())

    def _run(self, work: Any) -> None:
        self._context.tasks.spawn(work, owner=self, on_error=self._show)

    async def _load(self) -> None:
        settings = await self._context.engine.call(lambda services: services.receiver.book.settings())
        self._model = FormModel(
            field_specs(ReceiverSettings),
            self._context.tasks,
            model_check(ReceiverSettings),
            values=plain_values(settings),
            parent=self,
        )
        self.form = SettingsForm(self._model)
        self.body.insertWidget(self._place, self.form)
        await self._tell()

    async def _tell(self) -> None:
        address = await self._context.engine.ask(lambda services: services.receiver.address)
        self.state.setText(
            _("It listens at {address}.").format(address=address) if address else _("It does not listen at the moment.")
        )

    async def _save(self) -> None:
        if await self._keep():
            self._context.notices.toast(_("Saved."))

    async def _keep(self) -> bool:
        """False while the form has problems, which are shown then."""
        if self._model is None or self.form is None:
            return False
        await self._model.check_now()
        if self.form.show_problems():
            return False
        settings = parse(ReceiverSettings, self._model.values())

        async def save(services: Services) -> None:
            await services.receiver.book.save(settings)
            await services.receiver.stop()
            await services.receiver.start_if_wanted()

        self.outcome.hide()
        await self._context.engine.call(save)
        await self._tell()
        return True

    async def _prove(self) -> None:
        """What is tested is what stands in the form, so that is kept first."""
        self.test_button.setEnabled(False)
        try:
            if not await self._keep():
                return
            await self._context.engine.call(lambda services: services.receiver.prove())
        finally:
            self.test_button.setEnabled(True)
        self.outcome.set_message(_("The public address leads to this program."), Tone.OK)
        self.outcome.show()

    def _show(self, error: AppError) -> None:
        if isinstance(error, SettingsError) and self._model is not None:
            for name, problem in error.problems.items():
                self._model.report(name, problem)
            return
        self.outcome.set_message(error.remedy or error.message, Tone.ERROR, title=error.message if error.remedy else "")
        self.outcome.show()
