"""The simulated account's orders and products."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.connectors.brevo.simulated_call import Call, RefusedError, Reply, check, fields_of, invalid, paged

_ORDER = (
    *("id", "createdAt", "updatedAt", "status", "amount", "storeId", "identifiers", "products", "billing", "coupons"),
    "metaInfo",
)
_ORDER_NEEDS = ("id", "createdAt", "updatedAt", "status", "amount", "products")
_IDENTIFIERS = ("ext_id", "loyalty_subscription_id", "phone_id", "email_id")
_LINE = ("productId", "quantity", "quantityFloat", "variantId", "price")
_BILLING = ("address", "city", "countryCode", "country", "phone", "postCode", "paymentMethod", "region")
_PRODUCT = (
    *("id", "name", "url", "imageUrl", "sku", "price", "categories", "parentId", "metaInfo", "deletedAt", "isDeleted"),
    "stock",
)
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_MOST_ORDERS, _MOST_BYTES, _MOST_PRODUCTS = 1000, 5_000_000, 100


def activate(call: Call) -> Reply:
    call.world.is_shop_active = True
    return Reply(200, {"message": "E-commerce is activated"})


def show_currency(call: Call) -> Reply:
    _guard(call)
    if not call.world.currency:
        raise RefusedError(404, "document_not_found", "Currency not set")
    return Reply(200, {"code": call.world.currency})


def set_currency(call: Call) -> Reply:
    _guard(call)
    body = fields_of(call, ("code",), ("code",))
    if not re.fullmatch(r"[A-Z]{3}", body["code"]):
        raise invalid("code is not valid")
    call.world.currency = body["code"]
    return Reply(200, {"code": body["code"]})


def list_orders(call: Call) -> Reply:
    _guard(call)
    call.world.work_off()
    since = call.query.get("modifiedSince", "")
    rows = [row for row in call.world.orders.values() if row["_stored"] >= since]
    shown = [{name: value for name, value in row.items() if not name.startswith("_")} for row in rows]
    return paged(call, "orders", shown, most=100)


def take_order(call: Call) -> Reply:
    """One order counts as live: there is no switch for a history."""
    _guard(call)
    _check_order(call.body)
    call.world.take_orders([call.body], historical=False)
    return Reply(204)


def take_batch(call: Call) -> Reply:
    _guard(call)
    body = fields_of(call, ("orders", "notifyUrl", "historical"), ("orders",))
    orders = body["orders"]
    if not isinstance(orders, list) or not orders:
        raise invalid("orders is missing", "missing_parameter")
    if len(orders) > _MOST_ORDERS or call.size > _MOST_BYTES:
        raise invalid("Too many orders in one request", "out_of_range")
    for row in orders:
        _check_order(row)
    if "historical" not in body:
        call.world.note("batches_without_historical", str(len(orders)))
    call.world.take_orders(orders, historical=body.get("historical", True))
    return Reply(202, {"batchId": call.world.next_id("batches"), "count": len(orders)})


def list_products(call: Call) -> Reply:
    _guard(call)
    return paged(call, "products", list(call.world.products.values()), most=1000)


def take_products(call: Call) -> Reply:
    _guard(call)
    body = fields_of(call, ("products", "updateEnabled"), ("products",))
    if len(body["products"]) > _MOST_PRODUCTS:
        raise invalid("Too many products in one request", "out_of_range")
    created = 0
    for row in body["products"]:
        check(row, _PRODUCT, ("id", "name"))
        _check_amount(row.get("price", 0), "price")
        if len(row.get("metaInfo") or {}) > 20:
            raise invalid("metaInfo has too many keys")
        created += row["id"] not in call.world.products
        if row["id"] in call.world.products and not body.get("updateEnabled"):
            raise invalid("Product exists already", "duplicate_parameter")
    for row in body["products"]:
        call.world.products[row["id"]] = {**call.world.products.get(row["id"], {}), **row}
    return Reply(201, {"createdCount": created, "updatedCount": len(body["products"]) - created})


def _guard(call: Call) -> None:
    if not call.world.is_shop_active:
        raise RefusedError(403, "permission_denied", "E-commerce app is not activated")


def _check_order(row: Any) -> None:
    check(row, _ORDER, _ORDER_NEEDS)
    identifiers = row.get("identifiers") or {}
    check(identifiers, _IDENTIFIERS)
    if not any(identifiers.values()):
        raise invalid("identifiers is missing", "missing_parameter")
    check(row.get("billing") or {}, _BILLING)
    _check_amount(row["amount"], "amount")
    created, updated = (_stamp(row[name]) for name in ("createdAt", "updatedAt"))
    if updated < created:
        raise invalid("updatedAt must not be before createdAt")
    if not isinstance(row["products"], list):
        raise invalid("products must be a list")
    for line in row["products"]:
        check(line, _LINE, ("productId", "price"))
        _check_amount(line["price"], "price")
        if ("quantity" in line) is ("quantityFloat" in line) or Decimal(str(line.get("quantity", 1))) < 0:
            raise invalid("Either quantity or quantityFloat is needed")


def _check_amount(value: Any, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise invalid(f"{name} must be a number in major units")


def _stamp(raw: Any) -> datetime:
    if not isinstance(raw, str) or not _STAMP.fullmatch(raw):
        raise invalid("Dates must be UTC, YYYY-MM-DDTHH:mm:ssZ")
    return datetime.strptime(raw, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
