"""Both accounts of an integration, each with its test."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.texts import _
from app.services.accounts import AccountView
from app.ui import navigation
from app.ui.context import Context
from app.ui.pages.accounts.list_page import standing
from app.ui.pages.connect import ConnectionPanel, ConnectionTest
from app.ui.pages.integration.model import IntegrationModel
from app.ui.pages.monograms import monogram_of
from app.ui.theme import SPACING, TYPE
from app.ui.widgets.badge import StatusBadge
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.labels import ElidedLabel, SecondaryLabel
from app.ui.wording import moment


class AccountSide(QWidget):
    """One account: who it is, how its last test went, and the test itself."""

    def __init__(self, context: Context, model: IntegrationModel, account: AccountView, role: str) -> None:
        super().__init__()
        self._context, self._account = context, account
        kinds = model.view.integration.flows if model.view is not None else ()
        self.test = ConnectionTest(context, self)
        self.panel = ConnectionPanel(context, self.test, title=_("Test of {account}").format(account=account.title))
        self.panel.test_wanted.connect(
            lambda: self.test.start(lambda services: services.checks.check(account.key, kinds))
        )
        self.panel.address_wanted.connect(lambda _address: self._open(is_reconnecting=False))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING.l)
        column.addWidget(self._card(model, role))
        column.addWidget(self.panel)
        column.addStretch(1)

    def _card(self, model: IntegrationModel, role: str) -> Card:
        account = self._account
        manifest = model.source if model.source and model.source.system == account.system else model.target
        card = Card()
        row = QHBoxLayout()
        row.setSpacing(SPACING.m)
        if manifest is not None:
            row.addWidget(monogram_of(manifest))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(ElidedLabel(account.title, is_strong=True))
        words.addWidget(SecondaryLabel(role, size_px=TYPE.small))
        row.addLayout(words, 1)
        row.addWidget(StatusBadge(*standing(account)))
        card.body.addLayout(row)
        tested = account.account.checked_at
        facts = _("Last tested {when}").format(when=moment(tested)) if tested else _("Not tested yet")
        card.body.addWidget(SecondaryLabel(facts, size_px=TYPE.small))
        self.open_button = SecondaryButton(_("Open account"), is_small=True)
        self.open_button.setAccessibleName(_("Open {account}").format(account=account.title))
        self.reconnect_button = SecondaryButton(_("Reconnect…"), is_small=True)
        self.reconnect_button.setAccessibleName(_("Reconnect {account}…").format(account=account.title))
        self.reconnect_button.setVisible(not account.account.is_practice)
        self.open_button.clicked.connect(lambda: self._open(is_reconnecting=False))
        self.reconnect_button.clicked.connect(lambda: self._open(is_reconnecting=True))
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACING.m)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.reconnect_button)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        return card

    def _open(self, *, is_reconnecting: bool) -> None:
        args = {"is_reconnecting": True} if is_reconnecting else {}
        self._context.navigator.push(navigation.ACCOUNT, key=self._account.key, **args)


class ConnectionTab(QWidget):
    def __init__(self, context: Context, model: IntegrationModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._model = context, model
        self._shown: tuple[AccountView | None, AccountView | None] = (None, None)
        self.sides: tuple[AccountSide, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACING.l)
        model.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        view = self._model.view
        if view is None or (view.source, view.target) == self._shown:
            return
        is_testing = any(side.test.stages for side in self.sides)
        self._shown = (view.source, view.target)
        if is_testing:  # what was just found stays in sight although the account's own note of it changed
            return
        for side in self.sides:
            self._row.removeWidget(side)
            side.hide()
            side.deleteLater()
        roles = (_("Data comes from here"), _("Data goes here"))
        self.sides = tuple(
            AccountSide(self._context, self._model, account, role)
            for account, role in zip(self._shown, roles, strict=True)
            if account is not None
        )
        for side in self.sides:
            self._row.addWidget(side, 1, Qt.AlignmentFlag.AlignTop)
