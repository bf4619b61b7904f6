"""What mailing keeps: the account, with its password in the vault, what waits, and when each address was written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.core.errors import ConfigError
from app.core.texts import text
from app.sdk.redaction import Redactor
from app.sdk.settings import parse, plain_values, secret_values
from app.services.mailing.account import MailAccount
from app.storage.preferences import Preferences
from app.storage.secrets import Vault

_ACCOUNT, _WAITING, _SENT_AT = "mail_account", "mail_waiting", "mail_sent_at"
_VAULT_KEY = "mail.account"
"""No account of a shop can have a dot in its short name."""


class MailBook:
    """Methods raise StorageError; those that need the password SecretStoreError as well."""

    def __init__(self, preferences: Preferences, vault: Vault, redactor: Redactor) -> None:
        self._preferences = preferences
        self._vault = vault
        self._redactor = redactor

    async def settings(self) -> Mapping[str, Any]:
        """Without the password; empty before anything was set up."""
        kept = await self._preferences.get(_ACCOUNT)
        return kept if isinstance(kept, dict) else {}

    async def has_password(self) -> bool:
        return "password" in await self._vault.names(_VAULT_KEY)

    async def account(self, *, given: Mapping[str, object] | None = None) -> MailAccount:
        """As it is kept, or as ``given`` from a form, then with the kept password where none was entered. Raises
        ConfigError before one was set up, SettingsError."""
        values = dict(given or await self.settings())
        if not values:
            raise ConfigError(
                text("No mail account is set up."), remedy=text("Enter it under Settings, E-mail."), field="host"
            )
        if not values.get("password"):
            values |= await self._vault.get(_VAULT_KEY)
        account = parse(MailAccount, values)
        self._redactor.learn(secret_values(account).values())
        return account

    async def save(self, given: Mapping[str, object]) -> MailAccount:
        """Raises SettingsError."""
        account = await self.account(given=given)
        if given.get("password"):
            await self._vault.put(_VAULT_KEY, secret_values(account))
        await self._preferences.set(_ACCOUNT, plain_values(account))
        return account

    async def forget(self) -> None:
        await self._vault.delete(_VAULT_KEY)
        for name in (_ACCOUNT, _WAITING, _SENT_AT):
            await self._preferences.set(name, None)

    async def waiting(self) -> Sequence[Mapping[str, Any]]:
        kept = await self._preferences.get(_WAITING)
        return kept if isinstance(kept, list) else []

    async def keep(self, waiting: Sequence[Mapping[str, Any]]) -> None:
        await self._preferences.set(_WAITING, list(waiting) or None)

    async def sent_at(self) -> dict[str, str]:
        """ISO 8601 by address."""
        kept = await self._preferences.get(_SENT_AT)
        return dict(kept) if isinstance(kept, dict) else {}

    async def note(self, sent_at: Mapping[str, str], waiting: Sequence[Mapping[str, Any]]) -> None:
        await self._preferences.set(_SENT_AT, dict(sent_at) or None)
        await self.keep(waiting)
