"""From an integration to open routes: both accounts, their roles with options and mappings, in both directions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial
from hashlib import blake2b

import msgspec

from app import __version__
from app.core.configuration import Integration
from app.core.errors import ConfigError
from app.core.records import Kind
from app.core.rules import Rules
from app.core.texts import text
from app.engine.job import Route
from app.sdk.options import WITHOUT_EFFECT_ON_DRAFTS
from app.sdk.settings import Settings, parse
from app.sdk.source import Source
from app.sdk.target import Mappings, Target
from app.services.accounts import Accounts
from app.services.home import Home
from app.services.opening import OpenAccount, Opener
from app.services.systems import ParsedOptions, Systems
from app.storage.erasedmarks import ErasedPeople
from app.storage.products import ProductsStore


@dataclass(frozen=True, slots=True)
class OpenIntegration:
    integration: Integration
    source: OpenAccount
    target: OpenAccount
    options: ParsedOptions
    mappings: Mappings
    erased: ErasedPeople

    @property
    def rules(self) -> Rules:
        rules = self.options.common.rules()
        return replace(rules, is_erased=partial(self.erased.has, self.integration.key)) if self.erased else rules

    @property
    def terms(self) -> bytes:
        """Both accounts and everything chosen and mapped, and the version of the program that drafts."""
        options = self.integration.options
        chosen = (
            __version__,
            [(each.account.system, each.account.key, each.account.settings) for each in (self.source, self.target)],
            {name: value for name, value in options.items() if name not in WITHOUT_EFFECT_ON_DRAFTS},
            [asdict(rule) for rule in self.mappings.fields],
            self.mappings.products,
        )
        return blake2b(msgspec.json.encode(chosen, order="sorted"), digest_size=16).digest()

    def open_source(self) -> Source:
        opened = self.source.manifest.open_source
        if opened is None:
            raise _no_role(self.source)
        return opened(self.source.access, self.options.source)

    def open_target(self) -> Target:
        opened = self.target.manifest.open_target
        if opened is None:
            raise _no_role(self.target)
        return opened(self.target.access, self.options.target, self.mappings)

    def routes(self, kinds: Sequence[Kind]) -> tuple[Route, ...]:
        """One for each kind, sharing the roles; opt-outs and bounces run back. Raises ConfigError."""
        forward = [kind for kind in kinds if not kind.runs_back]
        back = [kind for kind in kinds if kind.runs_back]
        found: dict[Kind, Route] = {}
        if forward:
            source, target = self.open_source(), self.open_target()
            found |= {kind: self._route(kind, source, target, self.source, self.target) for kind in forward}
        if back:
            source, target = self._open_back_source(), self._open_back_target()
            found |= {kind: self._route(kind, source, target, self.target, self.source) for kind in back}
        terms = self.terms
        return tuple(replace(found[kind], terms=terms) for kind in Kind if kind in found)

    def _route(self, kind: Kind, source: Source, target: Target, giving: OpenAccount, taking: OpenAccount) -> Route:
        reads, writes = giving.manifest.reads_kind(kind), taking.manifest.writes_kind(kind)
        return Route(
            kind=kind,
            source=source,
            target=target,
            http=taking.access.http,
            source_http=giving.access.client,
            source_account=giving.account.key,
            target_account=taking.account.key,
            looks_up=writes is None or writes.looks_up,
            has_changes=reads is None or reads.has_changes,
            granularity=reads.granularity if reads is not None else timedelta(0),
            sweeps=reads is not None and reads.sweeps,
        )

    def _open_back_source(self) -> Source:
        manifest = self.target.manifest
        if manifest.open_source is None:
            raise _no_role(self.target)
        return manifest.open_source(self.target.access, _chosen(manifest.source_options, self.integration.options))

    def _open_back_target(self) -> Target:
        manifest = self.source.manifest
        if manifest.open_target is None:
            raise _no_role(self.source)
        options = _chosen(manifest.target_options, self.integration.options)
        mappings = Mappings(
            source_system=self.target.manifest.system,
            source_name=self.target.account.title,
            source_id=self.target.account.key,
        )
        return manifest.open_target(self.source.access, options, mappings)


class Integrating:
    """Opens the accounts of an integration together."""

    def __init__(
        self,
        systems: Systems,
        accounts: Accounts,
        opener: Opener,
        products: ProductsStore,
        erased: Callable[[], Awaitable[ErasedPeople]],
        home: Home,
    ) -> None:
        self._home = home
        self._erased = erased
        self._systems = systems
        self._accounts = accounts
        self._opener = opener
        self._products = products

    @asynccontextmanager
    async def opened(
        self, integration: Integration, *, read_only: bool = False, is_history: bool = False
    ) -> AsyncIterator[OpenIntegration]:
        """``is_history`` goes as easy on the source as the person chose for that.

        Raises ConfigError, among others where a copied data folder would write, SettingsError, SecretStoreError."""
        if not read_only:
            await self._home.refuse_copy()
        source = await self._accounts.stored(integration.source)
        target = await self._accounts.stored(integration.target)
        options = self._systems.parse_options(source.system, target.system, integration.options)
        mappings = Mappings(
            products=await self._products.numbers(integration.key),
            fields=integration.fields,
            source_system=source.system,
            source_name=source.title,
            source_id=source.key,
        )
        async with (
            self._opener.opened(
                source, read_only=read_only, leisure=options.common.leisure() if is_history else None
            ) as open_source,
            self._opener.opened(target, read_only=read_only) as open_target,
        ):
            yield OpenIntegration(integration, open_source, open_target, options, mappings, await self._erased())


def _chosen(model: type[Settings], options: Mapping[str, object]) -> Settings:
    return parse(model, {name: value for name, value in options.items() if name in model.model_fields})


def _no_role(opened: OpenAccount) -> ConfigError:
    return ConfigError(
        text("{system} cannot take part in this direction.", system=opened.manifest.name),
        remedy=text("Choose another system."),
        field="target",
    )
