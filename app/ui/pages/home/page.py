"""The first page: own integrations above, every system below."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.texts import _
from app.services.integrations import IntegrationView
from app.ui import navigation
from app.ui.context import Context
from app.ui.pages.home.integration_card import IntegrationCard
from app.ui.pages.home.model import HomeModel
from app.ui.pages.home.system_sheet import SystemSheet
from app.ui.pages.home.systems import SystemsSection
from app.ui.pages.name_sheet import NameSheet
from app.ui.pages.next_steps import NextSteps
from app.ui.pages.page import Page
from app.ui.pages.practice_start import start_practice
from app.ui.theme import SPACING
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.confirm import ConfirmSheet
from app.ui.widgets.flow import CardGrid
from app.ui.widgets.labels import BodyLabel, HeadingLabel
from app.ui.widgets.path import open_file_dialog

_CARD_PX = 300
_MOST_COLUMNS = 4


class HomePage(Page):
    def __init__(self, context: Context) -> None:
        self.import_button = SecondaryButton(_("Import settings…"))
        self.new_button = PrimaryButton(_("New integration"), icon="plus")
        super().__init__(
            context,
            _("Integrations"),
            _("What moves from your shops to your tools, and when it last did."),
            actions=(self.import_button, self.new_button),
        )
        self.model = HomeModel(context, self)
        self._steps = NextSteps(context)
        self.cards: dict[str, IntegrationCard] = {}
        self.grid = CardGrid(min_card_px=_CARD_PX, max_columns=_MOST_COLUMNS, gap_px=14)
        self.welcome = self._build_welcome()
        self.welcome.hide()
        self.systems = SystemsSection(self.model)
        self.body.addWidget(self.grid)
        self.body.addWidget(self.welcome)
        self.body.addSpacing(SPACING.s)
        self.body.addWidget(self.systems)
        self.import_button.clicked.connect(self._choose_settings)
        self.new_button.clicked.connect(lambda: context.navigator.push(navigation.WIZARD))
        self.systems.system_chosen.connect(self._open_system)
        self.systems.practice_wanted.connect(lambda: self.run(self._practise("")))
        self.model.integrations_changed.connect(self._show_integrations)
        self.model.progress_changed.connect(self._show_progress)
        self.model.refresh_wanted.connect(self.refresh)

    def refresh(self) -> None:
        self.run(self.model.refresh())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    # Own integrations ----------------------------------------------------------------------------------------------

    def _show_integrations(self) -> None:
        """Only cards that changed are built anew, so that the keyboard keeps its place."""
        views = {view.key: view for view in self.model.integrations}
        kept = [key for key, card in self.cards.items() if views.get(key) == card.view]
        if list(views) != kept or len(kept) != len(self.cards):
            self._rebuild_cards()
        self.grid.setVisible(bool(views))
        self.welcome.setVisible(not views)

    def _rebuild_cards(self) -> None:
        focused = (
            next((key for key, card in self.cards.items() if card.isAncestorOf(self.focusWidget())), "")
            if (self.focusWidget() is not None)
            else ""
        )
        self.grid.clear()
        self.cards = {}
        for view in self.model.integrations:
            source = self.model.system(view.source.system) if view.source is not None else None
            target = self.model.system(view.target.system) if view.target is not None else None
            card = IntegrationCard(view, source, target)
            card.commanded.connect(lambda command, view=view: self._obey(command, view))
            card.show_progress(self.model.progress(view.key))
            self.grid.add_card(card)
            self.cards[view.key] = card
        if focused in self.cards:
            self.cards[focused].step_button.setFocus()

    def _show_progress(self, key: str) -> None:
        if key in self.cards:
            self.cards[key].show_progress(self.model.progress(key))

    def _obey(self, command: str, view: IntegrationView) -> None:
        go = self.context.navigator.push
        match command:
            case "next_step":
                self.run(self._take_step(view))
            case "open" if view.integration.is_draft:
                go(navigation.WIZARD, key=view.key)
            case "open":
                go(navigation.INTEGRATION, key=view.key, tab="overview")
            case "rename":
                self._ask_name(view, is_copy=False)
            case "duplicate":
                self._ask_name(view, is_copy=True)
            case "switch":
                self.run(self.model.set_active(view.key, is_active=not view.integration.is_active))
            case "reconnect_source" if view.source is not None:
                go(navigation.ACCOUNT, key=view.source.key, is_reconnecting=True)
            case "reconnect_target" if view.target is not None:
                go(navigation.ACCOUNT, key=view.target.key, is_reconnecting=True)
            case "delete":
                self.run(self._ask_delete(view))

    async def _take_step(self, view: IntegrationView) -> None:
        await self._steps.take(view)
        await self.model.refresh()

    def _ask_name(self, view: IntegrationView, *, is_copy: bool) -> None:
        if is_copy:
            sheet = NameSheet(
                self,
                _("Duplicate integration"),
                self.model.copy_title(view),
                _("Duplicate"),
                help_text=_("Accounts, options and mappings are copied. What was sent is not counted as sent again."),
            )
            sheet.named.connect(lambda title: self.run(self.model.duplicate(view.key, title)))
        else:
            sheet = NameSheet(self, _("Rename integration"), view.title, _("Rename"))
            sheet.named.connect(lambda title: self.run(self.model.rename(view.key, title)))
        sheet.open()

    async def _ask_delete(self, view: IntegrationView) -> None:
        words = await self.model.deletion_text(view.key)
        sheet = ConfirmSheet(self, _("Delete this integration?"), words, _("Delete"), is_dangerous=True)
        sheet.confirmed.connect(lambda: self.run(self._delete(view)))
        sheet.open()

    async def _delete(self, view: IntegrationView) -> None:
        await self.model.delete(view.key)
        self.context.notices.toast(_('"{integration}" was deleted.').format(integration=view.title))

    # Systems -------------------------------------------------------------------------------------------------------

    def _open_system(self, system: str) -> None:
        manifest = self.model.system(system)
        if manifest is None:
            return
        sheet = SystemSheet(self, manifest)
        role = {"source": system} if manifest.is_source else {"target": system}
        sheet.start_wanted.connect(lambda: self.context.navigator.push(navigation.WIZARD, **role))
        sheet.practice_wanted.connect(lambda: self.run(self._practise(system)))
        sheet.open()

    async def _practise(self, system: str) -> None:
        view = await start_practice(self.context, system)
        self.context.navigator.push(navigation.INTEGRATION, key=view.key, tab="preview")

    def _choose_settings(self) -> None:
        dialog = open_file_dialog(self, _("Import settings"), patterns=("*.toml",))
        dialog.fileSelected.connect(lambda path: self.run(self._apply(Path(path))))

    async def _apply(self, path: Path) -> None:
        await self.model.apply(path)
        self.context.notices.toast(_("The settings were imported."))

    def _build_welcome(self) -> QWidget:
        card = Card()
        card.body.setContentsMargins(SPACING.xl, SPACING.l + 2, SPACING.xl, SPACING.xl - 4)
        card.body.addWidget(HeadingLabel(_("Try it in one minute"), size_px=16))
        card.body.addWidget(
            BodyLabel(
                _(
                    "The practice shop holds made-up customers and orders. See the preview, run an import and read its "
                    "balance, without any account and without sending anything to anybody."
                )
            )
        )
        self.practice_button = SecondaryButton(_("Try the practice shop"), icon="flask")
        self.practice_button.clicked.connect(lambda: self.run(self._practise("")))
        buttons = QHBoxLayout()
        buttons.addWidget(self.practice_button)
        buttons.addStretch(1)
        holder = QVBoxLayout()
        holder.setContentsMargins(0, SPACING.xs, 0, 0)
        holder.addLayout(buttons)
        card.body.addLayout(holder)
        return card
