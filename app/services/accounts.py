"""Accounts: create, change, reconnect, copy, delete; and what a form asks while a person types."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.core.configuration import Account, is_key, key_from
from app.core.errors import ConfigError
from app.core.events import now
from app.core.texts import Text, _, text
from app.sdk.access import Access
from app.sdk.base_url import checked_base_url
from app.sdk.manifest import Manifest
from app.sdk.registry import Registry
from app.sdk.settings import Settings, field_specs, parse, plain_values, problems_of, secret_names, secret_values
from app.sdk.target import Mappings, Suggestion, Suggests
from app.services.names import UnknownNameError
from app.services.opening import Opener
from app.services.practice import Practice
from app.services.secrets import AccountSecrets
from app.storage.accounts import AccountsStore
from app.storage.integrations import IntegrationsStore


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    account: Account
    name: str
    """Of the system."""
    has_secrets: frozenset[str] = frozenset()
    missing_secrets: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()
    """Titles of integrations."""
    secret_place: Text = Text("")

    @property
    def key(self) -> str:
        return self.account.key

    @property
    def title(self) -> str:
        return self.account.title

    @property
    def system(self) -> str:
        return self.account.system


class Accounts:
    """``forget_path`` takes away the address at which an account's pushes arrive."""

    def __init__(
        self,
        registry: Registry,
        accounts: AccountsStore,
        integrations: IntegrationsStore,
        secrets: AccountSecrets,
        practice: Practice,
        opener: Opener,
        secret_place: Callable[[], Text],
        forget_path: Callable[[str], Awaitable[None]],
    ) -> None:
        self._forget_path = forget_path
        self._registry = registry
        self._accounts = accounts
        self._integrations = integrations
        self._secrets = secrets
        self._practice = practice
        self._opener = opener
        self._secret_place = secret_place

    async def all(self) -> tuple[AccountView, ...]:
        integrations = await self._integrations.all()
        found = []
        for account in await self._accounts.all():
            used_by = tuple(each.title for each in integrations if account.key in {each.source, each.target})
            found.append(await self._view(account, used_by))
        return tuple(found)

    async def get(self, key: str) -> AccountView:
        """Raises ConfigError that names the accounts there are."""
        return await self._view(await self.stored(key), await self._used_by(key))

    async def stored(self, key: str) -> Account:
        account = await self._accounts.get(key)
        if account is None:
            known = ", ".join(each.key for each in await self._accounts.all()) or "–"
            raise UnknownNameError(
                text('There is no account "{account}".', account=key),
                remedy=text("Known accounts: {accounts}.", accounts=known),
                field="account",
            )
        return account

    async def create(
        self,
        system: str,
        title: str,
        settings: Mapping[str, object],
        secrets: Mapping[str, str],
        api_address: str = "",
        key: str | None = None,
    ) -> AccountView:
        """Raises SettingsError with a text for each field that is not valid, SecretStoreError, ConfigError."""
        manifest = self._registry.of(system)
        parsed = parse(manifest.settings, {**settings, **_entered(secrets)})
        account = Account(
            key=await self._free_key(title or manifest.name, key),
            title=title.strip() or manifest.name,
            system=system,
            settings=plain_values(parsed),
            api_address=_address(api_address),
            created_at=now(),
        )
        await self._secrets.replace(account.key, secret_values_of(parsed))
        await self._accounts.save(account)
        return await self.get(account.key)

    async def update(
        self,
        key: str,
        *,
        title: str | None = None,
        settings: Mapping[str, object] | None = None,
        secrets: Mapping[str, str] | None = None,
        api_address: str | None = None,
    ) -> AccountView:
        """Only what is given changes; of the secrets, only the given ones ("reconnect"). Raises SettingsError."""
        account = await self.stored(key)
        manifest = self._registry.of(account.system)
        given = _entered(secrets or {})
        new_settings = account.settings if settings is None else settings
        if settings is not None or given:
            kept = await self._kept_secrets(account, manifest, given)
            new_settings = plain_values(parse(manifest.settings, {**new_settings, **kept, **given}))
        await self._secrets.replace(key, given)
        is_other = settings is not None or bool(given) or api_address is not None
        await self._accounts.save(
            replace(
                account,
                title=(title or "").strip() or account.title,
                settings=new_settings,
                api_address=account.api_address if api_address is None else _address(api_address),
                checked_at=None if is_other else account.checked_at,
                check_passed=None if is_other else account.check_passed,
            )
        )
        return await self.get(key)

    async def rename(self, key: str, title: str) -> AccountView:
        return await self.update(key, title=title)

    async def duplicate(self, key: str, title: str) -> AccountView:
        """With its secrets. Raises SecretStoreError."""
        account = await self.stored(key)
        copy = replace(account, key=await self._free_key(title, None), title=title.strip(), created_at=now())
        if not account.is_practice:
            await self._secrets.copy(key, copy.key)
        await self._accounts.save(copy)
        return await self.get(copy.key)

    async def delete(self, key: str) -> None:
        """Raises ConfigError while integrations use it."""
        account = await self.stored(key)
        if used_by := await self._used_by(key):
            raise ConfigError(
                text('"{account}" is used by: {integrations}.', account=account.title, integrations=", ".join(used_by)),
                remedy=text("Delete these integrations first, or give them another account."),
                field="account",
            )
        # First: a later account of the same name must never be reached by who knew this one's address.
        await self._forget_path(key)
        await self._accounts.delete(key)
        await self._secrets.forget(key)
        if account.is_practice:
            await self._practice.forget(account)

    async def practice(self, system: str) -> AccountView:
        """The one practice account of a system, made when it is first asked for."""
        manifest = self._registry.of(system)
        found = next((each for each in await self._accounts.all() if each.is_practice and each.system == system), None)
        if found is None:
            simulator = self._practice.make(system)
            title = _("Practice {system}").format(system=manifest.name)
            found = Account(
                key=await self._free_key(f"practice-{system}", None),
                title=title,
                system=system,
                settings=dict(simulator.settings),
                is_practice=True,
                created_at=now(),
            )
            await self._accounts.save(found)
        return await self.get(found.key)

    async def record_check(self, key: str, *, passed: bool, at: datetime) -> None:
        """Keeps the result of a connection test for the card."""
        await self._accounts.save(replace(await self.stored(key), checked_at=at, check_passed=passed))

    def problems(self, system: str, values: Mapping[str, object], secrets: Mapping[str, str]) -> Mapping[str, Text]:
        """A text for each field that is not valid; empty fields that are not needed count as absent."""
        return problems_of(self._registry.of(system).settings, {**values, **_entered(secrets)})

    async def suggestions(
        self, system: str, values: Mapping[str, object], secrets: Mapping[str, str], name: str, api_address: str = ""
    ) -> Sequence[Suggestion]:
        """What a field may be filled with, asked from the system itself; empty where it cannot say.

        Raises SettingsError for an incomplete form, and whatever talking to the system raises.
        """
        manifest = self._registry.of(system)
        settings = parse(manifest.settings, {**values, **_entered(secrets)})
        draft = Account(key=f"draft-{system}", title=manifest.name, system=system, api_address=api_address)
        address = await self._opener.address_of(draft, settings)
        async with self._opener.opened_with(manifest, settings, address, account=draft, read_only=True) as opened:
            for role in _roles(manifest, opened.access):
                if isinstance(role, Suggests) and (found := await role.suggestions(name)):
                    return found
        return ()

    async def suggestions_of(self, key: str, name: str) -> Sequence[Suggestion]:
        """The same for an account that is saved, such as for the options of an integration."""
        async with self._opener.opened(await self.stored(key), read_only=True) as opened:
            for role in _roles(opened.manifest, opened.access):
                if isinstance(role, Suggests) and (found := await role.suggestions(name)):
                    return found
        return ()

    async def _view(self, account: Account, used_by: tuple[str, ...]) -> AccountView:
        manifest = self._registry.of(account.system)
        names = secret_names(manifest.settings)
        has = frozenset(names) if account.is_practice else await self._secrets.names(account.key, names)
        needed = [spec.name for spec in field_specs(manifest.settings) if spec.is_required and spec.name in names]
        return AccountView(
            account=account,
            name=manifest.name,
            has_secrets=has & frozenset(names),
            missing_secrets=tuple(name for name in needed if name not in has),
            used_by=used_by,
            secret_place=self._secret_place(),
        )

    async def _kept_secrets(self, account: Account, manifest: Manifest, given: Mapping[str, str]) -> Mapping[str, str]:
        """The secrets that stay. Where all are given anew the vault need not open: reconnecting mends a lost one."""
        if account.is_practice:
            return (await self._practice.simulator(account)).secrets
        staying = [name for name in secret_names(manifest.settings) if name not in given]
        return await self._secrets.of(account.key, staying) if staying else {}

    async def _used_by(self, key: str) -> tuple[str, ...]:
        return tuple(each.title for each in await self._integrations.all() if key in {each.source, each.target})

    async def _free_key(self, title: str, wanted: str | None) -> str:
        taken = frozenset(each.key for each in await self._accounts.all())
        return free_key(title, wanted, taken)


