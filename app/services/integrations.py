"""Integrations: create, change, copy, switch off, delete; and how each one stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.core.configuration import Integration, Match, ProductRow
from app.core.errors import ConfigError
from app.core.events import now
from app.core.fields import FieldRule, is_field_path
from app.core.labels import counted, in_reading_order
from app.core.ledger import RunRecord
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.core.texts import Text, text
from app.services.accounts import Accounts, AccountView, free_key
from app.services.mappingcheck import MappingProblems, mapping_problems
from app.services.matching import ALL_PRODUCTS
from app.services.names import UnknownNameError
from app.services.status import NextStep, RunView, Standing, Status, status_of
from app.services.systems import Systems, checked_flows
from app.services.waiting import waiting_run
from app.storage.integrations import IntegrationsStore
from app.storage.ledger import Ledger
from app.storage.products import ProductsStore
from app.storage.runs import Runs as RunBook

_SENT = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
_OPEN = (Outcome.HELD, Outcome.FAILED, Outcome.IN_DOUBT)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationView:
    integration: Integration
    source: AccountView | None
    """None only in a draft."""
    target: AccountView | None
    status: Status
    facts: Text
    last_run: RunView | None
    next_step: NextStep
    open_records: int = 0
    """Failed, held or in doubt, over all runs."""

    @property
    def key(self) -> str:
        return self.integration.key

    @property
    def title(self) -> str:
        return self.integration.title


class Integrations:
    """``is_running`` says whether a run of this program works on an integration at this moment; ``forget_feed`` takes
    away the file that its target fetches."""

    def __init__(
        self,
        systems: Systems,
        accounts: Accounts,
        integrations: IntegrationsStore,
        products: ProductsStore,
        ledger: Ledger,
        runs: RunBook,
        is_running: Callable[[str], bool],
        forget_feed: Callable[[str], Awaitable[None]],
    ) -> None:
        self._forget_feed = forget_feed
        self._systems = systems
        self._accounts = accounts
        self._integrations = integrations
        self._products = products
        self._ledger = ledger
        self._runs = runs
        self._is_running = is_running

    async def all(self) -> tuple[IntegrationView, ...]:
        return tuple([await self._view(each) for each in await self._integrations.all()])

    async def get(self, key: str) -> IntegrationView:
        """Raises ConfigError that names the integrations there are."""
        return await self._view(await self.stored(key))

    async def all_stored(self) -> Sequence[Integration]:
        return await self._integrations.all()

    async def offers_feed(self, key: str) -> bool:
        """Whether the target fetches the source's products as a file."""
        integration = await self.stored(key)
        source = self._systems.of((await self._accounts.stored(integration.source)).system)
        target = self._systems.of((await self._accounts.stored(integration.target)).system)
        return target.offers_feed and source.reads_kind(Kind.PRODUCTS) is not None

    async def stored(self, key: str) -> Integration:
        integration = await self._integrations.get(key)
        if integration is None:
            known = ", ".join(each.key for each in await self._integrations.all()) or "–"
            raise UnknownNameError(
                text('There is no integration "{integration}".', integration=key),
                remedy=text("Known integrations: {integrations}.", integrations=known),
                field="integration",
            )
        return integration

    async def create(  # noqa: PLR0917 - the fields of an integration, in their usual order
        self,
        title: str,
        source: str,
        target: str,
        flows: Sequence[Kind],
        options: Mapping[str, object] | None = None,
        products: Mapping[str, str] | None = None,
        fields: Iterable[FieldRule] = (),
        key: str | None = None,
        is_draft: bool = False,  # noqa: FBT001, FBT002 - named so in every call
    ) -> IntegrationView:
        """Raises ConfigError and SettingsError; a draft may be incomplete."""
        taken = frozenset(each.key for each in await self._integrations.all())
        named = title.strip() or await self._usual_title(source, target)
        integration = Integration(
            key=free_key(named, key, taken),
            title=named,
            source=source,
            target=target,
            flows=tuple(flows),
            options=dict(options or {}),
            fields=tuple(fields),
            is_draft=is_draft,
            created_at=now(),
        )
        await self._save(integration)
        if products is not None:
            await self._products.replace(integration.key, rows_from(products))
        return await self.get(integration.key)

    async def update(self, key: str, **changes: Any) -> IntegrationView:
        """``title``, ``source``, ``target``, ``flows``, ``options``, ``fields``, ``is_active``, ``is_draft``, and
        ``products`` as a mapping. Raises ConfigError, SettingsError."""
        integration = await self.stored(key)
        products = changes.pop("products", None)
        if unknown := set(changes) - _CHANGEABLE:
            raise TypeError(f"an integration has no {', '.join(sorted(unknown))}")
        for name in ("flows", "fields"):
            if name in changes:
                changes[name] = tuple(changes[name])
        await self._save(replace(integration, **changes))
        if products is not None:
            await self._products.replace(key, rows_from(products))
        return await self.get(key)

    async def rename(self, key: str, title: str) -> IntegrationView:
        return await self.update(key, title=title.strip() or (await self.stored(key)).title)

    async def duplicate(self, key: str, title: str) -> IntegrationView:
        """With options and mappings; what was already sent is not counted as sent by the copy."""
        integration = await self.stored(key)
        taken = frozenset(each.key for each in await self._integrations.all())
        copy = replace(integration, key=free_key(title, None, taken), title=title.strip(), created_at=now())
        await self._integrations.save(copy)
        await self._products.replace(copy.key, await self._products.rows(key))
        return await self.get(copy.key)

    async def set_active(self, key: str, active: bool) -> IntegrationView:  # noqa: FBT001 - a switch
        return await self.update(key, is_active=active)

    async def delete(self, key: str) -> None:
        """Forgets the integration and what it has done; data in the target stays. Raises ConfigError during a run."""
        integration = await self.stored(key)
        if self._is_running(key):
            raise ConfigError(
                text('"{integration}" is running.', integration=integration.title),
                remedy=text("Stop the run first."),
                field="integration",
            )
        await self._forget_feed(key)
        await self._ledger.delete(key)
        await self._integrations.delete(key)

    async def deletion_text(self, key: str) -> Text:
        """What a person must know before deleting."""
        view = await self.get(key)
        target = view.target.title if view.target else ""
        return text(
            'What "{integration}" has already sent stays in "{target}". Its settings, its mappings and its journal are '
            "deleted here; a new integration would begin from the start.",
            integration=view.title,
            target=target,
        )

    async def mapping_check(self, key: str) -> MappingProblems:
        integration = await self.stored(key)
        target = await self._accounts.stored(integration.target)
        rows = await self._products.rows(key)
        return mapping_problems(rows, self._systems.of(target.system).product_numbers)

    async def _save(self, integration: Integration) -> None:
        await self._integrations.save(integration if integration.is_draft else await self._checked(integration))

    async def _checked(self, integration: Integration) -> Integration:
        source = await self._accounts.stored(integration.source)
        target = await self._accounts.stored(integration.target)
        flows = checked_flows(self._systems.of(source.system), self._systems.of(target.system), integration.flows)
        self._systems.parse_options(source.system, target.system, integration.options)
        for rule in integration.fields:
            check_field_rule(rule)
        return replace(integration, flows=flows)

    async def _usual_title(self, source: str, target: str) -> str:
        titles = [(await self._accounts.stored(key)).title for key in (source, target) if key]
        return " → ".join(titles) or "Integration"

    async def _view(self, integration: Integration) -> IntegrationView:
        source = await self._account(integration.source)
        target = await self._account(integration.target)
        last_run = await self._last_run(integration)
        accounts = [each for each in (source, target) if each is not None]
        held = {kind: await self._sent(integration.key, kind) for kind in integration.flows}
        open_records = await self._ledger.count(integration.key, outcomes=_OPEN)
        standing = Standing(
            is_running=self._is_running(integration.key),
            last_run=await self._waiting_run(integration) or last_run,
            has_imported=await self._has_imported(integration),
            has_open_issues=open_records > 0,
            is_checked=all(each.account.checked_at for each in accounts),
            has_failed_check=any(each.account.check_passed is False for each in accounts),
            has_missing_secret=any(each.missing_secrets for each in accounts),
        )
        status, step = status_of(integration, standing)
        return IntegrationView(
            integration=integration,
            source=source,
            target=target,
            status=status,
            facts=_facts(held),
            last_run=last_run,
            next_step=step,
            open_records=open_records,
        )

    async def _account(self, key: str) -> AccountView | None:
        return await self._accounts.get(key) if key else None

    async def _last_run(self, integration: Integration) -> RunView | None:
        recent = await self._runs.recent(integration.key, 1)
        return await self._run_view(integration, recent[0]) if recent else None

    async def _waiting_run(self, integration: Integration) -> RunView | None:
        unfinished = await self._runs.last_unfinished(integration.key)
        waiting = waiting_run(unfinished, await self._runs.recent(integration.key)) if unfinished else None
        return await self._run_view(integration, waiting) if waiting else None

    async def _run_view(self, integration: Integration, run: RunRecord) -> RunView:
        balance = await self._ledger.balance(run.id)
        is_active = self._is_running(integration.key)
        return RunView(record=run, balance=balance, title=integration.title, is_active=is_active)

    async def _sent(self, key: str, kind: Kind) -> int:
        return await self._ledger.count(key, kind=kind, outcomes=_SENT)

    async def _has_imported(self, integration: Integration) -> bool:
        marks = [await self._runs.watermark(integration.key, kind) for kind in integration.flows]
        return bool(marks) and any(mark is not None for mark in marks)


_CHANGEABLE = {"title", "source", "target", "flows", "options", "fields", "is_active", "is_draft"}


def rows_from(products: Mapping[str, str]) -> tuple[ProductRow, ...]:
    """Rows of a declared product mapping; ``*`` first."""
    ordered = sorted(products.items(), key=lambda pair: pair[0] != ALL_PRODUCTS)
    return tuple(
        ProductRow(key=key, sku="" if key == ALL_PRODUCTS else key, number=number, match=Match.BY_HAND)
        for key, number in ordered
    )


def check_field_rule(rule: FieldRule) -> None:
    """Raises ConfigError for a field that no record has."""
    if not is_field_path(rule.source):
        raise ConfigError(
            text('There is no field "{field}".', field=rule.source),
            remedy=text('Fields are named like "contact.phone"; own fields of the shop like "contact.custom.size".'),
            field="fields",
        )


def _facts(held: Mapping[Kind, int]) -> Text:
    parts = [counted(kind, held[kind]) for kind in in_reading_order(held) if held[kind] and not kind.runs_back]
    if not parts:
        return text("Nothing sent yet")
    joined = parts[0]
    for part in parts[1:]:
        joined = text("{left} · {right}", left=joined, right=part)
    return joined
