"""The real engine and the connector together: everything balances, and a second run writes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from app.connectors.idosell.manifest import MANIFEST
from app.connectors.idosell.world import World
from app.core.events import RunMode, RunState, discard
from app.core.ledger import RunRecord
from app.core.outcomes import Outcome
from app.core.records import Kind, OptOut
from app.core.rules import GuestOrders, Rules
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.life import Patience
from app.engine.run import Engine
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.simulator import FaultKind, serve
from tests.connectors.standard import FAST, Opened, opened
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash
from tests.engine.warehouse import ShelfSource, Warehouse, WarehouseTarget

_EVERYBODY = Rules(guest_orders=GuestOrders.SEND)


@dataclass
class Integration:
    """Orders run from the practice shop into a warehouse, opt-outs from a shelf back into the shop."""

    account: Opened
    warehouse: Warehouse
    http: HttpClient
    left: ShelfSource = field(default_factory=ShelfSource)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    number: int = 0

    def __post_init__(self) -> None:
        self.runs = MemoryRuns(self.ledger)

    @property
    def world(self) -> World:
        assert isinstance(self.account.simulator.world, World)
        return self.account.simulator.world

    def _route(self, kind: Kind) -> Route:
        if kind.runs_back:
            target, http = self.account.target(), self.account.access.http
            return Route(
                kind=kind, source=self.left, target=target, http=http, source_account="shelf", target_account="shop"
            )
        reads = MANIFEST.reads_kind(kind)
        assert reads is not None
        return Route(
            kind=kind,
            source=self.account.source(),
            target=WarehouseTarget(self.http, self.warehouse),
            http=self.http,
            source_account="shop",
            target_account="warehouse",
            has_changes=reads.has_changes,
            granularity=reads.granularity,
        )

    async def run(self, kind: Kind, mode: RunMode = RunMode.HISTORICAL):
        self.number += 1
        moment = datetime.now(UTC)
        run = RunRecord(
            id=f"run{self.number}",
            integration="shop",
            mode=mode,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=(kind,),
        )
        engine = Engine(
            Job(run=run, routes=(self._route(kind),), rules=_EVERYBODY, removals_approved=True),
            ledger=self.ledger,
            runs=self.runs,
            keyed_hash=keyed_hash,
            emit=discard,
            control=Control(),
            patience=Patience((0, 0, 0)),
        )
        return await engine.run()


@pytest.fixture
async def integration() -> AsyncIterator[Integration]:
    warehouse = Warehouse()
    async with AsyncExitStack() as stack:
        account = await stack.enter_async_context(opened(MANIFEST, records=120))
        address = await stack.enter_async_context(serve(warehouse.simulator))
        http = HttpClient(address, pace=FAST, options=HttpOptions(backoff_s=0.001))
        yield Integration(account, warehouse, await stack.enter_async_context(http))


async def test_a_history_arrives_whole_and_a_second_run_writes_nothing(integration):
    first = await integration.run(Kind.ORDERS)
    writes = len(integration.warehouse.simulator.writes)
    second = await integration.run(Kind.ORDERS)

    assert first.is_finished
    assert first.balance.balances
    flow = first.balance.flows[Kind.ORDERS]
    assert flow.count(Outcome.CREATED) == len(integration.warehouse.items)
    assert set(flow.reasons) == {"marketplace_order"}
    assert sum(flow.reasons.values()) + flow.count(Outcome.CREATED) == len(integration.world.orders)
    assert second.balance.flows[Kind.ORDERS].count(Outcome.UNCHANGED) == flow.count(Outcome.CREATED)
    assert len(integration.warehouse.simulator.writes) == writes
    assert integration.account.simulator.writes == []


async def test_a_sync_sends_what_changed_and_nothing_else(integration):
    await integration.run(Kind.ORDERS)
    changed = next(iter(integration.warehouse.items))
    integration.world.change_order(changed, orderStatus="canceled")
    integration.warehouse.arrivals.clear()
    result = await integration.run(Kind.ORDERS, RunMode.CHANGES)

    assert result.balance.balances
    assert integration.warehouse.arrivals == [changed]
    assert integration.warehouse.items[changed]["status"] == "cancelled"


async def test_a_rough_connection_loses_no_order(integration):
    simulator = integration.account.simulator
    simulator.fail(kind=FaultKind.CUT, path="orders/orders/search")
    simulator.fail(status=502, body="<html>Bad Gateway</html>", path="clients/clients", times=2)
    simulator.fail(kind=FaultKind.DROP_BEFORE, path="newsletter", times=2)
    result = await integration.run(Kind.ORDERS)
    assert result.is_finished
    assert result.balance.balances
    assert result.balance.flows[Kind.ORDERS].read == len(integration.world.orders)


@pytest.mark.proves("idosell", "duplicates_answered")
async def test_opt_outs_arrive_once_although_an_answer_was_lost(integration):
    world = integration.world
    approving = [
        row["clientEmail"]
        for row in world.clients.values()
        if row["_words"].get("1", ["n"])[0] == "y" and "allegro" not in row["clientEmail"]
    ][:5]
    alone = next(email for email, row in world.subscribers.items() if row["_words"]["1"][0] == "y")
    integration.left.records = [
        OptOut(id=str(number), email=email, at=datetime(2026, 11, 1, tzinfo=UTC))
        for number, email in enumerate([*approving, alone, "nobody@example.com"], 1)
    ]
    integration.account.simulator.fail(kind=FaultKind.DROP_AFTER, method="PUT", path="clients/clients")
    first = await integration.run(Kind.OPT_OUTS)
    writes = len(integration.account.simulator.writes)
    second = await integration.run(Kind.OPT_OUTS)

    flow = first.balance.flows[Kind.OPT_OUTS]
    assert first.balance.balances
    assert flow.count(Outcome.UPDATED) + flow.count(Outcome.UNCHANGED) == 5
    assert flow.reasons == {"opt_out_by_hand": 1, "not_in_target": 1}
    still = {row["clientEmail"] for row in world.clients.values() if row["_words"].get("1", ["n"])[0] == "y"}
    assert still.isdisjoint(approving)
    assert len(integration.account.simulator.writes) == writes
    assert second.balance.flows[Kind.OPT_OUTS].reasons["opt_out_by_hand"] == 1
