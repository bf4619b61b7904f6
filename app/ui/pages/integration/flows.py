"""What to send: the same choice as in the guided set-up, for an integration that exists."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.core.texts import _
from app.ui.context import Context
from app.ui.pages.panel import Panel
from app.ui.pages.wizard.flows_step import FlowsStep
from app.ui.pages.wizard.model import WizardModel
from app.ui.widgets.buttons import PrimaryButton


class FlowsPanel(Panel):
    """``is_draft`` stays as it was: saving here finishes nothing."""

    def __init__(self, context: Context, integration_key: str, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._key = integration_key
        self.choices = WizardModel(context, self)
        self.step = FlowsStep(context, self.choices)
        self.save_button = PrimaryButton(_("Save"))
        self.actions_wanted = (self.save_button,)
        self.body.addWidget(self.step)
        self.body.addStretch(1)
        self._is_draft = False
        self.step.state_changed.connect(self._show_state)
        self.save_button.clicked.connect(lambda: self.run(self._save()))
        self.save_button.setEnabled(False)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.save_button.click)
        self.run(self._load())

    async def _load(self) -> None:
        key = self._key
        view = await self.context.engine.call(lambda services: services.integrations.get(key))
        self._is_draft = view.integration.is_draft
        await self.choices.load(key)
        await self.step.enter()
        self._show_state()

    def _show_state(self) -> None:
        self.save_button.setEnabled(self.step.can_continue())

    async def _save(self) -> None:
        self.clear_error()
        for form, widget in self.step.forms:
            if not await form.check_now():
                widget.show_problems()
                return
        await self.step.keep()
        await self.choices.save(is_draft=self._is_draft)
        self.context.notices.toast(_("Saved. It holds from the next run on."))
