"""Applying a declaration: all of it is checked first, then all of it is saved in one transaction."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PureWindowsPath
from typing import Any

from pydantic_core import to_jsonable_python

from app.core.configuration import Account, Integration
from app.core.errors import ConfigError
from app.core.events import now
from app.core.fields import FieldRule
from app.core.records import Kind
from app.core.texts import Text, text
from app.sdk.base_url import checked_base_url
from app.sdk.manifest import Manifest
from app.sdk.registry import Registry
from app.sdk.settings import InputKind, SettingsError, field_specs, problems_of, secret_names
from app.services.declarationfile import (
    DeclarationFile,
    DeclaredAccount,
    DeclaredField,
    DeclaredIntegration,
    read_declaration,
)
from app.services.integrations import check_field_rule, rows_from
from app.services.mappingcheck import mapping_problems
from app.services.secrets import AccountSecrets
from app.services.systems import Systems, checked_flows
from app.storage.accounts import AccountsStore, saving_account
from app.storage.database import Database, Work
from app.storage.integrations import IntegrationsStore, saving_integration
from app.storage.products import ProductsStore, replacing_products

_FROM_ENVIRONMENT = "env:"
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,100}")
"""Anything else may be the secret itself behind "env:", and is not repeated."""


class Change(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class AppliedView:
    """What became of each declared key."""

    accounts: Mapping[str, Change]
    integrations: Mapping[str, Change]


@dataclass(frozen=True, slots=True)
class _Checked:
    accounts: tuple[tuple[Account, Mapping[str, str]], ...]
    """With the environment variables of the secrets, by field."""
    integrations: tuple[tuple[Integration, Mapping[str, str] | None], ...]


class Declarations:
    def __init__(
        self,
        database: Database,
        registry: Registry,
        systems: Systems,
        accounts: AccountsStore,
        integrations: IntegrationsStore,
        products: ProductsStore,
        secrets: AccountSecrets,
        environ: Mapping[str, str],
    ) -> None:
        self._database = database
        self._registry = registry
        self._systems = systems
        self._accounts = accounts
        self._integrations = integrations
        self._products = products
        self._secrets = secrets
        self._environ = environ

    async def apply(self, path: str | Path) -> AppliedView:
        """Creates or updates what is declared; nothing where anything is wrong. Raises ConfigError, StorageError."""
        file = await asyncio.to_thread(read_declaration, Path(path))
        checked = await self._checked(file)
        works: list[Work[object]] = []
        accounts = {account.key: await self._plan_account(account, works) for account, _ in checked.accounts}
        variables = {account.key: names for account, names in checked.accounts if names}
        works += await self._secrets.taking_from_environment(variables)
        integrations = {
            each.key: await self._plan_integration(each, rows, works) for each, rows in checked.integrations
        }
        if works:
            await self._database.write(lambda connection: [work(connection) for work in works])
        return AppliedView(accounts, integrations)

    async def _checked(self, file: DeclarationFile) -> _Checked:
        declared = file.declaration
        accounts: list[tuple[Account, Mapping[str, str]]] = []
        for key, each in declared.accounts.items():
            accounts.append(await self._account(key, each, file))
        stored = {account.key: account for account in await self._accounts.all()}
        known = {**stored, **{account.key: account for account, _ in accounts}}
        for checked, _ in accounts:
            _refuse_other_system(stored.get(checked.key), checked)
        integrations: list[tuple[Integration, Mapping[str, str] | None]] = []
        for key, integration in declared.integrations.items():
            before = await self._integrations.get(key)
            integrations.append((self._integration(key, integration, before, known, file), integration.products))
        return _Checked(tuple(accounts), tuple(integrations))

    async def _account(
        self, key: str, declared: DeclaredAccount, file: DeclarationFile
    ) -> tuple[Account, Mapping[str, str]]:
        place = f"accounts.{key}"
        if declared.system not in self._registry:
            raise ConfigError(
                text('{place}: there is no system "{system}".', place=place, system=declared.system),
                remedy=text("Known systems: {systems}.", systems=", ".join(each.system for each in self._registry)),
                field=f"{place}.system",
            )
        manifest = self._registry.of(declared.system)
        variables = self._variables(place, declared.secrets, manifest)
        _refuse_secrets(f"{place}.settings", declared.settings, manifest)
        settings = _with_paths(f"{place}.settings", manifest, declared.settings, file.folder)
        values = {field: self._environ[name] for field, name in variables.items()}
        # A secret that is not declared is asked from the keystore later: its absence is no fault of the file.
        asked_later = [name for name in secret_names(manifest.settings) if name not in values]
        problems = problems_of(manifest.settings, {**settings, **values})
        unknown_first = sorted(problems.items(), key=lambda each: each[0] in manifest.settings.model_fields)
        _refuse_problems(f"{place}.settings", dict(unknown_first), asked_later, file)
        if declared.api_address:
            checked_base_url(declared.api_address)
        before = await self._accounts.get(key)
        title = declared.title.strip() or (before.title if before else key)
        fresh = Account(key=key, title=title, system=declared.system, created_at=now())
        account = replace(before or fresh, title=title, system=declared.system, is_practice=False)
        plain = to_jsonable_python(dict(settings))
        return replace(account, settings=plain, api_address=declared.api_address.strip()), variables

    def _variables(self, place: str, secrets: Mapping[str, str], manifest: Manifest) -> Mapping[str, str]:
        """Environment variables by field. Raises ConfigError for a secret in the file, and for a variable not set."""
        known = secret_names(manifest.settings)
        found = {}
        for field, value in secrets.items():
            spot = f"{place}.secrets.{field}"
            if field not in known:
                raise ConfigError(
                    text('Unknown secret "{place}".', place=spot),
                    remedy=text("Known secrets: {known}.", known=", ".join(known) or "–"),
                    field=spot,
                )
            if not value.startswith(_FROM_ENVIRONMENT):
                raise ConfigError(
                    text("{place} holds the secret itself, which does not belong in a file.", place=spot),
                    remedy=text('Put it into an environment variable and write "env:NAME" here.'),
                    field=spot,
                )
            name = value.removeprefix(_FROM_ENVIRONMENT).strip()
            if not self._environ.get(name) and not _VARIABLE.fullmatch(name):
                raise ConfigError(
                    text("{place} does not name an environment variable.", place=spot),
                    remedy=text('Write "env:NAME"; a name has capital letters, digits and underscores.'),
                    field=spot,
                )
            if not self._environ.get(name):
                raise ConfigError(
                    text("The environment variable {name} for {place} is not set.", name=name, place=spot),
                    remedy=text("Set it, then apply the file again."),
                    field=spot,
                )
            found[field] = name
        return found

    def _integration(
        self,
        key: str,
        declared: DeclaredIntegration,
        before: Integration | None,
        accounts: Mapping[str, Account],
        file: DeclarationFile,
    ) -> Integration:
        place = f"integrations.{key}"
        source = _account_named(declared.source, f"{place}.source", accounts)
        target = _account_named(declared.target, f"{place}.target", accounts)
        manifests = self._registry.of(source.system), self._registry.of(target.system)
        flows = _flows(manifests, declared, f"{place}.flows")
        try:
            self._systems.parse_options(source.system, target.system, declared.options)
        except SettingsError as error:
            _refuse_problems(f"{place}.options", error.problems, (), file)
        rules = tuple(_rule(path, each) for path, each in (declared.fields or {}).items())
        for rule in rules:
            check_field_rule(rule)
        numbers = manifests[1].product_numbers
        if invalid := mapping_problems(rows_from(declared.products or {}), numbers).invalid:
            raise ConfigError(
                text(
                    "{place}: the target does not take the number of {keys}.", place=place, keys=", ".join(invalid[:5])
                ),
                remedy=numbers.pattern_words if numbers else "",
                field=f"{place}.products",
            )
        title = declared.title.strip() or (before.title if before else key)
        base = before or Integration(
            key=key, title=title, source=source.key, target=target.key, flows=flows, created_at=now()
        )
        return replace(
            base,
            title=title,
            source=source.key,
            target=target.key,
            flows=flows,
            options=to_jsonable_python(dict(declared.options)),
            fields=rules if declared.fields is not None else base.fields,
            is_active=declared.active,
            is_draft=False,
        )

    async def _plan_account(self, account: Account, works: list[Work[object]]) -> Change:
        before = await self._accounts.get(account.key)
        if before != account:
            # Other settings: what an earlier connection test has shown no longer counts.
            works.append(saving_account(replace(account, checked_at=None, check_passed=None)))
        return _change(before, account)

    async def _plan_integration(
        self, integration: Integration, products: Mapping[str, str] | None, works: list[Work[object]]
    ) -> Change:
        before = await self._integrations.get(integration.key)
        if before != integration:
            works.append(saving_integration(integration))
        if products is None:
            return _change(before, integration)
        rows = rows_from(products)
        kept = {row.key: row for row in await self._products.rows(integration.key)}
        if all(kept.get(row.key) and kept[row.key].number == row.number for row in rows):
            return _change(before, integration)
        merged = {
            **kept,
            **{row.key: replace(kept.get(row.key, row), number=row.number, match=row.match) for row in rows},
        }
        works.append(replacing_products(integration.key, tuple(merged.values())))
        return Change.CREATED if before is None else Change.UPDATED


def _change(before: object, after: object) -> Change:
    if before is None:
        return Change.CREATED
    return Change.UNCHANGED if before == after else Change.UPDATED


def _refuse_secrets(place: str, settings: Mapping[str, Any], manifest: Manifest) -> None:
    """Settings are stored as they stand; a secret among them would be stored in plain text."""
    for name in secret_names(manifest.settings):
        if name in settings:
            raise ConfigError(
                text("{place} holds the secret itself, which does not belong in a file.", place=f"{place}.{name}"),
                remedy=text(
                    "Put it into an environment variable and declare it there: {example}.",
                    example=f'secrets = {{ {name} = "env:NAME" }}',
                ),
                field=f"{place}.{name}",
            )


def _refuse_other_system(before: Account | None, account: Account) -> None:
    if before is not None and before.system != account.system:
        raise ConfigError(
            text('The account "{key}" belongs to another system.', key=account.key),
            remedy=text("Declare it under another name, or delete the old account first."),
            field=f"accounts.{account.key}.system",
        )


def _refuse_problems(place: str, problems: Mapping[str, Text], but: Collection[str], file: DeclarationFile) -> None:
    for name, problem in problems.items():
        if name not in but:
            spot = f"{place}.{name}" if name else place
            raise ConfigError(
                text("{place}: {problem}", place=spot, problem=problem), remedy=file.remedy_at(spot), field=spot
            )


def _with_paths(place: str, manifest: Manifest, settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A path is meant from the file's own folder. Raises ConfigError for one that would make Windows sign in at another
    computer with the person's name as soon as it is looked at."""
    found = dict(settings)
    for spec in field_specs(manifest.settings):
        value = found.get(spec.name)
        if spec.input is InputKind.PATH and isinstance(value, str) and value:
            if PureWindowsPath(value).drive.startswith("\\\\"):
                raise ConfigError(
                    text("{place} names another computer or a device.", place=f"{place}.{spec.name}"),
                    remedy=text("Name a file of this computer; a folder of the network needs a drive letter."),
                    field=f"{place}.{spec.name}",
                )
            if not Path(value).is_absolute():
                found[spec.name] = str(folder / value)
    return found


