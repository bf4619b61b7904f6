"""A simulated shop of any size whose sums are known, made for the laboratory."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import cast

from app.connectors.bigcommerce.simulator import simulator
from app.connectors.bigcommerce.world import Item, Quota, World
from app.sdk.simulator import Simulator

_END = datetime(2026, 10, 31, 18, tzinfo=UTC)
_MOMENTS = 20_000
"""So many different times of order: the simulator remembers what it has parsed."""
_MOST_REFUNDS = 200
_PRICES = ("8.90", "7.50", "14.20", "11.95", "0.01", "48.50")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the target must hold of one order; None where the rules leave the order out."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Shop:
    simulator: Simulator
    orders: Mapping[str, Expected | None]
    customers: Mapping[str, str]
    """Addresses by id."""


def make_shop(orders: int, seed: int) -> Shop:
    """Every ninth order is a guest's, every tenth in pounds, some are paid back in part."""
    chance, world = random.Random(seed), World(quota=Quota(requests=10**9, has_headers=False))
    category = world.add_category("Tea")
    products = [
        world.add_product(f"Tea {number}", sku=f"T-{number}", price=Decimal(price), category_ids=[category], at=_END)
        for number, price in enumerate(_PRICES, 1)
    ]
    people = [_person(world, number) for number in range(max(4, min(orders // 10, 600)))]
    expected = {}
    refund_every = max(7, orders // _MOST_REFUNDS)
    for number in range(orders):
        is_guest, currency = number % 9 == 4, "GBP" if number % 10 == 3 else "EUR"
        order_id = world.add_order(
            customer_id=0 if is_guest else chance.choice(people),
            guest=("Gast", "Ohne Konto", f"gast{number}@example.com") if is_guest else None,
            items=[Item(each, chance.choice((1, 1, 2, 3))) for each in chance.sample(products, 1 + number % 2)],
            shipping=Decimal("4.90"),
            status_id=(10, 2, 11)[number % 3],
            currency=currency,
            at=_END - timedelta(minutes=number % _MOMENTS),
        )
        paid = world.total_of(order_id)
        if number % refund_every == 5:
            world.refund(order_id, Decimal("1.25"), at=_END)
            paid -= Decimal("1.25")
        expected[str(order_id)] = None if is_guest else Expected(paid.quantize(Decimal("0.01")), currency)
    customers = {str(each): str(world.customers[each]["email"]).casefold() for each in people}
    made = simulator(0, world)
    made.journal = type(made.journal)(maxlen=50)
    return Shop(made, expected, customers)


def with_new_orders(shop: Shop, number: int) -> Shop:
    """The same shop after so many orders of its customers were placed just now."""
    world, expected = cast(World, shop.simulator.world), dict(shop.orders)
    people, products = sorted(world.customers), sorted(world.products)
    for place in range(number):
        items = [Item(products[place % len(products)], 1 + place % 3)]
        order_id = world.add_order(customer_id=people[place % len(people)], items=items, shipping=Decimal("4.90"))
        expected[str(order_id)] = Expected(world.total_of(order_id).quantize(Decimal("0.01")), "EUR")
    return replace(shop, orders=expected)


def _person(world: World, number: int) -> int:
    email = f"kunde{number:05d}@example.com"
    customer_id = world.add_customer(email, "Anna", f"Nr. {number}", at=_END)
    if number % 2:
        world.add_subscriber(email, "Anna", f"Nr. {number}", at=_END)
    return customer_id
