"""The simulator's orders and carts."""

from __future__ import annotations

from decimal import Decimal

from app.connectors.mailchimp.simulated_call import (
    Call,
    RefusedError,
    Reply,
    Row,
    fields_of,
    invalid,
    not_found,
    paged,
    shown,
)
from app.connectors.mailchimp.simulated_store import check_numbers, customer_of, store_of
from app.connectors.mailchimp.wire import moment, number
from app.connectors.mailchimp.world import World

_AMOUNTS = ("order_total", "tax_total", "shipping_total", "discount_total")
_ORDER = {
    "customer",
    "campaign_id",
    "landing_site",
    "financial_status",
    "fulfillment_status",
    "currency_code",
    *_AMOUNTS,
    "order_url",
    "processed_at_foreign",
    "cancelled_at_foreign",
    "updated_at_foreign",
    "shipping_address",
    "billing_address",
    "promos",
    "lines",
    "cart_id",
}
_CART = {"customer", "campaign_id", "checkout_url", "currency_code", "order_total", "tax_total", "lines"}
_LINE = {"id", "product_id", "product_variant_id", "quantity", "price", "discount"}
_MAILS = {"pending": "order confirmation", "paid": "invoice", "cancelled": "cancellation", "refunded": "refund"}
_TOLERANCE = Decimal("0.05")


def list_orders(call: Call) -> Reply:
    store = store_of(call)
    customer = call.query.get("customer_id")
    rows = [
        row for row in call.world.orders[store["id"]].values() if customer is None or row["customer"]["id"] == customer
    ]
    return paged(call, "orders", [_shown(call.world, store, row) for row in rows], store_id=store["id"])


def show_order(call: Call) -> Reply:
    return shown(call, _shown(call.world, store_of(call), _order(call)))


def create_order(call: Call) -> Reply:
    store, world = store_of(call), call.world
    body = fields_of(call, {*_ORDER, "id"}, ("id", "customer", "currency_code", "lines"))
    if "order_total" not in body:
        raise invalid("The resource submitted could not be validated.", ("order_total", "Required."))
    if body["id"] in world.orders[store["id"]]:
        raise RefusedError(400, "Bad Request", "An order with the provided ID already exists in the account.")
    _check(world, store, body)
    row = {name: body[name] for name in body if name != "customer"}
    row["customer"] = {"id": customer_of(world, store, body["customer"])["id"]}
    world.orders[store["id"]][body["id"]] = row
    _judge_total(world, row)
    _send_mails(world, store, row, {})
    return shown(call, _shown(world, store, row))


def change_order(call: Call) -> Reply:
    """Lines are merged by their id, promos replaced as a whole; customer and id stay."""
    store, row, world = store_of(call), _order(call), call.world
    body = fields_of(call, _ORDER)
    _check(world, store, body, is_change=True)
    before = dict(row)
    lines = {line["id"]: line for line in row["lines"]}
    for line in body.get("lines", ()):
        lines[line["id"]] = {**lines.get(line["id"], {}), **line}
    row |= {name: value for name, value in body.items() if name not in {"customer", "lines"}}
    row["lines"] = list(lines.values())
    _send_mails(world, store, row, before)
    return shown(call, _shown(world, store, row))


def delete_order(call: Call) -> Reply:
    row = _order(call)
    del call.world.orders[store_of(call)["id"]][row["id"]]
    return Reply(204)


def delete_line(call: Call) -> Reply:
    row, line_id = _order(call), call.ids[2]
    kept = [line for line in row["lines"] if line["id"] != line_id]
    if len(kept) == len(row["lines"]):
        raise not_found()
    if not kept:
        raise invalid("An order needs a line.", ("lines", "At least one."))
    row["lines"] = kept
    return Reply(204)


def list_carts(call: Call) -> Reply:
    store = store_of(call)
    rows = [_shown(call.world, store, row) for row in call.world.carts[store["id"]].values()]
    return paged(call, "carts", rows, store_id=store["id"])


def show_cart(call: Call) -> Reply:
    return shown(call, _shown(call.world, store_of(call), _cart(call)))


