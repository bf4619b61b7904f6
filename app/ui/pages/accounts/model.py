"""One account being made, changed or reconnected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.core.texts import Text, text
from app.sdk.manifest import Manifest
from app.sdk.settings import FieldSpec, InputKind, Setting, field_specs
from app.sdk.target import Suggestion
from app.services.accounts import AccountView
from app.ui.context import Context
from app.ui.forms import FormModel
from app.ui.forms.model import Secrets, Values
from app.ui.pages.connect.connection_test import Checking

if TYPE_CHECKING:
    from app.services import Services

TITLE = "account.title"
ADDRESS = "api_address"

_TITLE_SPEC = FieldSpec(
    name=TITLE,
    input=InputKind.TEXT,
    setting=Setting(label=text("Name"), help=text("Only you see this name.")),
    is_required=True,
    max_length=80,
)
_ADDRESS_SPEC = FieldSpec(
    name=ADDRESS,
    input=InputKind.TEXT,
    setting=Setting(
        label=text("API address"),
        help=text("Only for a staging shop or a test system. Empty uses the usual address."),
        is_advanced=True,
    ),
    is_required=False,
    default="",
)


class AccountModel(QObject):
    """``view`` None makes a new account. Reconnecting asks for the secrets alone and keeps everything else."""

    changed = Signal()

    def __init__(
        self,
        context: Context,
        manifest: Manifest,
        view: AccountView | None = None,
        *,
        is_reconnecting: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self.manifest = manifest
        self.view = view
        self.is_reconnecting = is_reconnecting and view is not None
        self.form = FormModel(
            self._specs(),
            context.tasks,
            self._check,
            values=self._present(),
            kept_secrets=view.has_secrets if view is not None and not self.is_reconnecting else frozenset(),
            suggest=self._suggest,
            parent=self,
        )
        self._is_changed = False
        self.form.edited.connect(self._note_change)
        self.form.validity_changed.connect(self.changed)

    @property
    def is_new(self) -> bool:
        return self.view is None

    @property
    def is_changed(self) -> bool:
        """Something was typed that is not saved."""
        return self._is_changed

    @property
    def is_valid(self) -> bool:
        return self.form.is_valid

    async def start(self) -> None:
        """The first check, so that it is known whether the form is complete."""
        await self.form.check_now()

    async def save(self) -> AccountView:
        """Raises SettingsError, SecretStoreError and other AppErrors; nothing is half-saved."""
        values, secrets = self._settings(), self.form.secrets()
        if self.view is None:
            title, address = self._title(), self._address()
            create = self._context.engine.call(
                lambda services: services.accounts.create(self.manifest.system, title, values, secrets, address)
            )
            self.view = await create
        elif self.is_reconnecting:
            key = self.view.key
            self.view = await self._context.engine.call(lambda services: services.accounts.update(key, secrets=secrets))
        else:
            self.view = await self._update(self.view.key, values, secrets)
        self._is_changed = False
        self.changed.emit()
        return self.view

    async def _update(self, key: str, values: Values, secrets: Secrets) -> AccountView:
        title, address = self._title(), self._address()
        return await self._context.engine.call(
            lambda services: services.accounts.update(
                key, title=title, settings=values, secrets=secrets, api_address=address
            )
        )

    def checking(self) -> Checking:
        """How to test what stands in the form: the saved account where it is unchanged, else the form itself."""
        if self.view is not None and not self.is_changed:
            key = self.view.key
            return lambda services: services.checks.check(key)
        system, values, secrets, address = self.manifest.system, self._settings(), self.form.secrets(), self._address()
        return lambda services: services.checks.check_draft(system, values, secrets, address)

    @property
    def must_save_to_test(self) -> bool:
        """Stored secrets never come back to a form: a changed account with kept secrets is saved before its test."""
        return self.view is not None and self.is_changed

    def use_address(self, field: str | None, address: str) -> str:
        """Take the address that a test found, where it belongs; the name of that field."""
        known = field in {spec.name for spec in self.form.specs}
        name = field if known and field is not None else ADDRESS
        self.form.set_value(name, address)
        return name

    def _specs(self) -> Sequence[FieldSpec]:
        specs = field_specs(self.manifest.settings)
        if self.is_reconnecting:
            return tuple(spec for spec in specs if spec.input is InputKind.SECRET)
        address = () if any(spec.name == ADDRESS for spec in specs) or not self._has_address() else (_ADDRESS_SPEC,)
        return (_TITLE_SPEC, *specs, *address)

    def _has_address(self) -> bool:
        """Files have none."""
        return any(spec.input is InputKind.SECRET for spec in field_specs(self.manifest.settings))

    def _present(self) -> Mapping[str, object]:
        if self.view is None:
            return {TITLE: self.manifest.name}
        account = self.view.account
        return {**account.settings, TITLE: account.title, ADDRESS: account.api_address}

    def _settings(self) -> Values:
        return {name: value for name, value in self.form.values().items() if name not in {TITLE, ADDRESS}}

    def _title(self) -> str:
        return str(self.form.value(TITLE) or "").strip()

    def _address(self) -> str:
        return str(self.form.value(ADDRESS) or "").strip()

    async def _check(self, values: Values, secrets: Secrets) -> Mapping[str, Text]:
        known = dict(self.view.account.settings) if self.is_reconnecting and self.view is not None else {}
        settings = {**known, **{name: value for name, value in values.items() if name not in {TITLE, ADDRESS}}}
        system = self.manifest.system

        def ask(services: Services) -> Mapping[str, Text]:
            return services.accounts.problems(system, settings, secrets)

        found = dict(await self._context.engine.ask(ask))
        if not self.is_reconnecting and not str(values.get(TITLE, "")).strip():
            found[TITLE] = text("Give the account a name.")
        return found

    async def _suggest(self, name: str) -> Sequence[Suggestion]:
        if self.view is not None and not self.is_changed:
            key = self.view.key
            return await self._context.engine.call(lambda services: services.accounts.suggestions_of(key, name))
        system, values, secrets, address = self.manifest.system, self._settings(), self.form.secrets(), self._address()
        return await self._context.engine.call(
            lambda services: services.accounts.suggestions(system, values, secrets, name, address)
        )

    def _note_change(self, _name: str) -> None:
        self._is_changed = True
        self.changed.emit()
