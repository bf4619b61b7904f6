"""The form of one account, with its connection test beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.errors import AppError, ConfigError, SecretStoreError
from app.core.events import StageEvent
from app.core.texts import _, text
from app.sdk.manifest import Manifest
from app.sdk.settings import SettingsError
from app.services.accounts import AccountView
from app.ui.context import Context
from app.ui.forms import SettingsForm
from app.ui.pages.accounts.model import AccountModel
from app.ui.pages.connect import ConnectionPanel, ConnectionState, ConnectionTest
from app.ui.pages.vault import ask_for_vault
from app.ui.theme import SPACING
from app.ui.widgets.banner import Banner
from app.ui.widgets.painting import Tone

_PANEL_PX = 400
_COLUMN_GAP_PX = 26


class AccountEditor(QWidget):
    """``state_changed``: what may be pressed now may have changed. ``below_panel`` takes the page's own buttons."""

    state_changed = Signal()

    def __init__(
        self,
        context: Context,
        manifest: Manifest,
        view: AccountView | None = None,
        parent: QWidget | None = None,
        *,
        is_reconnecting: bool = False,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self.model = AccountModel(context, manifest, view, is_reconnecting=is_reconnecting, parent=self)
        self.test = ConnectionTest(context, self)
        self.panel = ConnectionPanel(context, self.test)
        self.panel.setFixedWidth(_PANEL_PX)
        self.form = SettingsForm(self.model.form)
        left = QVBoxLayout()
        left.setSpacing(SPACING.m + 2)
        if self.is_practice:
            left.addWidget(Banner(_PRACTICE_WORDS, Tone.ACCENT))
            self.form.hide()
        elif self.model.is_reconnecting:
            left.addWidget(Banner(_RECONNECT_WORDS, Tone.ACCENT))
        left.addWidget(self.form)
        left.addStretch(1)
        self.below_panel = QHBoxLayout()
        self.below_panel.setSpacing(SPACING.m)
        right = QVBoxLayout()
        right.setSpacing(SPACING.l)
        right.addWidget(self.panel)
        right.addLayout(self.below_panel)
        right.addStretch(1)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(_COLUMN_GAP_PX)
        columns.addLayout(left, 1)
        columns.addLayout(right)
        self.panel.test_wanted.connect(lambda: context.tasks.spawn(self.check(), owner=self, on_error=self._refuse))
        self.panel.address_wanted.connect(self._use_address)
        self.test.failed.connect(self._mark_field)
        self.test.state_changed.connect(self._tell)
        self.model.changed.connect(self._tell)
        self.model.form.edited.connect(self._forget_test)
        context.tasks.spawn(self.model.start(), owner=self)
        context.tasks.spawn(self._learn_place(), owner=self, on_error=lambda _error: None)
        self._tell()

    @property
    def is_practice(self) -> bool:
        return self.model.view is not None and self.model.view.account.is_practice

    @property
    def can_go_on(self) -> bool:
        """The form is complete, and no test of these very values has failed or is under way."""
        is_complete = self.is_practice or self.model.is_valid
        return is_complete and self.test.state not in {ConnectionState.FAILED, ConnectionState.RUNNING}

    async def check(self) -> bool:
        """Test what stands in the form; a changed account is saved first. Raises AppError."""
        if not self.is_practice and not await self.model.form.check_now():
            self.form.show_problems()
            return False
        self.model.form.clear_reports()
        if self.model.must_save_to_test and await self._store() is None:
            return False
        return await self.test.passes(self.model.checking())

    async def save(self) -> AccountView | None:
        """None where the form has problems: they are shown, and the first has the focus. Raises AppError."""
        if not await self.model.form.check_now():
            self.form.show_problems()
            return None
        return await self._store()

    async def _store(self) -> AccountView | None:
        try:
            return await self.model.save()
        except SettingsError as error:
            self._refuse(error)
            self.form.show_problems()
            return None
        except SecretStoreError as error:
            if not await ask_for_vault(self._context, self):
                # The person has just declined: said once more in words, not asked once more.
                raise ConfigError(error.message, remedy=error.remedy) from error
        saved = await self.model.save()
        await self._learn_place()
        return saved

    async def _learn_place(self) -> None:
        """Opens the vault, so that the form can say where the key will be kept."""
        if not self.is_practice:
            await self._context.engine.call(lambda services: services.secrets.open())
            self.form.set_secret_place(await self._context.engine.ask(lambda services: services.secrets.place()))

    def _refuse(self, error: AppError) -> None:
        """A problem of a field stands beside it; any other goes where the window shows errors of no page."""
        if isinstance(error, SettingsError):
            for name, problem in error.problems.items():
                self.model.form.report(name, problem)
        else:
            self._context.tasks.failed.emit(error)

    def _use_address(self, address: str) -> None:
        failure = self.test.failure
        name = self.model.use_address(failure.field if failure is not None else None, address)
        self.form.open_advanced()
        # The link goes with the old answer; the keyboard must not be sent to the other end of the window.
        self.form.focus(name)
        self._context.notices.toast(_("The address was taken over. Test again."))

    def _mark_field(self, stage: StageEvent) -> None:
        names = {spec.name for spec in self.model.form.specs}
        if stage.field in names and stage.field is not None:
            self.model.form.report(stage.field, stage.message)
            self.form.focus(stage.field)

    def _forget_test(self, name: str) -> None:
        # The account's own name has nothing to do with the connection.
        if name != "account.title" and self.test.state is not ConnectionState.IDLE:
            self.test.reset()

    def _tell(self) -> None:
        self.panel.set_can_test(can_test=self.is_practice or self.model.is_valid)
        self.state_changed.emit()

    def focus_first(self) -> None:
        if self.is_practice:
            self.panel.button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.form.focus()


_PRACTICE_WORDS = text(
    "A practice account: made-up customers and orders inside this program. It needs no key, and nothing leaves your "
    "computer."
)
_RECONNECT_WORDS = text(
    "Enter the new key. Everything else stays as it is: integrations, mappings, and what was already sent."
)
