"""Every account, what it is used by, and how its last test went."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.core.texts import _
from app.sdk.manifest import Manifest
from app.services.accounts import AccountView
from app.ui import navigation
from app.ui.context import Context
from app.ui.pages.accounts.choose_system import ChooseSystemSheet
from app.ui.pages.monograms import monogram_of
from app.ui.pages.name_sheet import NameSheet
from app.ui.pages.page import Page
from app.ui.theme import SPACING, TYPE
from app.ui.widgets.badge import StatusBadge
from app.ui.widgets.buttons import IconButton, PrimaryButton, SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.confirm import ConfirmSheet
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.labels import ElidedLabel
from app.ui.widgets.painting import Tone
from app.ui.wording import moment

_GAP_PX = 10


def standing(view: AccountView) -> tuple[str, Tone]:
    """One word for how an account stands."""
    if view.missing_secrets:
        return _("Key missing"), Tone.ERROR
    match view.account.check_passed:
        case True:
            return _("Connected"), Tone.OK
        case False:
            return _("Test failed"), Tone.ERROR
        case _:
            return _("Not tested"), Tone.NEUTRAL


class AccountRow(Card):
    """Tells which command was chosen: open, rename, duplicate, reconnect, delete."""

    commanded = Signal(str)

    def __init__(self, view: AccountView, manifest: Manifest | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.setAccessibleName(view.title)
        row = QHBoxLayout()
        row.setSpacing(SPACING.m)
        if manifest is not None:
            row.addWidget(monogram_of(manifest), alignment=Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(ElidedLabel(view.title, is_strong=True))
        words.addWidget(ElidedLabel(_facts(view), is_second=True, size_px=TYPE.small))
        row.addLayout(words, 1)
        self.badge = StatusBadge(*standing(view))
        row.addWidget(self.badge)
        self.open_button = SecondaryButton(_("Open"), is_small=True)
        self.open_button.setAccessibleName(_("Open {account}").format(account=view.title))
        self.open_button.clicked.connect(self._telling("open"))
        self.more_button = IconButton("dots-three", _("More for {account}").format(account=view.title))
        self.more_button.clicked.connect(self._open_menu)
        row.addWidget(self.open_button)
        row.addWidget(self.more_button)
        self.body.addLayout(row)

    def menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        commands = [("open", _("Open")), ("rename", _("Rename…")), ("duplicate", _("Duplicate…"))]
        if not self.view.account.is_practice:
            commands.append(("reconnect", _("Reconnect (new key)…")))
        for name, words in commands:
            menu.addAction(words, self._telling(name))
        menu.addSeparator()
        menu.addAction(_("Delete…"), self._telling("delete"))
        return menu

    def _telling(self, command: str) -> Callable[[], None]:
        return lambda: self.commanded.emit(command)

    def _open_menu(self) -> None:
        menu = self.menu()
        place = self.more_button.mapToGlobal(self.more_button.rect().bottomRight())
        place.setX(place.x() - menu.sizeHint().width())
        menu.popup(place)


def _facts(view: AccountView) -> str:
    parts = [view.name]
    if view.account.is_practice:
        parts.append(_("practice data"))
    if view.used_by:
        parts.append(_("used by {integrations}").format(integrations=", ".join(view.used_by)))
    else:
        parts.append(_("not used yet"))
    if view.account.checked_at is not None:
        parts.append(_("tested {when}").format(when=moment(view.account.checked_at)))
    return " · ".join(parts)


class AccountsPage(Page):
    def __init__(self, context: Context) -> None:
        self.new_button = PrimaryButton(_("New account"), icon="plus")
        super().__init__(
            context,
            _("Accounts"),
            _("Your accesses to shops and tools. One account can serve several integrations."),
            actions=(self.new_button,),
        )
        self._systems: dict[str, Manifest] = {}
        self.rows: dict[str, AccountRow] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(_GAP_PX)
        first = SecondaryButton(_("Add an account"))
        first.clicked.connect(self._choose_system)
        self.empty = EmptyState(
            "key",
            _("No account yet"),
            _(
                "An account holds the address and the key of one shop or tool. You can also add it while setting up an "
                "integration."
            ),
            first,
        )
        self.empty.hide()
        self.body.addLayout(self._list)
        self.body.addWidget(self.empty)
        self.new_button.clicked.connect(self._choose_system)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.run(self.refresh())

    async def refresh(self) -> None:
        if not self._systems:
            systems = await self.context.engine.ask(lambda services: services.systems.all())
            self._systems = {each.system: each for each in systems}
        views = await self.context.engine.call(lambda services: services.accounts.all())
        if [row.view for row in self.rows.values()] != list(views):
            self._rebuild(views)
        self.empty.setVisible(not views)

    def _rebuild(self, views: tuple[AccountView, ...]) -> None:
        for row in self.rows.values():
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = {}
        for view in views:
            row = AccountRow(view, self._systems.get(view.system))
            row.commanded.connect(lambda command, view=view: self._obey(command, view))
            self._list.addWidget(row)
            self.rows[view.key] = row

    def _obey(self, command: str, view: AccountView) -> None:
        match command:
            case "open":
                self.context.navigator.push(navigation.ACCOUNT, key=view.key)
            case "reconnect":
                self.context.navigator.push(navigation.ACCOUNT, key=view.key, is_reconnecting=True)
            case "rename":
                sheet = NameSheet(self, _("Rename account"), view.title, _("Rename"))
                sheet.named.connect(lambda title: self.run(self._rename(view.key, title)))
                sheet.open()
            case "duplicate":
                copy = _("{title} (copy)").format(title=view.title)
                words = _("The key is copied too. Change in the copy what differs, such as the store.")
                sheet = NameSheet(self, _("Duplicate account"), copy, _("Duplicate"), help_text=words)
                sheet.named.connect(lambda title: self.run(self._duplicate(view.key, title)))
                sheet.open()
            case "delete":
                self._ask_delete(view)

    async def _rename(self, key: str, title: str) -> None:
        await self.context.engine.call(lambda services: services.accounts.rename(key, title))
        await self.refresh()

    async def _duplicate(self, key: str, title: str) -> None:
        await self.context.engine.call(lambda services: services.accounts.duplicate(key, title))
        await self.refresh()

    def _ask_delete(self, view: AccountView) -> None:
        sheet = ConfirmSheet(
            self,
            _('Delete "{account}"?').format(account=view.title),
            _("Its settings and its key are removed from this computer. Nothing is deleted in {system}.").format(
                system=view.name
            ),
            _("Delete"),
            is_dangerous=True,
        )
        sheet.confirmed.connect(lambda: self.run(self._delete(view)))
        sheet.open()

    async def _delete(self, view: AccountView) -> None:
        await self.context.engine.call(lambda services: services.accounts.delete(view.key))
        self.context.notices.toast(_('"{account}" was deleted.').format(account=view.title))
        await self.refresh()

    def _choose_system(self) -> None:
        sheet = ChooseSystemSheet(self, tuple(self._systems.values()))
        sheet.chosen.connect(lambda system: self.context.navigator.push(navigation.ACCOUNT, system=system))
        sheet.open()
