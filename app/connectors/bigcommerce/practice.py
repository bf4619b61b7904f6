"""A small German shop that also sells to England, made up for practice: always the same for the same size."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from app.connectors.bigcommerce.world import Item, World

_END = datetime(2026, 10, 31, 18, 0, tzinfo=UTC)
_FIRST_NAMES = (
    "Anna",
    "Lukas",
    "Miriam",
    "Jonas",
    "Greta",
    "Emil",
    "Frieda",
    "Matteo",
    "Hannah",
    "Noah",
    "Jürgen",
    "Zoë",
    "Sören",
    "Ayşe",
    "Łucja",
    "Oliver",
    "Charlotte",
    "George",
    "Amelia",
    "Harry",
    "Isla",
    "Arthur",
    "Freya",
    "Björn",
    "Käthe",
)
_LAST_NAMES = (
    "Schmidt",
    "Müller",
    "Weiß",
    "Krüger",
    "Hofmann",
    "Yılmaz",
    "Nowak",
    "Becker",
    "Groß",
    "Lehmann",
    "Köhler",
    "Smith",
    "Taylor",
    "Brown",
    "O'Connor",
    "Wilson",
    "Evans",
    "Walker",
    "Hughes",
    "Jäger",
)
_GERMAN_PLACES = (
    ("Leipzig", "04109", "Sachsen"),
    ("Köln", "50667", "Nordrhein-Westfalen"),
    ("Jena", "07743", "Thüringen"),
)
_ENGLISH_PLACES = (("Leeds", "LS1 4DY", "West Yorkshire"), ("Bath", "BA1 1SX", "Somerset"))
_CATEGORIES = (
    ("Tee & Kaffee", ("Grüntee", "Schwarztee", "Kaffee")),
    ("Geschirr", ("Becher", "Kannen")),
    ("Geschenke", ("Sets",)),
)
_PRODUCTS = (
    ("Sencha Superior", "Grüntee", "8.90", "7"),
    ("Assam Blattspitzen", "Schwarztee", "7.50", "7"),
    ("Darjeeling First Flush", "Schwarztee", "14.20", "7"),
    ("Hausröstung ganze Bohne", "Kaffee", "11.95", "7"),
    ("Becher mit Blattgrün", "Becher", "16.00", "19"),
    ("Steingutkanne 1,2 l", "Kannen", "48.50", "19"),
    ("Probierset Grüntee", "Sets", "24.99", "7"),
    ("Geschenkset für zwei", "Sets", "59.00", "19"),
)
_COLOURS = ("Moosgrün", "Kreideweiß", "Nachtblau")
_STATUSES = (10, 10, 10, 2, 11, 9, 7, 1, 5, 6, 3, 12)


def practice_world(records: int, *, second_currency: str = "") -> World:
    """About so many customers and orders together, and a few dozen products.

    ``second_currency``: every tenth order is in it, as in a shop that sells in several.
    """
    world = World()
    chance = random.Random(20261031)  # noqa: S311 - made-up practice data
    _fill_catalogue(world, max(len(_PRODUCTS), min(records // 5, 200)))
    customers = max(6, records * 2 // 5)
    for number in range(customers):
        _add_person(world, chance, number)
    for number in range(max(14, records - customers)):
        _add_order(world, chance, number, second_currency if number % 10 == 3 else "")
    _add_unfinished(world, chance, max(3, records // 25))
    world.delete_product(max(world.products))
    return world


def _fill_catalogue(world: World, count: int) -> None:
    categories: dict[str, int] = {}
    for root, children in _CATEGORIES:
        parent = world.add_category(root)
        categories |= {child: world.add_category(child, parent) for child in children}
    brand = world.add_brand("Blattgrün Manufaktur")
    for number in range(count):
        name, category, price, tax = _PRODUCTS[number % len(_PRODUCTS)]
        series = number // len(_PRODUCTS)
        world.add_product(
            f"{name} No. {series + 1}" if series else name,
            sku=f"BG-{number + 1:04d}",
            price=Decimal(price) + series,
            tax_percent=int(tax),
            category_ids=[categories[category]],
            brand_id=brand,
            colours=_COLOURS if category == "Becher" else (),
            stock=20 + number % 7,
            at=_END - timedelta(days=400 - number % 90),
        )


def _add_person(world: World, chance: random.Random, number: int) -> None:
    first, last = chance.choice(_FIRST_NAMES), chance.choice(_LAST_NAMES)
    is_english = chance.random() < 0.25
    at = _END - timedelta(days=chance.randint(30, 700), minutes=number)
    customer_id = world.add_customer(
        f"kunde{number + 1:04d}@{'shop.example' if is_english else 'example.com'}",
        first,
        last,
        place=chance.choice(_ENGLISH_PLACES if is_english else _GERMAN_PLACES),
        country="GB" if is_english else "DE",
        company="Teestube am Markt GmbH" if number % 17 == 5 else "",
        group=2 if number % 11 == 3 else 0,
        form_fields={"Lieblingstee": chance.choice(("Grün", "Schwarz"))} if number % 4 == 0 else {},
        at=at,
    )
    # Half of the records without consent, one without the list of consents, every seventh customer without a record.
    if number % 7 == 6:
        return
    consents = ["marketing_newsletter", "abandoned_cart"] if number % 2 == 0 else []
    email = world.customers[customer_id]["email"]
    world.add_subscriber(email, first, last, consents=None if number == 3 else consents, at=at + timedelta(days=1))


def _add_order(world: World, chance: random.Random, number: int, currency: str) -> None:
    at = _END - timedelta(days=chance.randint(1, 400), minutes=number * 7 % 1440)
    is_guest = number % 9 == 4
    # The last fifth of the customers has registered and never bought.
    buyers = sorted(world.customers)[: max(1, len(world.customers) * 4 // 5)]
    status = _STATUSES[number % len(_STATUSES)]
    order_id = world.add_order(
        customer_id=0 if is_guest else chance.choice(buyers),
        guest=("Gast", "Ohne Konto", f"gast{number + 1:04d}@Example.com") if is_guest else None,
        items=_items(world, chance, 1 + number % 4),
        status_id=status,
        coupon=("HERBST10", Decimal(10)) if number % 6 == 2 else None,
        discount=Decimal("1.50") if number % 8 == 7 else Decimal(0),
        shipping=Decimal("4.90"),
        is_digital=number % 13 == 12,
        opted_in=number % 2 == 0,
        currency=currency or "EUR",
        at=at,
    )
    if status in {10, 2} and number % 5 == 0:
        world.refund(order_id, world.total_of(order_id), at=at + timedelta(days=5))
    elif status == 10 and number % 3 == 1:
        world.refund(order_id, Decimal("5.00"), at=at + timedelta(days=6))
    if number % 29 == 11:
        world.archive(order_id)


def _add_unfinished(world: World, chance: random.Random, count: int) -> None:
    for number in range(count):
        customer_id = sorted(world.customers)[-1 - number % len(world.customers)]
        world.add_order(
            customer_id=customer_id,
            items=_items(world, chance, 1 + number % 2),
            status_id=0,
            shipping=Decimal("4.90"),
            at=_END - timedelta(hours=30 - number % 24),
        )


def _items(world: World, chance: random.Random, count: int) -> list[Item]:
    chosen = chance.sample(sorted(world.products), min(count, len(world.products)))
    return [Item(product_id, chance.choice((1, 1, 2, 3))) for product_id in chosen]
