"""Queries of the practice Konnektive: days are required, pages hold 200 rows, nothing found is an error."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from app.connectors.konnektive.simulated_rules import Fields, Refused, day
from app.connectors.konnektive.world import Row, World

_ORDER_FILTERS = ("orderId", "customerId", "campaignId", "emailAddress", "orderStatus", "lastName")


def campaigns(world: World, fields: Fields) -> Any:
    rows = [row for row in world.campaigns.values() if fields.get("campaignId", row["campaignId"]) == row["campaignId"]]
    if not world.tells_currency:
        rows = [{name: value for name, value in row.items() if name != "currencyCode"} for row in rows]
    answer = _paged(rows, fields, "campaigns")
    return {**answer, "data": {row["campaignId"]: row for row in answer["data"]}}


def customers(world: World, fields: Fields) -> Any:
    rows = _matching(world.customers.values(), fields, ("customerId", "emailAddress"))
    return _paged(_in_days(rows, fields, is_free=bool(fields.get("customerId"))), fields, "customers")


def orders(world: World, fields: Fields) -> Any:
    rows = _matching(world.orders.values(), fields, _ORDER_FILTERS)
    rows = _in_days(rows, fields, is_free=bool(fields.get("orderId")))
    answer = _paged(rows, fields, "orders")
    return {
        **answer,
        "data": [_order(world, row, has_custom=fields.get("includeCustomFields") == "1") for row in answer["data"]],
    }


def transactions(world: World, fields: Fields) -> Any:
    rows = _matching(world.transactions.values(), fields, ("orderId", "txnType", "merchantTxnId", "responseType"))
    if not world.keeps_foreign_ids:
        rows = [{**row, "merchantTxnId": ""} for row in rows]
    return _paged(_in_days(rows, fields, is_free=bool(fields.get("orderId"))), fields, "transactions")


def _order(world: World, row: Row, *, has_custom: bool) -> Row:
    shown = {name: value for name, value in row.items() if name != "custom"}
    if not has_custom:
        return shown
    if world.names_custom_fields_otherwise:
        return {**shown, **{name.replace("custom", "udf"): value for name, value in row["custom"].items()}}
    if world.tells_custom_fields_inside:
        return {**shown, "customFields": [{"name": name, "value": value} for name, value in row["custom"].items()]}
    empty = {f"custom{number}": "" for number in range(1, 6)}
    return {**shown, **empty, **row["custom"]}


def _matching(rows: Iterable[Row], fields: Fields, names: tuple[str, ...]) -> list[Row]:
    wanted = {name: fields[name].casefold() for name in names if fields.get(name)}
    return [row for row in rows if all(str(row[name]).casefold() == value for name, value in wanted.items())]


def _in_days(rows: list[Row], fields: Fields, *, is_free: bool) -> list[Row]:
    if is_free and "startDate" not in fields:
        return rows
    if "startDate" not in fields or "endDate" not in fields:
        raise Refused({"startDate": "is required", "endDate": "is required"})
    first, last = day(fields, "startDate"), day(fields, "endDate")
    by = "dateUpdated" if fields.get("dateRangeType") == "dateUpdated" else "dateCreated"
    return [row for row in rows if first <= date.fromisoformat(str(row.get(by) or row["dateCreated"])[:10]) <= last]


def _paged(rows: list[Row], fields: Fields, noun: str) -> dict[str, Any]:
    size, page = int(fields.get("resultsPerPage", "25")), int(fields.get("page", "1"))
    if not 1 <= size <= 200:
        raise Refused({"resultsPerPage": "must be between 1 and 200"})
    found = rows[(page - 1) * size : page * size]
    if not found:
        raise Refused(f"No {noun} matching those parameters could be found")
    return {"totalResults": str(len(rows)), "resultsPerPage": str(size), "page": str(page), "data": found}
