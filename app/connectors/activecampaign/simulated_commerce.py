"""The simulated Deep Data: connections, customers, orders and carts, with money in integer cents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.connectors.activecampaign.simulated_call import (
    Call,
    RefusedError,
    Reply,
    not_found,
    paged,
    unprocessable,
    unwrapped,
)
from app.connectors.activecampaign.world import Row, World
from app.core.addresses import is_email

_LARGEST_INT = 2_147_483_647
_CONNECTION = ("service", "externalid", "name", "logoUrl", "linkUrl")
_CUSTOMER = ("connectionid", "externalid", "email")
_AMOUNTS = ("totalPrice", "shippingAmount", "taxAmount", "discountAmount")
_CHANGEABLE = (
    *("externalid", "externalcheckoutid", "email", *_AMOUNTS, "currency", "externalCreatedDate", "externalUpdatedDate"),
    *("abandonedDate", "orderUrl", "orderNumber", "shippingMethod", "orderProducts", "orderDiscounts"),
)
_ORDER = (*_CHANGEABLE, "connectionid", "customerid", "source")
_LINE = {"externalid", "name", "price", "quantity", "category", "sku", "description", "imageUrl", "productUrl"}
_PENDING, _COMPLETED, _ABANDONED, _RECOVERED = 0, 1, 2, 3


# Connections ---------------------------------------------------------------------------------------------------------


def list_connections(call: Call) -> Reply:
    return paged(call, "connections", _filtered(call, "connections", ("service", "externalid")))


def create_connection(call: Call) -> Reply:
    fields = unwrapped(call, "connection", (*_CONNECTION, "listId"), _CONNECTION)
    for name in ("logoUrl", "linkUrl"):
        if not fields[name].startswith("https://"):
            raise unprocessable(f"{name} must be an https address", name)
    if call.world.find("connections", service=fields["service"], externalid=fields["externalid"]):
        raise unprocessable("A connection with this service and externalid exists", "externalid", "duplicate")
    row = call.world.add(
        "connections", {**fields, "isInternal": "0", "status": "1", "syncStatus": "0", "cdate": call.world.stamp()}
    )
    return Reply(200, {"connection": {**row, "isInternal": 0}})


# Customers -----------------------------------------------------------------------------------------------------------


def list_customers(call: Call) -> Reply:
    """Beside every match stands the vendor's own total over all shops, with connection 0."""
    rows = _filtered(call, "customers", ("connectionid", "externalid", "email"))
    totals = [{**row, "id": f"9{row['id']}", "connectionid": "0", "externalid": "0"} for row in rows[:1]]
    return paged(call, "ecomCustomers", [*totals, *rows])


def create_customer(call: Call) -> Reply:
    fields = unwrapped(call, "ecomCustomer", (*_CUSTOMER, "acceptsMarketing"), _CUSTOMER)
    _guard_marketing(fields)
    connection_id = str(fields["connectionid"])
    if connection_id not in call.world["connections"]:
        raise not_found("Connection", connection_id)
    if call.world.find("customers", connectionid=connection_id, externalid=str(fields["externalid"])):
        raise unprocessable("The customer already exists in the system", "externalid", "duplicate")
    return Reply(201, {"ecomCustomer": add_customer(call.world, fields)})


def add_customer(world: World, fields: Row) -> Row:
    world.put_contact(fields["email"], {})
    row = {**fields, "connectionid": str(fields["connectionid"]), "connection": str(fields["connectionid"])}
    return world.add("customers", {"acceptsMarketing": "0", **row, "tstamp": world.stamp()})


def update_customer(call: Call) -> Reply:
    row = call.world["customers"].get(call.ids[0])
    if row is None:
        raise not_found("EcomCustomer", call.ids[0])
    fields = unwrapped(call, "ecomCustomer", (*_CUSTOMER, "acceptsMarketing"))
    _guard_marketing(fields)
    row |= fields
    call.world.note("customers", row["id"])
    return Reply(200, {"ecomCustomer": row})


def _guard_marketing(fields: Row) -> None:
    if fields.get("acceptsMarketing", "0") not in {"0", "1"}:
        raise unprocessable("acceptsMarketing must be 0 or 1", "acceptsMarketing")


# Orders and carts ----------------------------------------------------------------------------------------------------


def list_orders(call: Call) -> Reply:
    names = ("connectionid", "externalid", "externalcheckoutid", "email", "state", "customerid")
    reply = paged(call, "ecomOrders", _filtered(call, "orders", names))
    lines = call.world.matching
    shown = [_shown(row, list(lines("order_products", orderid=row["id"]))) for row in reply.body["ecomOrders"]]
    return Reply(reply.status, {**reply.body, "ecomOrders": shown})


def list_order_products(call: Call) -> Reply:
    return paged(call, "ecomOrderProducts", list(call.world["order_products"].values()))


def create_order(call: Call) -> Reply:
    fields = unwrapped(
        call,
        "ecomOrder",
        _ORDER,
        ("email", "currency", "connectionid", "customerid", "totalPrice", "externalCreatedDate"),
    )
    _guard_order(call.world, fields)
    connection_id, customer_id = str(fields["connectionid"]), str(fields["customerid"])
    if connection_id not in call.world["connections"]:
        raise not_found("Connection", connection_id)
    customer = call.world["customers"].get(customer_id)
    if customer is None or customer["connectionid"] != connection_id:
        raise not_found("EcomCustomer", customer_id)
    if fields.get("source") not in {0, 1}:
        raise unprocessable("source must be 0 or 1", "source")
    for name in ("externalid", "externalcheckoutid"):
        if fields.get(name) and call.world.find("orders", connectionid=connection_id, **{name: fields[name]}):
            raise unprocessable("The order already exists in the system", name, "duplicate")
    row = store_order(call.world, {**fields, "connectionid": connection_id, "customerid": customer_id})
    if fields["source"] == 1:
        call.world.fire(f"order: {row['id']}")
    return _answer(call.world, row, 201)