def create_cart(call: Call) -> Reply:
    """A reminder needs the way to the checkout; while the store is syncing the cart is taken without one."""
    store, world = store_of(call), call.world
    body = fields_of(call, {*_CART, "id"}, ("id", "customer", "currency_code", "lines"))
    if body["id"] in world.carts[store["id"]]:
        raise RefusedError(400, "Bad Request", "A cart with the provided ID already exists in the account.")
    _check(world, store, body)
    row = {name: body[name] for name in body if name != "customer"}
    row["customer"] = {"id": customer_of(world, store, body["customer"])["id"]}
    world.carts[store["id"]][body["id"]] = row
    if row.get("checkout_url"):
        world.fire(store["id"], f"abandoned cart {row['id']}")
    return shown(call, _shown(world, store, row))


def delete_cart(call: Call) -> Reply:
    row = _cart(call)
    del call.world.carts[store_of(call)["id"]][row["id"]]
    return Reply(204)


def _check(world: World, store: Row, body: Row, *, is_change: bool = False) -> None:
    check_numbers(body, _AMOUNTS)
    for name in ("processed_at_foreign", "cancelled_at_foreign", "updated_at_foreign"):
        if body.get(name) and moment(body[name]) is None:
            raise invalid("The resource submitted could not be validated.", (name, "Not a valid date."))
    for promo in body.get("promos", ()):
        if set(promo) != {"code", "amount_discounted", "type"} or promo["type"] not in {"fixed", "percentage"}:
            raise invalid("The resource submitted could not be validated.", ("promos", "Required fields."))
    if not is_change and not body["lines"]:
        raise invalid("The resource submitted could not be validated.", ("lines", "At least one line."))
    ids = [line.get("id") for line in body.get("lines", ())]
    if len(set(ids)) != len(ids):
        raise invalid("The resource submitted could not be validated.", ("lines.id", "Each id once."))
    for line in body.get("lines", ()):
        _check_line(world, store, line)


def _check_line(world: World, store: Row, line: Row) -> None:
    if set(line) - _LINE or not {"id", "product_id", "product_variant_id", "quantity", "price"} <= set(line):
        raise invalid("The resource submitted could not be validated.", ("lines", "Required field or unknown one."))
    check_numbers(line, ("price", "discount"), where="lines.")
    if not isinstance(line["quantity"], int):
        raise invalid("The resource submitted could not be validated.", ("lines.quantity", "Integer."))
    product = world.products[store["id"]].get(line["product_id"])
    if product is None:
        detail = "A product with the provided ID does not exist in the account for this list."
        raise RefusedError(400, "Bad Request", detail)
    if line["product_variant_id"] not in {each["id"] for each in product["variants"]}:
        detail = "A product variant with the provided ID does not exist in the account for this list."
        raise RefusedError(400, "Bad Request", detail)


def _judge_total(world: World, row: Row) -> None:
    """Amounts in cents are taken without a word by the vendor: whoever looks here finds them."""
    goods = sum((number(line["price"]) * line["quantity"] for line in row["lines"]), Decimal(0))
    parts = goods + number(row.get("shipping_total")) + number(row.get("tax_total")) - number(row.get("discount_total"))
    is_reduced = row.get("financial_status") in {"refunded", "partially_refunded"}
    if not is_reduced and abs(parts - number(row["order_total"])) > _TOLERANCE:
        world.mismatched += 1


def _send_mails(world: World, store: Row, row: Row, before: Row) -> None:
    status = row.get("financial_status")
    if status != before.get("financial_status") and status in _MAILS:
        world.fire(store["id"], f"{_MAILS[status]} {row['id']}")
    if row.get("fulfillment_status") == "shipped" and before.get("fulfillment_status") != "shipped":
        world.fire(store["id"], f"shipping confirmation {row['id']}")


def _shown(world: World, store: Row, row: Row) -> Row:
    products = world.products[store["id"]]
    lines = []
    for line in row["lines"]:
        product = products.get(line["product_id"], {"title": "", "variants": []})
        variant: Row = next((each for each in product["variants"] if each["id"] == line["product_variant_id"]), {})
        titles = {"product_title": product["title"], "product_variant_title": variant.get("title", "")}
        lines.append({**line, **titles})
    customer = world.customers[store["id"]].get(row["customer"]["id"], row["customer"])
    found = {**row, "customer": customer, "lines": lines}
    is_order = row["id"] in world.orders[store["id"]]
    return {**found, "store_id": store["id"]} if is_order else found


def _order(call: Call) -> Row:
    rows = call.world.orders[store_of(call)["id"]]
    if call.ids[1] not in rows:
        raise not_found()
    return rows[call.ids[1]]


def _cart(call: Call) -> Row:
    rows = call.world.carts[store_of(call)["id"]]
    if call.ids[1] not in rows:
        raise not_found()
    return rows[call.ids[1]]
