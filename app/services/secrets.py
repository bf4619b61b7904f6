"""Where an account's secrets come from: the environment for a single call, else the vault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from app.core.errors import SecretStoreError
from app.sdk.redaction import Redactor
from app.storage.database import Work
from app.storage.environment import secrets_from_environment
from app.storage.preferences import Preferences, setting_preference
from app.storage.secrets import Vault

_SOURCES = "secret_sources"


class AccountSecrets:
    """``environ`` is read at every call. Every secret that passes through is made known to the redactor."""

    def __init__(self, vault: Vault, preferences: Preferences, environ: Mapping[str, str], redactor: Redactor) -> None:
        self._vault = vault
        self._preferences = preferences
        self._environ = environ
        self._redactor = redactor

    async def of(self, account: str, fields: Iterable[str]) -> dict[str, str]:
        """The values that are there. The vault is asked only for what the environment lacks.

        Raises SecretStoreError where the vault is needed and locked.
        """
        wanted = tuple(fields)
        found = await self._from_environment(account, wanted)
        if any(name not in found for name in wanted):
            found = {**await self._vault.get(account), **found}
        self._redactor.learn(found.values())
        return {name: found[name] for name in wanted if found.get(name)}

    async def names(self, account: str, fields: Iterable[str]) -> frozenset[str]:
        """Which secrets are there, without opening the vault."""
        return frozenset(await self._from_environment(account, tuple(fields))) | await self._vault.names(account)

    async def replace(self, account: str, given: Mapping[str, str]) -> None:
        """Keeps the given ones beside those that are there. Raises SecretStoreError."""
        if given:
            self._redactor.learn(given.values())
            await self._vault.put(account, given)

    async def taking_from_environment(self, declared: Mapping[str, Mapping[str, str]]) -> Sequence[Work[object]]:
        """Parts of a transaction that remember which variables hold an account's secrets (by account and field), and
        keep the values where the vault can.

        On a server without a keystore the variables are read again at every call.
        """
        known = await self._variables()
        merged = {account: {**known.get(account, {}), **variables} for account, variables in declared.items()}
        works = [setting_preference(_SOURCES, {**known, **merged})] if merged else []
        for account, variables in declared.items():
            values = {field: self._environ[name] for field, name in variables.items() if self._environ.get(name)}
            self._redactor.learn(values.values())
            with suppress(SecretStoreError):
                works.append(await self._vault.putting(account, values))
        return works

    async def forget(self, account: str) -> None:
        known = await self._variables()
        if account in known:
            await self._preferences.set(_SOURCES, {key: each for key, each in known.items() if key != account})
        await self._vault.delete(account)

    async def copy(self, source: str, target: str) -> None:
        """Raises SecretStoreError."""
        known = await self._variables()
        if source in known:
            await self._preferences.set(_SOURCES, {**known, target: known[source]})
        await self._vault.duplicate(source, target)

    async def _from_environment(self, account: str, fields: tuple[str, ...]) -> dict[str, str]:
        declared = (await self._variables()).get(account, {})
        found = {field: self._environ[name] for field, name in declared.items() if self._environ.get(name)}
        return {**found, **secrets_from_environment(account, fields, self._environ)}

    async def _variables(self) -> dict[str, dict[str, str]]:
        found = await self._preferences.get(_SOURCES)
        return dict(found) if isinstance(found, dict) else {}