def update_order(call: Call) -> Reply:
    row = call.world["orders"].get(call.ids[0])
    if row is None:
        raise not_found("EcomOrder", call.ids[0])
    fields = unwrapped(call, "ecomOrder", _CHANGEABLE)
    _guard_order(call.world, {**row, **fields})
    store_order(call.world, fields, row)
    return _answer(call.world, row, 200)


def delete_order(call: Call) -> Reply:
    if call.ids[0] not in call.world["orders"]:
        raise not_found("EcomOrder", call.ids[0])
    call.world.remove_order(call.ids[0])
    return Reply(200, {})


def store_order(world: World, fields: Row, row: Row | None = None) -> Row:
    """Lines, when sent, replace those that were there."""
    was_cart = bool(row) and not (row or {}).get("externalid")
    plain = {name: value for name, value in fields.items() if name not in {"orderProducts", "orderDiscounts"}}
    if row is None:
        row = world.add("orders", {"externalid": "", "externalcheckoutid": "", "createdDate": world.stamp(), **plain})
    else:
        row |= plain
        world.note("orders", row["id"])
    row |= {"updatedDate": world.stamp(), "state": _state(row, was_cart=was_cart)}
    if "orderProducts" in fields:
        for each in list(world.matching("order_products", orderid=row["id"])):
            del world["order_products"][each["id"]]
        for line in fields["orderProducts"]:
            world.add("order_products", {**line, "orderid": row["id"], "connectionid": row["connectionid"]})
    row["orderDiscounts"] = fields.get("orderDiscounts", row.get("orderDiscounts", []))
    world.put_contact(row["email"], {})
    return row


def _state(row: Row, *, was_cart: bool) -> int:
    if not row["externalid"]:
        return _ABANDONED if row.get("abandonedDate") else _PENDING
    return _RECOVERED if was_cart else _COMPLETED


def _guard_order(world: World, fields: Row) -> None:
    if not fields.get("externalid") and not fields.get("externalcheckoutid"):
        raise unprocessable("externalid or externalcheckoutid is needed", "externalid")
    if not is_email(str(fields["email"])):
        raise unprocessable("Email address is not valid", "email")
    if len(str(fields["currency"])) != 3:
        raise unprocessable("currency must be a 3-digit ISO code", "currency")
    for name in _AMOUNTS:
        _guard_cents(fields.get(name, 0), name)
    for line in fields.get("orderProducts", []):
        _guard_line(line)
    for each in fields.get("orderDiscounts", []):
        _guard_cents(each.get("discountAmount"), "orderDiscounts")
        if each.get("type") not in {"order", "shipping"}:
            raise unprocessable("type must be order or shipping", "orderDiscounts")
    _guard_dates(world, fields)


def _guard_line(line: Any) -> None:
    if not isinstance(line, dict) or set(line) - _LINE:
        raise unprocessable("Unknown attribute of a product", "orderProducts")
    for name in ("externalid", "name"):
        if not line.get(name):
            raise unprocessable("Missing attribute", f"orderProducts/{name}")
    _guard_cents(line.get("price"), "orderProducts/price")
    _guard_cents(line.get("quantity"), "orderProducts/quantity")


def _guard_cents(value: Any, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST_INT:
        raise unprocessable(f"{name} must be a whole number that is not negative", name)


def _guard_dates(world: World, fields: Row) -> None:
    try:
        created = datetime.fromisoformat(fields["externalCreatedDate"])
        abandoned = datetime.fromisoformat(fields["abandonedDate"]) if fields.get("abandonedDate") else None
    except (TypeError, ValueError):
        raise unprocessable("Dates are written as ISO 8601", "externalCreatedDate") from None
    if created.tzinfo is None:
        raise unprocessable("Dates need an offset", "externalCreatedDate")
    if fields.get("externalid"):
        return
    if abandoned is None or abandoned.tzinfo is None or abandoned >= world.clock():
        raise unprocessable("A cart needs an abandonedDate in the past", "abandonedDate")


def _answer(world: World, row: Row, status: int) -> Reply:
    products = list(world.matching("order_products", orderid=row["id"]))
    connection = world["connections"].get(row["connectionid"])
    beside = {"connections": [connection]} if status == 201 and connection else {}
    discounts = [{**each, "discountAmount": str(each["discountAmount"])} for each in row["orderDiscounts"]]
    order = _shown(row, products)
    if status == 200:  # the answer to an update writes more of its numbers as texts
        order["state"] = str(order["state"])
        products = [{**each, "price": str(each["price"]), "quantity": str(each["quantity"])} for each in products]
    return Reply(status, {**beside, "ecomOrderProducts": products, "ecomOrderDiscounts": discounts, "ecomOrder": order})


def _shown(row: Row, products: Sequence[Row] = ()) -> Row:
    return {
        **row,
        "source": str(row.get("source", 0)),
        "orderProducts": [each["id"] for each in products],
        "orderDiscounts": [str(place) for place, _ in enumerate(row["orderDiscounts"], 1)],
    }


def _filtered(call: Call, table: str, names: tuple[str, ...]) -> list[Row]:
    asked = {name: call.query[f"filters[{name}]"] for name in names if f"filters[{name}]" in call.query}
    if not asked.get("connectionid", "0").isdigit():
        raise RefusedError(400, {"message": "connectionid must be greater than 0"})
    rows = call.world.candidates(table, asked)
    return [
        row
        for row in rows
        if all(str(row.get(name, "")).casefold() == wanted.casefold() for name, wanted in asked.items())
    ]
