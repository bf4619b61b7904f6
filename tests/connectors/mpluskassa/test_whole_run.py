"""The real engine and the register together: everything balances, and a second run writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.core.consent import ConsentState
from app.core.events import RunMode, RunState, discard
from app.core.ledger import RunRecord
from app.core.outcomes import Outcome
from app.core.records import Category, Kind, OptOut, OrderStatus, Record, StockLevel
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.preview import preview
from app.engine.run import Engine
from app.sdk.http import HttpClient
from app.sdk.simulator import FaultKind, serve
from tests.connectors.mpluskassa.conftest import ARTICLES, SHOP, Stage, change, line, order, person, product, staged
from tests.connectors.standard import FAST, fetched, read_all
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash
from tests.engine.warehouse import ShelfSource, Warehouse, WarehouseTarget

SKUS = [str(number) for number in range(700_000, 700_009)]
LOST = ("createOrder>", "createOrderV3", "createRelation", "createProduct", "newArticleGroup", "setStock")
PAYMENT = {"payment_methods": {"WEB": "PayPal"}}


@dataclass
class Integration:
    stage: Stage
    shelves: Mapping[Kind, Any]
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    number: int = 0

    def job(self, mode: RunMode = RunMode.HISTORICAL, routes: tuple[Route, ...] = ()) -> Job:
        self.number += 1
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
        target = self.stage.account.target(SHOP, **ARTICLES, **PAYMENT)
        routes = routes or tuple(
            Route(
                kind=kind,
                source=shelf,
                target=target,
                http=self.stage.account.access.http,
                source_account="shelf",
                target_account="register",
            )
            for kind, shelf in self.shelves.items()
        )
        return Job(run=run, routes=routes)

    async def run(self, mode: RunMode = RunMode.HISTORICAL, routes: tuple[Route, ...] = ()) -> Any:
        engine = Engine(
            self.job(mode, routes),
            ledger=self.ledger,
            runs=MemoryRuns(self.ledger),
            keyed_hash=keyed_hash,
            emit=discard,
            control=Control(),
        )
        return await engine.run()


def shelf(records: Sequence[Record]) -> ShelfSource:
    return ShelfSource(list(records), page_size=12)


def orders(count: int) -> list[Record]:
    """Three people order again and again; every third order is paid."""
    return [
        order(
            number,
            [line("1010", str(1 + number % 3)), line("TASSE-ROT", "1", "4.50")],
            email=f"käufer{number % 3}@example.com",
            customer_id=str(900 + number % 3),
            status=OrderStatus.PROCESSING if number % 3 == 0 else OrderStatus.PENDING,
            payment_method="PayPal",
        )
        for number in range(1, count + 1)
    ]


def shop(stage: Stage) -> Integration:
    return Integration(
        stage,
        {
            Kind.CATEGORIES: shelf([Category(id="c1", name="Krüge", path=("Keuken", "Krüge"))]),
            Kind.PRODUCTS: shelf(
                [product(str(700_000 + each), id=f"P{each}", name=f"Krug {each}") for each in range(9)]
            ),
            Kind.STOCK: shelf(
                [
                    StockLevel(id=str(700_000 + each), sku=str(700_000 + each), quantity=Decimal(each))
                    for each in range(9)
                ]
            ),
            Kind.CONTACTS: shelf([person(each) for each in range(1, 11)]),
            Kind.ORDERS: shelf(orders(15)),
        },
    )


async def test_a_history_arrives_whole_and_a_second_run_writes_nothing() -> None:
    async with staged(records=20) as stage:
        before = stage.account.simulator.summary()
        integration = shop(stage)
        first = await integration.run()
        writes = len(stage.writes)
        second = await integration.run()
        after = stage.account.simulator.summary()
    assert first.is_finished
    assert first.balance.balances
    assert first.balance.total.count(Outcome.FAILED) == 0
    assert first.balance.total.count(Outcome.HELD) == 0
    assert second.balance.total.count(Outcome.UNCHANGED) == 44
    assert len(stage.writes) == writes
    assert after["orders"] == before["orders"] + 15
    assert after["customers"] == before["customers"] + 10 + 3
    assert after["products"] == before["products"] + 9


async def test_what_changes_is_synced_and_nothing_else() -> None:
    async with staged(records=20) as stage:
        integration = shop(stage)
        await integration.run()
        done = len(stage.writes)
        history = orders(15)
        history[0] = change(history[0], status=OrderStatus.CANCELLED)
        history[1] = change(history[1], status=OrderStatus.COMPLETED)
        integration.shelves = {
            Kind.CONTACTS: shelf([person(1, last_name="Klein"), person(2)]),
            Kind.ORDERS: shelf([*history, order(16, email="käufer1@example.com", customer_id="901")]),
        }
        result = await integration.run(RunMode.CHANGES)
        assert result.balance.balances
        assert sorted(stage.writes[done:]) == [
            "cancelOrder",
            "createOrder",
            "payOrder",
            "updateRelation",
        ]


async def test_lost_answers_double_nothing() -> None:
    async with staged(records=20) as stage:
        before = stage.account.simulator.summary()
        for operation in (
            "createOrder>",
            "createOrderV3",
            "createRelation",
            "createProduct",
            "newArticleGroup",
            "setStock",
        ):
            stage.account.simulator.fail(kind=FaultKind.DROP_AFTER, holding=f":{operation}", skip=1)
            stage.account.simulator.fail(status=503, holding=f":{operation}", skip=4)
        result = await shop(stage).run()
        after = stage.account.simulator.summary()
    assert result.is_finished
    assert result.balance.total.count(Outcome.IN_DOUBT) == 0
    assert result.balance.total.count(Outcome.FAILED) == 0
    assert after["orders"] == before["orders"] + 15
    assert after["customers"] == before["customers"] + 13
    assert after["products"] == before["products"] + 9


async def test_a_preview_shows_the_requests_and_writes_nothing() -> None:
    async with staged(records=20, read_only=True) as stage:
        integration = shop(stage)
        found = await preview(integration.job(), ledger=integration.ledger, keyed_hash=keyed_hash, limit=3)
        assert stage.writes == []
    (first, *_) = [each for each in found.records if each.kind is Kind.ORDERS]
    assert [step.headers["SOAPAction"] for step in first.steps] == ["createRelation", "createOrder"]


async def test_orders_with_missing_articles_wait_and_go_when_the_article_is_there() -> None:
    async with staged(records=20) as stage:
        integration = Integration(stage, {Kind.ORDERS: shelf([order(1, [line("700001")]), order(2)])})
        first = await integration.run()
        assert first.balance.flows[Kind.ORDERS].reasons == {"article_missing": 1}
        target = await stage.target(Kind.PRODUCTS)
        await stage.sent(target, product("700001"))
        second = await integration.run(RunMode.RETRY)
        assert second.balance.flows[Kind.ORDERS].count(Outcome.CREATED) == 1


async def test_the_registers_orders_go_into_another_system_and_a_change_follows() -> None:
    warehouse = Warehouse()
    async with (
        staged(records=60) as stage,
        serve(warehouse.simulator) as address,
        HttpClient(address, pace=FAST) as http,
    ):
        source, target = stage.account.source(), WarehouseTarget(http, warehouse)
        access = stage.account.access
        integration = Integration(stage, {Kind.ORDERS: None})
        route = Route(
            kind=Kind.ORDERS,
            source=source,
            target=target,
            http=http,
            source_http=access.client,
            source_account="register",
            target_account="warehouse",
            has_changes=False,
        )
        first = await integration.run(routes=(route,))
        assert first.is_finished
        assert first.balance.balances
        assert first.balance.total.count(Outcome.FAILED) == 0
        assert set(first.balance.flows[Kind.ORDERS].reasons) == {"no_email"}
        stage.world.sales.operations["cancelOrder"]({"orderId": "4"})
        second = await integration.run(RunMode.CHANGES, routes=(route,))
        assert second.balance.total.count(Outcome.UPDATED) == 1
        assert warehouse.items["4"]["status"] == "cancelled"
        assert stage.writes == []


async def test_an_opt_out_comes_back_to_where_the_consent_was_read() -> None:
    async with staged() as stage:
        source = stage.account.source()
        back = await stage.target(Kind.OPT_OUTS)
        agreed = next(each for each in await read_all(source, Kind.CONTACTS) if each.consent.is_given)
        await stage.sent(back, OptOut(id="left", email=agreed.email))
        (again,) = await fetched(source, Kind.CONTACTS, [agreed.id])
        assert again.consent.state is ConsentState.NO
