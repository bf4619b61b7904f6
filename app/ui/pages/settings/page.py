"""What the person prefers, where things are kept, and what this program is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import __version__
from app.core.texts import Text, _, current_language, ngettext
from app.storage.preferences import FEWEST_DAYS, MOST_DAYS
from app.storage.secrets import VaultState
from app.ui.context import Context
from app.ui.pages.page import Page
from app.ui.pages.settings.about import AboutSheet
from app.ui.pages.settings.mail import MailCard
from app.ui.pages.settings.privacy import PrivacyCard
from app.ui.pages.settings.receiver import ReceiverCard
from app.ui.pages.vault import ChangePassphraseSheet, VaultSheet
from app.ui.theme import SPACING, ThemeChoice
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.choice import Choice, ChoiceField
from app.ui.widgets.fields import NumberField
from app.ui.widgets.form import FormField
from app.ui.widgets.labels import BodyLabel, HeadingLabel, MonoLabel, SecondaryLabel

_LANGUAGES = (("de", "Deutsch"), ("en", "English"), ("pl", "Polski"))
_MOST_PX = 760


class SettingsPage(Page):
    """Everything acts at once; there is nothing to save."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, _("Settings"), _("They hold for the whole program."))
        looks, log, secrets = self._build_looks(), self._build_log(), self._build_secrets()
        self.privacy = PrivacyCard(context)
        self.receiver, self.mail = ReceiverCard(context), MailCard(context)
        for card in (looks, log, self.receiver, self.mail, self.privacy, secrets, self._build_place(), self._about()):
            card.setMaximumWidth(_MOST_PX)
            self.body.addWidget(card)
        self.run(self._load())

    # Building --------------------------------------------------------------------------------------------------------

    def _build_looks(self) -> Card:
        card = _card(_("Language and look"))
        # Each language in its own words: who cannot read the present one finds the way back.
        self.language = ChoiceField(
            _("Language"), [Choice(code, name) for code, name in _LANGUAGES], selected=current_language()
        )
        self.theme = ChoiceField(
            _("Theme"),
            [
                Choice(ThemeChoice.SYSTEM, _("System")),
                Choice(ThemeChoice.LIGHT, _("Light")),
                Choice(ThemeChoice.DARK, _("Dark")),
            ],
        )
        row = QHBoxLayout()
        row.setSpacing(SPACING.xl)
        row.addWidget(FormField(_("Language"), self.language), 1)
        row.addWidget(FormField(_("Theme"), self.theme), 1)
        card.body.addLayout(row)
        return card

    def _build_log(self) -> Card:
        card = _card(_("Log"))
        self.days = NumberField(_("Days to keep the log"), minimum=FEWEST_DAYS, maximum=MOST_DAYS)
        self._days_row = FormField(
            _("Days to keep the log"),
            self.days,
            help_text=_(
                "From {fewest} to {most} days. Older lines, and what systems said about single records, are removed "
                "from the disk and from backups."
            ).format(fewest=FEWEST_DAYS, most=MOST_DAYS),
        )
        card.body.addWidget(self._days_row)
        return card

    def _build_secrets(self) -> Card:
        card = _card(_("Where keys are kept"))
        self.secret_place = BodyLabel()
        self.secret_problem = SecondaryLabel()
        self.secret_problem.hide()
        self.vault_button = SecondaryButton(_("Choose a passphrase…"), is_small=True)
        self.keystore_button = SecondaryButton(_("Use the system's keystore"), is_small=True)
        card.body.addWidget(self.secret_place)
        card.body.addWidget(self.secret_problem)
        self.change_button = SecondaryButton(_("Change the passphrase…"), is_small=True)
        card.body.addLayout(_buttons(self.vault_button, self.change_button, self.keystore_button))
        self.vault_button.hide()
        self.keystore_button.hide()
        self.change_button.hide()
        self.change_button.clicked.connect(self._change_passphrase)
        self.vault_button.clicked.connect(self._open_vault)
        self.keystore_button.clicked.connect(lambda: self.run(self._use_keystore()))
        return card

    def _build_place(self) -> Card:
        card = _card(_("Where the data lies"))
        self.folder = MonoLabel(str(self.context.data_folder))
        self.folder.setWordWrap(True)
        self.copy_button = SecondaryButton(_("Copy the path"), is_small=True)
        self.open_button = SecondaryButton(_("Open the folder"), is_small=True)
        card.body.addWidget(self.folder)
        words = _(
            "Everything of this program is in this folder. A copy of it is a complete backup, except for the keys."
        )
        card.body.addWidget(SecondaryLabel(words))
        card.body.addLayout(_buttons(self.copy_button, self.open_button))
        self.copy_button.clicked.connect(self._copy_path)
        self.open_button.clicked.connect(self._open_folder)
        return card

    def _about(self) -> Card:
        card = _card(_("About"))
        card.body.addWidget(BodyLabel(_("Koppler {version}").format(version=__version__)))
        card.body.addWidget(
            SecondaryLabel(_("Free software under the MIT licence. The window is drawn with Qt, under the LGPL."))
        )
        self.about_button = SecondaryButton(_("Licences…"), is_small=True)
        self.about_button.clicked.connect(lambda: AboutSheet(self).open())
        card.body.addLayout(_buttons(self.about_button))
        return card

    # Living ----------------------------------------------------------------------------------------------------------

    async def _load(self) -> None:
        engine = self.context.engine
        theme = await engine.call(lambda services: services.preferences.theme())
        days = await engine.call(lambda services: services.preferences.log_days())
        self.theme.set_value(theme)
        self.days.set_value(days)
        self.language.value_changed.connect(lambda code: self.context.appearance.use_language(str(code)))
        self.theme.value_changed.connect(lambda value: self.context.appearance.use_theme(ThemeChoice(str(value))))
        self.days.editingFinished.connect(lambda: self.run(self._save_days()))
        await self._show_vault()

    async def _save_days(self) -> None:
        days = self.days.value()
        problem = (
            ""
            if days is not None
            else _("A number from {fewest} to {most} is needed.").format(fewest=FEWEST_DAYS, most=MOST_DAYS)
        )
        self._days_row.set_error(problem)
        if days is None:
            return
        await self.context.engine.call(lambda services: services.preferences.set_log_days(days))
        gone = await self.context.engine.call(lambda services: services.log.clear_expired())
        if gone:
            words = ngettext("{count} older line was removed.", "{count} older lines were removed.", gone)
            self.context.notices.toast(words.format(count=gone))

    async def _show_vault(self) -> None:
        engine = self.context.engine
        state = await engine.call(lambda services: services.secrets.open())
        place: Text = await engine.ask(lambda services: services.secrets.place())
        problem = await engine.ask(lambda services: services.secrets.problem)
        self.secret_place.setText(str(place))
        self.secret_problem.setText(str(problem.remedy) if problem is not None else "")
        is_chosen = state is VaultState.PASSPHRASE_OPEN  # the missing keystore is no problem any more
        self.secret_problem.setVisible(problem is not None and bool(problem.remedy) and not is_chosen)
        self._vault_state = state
        self._vault_reason = str(problem.message) if problem is not None else ""
        is_locked = state is VaultState.PASSPHRASE_LOCKED
        self.vault_button.setText(_("Unlock…") if is_locked else _("Choose a passphrase…"))
        self.vault_button.updateGeometry()
        self.vault_button.setVisible(state is not VaultState.PASSPHRASE_OPEN)
        self.keystore_button.setVisible(state is VaultState.PASSPHRASE_OPEN)
        self.change_button.setVisible(state is VaultState.PASSPHRASE_OPEN)

    def _open_vault(self) -> None:
        sheet = VaultSheet(self.context, self, self._vault_state, self._vault_reason)
        sheet.opened.connect(lambda: self.run(self._show_vault()))
        sheet.open()

    def _change_passphrase(self) -> None:
        sheet = ChangePassphraseSheet(self.context, self)
        sheet.changed.connect(lambda: self.context.notices.toast(_("The new passphrase counts from now on.")))
        sheet.open()

    async def _use_keystore(self) -> None:
        self.clear_error()
        await self.context.engine.call(lambda services: services.secrets.use_keystore())
        await self._show_vault()

    def _copy_path(self) -> None:
        QGuiApplication.clipboard().setText(str(self.context.data_folder))
        self.context.notices.toast(_("The path was copied."))

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self.context.data_folder))))


def _card(title: str) -> Card:
    card = Card()
    card.body.addWidget(HeadingLabel(title))
    return card


def _buttons(*buttons: QWidget) -> QVBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(SPACING.m)
    for button in buttons:
        row.addWidget(button, alignment=Qt.AlignmentFlag.AlignLeft)
    row.addStretch(1)
    column = QVBoxLayout()
    column.setContentsMargins(0, SPACING.xs, 0, 0)
    column.addLayout(row)
    return column
