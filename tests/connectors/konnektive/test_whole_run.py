"""The real engine and the connector together: a history arrives once, changes follow, and everything balances."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from app.core.events import RunMode, RunState, discard
from app.core.ledger import RunRecord
from app.core.outcomes import Outcome
from app.core.records import Kind, OrderEvent, OrderStatus
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.run import Engine
from app.sdk.simulator import FaultKind
from tests.connectors.konnektive.conftest import MAPPINGS, driven, euros, order, refund
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash
from tests.engine.warehouse import ShelfSource


@dataclass
class Integration:
    konnektive: Any
    shelf: ShelfSource
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    number: int = 0

    async def run(self, mode=RunMode.HISTORICAL):
        self.number += 1
        account = self.konnektive.account
        moment = datetime.now(UTC)
        run = RunRecord(
            id=f"run{self.number}",
            integration="courses",
            mode=mode,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=(Kind.ORDERS,),
        )
        route = Route(
            kind=Kind.ORDERS,
            source=self.shelf,
            target=account.target(MAPPINGS),
            http=account.access.http,
            source_account="shelf",
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


@pytest.fixture
async def courses():
    """Thirty orders of ten buyers."""
    orders: list[Any] = [order(f"O{number:03}", email=f"kunde{number % 10}@example.com") for number in range(30)]
    async with driven() as konnektive:
        yield Integration(konnektive, ShelfSource(orders, page_size=10))


async def test_a_history_arrives_whole_and_a_second_run_writes_nothing(courses):
    first = await courses.run()
    writes = len(courses.konnektive.account.simulator.writes)
    second = await courses.run()

    assert first.is_finished
    assert first.balance.total.count(Outcome.CREATED) == 30
    assert second.balance.total.count(Outcome.UNCHANGED) == 30
    assert len(courses.konnektive.account.simulator.writes) == writes == 30
    assert len(courses.konnektive.world.customers) == 10


async def test_a_refund_reaches_the_order_that_it_belongs_to(courses):
    await courses.run()
    courses.shelf.records[4] = order(
        "O004",
        email="kunde4@example.com",
        reversals=(refund("49.00"),),
        refunded=euros("49.00"),
        status=OrderStatus.REFUNDED,
        event=OrderEvent.REFUND,
    )

    result = await courses.run(RunMode.CHANGES)

    assert result.balance.total.count(Outcome.UPDATED) == 1
    (booked,) = courses.konnektive.refunds
    assert courses.konnektive.world.orders[booked["orderId"]]["custom"] == {"custom1": "O004"}


@pytest.mark.proves("konnektive", "duplicates_answered")
async def test_lost_answers_double_no_order(courses):
    for skip in (2, 9, 17):
        courses.konnektive.account.simulator.fail(kind=FaultKind.DROP_AFTER, path="order/import", skip=skip)
    courses.konnektive.account.simulator.fail(kind=FaultKind.DROP_BEFORE, path="order/import", skip=22)

    result = await courses.run()

    assert result.is_finished
    assert result.balance.total.count(Outcome.IN_DOUBT) == 0
    assert sorted(each["custom"]["custom1"] for each in courses.konnektive.orders) == [f"O{n:03}" for n in range(30)]


async def test_an_order_that_is_refused_fails_alone(courses):
    courses.shelf.records[3] = order("O003", email="kunde3@example.com", total=euros("-1"))
    courses.shelf.records[5] = order("O005", email="kunde5@example.com", lines=())

    result = await courses.run()

    assert result.balance.balances
    assert result.balance.total.count(Outcome.CREATED) == 28
