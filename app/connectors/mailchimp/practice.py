"""What a practice account holds: a tea shop's readers, its WooCommerce store, and a store of our own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.connectors.mailchimp.account import PLATFORM, own_store_id
from app.connectors.mailchimp.wire import cents, stamp, subscriber_hash
from app.connectors.mailchimp.world import World
from app.sdk.target import Mappings

AUDIENCE, OTHER_AUDIENCE = "a1b2c3d4e5", "f6a7b8c9d0"
STORE = "woo-teeladen"
_START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_FIRST = ("Jürgen", "Zoë", "Łucja", "Anke", "Grażyna", "Søren", "Maëlle", "Björn", "Käthe", "Paweł")
_LAST = ("Müller", "Groß", "Wójcik", "Öztürk", "Sørensen", "Lefèvre", "Weiß", "Żak", "Böhm", "O'Brien")
_STATUSES = ("subscribed",) * 5 + ("transactional", "transactional", "unsubscribed", "cleaned", "pending")
_TEAS = (
    ("101", "Ostfriesen-Mischung", "4711101", "8.90"),
    ("102", "Grüner Jasmin", "4711102", "12.50"),
    ("103", "Kräuterglück", "4711103", "6.40"),
    ("104", "Rotbusch Karamell", "4711104", "7.20"),
)
_SIZES = (("S", "19.90"), ("M", "24.90"), ("L", "29.90"))
_STOCKED = {"inventory_quantity": 5}
_OURS = Mappings(source_system="practice", source_id="practice-shop")


def furnish(world: World, people: int) -> None:
    """``people`` readers and half as many orders."""
    world.add_list(AUDIENCE, "Teeladen Newsletter")
    world.add_list(OTHER_AUDIENCE, "Händler")
    for list_id in (AUDIENCE, OTHER_AUDIENCE):
        world.add_merge_field(list_id, "FNAME", "Vorname")
        world.add_merge_field(list_id, "LNAME", "Nachname")
    world.add_merge_field(AUDIENCE, "ADDRESS", "Adresse", "address")
    world.add_merge_field(AUDIENCE, "PHONE", "Telefon", "phone")
    world.add_merge_field(AUDIENCE, "BIRTHDAY", "Geburtstag", "birthday")
    world.add_merge_field(AUDIENCE, "TEESORTE", "Lieblingstee", "dropdown", options={"choices": ["grün", "schwarz"]})
    # Made compulsory later on: most people have nothing there.
    world.add_merge_field(AUDIENCE, "MMERGE6", "Wie haben Sie uns gefunden?", required=True)
    for number in range(1, people + 1):
        _add_reader(world, number)
    world.add_member(OTHER_AUDIENCE, "einkauf@teehandel.example", "subscribed", **_dated(1))
    world.forgotten.append(subscriber_hash("vergessen@example.com"))
    _furnish_store(world, STORE, "Teeladen", "Woocommerce", people)
    own = own_store_id(_OURS, AUDIENCE)
    world.add_store(own, AUDIENCE, "Practice shop", PLATFORM, **_created(0))
    for product_id in ("1", "2"):
        world.products[own][product_id] = _product(product_id, "Becher", f"BG-{product_id}", "9.95", 3)


def reader_email(number: int) -> str:
    return f"leser{number:04}@example.com"


def _add_reader(world: World, number: int) -> None:
    status = _STATUSES[number % len(_STATUSES)]
    email = reader_email(number)
    row = world.add_member(AUDIENCE, email, status, **_dated(number))
    row["merge_fields"] |= {"FNAME": _FIRST[number % 10], "LNAME": _LAST[number // 10 % 10]}
    row["full_name"] = f"{row['merge_fields']['FNAME']} {row['merge_fields']['LNAME']}"
    row["language"] = ("de", "pl", "en")[number % 3]
    if status == "unsubscribed":
        row["unsubscribe_reason"] = "NORMAL"
        if number % 20 == 7:
            world.left_by_api.append(row["id"])
    if number % 4 == 0:
        row["tags"], row["tags_count"] = [{"id": 1, "name": "Stammkunde"}], 1
    if number % 5 == 0:
        street = {"addr1": f"Teeweg {number}", "city": "Köln", "state": "NRW", "zip": "50667", "country": "DE"}
        row["merge_fields"]["ADDRESS"] = street
    if number % 25 == 24:
        row["status"] = "archived"


def _furnish_store(world: World, store_id: str, name: str, platform: str, people: int) -> None:
    world.add_store(store_id, AUDIENCE, name, platform, domain="teeladen.example", **_created(0))
    products = world.products[store_id]
    for product_id, title, sku, price in _TEAS:
        products[product_id] = _product(product_id, title, sku, price, 40)
    products["200"] = {
        **_product("200", "T-Shirt Teeladen", "", "19.90", 0),
        "variants": [
            {"id": f"20{place}", "title": size, "sku": f"471120{place}", "price": Decimal(price), **_STOCKED}
            for place, (size, price) in enumerate(_SIZES, 1)
        ],
    }
    for number in range(1, people // 2 + 1):
        _add_order(world, store_id, number)


def _product(product_id: str, title: str, sku: str, price: str, stock: int) -> dict[str, Any]:
    variant = {
        "id": product_id,
        "title": title,
        "sku": sku,
        "price": Decimal(price),
        "inventory_quantity": stock,
    }
    return {
        "id": product_id,
        "currency_code": "EUR",
        "title": title,
        "handle": "",
        "url": f"https://teeladen.example/{product_id}",
        "description": f"<p>{title} – aus eigener Röstung</p>",
        "type": "Tee",
        "vendor": "Teeladen",
        "image_url": "",
        "variants": [variant],
    }


def _add_order(world: World, store_id: str, number: int) -> None:
    """As the vendor's own WooCommerce plugin writes them: prices without tax, tax beside them, refunds taken off."""
    email = reader_email(number) if number % 6 else f"gast{number}@example.com"
    customer: dict[str, Any] = {
        "id": subscriber_hash(email),
        "email_address": email,
        "opt_in_status": False,
        "first_name": _FIRST[number % 10],
        "last_name": _LAST[number // 10 % 10],
        "orders_count": 1,
        "total_spent": 0,
    }
    world.customers[store_id][customer["id"]] = customer
    lines = _order_lines(number)
    goods = sum((line["price"] * line["quantity"] for line in lines), Decimal(0))
    discount = cents(goods / 10) if number % 7 == 0 else Decimal(0)
    shipping = Decimal("4.90") if goods < 40 else Decimal(0)
    tax = cents((goods - discount + shipping) * Decimal("0.07"))
    whole = cents(goods - discount + shipping + tax)
    status, fulfilment, total = _state(number, whole)
    at = stamp(_START + timedelta(days=number, minutes=number))
    address = {"name": f"{customer['first_name']} {customer['last_name']}", "address1": f"Teeweg {number}"}
    address |= {"city": "Köln", "postal_code": "50667", "country": "Germany", "country_code": "DE"}
    world.orders[store_id][str(1000 + number)] = {
        "id": str(1000 + number),
        "customer": {"id": customer["id"]},
        "financial_status": status,
        "fulfillment_status": fulfilment,
        "currency_code": "EUR",
        "order_total": total,
        "discount_total": discount,
        "tax_total": tax,
        "shipping_total": shipping,
        "processed_at_foreign": at,
        "cancelled_at_foreign": at if status == "cancelled" else "",
        "updated_at_foreign": at,
        "order_url": f"https://teeladen.example/order/{1000 + number}",
        "promos": [{"code": "TEEZEIT", "amount_discounted": discount, "type": "fixed"}] if discount else [],
        "billing_address": address,
        "shipping_address": address,
        "lines": lines,
    }


def _order_lines(number: int) -> list[dict[str, Any]]:
    product_id, _title, _sku, price = _TEAS[number % len(_TEAS)]
    lines = [_line("1", product_id, product_id, price, 1 + number % 3)]
    if number % 4 == 0:
        place = 1 + number % 3
        lines.append(_line("2", "200", f"20{place}", _SIZES[place - 1][1], 1))
    return lines


def _line(line_id: str, product_id: str, variant_id: str, price: str, quantity: int) -> dict[str, Any]:
    return {
        "id": line_id,
        "product_id": product_id,
        "product_variant_id": variant_id,
        "quantity": quantity,
        "price": Decimal(price),
        "discount": 0,
    }


def _state(number: int, whole: Decimal) -> tuple[str, str, Decimal]:
    if number % 11 == 0:
        return "refunded", "fulfilled", Decimal(0)
    if number % 13 == 0:
        return "partially_refunded", "fulfilled", whole - 5
    if number % 9 == 0:
        return "cancelled", "", whole
    return ("paid", "fulfilled", whole) if number % 3 else ("pending", "", whole)


def _dated(number: int) -> dict[str, str]:
    at = stamp(_START + timedelta(hours=number))
    return {"timestamp_signup": at, "timestamp_opt": at, "last_changed": at}


def _created(number: int) -> dict[str, str]:
    at = stamp(_START + timedelta(hours=number))
    return {"created_at": at, "updated_at": at}
