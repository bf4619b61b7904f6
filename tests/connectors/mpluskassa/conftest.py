"""The practice register behind a real socket, and what tests do with it again and again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from msgspec.structs import replace

from app.connectors.mpluskassa.manifest import MANIFEST
from app.connectors.mpluskassa.simulator import World
from app.connectors.mpluskassa.soap import Row, body_of, content_of, local_name
from app.core.consent import Consent, ConsentState
from app.core.money import Money
from app.core.records import Address, Contact, Discount, Kind, Order, OrderLine, OrderStatus, Product, Record
from app.core.rules import Refusal
from app.sdk.plan import Draft, Known, Plan, Settled
from app.sdk.simulator import Exchange
from app.sdk.target import Mappings, Target, Timing
from tests.connectors.standard import Opened, opened, send

AT = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
SHOP = Mappings(
    products={"TASSE-ROT": "1010", "UNKNOWN": "7777777"},
    source_system="woocommerce",
    source_name="Mein Laden",
    source_id="shop-1",
)
ARTICLES = {"shipping_article": "8001", "discount_article": "8002"}


@dataclass
class Stage:
    account: Opened

    @property
    def world(self) -> World:
        return cast(World, self.account.simulator.world)

    @property
    def state(self) -> dict[str, Any]:
        return self.world.register.state

    async def target(self, *kinds: Kind, mappings: Any = SHOP, **options: Any) -> Target:
        target = self.account.target(mappings, **options)
        await target.open(kinds or (Kind.ORDERS,), Timing.LIVE)
        return target

    async def planned(self, target: Target, record: Record) -> Plan:
        """Fails for a refusal."""
        draft = target.draft(record)
        assert isinstance(draft, Draft), draft
        known = await target.look_up([draft])
        return target.plan([(draft, known.get(draft.key, Known()))])

    async def sent(self, target: Target, record: Record) -> Settled:
        plan = await self.planned(target, record)
        answers = await send(target, self.account.access.http, plan)
        if not plan.steps:
            (only,) = plan.records
            return Settled(outcome=only.outcome, reason=only.reason, target_id=only.target_id, message=only.message)
        return (await target.confirm(plan, answers))[record.id]

    def asked(self, operation: str) -> list[Row]:
        """What the register was asked, in order."""
        bodies = [body_of(each.body) for each in self.account.simulator.journal]
        return [content_of(each, {}) for each in bodies if local_name(each) == operation]

    @property
    def writes(self) -> list[str]:
        return [operation_of(each) for each in self.account.simulator.writes]


def operation_of(exchange: Exchange) -> str:
    return local_name(body_of(exchange.body))


@asynccontextmanager
async def staged(**changes: Any) -> AsyncIterator[Stage]:
    async with opened(MANIFEST, **changes) as account:
        yield Stage(account)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as found:
        yield found


def refused(target: Target, record: Record) -> Refusal:
    found = target.draft(record)
    assert isinstance(found, Refusal), found
    return found


def change(record: Any, **changes: Any) -> Any:
    return replace(record, **changes)


def line(sku: str = "1010", quantity: str = "2", price: str = "9.95", **more: Any) -> OrderLine:
    return OrderLine(
        id=sku, name="Tasse", quantity=Decimal(quantity), unit_price=Money.of(price, "EUR"), sku=sku, **more
    )


def order(number: int = 1, lines: Sequence[OrderLine] = (), **changes: Any) -> Order:
    """Two cups and their shipping, for a person."""
    goods = tuple(lines) or (line(),)
    shipping = changes.pop("shipping", Money.of("4.90", "EUR"))
    discounts: tuple[Discount, ...] = changes.get("discounts", ())
    total = sum((each.total for each in goods), Money.zero("EUR"))
    total = total + shipping if shipping else total
    for discount in discounts:
        total -= discount.amount
    values: dict[str, Any] = {
        "id": str(number),
        "number": f"R-{number}",
        "email": f"käufer{number}@example.com",
        "status": OrderStatus.PENDING,
        "created_at": AT,
        "total": total,
        "customer_id": str(500 + number),
        "first_name": "Łucja",
        "last_name": "Öhm",
        "shipping": shipping,
        "shipping_method": "Paket",
        "lines": goods,
        "billing": Address(
            first_name="Łucja", last_name="Öhm", street="Am Ring 5", postcode="04109", city="Leipzig", country="DE"
        ),
    }
    return Order(**{**values, **changes})


def person(number: int = 1, **changes: Any) -> Contact:
    values: dict[str, Any] = {
        "id": str(number),
        "email": f"person{number}@example.com",
        "first_name": "Jürgen",
        "last_name": "Groß",
        "phone": "+49 341 1",
        "address": Address(street="Am Ring 5", street_2="Hinterhaus", postcode="04109", city="Leipzig", country="DE"),
        "consent": Consent(ConsentState.ABSENT),
    }
    return Contact(**{**values, **changes})


def product(sku: str = "600100", **changes: Any) -> Product:
    values: dict[str, Any] = {
        "id": "P1",
        "name": "Krug",
        "sku": sku,
        "ean": "4006381333931",
        "price": Money.of("12.50", "EUR"),
        "net_price": Money.of("10.33", "EUR"),
        "description": "Ein Krug aus Steingut.",
        "short_description": "Krug",
        "brand": "Töpferei",
    }
    return Product(**{**values, **changes})
