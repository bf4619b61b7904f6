"""A small German shop for tea and crockery, made up for practice: always the same for the same size."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from app.connectors.woocommerce.world import World
from app.connectors.woocommerce.world_rows import Basket, Item

_END = datetime(2026, 10, 31, 18, 0, tzinfo=UTC)
_FIRST_NAMES = ("Anna", "Lukas", "Jürgen", "Zoë", "Sören", "Ayşe", "Łucja", "Björn", "Käthe", "Miriam", "Emil", "Greta")
_LAST_NAMES = ("Müller", "Weiß", "Krüger", "Yılmaz", "Nowak", "Groß", "Köhler", "O'Neil", "Dvořák", "Jäger", "Schmidt")
_PLACES = (("Leipzig", "04109", "DE"), ("Köln", "50667", "DE"), ("Łódź", "90-001", "PL"), ("Graz", "8010", "AT"))
_TREE = (("Tee & Kaffee", ("Grüntee", "Schwarztee")), ("Größe &amp; Maß", ("Becher",)), ("Geschenke", ()))
_PRODUCTS = (
    ("Sencha Superior", "8.32", "reduced-rate", 1),
    ("Assam Blattspitzen", "7.01", "reduced-rate", 2),
    ("Becher mit Blattgrün", "13.45", "", 4),
    ("Steingutkanne 1,2 l", "40.76", "", 3),
    ("Geschenkset für zwei", "49.58", "", 5),
)
_CONSENTS = ("yes", "yes", None, "no", "yes", None, "unsubscribed")
_STATUSES = ("completed", "processing", "completed", "on-hold", "completed", "cancelled", "failed", "pending")


def practice_world(records: int) -> World:
    """About a third are customers, the rest orders, every fourth of them by somebody without an account."""
    chance = random.Random(10)  # noqa: S311 - a made-up shop, no secret
    world = World(clock=lambda: _END)
    products = _fill_catalogue(world)
    people = max(6, records // 3)
    customers = [_add_customer(world, number, chance) for number in range(people)]
    world.add_customer("inhaberin@practice-shop.example", _person(0, chance), role="administrator", at=_at(0))
    world.add_customer("leserin@example.com", role="subscriber", consent="yes", at=_at(1))
    orders = [_add_order(world, number, customers, products, chance) for number in range(max(8, records - people))]
    _add_oddities(world, orders, customers)
    return world


def _at(number: int) -> datetime:
    return _END - timedelta(days=300) + timedelta(hours=5 * number, minutes=number % 60)


def _fill_catalogue(world: World) -> list[Item]:
    categories: list[int] = []
    for name, inner in _TREE:
        parent = world.add_category(name)
        categories += [parent, *(world.add_category(each, parent) for each in inner)]
    items = []
    for number, (name, net, tax_class, category) in enumerate(_PRODUCTS):
        values = {
            "manage_stock": True,
            "stock_quantity": 12 - 3 * number,
            "sku": f"BG-{number:04d}",
            "global_unique_id": f"400000000000{number}",
            "category_ids": (categories[category],),
            "tax_class": tax_class,
        }
        new_id = world.add_product(name, net, at=_at(number), **values)
        items.append(Item(net=Decimal(net), name=name, product_id=new_id, sku=f"BG-{number:04d}", tax_class=tax_class))
    return [*items, *_add_shirt(world, categories[-1])]


def _add_shirt(world: World, category: int) -> list[Item]:
    """Variations: with stock of their own, with that of their product, and without any."""
    options = {"id": 0, "name": "Größe", "position": 0, "visible": True, "variation": True, "options": ["S", "M", "L"]}
    values = {"type": "variable", "sku": "SHIRT", "manage_stock": True, "stock_quantity": 20, "attributes": [options]}
    shirt = world.add_product("T-Shirt (variabel)", "16.72", at=_at(9), category_ids=(category,), **values)
    stock: dict[str, dict[str, object]] = {
        "S": {"manage_stock": True, "stock_quantity": 3},
        "M": {"manage_stock": "parent", "stock_quantity": 20},
    }
    found = []
    for size in ("S", "M", "L"):
        sku = f"SHIRT-{size}"
        new_id = world.add_variation(shirt, {"Größe": size}, "16.72", sku=sku, **stock.get(size, {}))
        name = f"T-Shirt (variabel) - {size}"
        found.append(Item(net=Decimal("16.72"), name=name, product_id=shirt, variation_id=new_id, sku=sku))
    return found


def _person(number: int, chance: random.Random) -> Mapping[str, str]:
    city, postcode, country = chance.choice(_PLACES)
    return {
        "first_name": chance.choice(_FIRST_NAMES),
        "last_name": chance.choice(_LAST_NAMES),
        "company": "Tee & Söhne GmbH" if number % 7 == 3 else "",
        "address_1": f"Straße {number + 1}",
        "city": city,
        "postcode": postcode,
        "country": country,
        "phone": f"+49 221 {1000 + number}",
    }


def _add_customer(world: World, number: int, chance: random.Random) -> int:
    consent = _CONSENTS[number % len(_CONSENTS)]
    return world.add_customer(f"kunde{number}@example.com", _person(number, chance), consent=consent, at=_at(number))


def _add_order(world: World, number: int, customers: list[int], products: list[Item], chance: random.Random) -> int:
    chosen = chance.sample(products, chance.randint(1, 3))
    is_reduced = number % 9 == 4
    items = [
        Item(
            net=item.net,
            quantity=chance.randint(1, 3),
            name=item.name,
            product_id=item.product_id,
            variation_id=item.variation_id,
            sku=item.sku,
            tax_class=item.tax_class,
            off=(item.net / 10).quantize(Decimal("0.01")) if is_reduced else Decimal(0),
        )
        for item in chosen
    ]
    basket = Basket(
        items=items,
        shipping=Decimal("4.12") if number % 5 else None,
        fees={"Geschenkverpackung": Decimal("2.10")} if number % 8 == 2 else {},
        coupon="herbst10" if is_reduced else "",
    )
    status, at = _STATUSES[number % len(_STATUSES)], _at(number) + timedelta(days=40)
    if number % 4 != 1:
        return world.add_order(basket, customer_id=chance.choice(customers), status=status, at=at)
    guest = {**_person(500 + number, chance), "email": f"gast{number // 8}@example.com"}
    return world.add_order(basket, guest=guest, status=status, at=at, consent=_CONSENTS[number % 5])


def _add_oddities(world: World, orders: list[int], customers: list[int]) -> None:
    """Refunds, an unfinished checkout, the trash, a deleted person and a deleted product."""
    completed = [each for each in orders if world.orders[each]["status"] == "completed"]
    for number, order_id in enumerate(completed[::4]):
        total = world.orders[order_id]["total"]
        world.refund(order_id, total if number % 2 else "5.00", "Größe passt nicht", at=_END - timedelta(days=20))
    tea = Item(net=Decimal("8.32"), name="Sencha Superior", tax_class="reduced-rate")
    draft = {"email": "unfertig@example.com", "first_name": "Ida"}
    world.add_order([tea], guest=draft, status="checkout-draft", at=_END - timedelta(hours=2))
    thrown = world.add_order([tea], customer_id=customers[0], at=_END - timedelta(days=9))
    world.trash(world.orders[thrown])
    gone = world.add_customer("geloescht@example.com", {"first_name": "Uwe", "last_name": "Öhm"}, at=_at(3))
    former = world.add_product("Auslaufmodell", "5.00", sku="ALT-1", at=_at(2))
    item = Item(net=Decimal("5.00"), name="Auslaufmodell", product_id=former, sku="ALT-1")
    world.add_order([item], customer_id=gone, at=_END - timedelta(days=5))
    world.delete_customer(gone)
    world.delete_product(former)
