"""From the practice Digistore24 into the practice Konnektive, by the real engine: history, changes, pushes, balance."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.connectors.digistore24.simulated_pushes import push_of
from app.connectors.digistore24.world import new_world
from app.connectors.konnektive.manifest import MANIFEST as KONNEKTIVE
from app.connectors.konnektive.simulator import build_simulator
from app.connectors.konnektive.world import World as KonnektiveWorld
from app.connectors.konnektive.world import new_world as new_konnektive
from app.core.events import RunMode, RunState, discard
from app.core.ledger import RunRecord
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.run import Engine
from app.sdk.simulator import FaultKind
from app.sdk.target import Mappings
from tests.connectors.digistore24.conftest import BEGIN, NOW, Shop, shop_with
from tests.connectors.standard import Opened, opened
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash

MAPPINGS = Mappings(
    products={"512345": "4101", "512346": "4102", "512350": "4103", "*": "4999"},
    source_system="digistore24",
    source_name="Kurse",
)


@dataclass
class Flow:
    shop: Shop
    konnektive: Opened
    source_options: dict[str, Any] = field(default_factory=dict)
    target_options: dict[str, Any] = field(default_factory=dict)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    runs: int = 0

    @property
    def there(self) -> KonnektiveWorld:
        assert isinstance(self.konnektive.simulator.world, KonnektiveWorld)
        return self.konnektive.simulator.world

    @property
    def by_order(self) -> dict[str, dict[str, Any]]:
        found = {each["custom"].get("custom1", ""): each for each in self.there.orders.values()}
        assert len(found) == len(self.there.orders), "no order is there twice"
        return found

    async def run(self, mode: RunMode = RunMode.HISTORICAL, since: datetime | None = None) -> Any:
        self.runs += 1
        run = RunRecord(
            id=f"run{self.runs}",
            integration="courses",
            mode=mode,
            state=RunState.RUNNING,
            started_at=NOW,
            since=since,
            until=NOW,
            kinds=(Kind.ORDERS,),
        )
        route = Route(
            kind=Kind.ORDERS,
            source=self.shop.source(**self.source_options),
            target=self.konnektive.target(MAPPINGS, **self.target_options),
            http=self.konnektive.access.http,
            source_account="digistore24",
            target_account="konnektive",
        )
        engine = Engine(
            Job(run=run, routes=(route,)),
            ledger=self.ledger,
            runs=MemoryRuns(self.ledger),
            keyed_hash=keyed_hash,
            emit=discard,
            control=Control(),
        )
        return await engine.run()

    async def sync(self) -> Any:
        return await self.run(RunMode.CHANGES, NOW - timedelta(hours=1))


@asynccontextmanager
async def flow(records: int = 36, **options: Any) -> AsyncIterator[Flow]:
    there = new_konnektive(0)
    there.clock = lambda: NOW
    here = new_world(records)
    here.clock = lambda: NOW
    async with shop_with(here) as shop, opened(KONNEKTIVE, simulator=build_simulator(0, there)) as konnektive:
        access = replace(konnektive.access, clock=lambda: NOW)
        yield Flow(shop, replace(konnektive, access=access), **options)


async def test_a_history_arrives_and_balances_and_a_second_run_writes_nothing():
    async with flow() as courses:
        first = await courses.run()
        writes = len(courses.konnektive.simulator.writes)
        second = await courses.run()
        assert first.is_finished
        assert first.balance.balances
        reasons = first.balance.flows[Kind.ORDERS].reasons
        assert reasons["test_order"] == 3
        assert reasons["later_payment"] == 9
        assert reasons["over_before_import"] == 6
        assert reasons["not_paid"] == 3
        assert first.balance.total.count(Outcome.CREATED) == len(courses.by_order) == 21
        assert second.balance.total.count(Outcome.UNCHANGED) == 21
        assert len(courses.konnektive.simulator.writes) == writes
        totals = sum(Decimal(each["totalAmount"]) for each in courses.there.orders.values())
        sales = courses.shop.world.purchases
        assert totals == sum(Decimal(sales[number]["amount"]) for number in courses.by_order)
        refunds = [each["totalAmount"] for each in courses.there.transactions.values() if each["txnType"] == "REFUND"]
        assert refunds == ["20.00"] * 3


async def test_a_later_refund_is_booked_where_the_order_is(caplog: pytest.LogCaptureFixture):
    async with flow(1) as courses:
        await courses.run()
        (number,) = courses.by_order
        courses.shop.world.add_transaction(number, "refund", Decimal("49.00"), NOW - timedelta(minutes=5))
        result = await courses.sync()
        assert result.balance.total.count(Outcome.UPDATED) == 1
        assert courses.by_order[number]["orderStatus"] == "REFUNDED"
        again = await courses.sync()
        assert again.balance.total.count(Outcome.UNCHANGED) == 1
    assert caplog.text == ""


async def test_a_push_and_the_api_make_one_order_with_what_only_the_push_knows():
    options = {"fields_affiliates": {"affiliate_name": "affId"}, "fields_additional": {"voucher_code": "custom2"}}
    async with flow(0, target_options=options) as courses:
        here = courses.shop.world
        number = here.add_purchase(here.add_buyer(0, BEGIN), [512345, 512350], NOW - timedelta(minutes=9))["id"]
        for item in (0, 1, 0):
            push = push_of(here, "on_payment", number, item=item, affiliate_name="partner7", voucher_code="SOMMER")
            courses.shop.inbox.keep(push)
        result = await courses.sync()
        assert result.balance.total.count(Outcome.CREATED) == 1
        order = courses.by_order[number]
        assert order["custom"] == {"custom1": number, "custom2": "SOMMER", "affId": "partner7"}
        assert [each["price"] for each in order["items"].values()] == ["49.00", "29.90"]
        courses.shop.inbox.saved.clear()
        await courses.sync()
        assert len(courses.by_order) == 1


async def test_a_subscription_that_ends_is_taken_out():
    async with flow(0) as courses:
        here = courses.shop.world
        number = here.add_purchase(here.add_buyer(0, BEGIN), [512348], BEGIN, billing_status="paying")["id"]
        await courses.run()
        here.change_rebilling(number, "rebill_cancelled", NOW - timedelta(minutes=30))
        await courses.sync()
        assert courses.by_order[number]["orderStatus"] == "COMPLETE"
        here.change_rebilling(number, "last_paid_day", NOW - timedelta(minutes=10))
        await courses.sync()
        assert courses.by_order[number]["orderStatus"] == "CANCELLED"


async def test_a_rough_connection_doubles_nothing():
    async with flow() as courses:
        for skip in (1, 6, 11):
            courses.konnektive.simulator.fail(kind=FaultKind.DROP_AFTER, path="order/import", skip=skip)
        courses.konnektive.simulator.fail(kind=FaultKind.DROP_AFTER, path="transactions/refund")
        courses.shop.account.simulator.fail(status=503, path="getPurchase", times=2)
        result = await courses.run()
        assert result.is_finished
        assert result.balance.total.count(Outcome.IN_DOUBT) == 0
        assert len(courses.by_order) == 21
        refunds = [each for each in courses.there.transactions.values() if each["txnType"] == "REFUND"]
        assert len(refunds) == 3


async def test_only_what_the_form_chooses_is_sent():
    chosen = {"only_products": "512350", "also_as_addon": True}
    async with flow(source_options=chosen) as courses:
        result = await courses.run()
        assert len(courses.by_order) == 3
        assert result.balance.flows[Kind.ORDERS].reasons["product_not_chosen"] > 10
