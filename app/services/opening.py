"""From a configured account to an open one: settings with secrets, an HTTP client, the connector's roles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.configuration import Account
from app.core.errors import ConfigError
from app.core.events import Emit, now
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.http import HttpClient
from app.sdk.leisure import Leisure
from app.sdk.manifest import Manifest
from app.sdk.pacing import Pacer
from app.sdk.pushes import EMPTY_INBOX, Inbox
from app.sdk.redaction import Redactor
from app.sdk.registry import Registry
from app.sdk.settings import Settings, SettingsError, field_specs, parse, secret_names
from app.services.practice import Practice
from app.services.secrets import AccountSecrets


@dataclass(frozen=True, slots=True)
class OpenAccount:
    account: Account
    manifest: Manifest
    access: Access[Any]


class Opener:
    """All clients of one account share one pacer, whatever integration or run they serve."""

    def __init__(
        self,
        registry: Registry,
        secrets: AccountSecrets,
        practice: Practice,
        redactor: Redactor,
        emit: Emit,
        *,
        clock: Callable[[], datetime] = now,
        inbox_of: Callable[[str], Inbox] = lambda _: EMPTY_INBOX,
    ) -> None:
        self._inbox_of = inbox_of
        self._registry = registry
        self._secrets = secrets
        self._practice = practice
        self._redactor = redactor
        self._emit = emit
        self._clock = clock
        self._pacers: dict[str, Pacer] = {}

    @asynccontextmanager
    async def opened(
        self, account: Account, *, read_only: bool = False, leisure: Leisure | None = None
    ) -> AsyncIterator[OpenAccount]:
        """Raises ConfigError naming the field where settings are not valid or a secret is missing."""
        manifest = self._registry.of(account.system)
        settings = await self.settings_of(account)
        address = await self.address_of(account, settings)
        async with self.opened_with(
            manifest, settings, address, account=account, read_only=read_only, leisure=leisure
        ) as opened:
            yield opened

    @asynccontextmanager
    async def opened_with(
        self,
        manifest: Manifest,
        settings: Settings,
        address: str,
        *,
        account: Account,
        read_only: bool = False,
        leisure: Leisure | None = None,
    ) -> AsyncIterator[OpenAccount]:
        client = None
        if address:
            client = HttpClient(
                address,
                pace=manifest.pace,
                options=manifest.http_options(settings),
                redactor=self._redactor,
                emit=self._emit,
                account=account.key,
                read_only=read_only,
                pacer=self._pacer(account.key, manifest),
                leisure=leisure,
            )
        access = Access(
            settings=settings,
            client=client,
            account=account.key,
            emit=self._emit,
            clock=self._clock,
            inbox=self._inbox_of(account.key) if manifest.receives else EMPTY_INBOX,
        )
        try:
            yield OpenAccount(account, manifest, access)
        finally:
            if client is not None:
                await client.aclose()

    async def settings_of(self, account: Account) -> Settings:
        """Complete with secrets. Raises ConfigError, SecretStoreError."""
        manifest = self._registry.of(account.system)
        if account.is_practice:
            simulator = await self._practice.simulator(account)
            # A simulator may know better than the stored settings, such as where its sample file lies.
            return parse(manifest.settings, {**account.settings, **simulator.settings, **simulator.secrets})
        names = secret_names(manifest.settings)
        secrets = await self._secrets.of(account.key, names)
        _refuse_missing(account, manifest, secrets)
        return checked_settings(account, manifest, secrets)

    async def address_of(self, account: Account, settings: Settings) -> str:
        """The account's own address, else the practice system's, else the one that follows from the settings."""
        if account.api_address:
            return account.api_address
        manifest = self._registry.of(account.system)
        usual = manifest.base_url(settings)
        return await self._practice.address(account) if account.is_practice and usual else usual

    def _pacer(self, key: str, manifest: Manifest) -> Pacer:
        if key not in self._pacers:
            self._pacers[key] = Pacer(manifest.pace)
        return self._pacers[key]


def checked_settings(account: Account, manifest: Manifest, secrets: Mapping[str, str]) -> Settings:
    try:
        return parse(manifest.settings, {**account.settings, **secrets})
    except SettingsError as error:
        labels = {spec.name: spec.label for spec in field_specs(manifest.settings)}
        name = error.field or ""
        raise ConfigError(
            text(
                'The settings of "{account}" are not complete: {field}: {problem}',
                account=account.title,
                field=labels.get(name, name),
                problem=error.message,
            ),
            remedy=text("Open the account and correct the field."),
            detail=error.detail,
            field=error.field,
        ) from error


def _refuse_missing(account: Account, manifest: Manifest, secrets: Mapping[str, str]) -> None:
    needed = {spec.name: spec for spec in field_specs(manifest.settings) if spec.is_required}
    for name in secret_names(manifest.settings):
        if name in needed and not secrets.get(name):
            raise ConfigError(
                text('"{field}" of "{account}" is missing.', field=needed[name].label, account=account.title),
                remedy=text("Reconnect the account: enter it again; everything else stays as it is."),
                detail=f"no secret {name} for account {account.key}",
                field=name,
            )