def _account_named(key: str, place: str, accounts: Mapping[str, Account]) -> Account:
    if key not in accounts:
        raise ConfigError(
            text('{place}: there is no account "{account}".', place=place, account=key),
            remedy=text("Known accounts: {accounts}.", accounts=", ".join(accounts) or "–"),
            field=place,
        )
    return accounts[key]


def _flows(manifests: tuple[Manifest, Manifest], declared: DeclaredIntegration, place: str) -> tuple[Kind, ...]:
    """A file declares many integrations: the error names the one it means. Raises ConfigError."""
    kinds = _kinds(declared.flows, place)
    try:
        return checked_flows(*manifests, kinds)
    except ConfigError as error:
        raise ConfigError(
            text("{place}: {problem}", place=place, problem=error.message), remedy=error.remedy, field=place
        ) from error


def _kinds(names: tuple[str, ...], place: str) -> tuple[Kind, ...]:
    known = [kind.value for kind in Kind]
    if wrong := next((name for name in names if name not in known), None):
        raise ConfigError(
            text('{place}: there is no flow "{flow}".', place=place, flow=wrong),
            remedy=text("Possible: {flows}.", flows=", ".join(known)),
            field=place,
        )
    return tuple(Kind(name) for name in names)


def _rule(path: str, declared: str | DeclaredField) -> FieldRule:
    if isinstance(declared, str):
        return FieldRule(path, declared)
    return FieldRule(path, declared.target, declared.on_update, declared.empty_overwrites)
