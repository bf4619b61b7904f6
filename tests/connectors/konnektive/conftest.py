"""A practice Konnektive that holds campaigns and nobody, and a small engine that drives the target."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.connectors.konnektive.manifest import MANIFEST
from app.connectors.konnektive.simulator import build_simulator
from app.connectors.konnektive.target import KonnektiveTarget
from app.connectors.konnektive.world import World, new_world
from app.core.money import Money
from app.core.records import Address, Kind, Order, OrderEvent, OrderLine, OrderStatus, Record, Reversal
from app.core.rules import Refusal
from app.sdk.plan import Draft, Known, Plan, Settled
from app.sdk.target import Mappings, Timing
from tests.connectors.standard import Opened, opened, send

AT = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
MAPPINGS = Mappings(
    products={"512345": "4101", "*": "4999"}, source_system="digistore24", source_name="Kurse", source_id="39499382"
)
HOME = Address(
    first_name="Jörg",
    last_name="Müller",
    street="Hauptstraße 5",
    postcode="04109",
    city="Leipzig",
    country="DE",
    phone="+49 (341) 123 456",
)


def euros(amount: str) -> Money:
    return Money.of(amount, "EUR")


def line(price: str = "49.00", quantity: str = "1", product: str = "512345") -> OrderLine:
    return OrderLine(
        id=product, name="Kurs Grundlagen", quantity=Decimal(quantity), unit_price=euros(price), product_id=product
    )


def order(number: str = "A1B2C3D4", **changes: Any) -> Order:
    values: dict[str, Any] = {
        "id": number,
        "number": number,
        "email": "kaeufer@example.de",
        "status": OrderStatus.COMPLETED,
        "event": OrderEvent.PAYMENT,
        "created_at": AT,
        "updated_at": AT,
        "total": euros("49.00"),
        "customer_id": "333222",
        "first_name": "Jörg",
        "last_name": "Müller",
        "billing": HOME,
        "lines": (line(),),
        "payment_method": "paypal",
        "language": "de",
        **changes,
    }
    return Order(**values)


def refund(amount: str, number: str = "3999940", **changes: Any) -> Reversal:
    return Reversal(id=number, amount=euros(amount), at=AT, **changes)


@dataclass
class Drive:
    account: Opened
    target: KonnektiveTarget
    plans: list[Plan] = field(default_factory=list)

    @property
    def world(self) -> World:
        assert isinstance(self.account.simulator.world, World)
        return self.account.simulator.world

    @property
    def orders(self) -> list[dict[str, Any]]:
        return list(self.world.orders.values())

    @property
    def refunds(self) -> list[dict[str, Any]]:
        return [each for each in self.world.transactions.values() if each["txnType"] == "REFUND"]

    async def send(self, record: Record) -> Settled:
        draft = self.target.draft(record)
        if isinstance(draft, Refusal):
            return Settled(outcome=draft.outcome, reason=draft.reason)
        assert isinstance(draft, Draft)
        known: Mapping[str, Known] = await self.target.look_up([draft])
        plan = self.target.plan([(draft, known.get(draft.key, Known()))])
        self.plans.append(plan)
        if not plan.steps:
            return Settled(outcome=plan.records[0].outcome, reason=plan.records[0].reason)
        answers = await send(self.target, self.account.access.http, plan)
        return (await self.target.confirm(plan, answers))[draft.key]


@asynccontextmanager
async def driven(
    world: World | None = None,
    *,
    timing: Timing = Timing.LIVE,
    mappings: Mappings = MAPPINGS,
    kinds: tuple[Kind, ...] = (Kind.CONTACTS, Kind.ORDERS),
    **options: object,
) -> AsyncIterator[Drive]:
    simulator = build_simulator(0, world or new_world(0))
    async with opened(MANIFEST, simulator=simulator) as account:
        target = account.target(mappings, **options)
        assert isinstance(target, KonnektiveTarget)
        await target.open(kinds, timing)
        yield Drive(account, target)


@pytest.fixture
def world() -> World:
    return new_world(0)
