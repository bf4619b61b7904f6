"""The real engine and the connector together: everything balances, and a second run writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.connectors.activecampaign.settings import TargetOptions
from app.connectors.activecampaign.target import ActiveCampaignTarget
from app.core.events import RunMode, RunState, discard
from app.core.ledger import RunRecord
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.run import Engine
from app.sdk.settings import parse
from app.sdk.simulator import FaultKind
from tests.connectors.activecampaign.conftest import QUICK, SHOP, Stage
from tests.connectors.activecampaign.records import agreed, order
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash
from tests.engine.warehouse import ShelfSource


@dataclass
class Integration:
    stage: Stage
    shelves: dict[Kind, ShelfSource]
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    number: int = 0

    async def run(self, mode=RunMode.HISTORICAL, **options):
        self.number += 1
        access = await self.stage.access()
        target = ActiveCampaignTarget(access, parse(TargetOptions, options), SHOP, QUICK)
        moment = datetime.now(UTC)
        run = RunRecord(
            id=f"run{self.number}",
            integration="shop",
            mode=mode,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=tuple(self.shelves),
        )
        routes = tuple(
            Route(
                kind=kind,
                source=shelf,
                target=target,
                http=access.http,
                source_account="shelf",
                target_account="my-ac",
            )
            for kind, shelf in self.shelves.items()
        )
        engine = Engine(
            Job(run=run, routes=routes),
            ledger=self.ledger,
            runs=MemoryRuns(self.ledger),
            keyed_hash=keyed_hash,
            emit=discard,
            control=Control(),
        )
        return await engine.run()


def shop(stage):
    contacts = ShelfSource([agreed(number) for number in range(1, 41)], page_size=15)
    orders = ShelfSource([order(number) for number in range(1, 61)], page_size=20)
    return Integration(stage, {Kind.CONTACTS: contacts, Kind.ORDERS: orders})


async def test_a_history_arrives_whole_and_a_second_run_writes_nothing(stage):
    integration = shop(stage)

    first = await integration.run()
    writes = len(stage.simulator.writes)
    second = await integration.run()

    assert first.is_finished
    assert first.balance.total.count(Outcome.CREATED) == 100
    assert second.balance.total.count(Outcome.UNCHANGED) == 100
    assert len(stage.simulator.writes) == writes
    summary = stage.simulator.summary()
    assert (summary["contacts"], summary["orders"], summary["totals"]) == (60, 60, {"GBP": "5466.60"})
    assert summary["automations_fired"] == 0


async def test_named_culprits_fail_alone_in_one_more_request(stage):
    stage.world.blocked = {"kunde0008@example.com", "kunde0009@example.com"}
    integration = shop(stage)

    result = await integration.run()

    assert result.balance.flows[Kind.ORDERS].reasons == {"refused": 2}
    assert integration.ledger.entries["shop", Kind.ORDERS, "O8"].message == "email is on the exclusion list"
    assert stage.simulator.summary()["orders"] == 58
    written = [each for each in stage.simulator.writes if each.path.endswith("graphql")]
    assert len(written) == 4, "three pages, and one once more without the two"


async def test_a_live_run_subscribes_those_who_agreed_and_nobody_twice(stage):
    integration = shop(stage)
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, path="contactLists", skip=3)
    result = await integration.run(RunMode.CHANGES, subscribe_to_list="1")

    assert result.balance.balances
    assert stage.simulator.summary()["resubscribed"] == 0
    assert len(stage.world["memberships"]) == 40


async def test_the_rest_way_survives_a_rough_connection_without_a_double(stage):
    integration = shop(stage)
    for skip in (5, 20, 40):
        stage.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="ecomOrders", skip=skip)
        stage.simulator.fail(status=503, path="ecomOrders", skip=skip)
    result = await integration.run(order_path="rest")

    assert result.is_finished
    assert result.balance.total.count(Outcome.IN_DOUBT) == 0
    assert stage.simulator.summary()["orders"] == 60
    assert stage.simulator.summary()["totals"] == {"GBP": "5466.60"}
