"""The real engine between a practice shop and a practice newsletter: everything balances, nothing is doubled."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.connectors.activecampaign.manifest import MANIFEST as NEWSLETTER
from app.connectors.woocommerce.manifest import MANIFEST
from app.connectors.woocommerce.settings import ConsentPreset
from app.connectors.woocommerce.world import CONSENT_KEY
from app.core.events import RunMode, RunState, discard
from app.core.ledger import RunRecord
from app.core.outcomes import Outcome
from app.core.reasons import OPT_OUT_BY_HAND
from app.core.records import Kind, OptOut
from app.core.rules import GuestOrders, Rules
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.run import Engine
from app.sdk.simulator import FaultKind
from tests.connectors.standard import Opened, opened, read_all
from tests.connectors.woocommerce.conftest import guest, mug
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash
from tests.engine.warehouse import ShelfSource

_THERE = (Kind.CONTACTS, Kind.ORDERS)


@dataclass
class Integration:
    shop: Opened
    newsletter: Opened
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    runs: MemoryRuns = field(init=False)
    number: int = 0

    def __post_init__(self) -> None:
        self.runs = MemoryRuns(self.ledger)

    @property
    def world(self) -> Any:
        return self.shop.simulator.world

    async def run(self, mode: RunMode, routes: Sequence[Route]) -> Any:
        self.number += 1
        moment = datetime.now(UTC)
        run = RunRecord(
            id=f"run{self.number}",
            integration="shop",
            mode=mode,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=tuple(route.kind for route in routes),
        )
        engine = Engine(
            Job(run=run, routes=tuple(routes), rules=Rules(GuestOrders.SEND), removals_approved=True),
            ledger=self.ledger,
            runs=self.runs,
            keyed_hash=keyed_hash,
            emit=discard,
            control=Control(),
        )
        return await engine.run()

    async def there(self, mode: RunMode = RunMode.HISTORICAL) -> Any:
        routes = [self._route(kind) for kind in _THERE]
        return await self.run(mode, routes)

    def _route(self, kind: Kind) -> Route:
        reads = MANIFEST.reads_kind(kind)
        assert reads is not None
        return Route(
            kind=kind,
            source=self.shop.source(),
            target=self.newsletter.target(),
            http=self.newsletter.access.http,
            source_account="my-shop",
            target_account="my-list",
            has_changes=reads.has_changes,
            sweeps=reads.sweeps,
        )

    async def back(self, *emails: str) -> Any:
        left = ShelfSource([OptOut(id=f"left-{each}", email=each) for each in emails])
        route = Route(
            kind=Kind.OPT_OUTS,
            source=left,
            target=self.shop.target(),
            http=self.shop.access.http,
            source_account="my-list",
            target_account="my-shop",
        )
        return await self.run(RunMode.CHANGES, [route])


@pytest.fixture
async def integration() -> AsyncIterator[Integration]:
    @asynccontextmanager
    async def both() -> AsyncIterator[Integration]:
        async with opened(MANIFEST, records=45) as shop, opened(NEWSLETTER, records=0) as newsletter:
            made = Integration(shop, newsletter)
            made.world.clock = lambda: datetime.now(UTC) - timedelta(minutes=1)
            yield made

    async with both() as made:
        yield made


async def test_a_history_arrives_whole_and_a_second_run_writes_nothing(integration):
    first = await integration.there()
    writes = len(integration.newsletter.simulator.writes)
    second = await integration.there()
    assert first.is_finished
    assert second.is_finished
    assert first.balance.balances
    assert first.balance.total.count(Outcome.FAILED) == 0
    assert first.balance.total.count(Outcome.HELD) == 0
    assert len(integration.newsletter.simulator.writes) == writes
    reasons = first.balance.flows[Kind.ORDERS].reasons
    assert reasons["unfinished_checkout"] == 1
    assert first.balance.flows[Kind.CONTACTS].reasons["staff_account"] == 1
    assert integration.shop.simulator.writes == []


async def test_a_sync_brings_what_changed_and_nothing_else(integration):
    await integration.there()
    world = integration.world
    customer_id = next(iter(world.customers))
    world.add_order([mug()], customer_id=customer_id)
    world.add_order([mug()], guest=guest("neu@example.com"), consent="yes")
    world.change(next(iter(world.orders.values())), status="cancelled")
    result = await integration.there(RunMode.CHANGES)
    assert result.balance.balances
    orders, contacts = result.balance.flows[Kind.ORDERS], result.balance.flows[Kind.CONTACTS]
    assert orders.count(Outcome.CREATED) == 2
    assert contacts.count(Outcome.CREATED) <= 1
    assert integration.newsletter.simulator.summary()["automations_fired"] >= 0


@pytest.mark.proves("woocommerce", "deletions")
async def test_a_deleted_customer_and_an_order_in_the_trash_are_noticed_by_a_sync(integration):
    await integration.there()
    world = integration.world
    gone = max(row["id"] for row in world.customers.values() if row["role"] == "customer")
    world.delete_customer(gone)
    thrown = next(row for row in world.orders.values() if row["status"] == "completed")
    world.trash(thrown)
    result = await integration.there(RunMode.CHANGES)
    assert result.balance.balances
    assert ("shop", Kind.CONTACTS, str(gone)) in integration.ledger.entries
    touched = {
        key: integration.ledger.entries["shop", kind, key]
        for kind, key in ((Kind.CONTACTS, str(gone)), (Kind.ORDERS, str(thrown["id"])))
    }
    assert {each.run_id for each in touched.values()} == {"run2"}


async def test_without_a_field_opt_outs_wait_on_the_list_to_work_off(integration):
    shop = integration.shop
    settings = shop.access.settings.model_copy(update={"consent_preset": ConsentPreset.NONE, "bounce_key": ""})
    integration.shop = replace(shop, access=replace(shop.access, settings=settings))
    result = await integration.back("kunde0@example.com", "niemand@example.com")
    flow = result.balance.flows[Kind.OPT_OUTS]
    assert result.balance.balances
    assert (flow.count(Outcome.HELD), flow.reasons) == (2, {OPT_OUT_BY_HAND: 2})
    assert shop.simulator.writes == []


async def test_an_opt_out_comes_back_into_the_shop_and_stays(integration):
    await integration.there()
    people = await read_all(integration.shop.source(), Kind.CONTACTS)
    agreed = [each for each in people if each.consent.is_given]
    account, stranger = (
        next(each for each in agreed if not each.is_guest),
        next(each for each in agreed if each.is_guest),
    )
    integration.shop.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="/batch")
    first = await integration.back(account.email, stranger.email, "niemand@example.com")
    writes = len(integration.shop.simulator.writes)
    second = await integration.back(account.email, stranger.email, "niemand@example.com")
    assert first.balance.balances
    assert first.balance.total.count(Outcome.UPDATED) + first.balance.total.count(Outcome.UNCHANGED) == 2
    assert first.balance.flows[Kind.OPT_OUTS].reasons["not_in_target"] == 1
    assert second.balance.balances
    assert len(integration.shop.simulator.writes) == writes
    now = {each.email: each.consent for each in await read_all(integration.shop.source(), Kind.CONTACTS)}
    assert not now[account.email].is_given
    assert not now[stranger.email].is_given
    row = integration.world.customers[int(account.id)]
    assert [each["value"] for each in row["meta_data"] if each["key"] == CONSENT_KEY] == ["no"]
