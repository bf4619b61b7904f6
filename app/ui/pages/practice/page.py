"""Practice mode: a made-up shop and a made-up target, for trying everything out."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from app.core.texts import _
from app.services.integrations import IntegrationView
from app.ui import navigation
from app.ui.context import Context
from app.ui.pages.page import Page
from app.ui.pages.practice_start import start_practice
from app.ui.theme import SPACING
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.labels import BodyLabel, HeadingLabel, SecondaryLabel
from app.ui.widgets.progress import ProgressLine


class PracticePage(Page):
    """Opens the practice integration at once; who comes back finds what it is, and the way in again."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, _("Practice mode"), _("Made-up data inside this program. Nothing leaves your PC."))
        self.progress = ProgressLine(_("Preparing the practice shop"))
        self.progress.set_share(None)
        self.preview_button = PrimaryButton(_("Open the preview"))
        self.open_button = SecondaryButton(_("Open the practice integration"))
        card = Card()
        card.body.addWidget(HeadingLabel(_("What you can try here")))
        card.body.addWidget(
            BodyLabel(
                _(
                    "A practice shop with some two hundred made-up orders and a practice target stand ready. Look at "
                    "the preview, send a single record, run the historical import, pause it, stop it, continue it, "
                    "and read the balance. Ask why an order is not there. All works as with real accounts."
                )
            )
        )
        words = _("To start over, delete the practice integration and its two accounts, then come back here.")
        card.body.addWidget(SecondaryLabel(words))
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACING.m)
        buttons.addWidget(self.preview_button)
        buttons.addWidget(self.open_button)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        self.body.addWidget(self.progress)
        self.body.addWidget(card)
        self.preview_button.clicked.connect(lambda: self.run(self._open("preview")))
        self.open_button.clicked.connect(lambda: self.run(self._open("overview")))
        self.run(self._open("preview"))

    async def _open(self, tab: str) -> None:
        self.clear_error()
        self.progress.show()
        for button in (self.preview_button, self.open_button):
            button.setEnabled(False)
        try:
            view: IntegrationView = await start_practice(self.context)
        finally:
            self.progress.hide()
            for button in (self.preview_button, self.open_button):
                button.setEnabled(True)
        self.context.navigator.push(navigation.INTEGRATION, key=view.key, tab=tab)