def free_key(title: str, wanted: str | None, taken: frozenset[str]) -> str:
    """Raises ConfigError for a wanted key that is taken or not allowed."""
    if wanted is None:
        return key_from(title, taken)
    if not is_key(wanted):
        raise ConfigError(
            text('"{key}" cannot be used as a short name.', key=wanted),
            remedy=text("Use lower-case letters, digits and hyphens, at most 64."),
            field="key",
        )
    if wanted in taken:
        raise ConfigError(
            text('The short name "{key}" is taken.', key=wanted), remedy=text("Choose another."), field="key"
        )
    return wanted


def secret_values_of(settings: Settings) -> dict[str, str]:
    return {name: value for name, value in secret_values(settings).items() if value}


def _address(entered: str) -> str:
    """Raises AddressError: an address is stored as it stands, so that none with a key in it is taken."""
    return checked_base_url(entered) if entered.strip() else ""


def _entered(secrets: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in secrets.items() if value.strip()}


def _roles(manifest: Manifest, access: Access[Any]) -> Sequence[object]:
    """The roles that can be opened without a choice of options."""
    found: list[object] = []
    if manifest.open_target is not None and not problems_of(manifest.target_options, {}):
        found.append(manifest.open_target(access, manifest.target_options(), Mappings()))
    if manifest.open_source is not None and not problems_of(manifest.source_options, {}):
        found.append(manifest.open_source(access, manifest.source_options()))
    return found
