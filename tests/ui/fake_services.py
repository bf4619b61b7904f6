"""The services in memory. Extend the parts a page needs; values and views are the real ones."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from app.core.configuration import Account, Integration, key_from
from app.core.errors import ConfigError, SecretStoreError
from app.core.events import StageEvent, StageState
from app.core.fields import FieldRule
from app.core.reasons import ReasonTexts
from app.core.records import Kind
from app.core.texts import Text, text
from app.sdk.redaction import Redactor
from app.sdk.registry import Registry
from app.sdk.settings import parse, plain_values, problems_of, secret_names, secret_values
from app.sdk.target import Suggestion
from app.services.accounts import AccountView
from app.services.bus import EventBus
from app.services.coverage import Covered
from app.services.integrations import IntegrationView
from app.services.mappingcheck import MappingProblems
from app.services.status import Standing, status_of
from app.services.systems import Systems
from app.storage.secrets import VaultState
from tests.ui.fake_outside import (
    FakeEstimates,
    FakeFeeds,
    FakeHandouts,
    FakeMailing,
    FakeReceiver,
    FakeWorklist,
)
from tests.ui.fake_privacy import FakePrivacy, FakeSupport
from tests.ui.fake_runs import (
    FakeFields,
    FakeHome,
    FakeLog,
    FakePast,
    FakePreferences,
    FakePreviews,
    FakeProducts,
    FakeRuns,
    FakeUndoing,
)
from tests.ui.fake_systems import FILE, MAIL, SHOP

PLACE = text("Kept in the test's memory.")


@dataclass
class FakeVault:
    """`state` is what the keystore leaves; a passphrase of at least eight letters opens it."""

    state: VaultState = VaultState.KEYSTORE
    problem: SecretStoreError | None = None
    passphrase: str = ""

    def place(self) -> Text:
        return PLACE

    async def open(self) -> VaultState:
        return self.state

    async def use_passphrase(self, passphrase: str) -> None:
        if len(passphrase) < 8:
            raise SecretStoreError(text("The passphrase is too short."))
        self.state = VaultState.PASSPHRASE_OPEN
        self.passphrase = passphrase

    async def change_passphrase(self, old: str, new: str) -> None:
        if old != self.passphrase:
            raise SecretStoreError(text("The passphrase is not the right one."), field="passphrase")
        self.passphrase = new

    def use_session(self) -> None:
        self.state = VaultState.SESSION

    def check(self) -> None:
        if self.state in {VaultState.UNOPENED, VaultState.PASSPHRASE_LOCKED}:
            raise self.problem or SecretStoreError(text("There is no keystore."))


class FakeAccounts:
    def __init__(self, systems: Systems, vault: FakeVault) -> None:
        self._systems = systems
        self._vault = vault
        self.stored: dict[str, Account] = {}
        self.secrets: dict[str, dict[str, str]] = {}
        self.lists: list[Suggestion] = [Suggestion("4", "Newsletter"), Suggestion("7", "Tea lovers")]
        self.used_by: dict[str, tuple[str, ...]] = {}

    async def all(self) -> tuple[AccountView, ...]:
        return tuple(self.view(key) for key in self.stored)

    async def get(self, key: str) -> AccountView:
        return self.view(key)

    def view(self, key: str) -> AccountView:
        if key not in self.stored:
            raise ConfigError(text('There is no account "{account}".', account=key))
        account = self.stored[key]
        manifest = self._systems.of(account.system)
        names = secret_names(manifest.settings)
        has = frozenset(names) if account.is_practice else frozenset(self.secrets.get(key, {}))
        return AccountView(
            account=account,
            name=manifest.name,
            has_secrets=has,
            missing_secrets=tuple(name for name in names if name not in has),
            used_by=self.used_by.get(key, ()),
            secret_place=PLACE,
        )

    async def create(
        self,
        system: str,
        title: str,
        settings: Mapping[str, object],
        secrets: Mapping[str, str],
        api_address: str = "",
        key: str | None = None,
    ) -> AccountView:
        parsed = parse(self._systems.of(system).settings, {**settings, **secrets})
        if secrets:
            self._vault.check()
        account = Account(
            key=key or key_from(title, frozenset(self.stored)),
            title=title,
            system=system,
            settings=plain_values(parsed),
            api_address=api_address,
        )
        self.stored[account.key] = account
        self.secrets[account.key] = {name: value for name, value in secret_values(parsed).items() if value}
        return self.view(account.key)

    async def update(
        self,
        key: str,
        *,
        title: str | None = None,
        settings: Mapping[str, object] | None = None,
        secrets: Mapping[str, str] | None = None,
        api_address: str | None = None,
    ) -> AccountView:
        account = self.stored[key]
        given = {name: value for name, value in (secrets or {}).items() if value}
        self.secrets.setdefault(key, {}).update(given)
        self.stored[key] = replace(
            account,
            title=title or account.title,
            settings=account.settings if settings is None else dict(settings),
            api_address=account.api_address if api_address is None else api_address,
        )
        return self.view(key)

    async def rename(self, key: str, title: str) -> AccountView:
        return await self.update(key, title=title)

    async def duplicate(self, key: str, title: str) -> AccountView:
        copy = replace(self.stored[key], key=key_from(title, frozenset(self.stored)), title=title)
        self.stored[copy.key] = copy
        self.secrets[copy.key] = dict(self.secrets.get(key, {}))
        return self.view(copy.key)

    async def delete(self, key: str) -> None:
        if users := self.used_by.get(key):
            raise ConfigError(
                text('"{account}" is used by: {integrations}.', account=key, integrations=", ".join(users)),
                remedy=text("Delete these integrations first, or give them another account."),
            )
        del self.stored[key]

    async def practice(self, system: str) -> AccountView:
        key = f"practice-{system}"
        if key not in self.stored:
            name = self._systems.of(system).name
            self.stored[key] = Account(key=key, title=f"Practice {name}", system=system, is_practice=True)
        return self.view(key)

    def problems(self, system: str, values: Mapping[str, object], secrets: Mapping[str, str]) -> Mapping[str, Text]:
        return problems_of(self._systems.of(system).settings, {**values, **secrets})

    async def suggestions(
        self, system: str, values: Mapping[str, object], secrets: Mapping[str, str], name: str, api_address: str = ""
    ) -> Sequence[Suggestion]:
        return self.lists

    async def suggestions_of(self, key: str, name: str) -> Sequence[Suggestion]:
        return self.lists


def passing_stages() -> list[StageEvent]:
    ok = StageState.OK
    return [
        StageEvent(name="address", title=text("Address found"), state=ok, message=text("made-up.invalid, 34 ms")),
        StageEvent(name="secure", title=text("Secure connection"), state=ok, message=text("TLS 1.3")),
        StageEvent(name="redirect", title=text("No redirect"), state=ok, message=text("The address answers itself.")),
        StageEvent(name="sign_in", title=text("Sign-in"), state=ok, message=text("Welcome, Tea Shop.")),
        StageEvent(name="sample", title=text("Sample record"), state=ok, message=text("Order 1001")),
    ]


def refused_stages() -> list[StageEvent]:
    found = passing_stages()
    found[3] = StageEvent(
        name="sign_in",
        title=text("Sign-in"),
        state=StageState.FAILED,
        message=text("The access token was refused."),
        remedy=text("Copy it again from the control panel."),
        field="access_token",
    )
    found[4] = StageEvent(name="sample", title=text("Sample record"), state=StageState.NOT_TRIED)
    return found


@dataclass
class FakeChecks:
    """`stages` are what a test finds, in order; by default all is well."""

    stages: list[StageEvent] = field(default_factory=passing_stages)
    asked: list[object] = field(default_factory=list)

    async def check(self, key: str, kinds: Sequence[Kind] = ()) -> AsyncIterator[StageEvent]:
        self.asked.append(key)
        async for stage in self._found():
            yield stage

    async def check_draft(
        self,
        system: str,
        settings: Mapping[str, object],
        secrets: Mapping[str, str],
        api_address: str = "",
        kinds: Sequence[Kind] = (),
    ) -> AsyncIterator[StageEvent]:
        self.asked.append((system, dict(settings), dict(secrets), api_address))
        async for stage in self._found():
            yield stage

    async def _found(self) -> AsyncIterator[StageEvent]:
        for stage in self.stages:
            if stage.state is not StageState.NOT_TRIED:
                yield replace(stage, state=StageState.RUNNING, message=Text(""), remedy=Text(""), field=None)
            yield stage

    def support_text(self, stages: Sequence[StageEvent]) -> str:
        return "\n".join(f"{stage.title}: {stage.state}" for stage in stages)


class FakeIntegrations:
    """`stands` overrides how an integration stands: status, next step, facts, last run."""

    def __init__(self, accounts: FakeAccounts) -> None:
        self._accounts = accounts
        self.stored: dict[str, Integration] = {}
        self.with_feed: set[str] = set()
        self.stands: dict[str, dict[str, Any]] = {}
        self.mapping_problems = MappingProblems()

    async def offers_feed(self, key: str) -> bool:
        return key in self.with_feed

    async def all(self) -> tuple[IntegrationView, ...]:
        return tuple(self.view(key) for key in self.stored)

    async def get(self, key: str) -> IntegrationView:
        return self.view(key)

    def view(self, key: str) -> IntegrationView:
        integration = self.stored[key]
        status, step = status_of(integration, Standing())
        view = IntegrationView(
            integration=integration,
            source=self._accounts.view(integration.source) if integration.source else None,
            target=self._accounts.view(integration.target) if integration.target else None,
            status=status,
            facts=text("Nothing sent yet"),
            last_run=None,
            next_step=step,
        )
        return replace(view, **self.stands.get(key, {}))

    async def create(
        self,
        title: str,
        source: str,
        target: str,
        flows: Sequence[Kind],
        options: Mapping[str, object] | None = None,
        products: Mapping[str, str] | None = None,
        fields: Sequence[FieldRule] = (),
        key: str | None = None,
        is_draft: bool = False,
    ) -> IntegrationView:
        integration = Integration(
            key=key or key_from(title or "integration", frozenset(self.stored)),
            title=title or "Integration",
            source=source,
            target=target,
            flows=tuple(flows),
            options=dict(options or {}),
            fields=tuple(fields),
            is_draft=is_draft,
        )
        self.stored[integration.key] = integration
        return self.view(integration.key)

    async def update(self, key: str, **changes: Any) -> IntegrationView:
        self.stored[key] = replace(self.stored[key], **changes)
        return self.view(key)

    async def rename(self, key: str, title: str) -> IntegrationView:
        return await self.update(key, title=title)

    async def duplicate(self, key: str, title: str) -> IntegrationView:
        copy = replace(self.stored[key], key=key_from(title, frozenset(self.stored)), title=title)
        self.stored[copy.key] = copy
        return self.view(copy.key)

    async def set_active(self, key: str, active: bool) -> IntegrationView:
        return await self.update(key, is_active=active)

    async def delete(self, key: str) -> None:
        del self.stored[key]

    async def mapping_check(self, key: str) -> MappingProblems:
        return self.mapping_problems

    async def deletion_text(self, key: str) -> Text:
        return text('What "{integration}" has already sent stays in the target.', integration=self.stored[key].title)


@dataclass
class FakeDeclarations:
    applied: list[Path] = field(default_factory=list)

    async def apply(self, path: Path) -> None:
        self.applied.append(path)


class FakeCoverage:
    def __init__(self) -> None:
        self.asked: list[datetime | None] = []
        self.found: tuple[Covered, ...] = (
            Covered(kind=Kind.ORDERS, count=158),
            Covered(kind=Kind.CONTACTS, count=1000, is_more=True),
        )
        self.error: ConfigError | None = None

    async def of(self, key: str, since: datetime | None = None) -> tuple[Covered, ...]:
        self.asked.append(since)
        if self.error is not None:
            raise self.error
        return self.found


class FakeServices:
    def __init__(self) -> None:
        self.events = EventBus()
        self.systems = Systems(Registry({each.system: each for each in (SHOP, MAIL, FILE)}))
        self.secrets = FakeVault()
        self.accounts = FakeAccounts(self.systems, self.secrets)
        self.checks = FakeChecks()
        self.integrations = FakeIntegrations(self.accounts)
        self.runs = FakeRuns()
        self.undoing = FakeUndoing()
        self.products = FakeProducts()
        self.fields = FakeFields()
        self.past = FakePast()
        self.home = FakeHome()
        self.previews = FakePreviews()
        self.coverage = FakeCoverage()
        self.preferences = FakePreferences()
        self.log = FakeLog()
        self.privacy = FakePrivacy()
        self.support = FakeSupport()
        self.reasons = ReasonTexts()
        self.redact = Redactor()
        self.declarations = FakeDeclarations()
        self.receiver = FakeReceiver()
        self.mailing = FakeMailing()
        self.handouts = FakeHandouts()
        self.feeds = FakeFeeds()
        self.estimates = FakeEstimates()
        self.worklist = FakeWorklist()
