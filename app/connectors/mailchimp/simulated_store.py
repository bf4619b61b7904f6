"""The simulator's stores, customers and products."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

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
from app.connectors.mailchimp.wire import stamp, subscriber_hash
from app.connectors.mailchimp.world import World
from app.core.events import now

_STORE = {"name", "platform", "domain", "is_syncing", "email_address", "currency_code", "money_format"}
_STORE |= {"primary_locale", "timezone", "phone", "address"}
_CUSTOMER = {"id", "email_address", "opt_in_status", "company", "first_name", "last_name", "address"}
_PRODUCT = {"title", "handle", "url", "description", "type", "vendor", "image_url", "variants", "images"}
_PRODUCT |= {"published_at_foreign"}
_VARIANT = {"id", "title", "url", "sku", "price", "inventory_quantity", "image_url", "backorders", "visibility"}
_LONGEST_CUSTOMER = 50


class EdgePageError(Exception):
    """The edge answers before the interface does, with a web page."""


def list_stores(call: Call) -> Reply:
    return paged(call, "stores", list(call.world.stores.values()))


def show_store(call: Call) -> Reply:
    return shown(call, store_of(call))


def create_store(call: Call) -> Reply:
    body = fields_of(call, {*_STORE, "id", "list_id"}, ("id", "list_id", "name", "currency_code"))
    world = call.world
    if body["list_id"] not in world.lists:
        raise invalid("The list does not exist.", ("list_id", "Unknown."))
    if body["id"] in world.stores:
        raise _exists("A store with the provided ID already exists in the account.")
    if body.get("domain") and any(each["domain"] == body["domain"] for each in world.stores.values()):
        raise _exists(f"A store with the domain {body['domain']} already exists in the account.")
    row = world.add_store(body["id"], body["list_id"], body["name"], body.get("platform", ""))
    return shown(call, _stamped(row, body))


def change_store(call: Call) -> Reply:
    """A store cannot move to another list: the field is not even known here."""
    row = store_of(call)
    return shown(call, _stamped(row, fields_of(call, _STORE)))


def list_customers(call: Call) -> Reply:
    rows = call.world.customers[store_of(call)["id"]].values()
    email = call.query.get("email_address")
    return paged(call, "customers", [row for row in rows if email in {None, row["email_address"]}])


def show_customer(call: Call) -> Reply:
    return shown(call, _in(call.world.customers[store_of(call)["id"]], call.ids[1]))


def put_customer(call: Call) -> Reply:
    store = store_of(call)
    body = fields_of(call, _CUSTOMER, ("id", "email_address"))
    return shown(call, customer_of(call.world, store, body))


def customer_of(world: World, store: Row, body: Row) -> Row:
    """Found or made. A new one becomes a member of the list: with a newsletter only where it says so."""
    if len(str(body.get("id", ""))) > _LONGEST_CUSTOMER:
        raise EdgePageError
    rows = world.customers[store["id"]]
    row = rows.get(body.get("id", ""))
    email = body.get("email_address")
    if row is None:
        if not body.get("id") or not email or not isinstance(body.get("opt_in_status"), bool):
            raise invalid("The customer does not exist.", ("customer.email_address", "Required for a new customer."))
        if world.needs_members and subscriber_hash(email) not in world.members[store["list_id"]]:
            raise RefusedError(400, "Bad Request", "The customer was not found in audience.")
        row = rows[body["id"]] = {"id": body["id"], "email_address": email, "orders_count": 0, "total_spent": 0}
        _join(world, store["list_id"], email, opts_in=body["opt_in_status"])
    elif email and email != row["email_address"]:
        raise invalid("The email address of a customer can not be changed.", ("email_address", "Can not be changed."))
    row |= {name: value for name, value in body.items() if name != "email_address"}
    return row


def _join(world: World, list_id: str, email: str, *, opts_in: bool) -> None:
    key = subscriber_hash(email)
    if key in world.members[list_id] or key in world.forgotten:
        return
    world.add_member(list_id, email, "subscribed" if opts_in else "transactional", source="E-commerce")
    if opts_in:
        world.fired.append("welcome")


# Products ------------------------------------------------------------------------------------------------------------


def list_products(call: Call) -> Reply:
    store = store_of(call)
    return paged(call, "products", list(call.world.products[store["id"]].values()), store_id=store["id"])


def show_product(call: Call) -> Reply:
    return shown(call, _product(call))


def create_product(call: Call) -> Reply:
    store = store_of(call)
    body = fields_of(call, {*_PRODUCT, "id"}, ("id", "title", "variants"))
    rows = call.world.products[store["id"]]
    if body["id"] in rows:
        raise _exists("A product with the provided ID already exists in the account.")
    variants = [_checked_variant(each, ("id", "title")) for each in body["variants"]]
    rows[body["id"]] = {"currency_code": store["currency_code"], **body, "variants": variants}
    return shown(call, rows[body["id"]])


def change_product(call: Call) -> Reply:
    row = _product(call)
    row |= fields_of(call, _PRODUCT - {"variants"})
    return shown(call, row)


def delete_product(call: Call) -> Reply:
    row = _product(call)
    del call.world.products[store_of(call)["id"]][row["id"]]
    return Reply(204)


def show_variant(call: Call) -> Reply:
    return shown(call, _variant(call))


def put_variant(call: Call) -> Reply:
    product = _product(call)
    body = _checked_variant(fields_of(call, _VARIANT, ("id", "title")), ())
    if body["id"] != call.ids[2]:
        raise invalid("The id differs from the one of the path.", ("id", "Mismatch."))
    held = next((each for each in product["variants"] if each["id"] == body["id"]), None)
    if held is None:
        product["variants"].append(body)
        return shown(call, body)
    held |= body
    return shown(call, held)


def change_variant(call: Call) -> Reply:
    row = _variant(call)
    row |= _checked_variant(fields_of(call, _VARIANT - {"id"}), ())
    return shown(call, row)


def store_of(call: Call) -> Row:
    return _in(call.world.stores, call.ids[0])


def check_numbers(row: Row, names: Iterable[str], *, where: str = "") -> None:
    """Amounts are JSON numbers; a text is refused."""
    wrong = [name for name in names if name in row and not _is_number(row[name])]
    if wrong:
        named = [(f"{where}{name}", "A number is expected.") for name in wrong]
        raise invalid("The resource submitted could not be validated.", *named)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _checked_variant(variant: Row, required: Iterable[str]) -> Row:
    if set(variant) - _VARIANT or not all(variant.get(name) for name in required):
        raise invalid("The resource submitted could not be validated.", ("variants", "Required field or unknown one."))
    check_numbers(variant, ("price",), where="variants.")
    if not isinstance(variant.get("inventory_quantity", 0), int):
        raise invalid("The resource submitted could not be validated.", ("variants.inventory_quantity", "Integer."))
    return dict(variant)


def _product(call: Call) -> Row:
    return _in(call.world.products[store_of(call)["id"]], call.ids[1])


def _variant(call: Call) -> Row:
    return _in({each["id"]: each for each in _product(call)["variants"]}, call.ids[2])


def _in(rows: dict[str, Row], row_id: str) -> Row:
    if row_id not in rows:
        raise not_found()
    return rows[row_id]


def _stamped(row: Row, changes: Row) -> Row:
    row |= {**changes, "updated_at": stamp(now())}
    return row


def _exists(detail: str) -> RefusedError:
    return RefusedError(400, "Bad Request", detail)
