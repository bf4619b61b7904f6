"""One account: new, changed, or reconnected."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.core.texts import _
from app.sdk.manifest import Manifest
from app.services.accounts import AccountView
from app.ui.context import Context
from app.ui.pages.accounts.editor import AccountEditor
from app.ui.pages.accounts.outside import HandoutsCard, PushesCard
from app.ui.pages.monograms import monogram_of
from app.ui.pages.page import Page
from app.ui.theme import SPACING
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.confirm import ConfirmSheet


class AccountPage(Page):
    """``key`` of an account, or empty with the ``system`` of a new one."""

    def __init__(self, context: Context, key: str = "", system: str = "", *, is_reconnecting: bool = False) -> None:
        super().__init__(context, "", "")
        self._is_reconnecting = is_reconnecting
        self._head: QWidget | None = None
        self.editor: AccountEditor | None = None
        self.handouts: HandoutsCard | None = None
        self.pushes: PushesCard | None = None
        self.save_button = PrimaryButton(_("Save"))
        self.cancel_button = SecondaryButton(_("Cancel"))
        self.save_button.setEnabled(False)
        self.save_button.clicked.connect(lambda: self.run(self._save()))
        self.cancel_button.clicked.connect(context.navigator.back)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self).activated.connect(self.save_button.click)
        self.run(self._load(key, system))

    async def _load(self, key: str, system: str) -> None:
        view = await self.context.engine.call(lambda services: services.accounts.get(key)) if key else None
        name = view.system if view is not None else system
        manifest = await self.context.engine.ask(lambda services: services.systems.of(name))
        self._show(manifest, view)

    def _show(self, manifest: Manifest, view: AccountView | None) -> None:
        title = view.title if view is not None else _("New account")
        if self._is_reconnecting and view is not None:
            title = _("Reconnect {account}").format(account=view.title)
        self.header.set_title(title)
        self.header.set_subtitle(manifest.name)
        editor = AccountEditor(self.context, manifest, view, is_reconnecting=self._is_reconnecting)
        self.editor = editor
        editor.below_panel.addStretch(1)
        editor.below_panel.addWidget(self.cancel_button)
        editor.below_panel.addWidget(self.save_button)
        row = self.body
        row.addSpacing(SPACING.xs)
        row.addWidget(editor)
        if view is not None:
            self._show_outside(manifest, view)
        self.header.layout().insertWidget(0, monogram_of(manifest))  # type: ignore[union-attr]  # a QHBoxLayout
        editor.state_changed.connect(self._show_state)
        self._show_state()
        editor.focus_first()

    def _show_outside(self, manifest: Manifest, view: AccountView) -> None:
        self.handouts = HandoutsCard(self.context, view.key)
        self.body.addWidget(self.handouts)
        if manifest.receives is not None:
            self.pushes = PushesCard(self.context, view.key)
            self.body.addWidget(self.pushes)

    def _show_state(self) -> None:
        if self.editor is None:
            return
        model = self.editor.model
        self.save_button.setVisible(not self.editor.is_practice)
        self.cancel_button.setText(_("Cancel") if model.is_changed or model.is_new else _("Back"))
        self.save_button.setEnabled(model.is_valid and (model.is_changed or model.is_new))

    async def _save(self) -> None:
        if self.editor is None:
            return
        saved = await self.editor.save()
        if saved is None:
            return
        self.context.notices.toast(_('"{account}" was saved.').format(account=saved.title))
        self.context.navigator.back()

    # The shell asks before it leaves ---------------------------------------------------------------------------------

    def request_leave(self, proceed: Callable[[], None]) -> None:
        if self.editor is None or not self.editor.model.is_changed:
            proceed()
            return
        sheet = ConfirmSheet(
            self,
            _("Leave without saving?"),
            _("What you typed here would be lost."),
            _("Leave"),
            cancel_words=_("Stay"),
        )
        sheet.confirmed.connect(proceed)
        sheet.open()
