"""The functions of the practice Digistore24 that read."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.connectors.digistore24.world import Row, World

Fields = dict[str, str]


class Failed(Exception):  # noqa: N818 - an error of the practice system, no fault
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def ping(world: World, _: Fields) -> Any:
    return {"server_time": world.stamp(world.clock())}


def user_info(world: World, _: Fields) -> Any:
    return {"user_id": 39499382, "user_name": "kurshaus", "granted_roles": world.roles, "granted_roles_msg": "Vendor"}


def ipn_info(_world: World, _: Fields) -> Any:
    return {"have_settings": "N"}


def products(world: World, fields: Fields) -> Any:
    if fields.get("sort_by", "name") not in {"name", "group"}:
        raise Failed(400, 3, "sort_by: bad value")
    hidden = {"price", "billing_type"}
    rows = sorted(world.products.values(), key=lambda row: row["name"])
    return [{name: value for name, value in row.items() if name not in hidden} for row in rows]


def buyers(world: World, fields: Fields) -> Any:
    page, size = _paging(fields, 100, 1000)
    rows = list(world.buyers.values())
    return {
        "page_no": page,
        "page_size": size,
        "page_count": _pages(len(rows), size),
        "item_count": len(rows),
        "items": rows[(page - 1) * size : page * size],
    }


def buyer(world: World, fields: Fields) -> Any:
    row = world.buyers.get(fields.get("buyer_id", ""))
    if row is None:
        raise Failed(404, 4, "Buyer not found")
    return {"buyer": {name: value if value is not None else "" for name, value in row.items()}}


def purchases(world: World, fields: Fields) -> Any:
    """By the date of creation only: what happens to an old purchase later never shows."""
    page, size = _paging(fields, 500, 1000)
    rows = [row for row in world.purchases.values() if _fits(world, row, fields)]
    rows = sorted(_in_time(world, rows, fields), key=lambda row: (row["created_at"], row["id"]))
    if fields.get("sort_order") == "desc":
        rows.reverse()
    shown = [_listed(row) for row in rows[(page - 1) * size : page * size]]
    pages = _pages(len(rows), size)
    return {"page_no": page, "page_size": size, "page_count": pages, "purchase_list": shown}


def _listed(row: Row) -> Row:
    return {
        "id": row["id"],
        "created_at": row["created_at"],
        "amount": row["amount"],
        "currency": row["currency"],
        "billing_type": row["billing_type"],
        "billing_status": row["billing_status"],
    }


def transactions(world: World, fields: Fields) -> Any:
    page, size = _paging(fields, 500, 1000)
    kinds = set(filter(None, fields.get("search[transaction_type]", "").split(",")))
    found = [
        (row, each)
        for row in world.purchases.values()
        if _fits(world, row, fields)
        for each in row["transactions"]
        if not kinds or each["type"] in kinds
    ]
    wanted = _frame(world, fields)
    rows = [_transaction(world, row, each) for row, each in found if _is_in(each["created_at"], wanted)]
    rows.sort(key=lambda row: (row["created_at"], row["id"]))
    return {
        "from": wanted[0],
        "to": wanted[1],
        "page_no": page,
        "page_size": size,
        "page_count": _pages(len(rows), size),
        "summary": {"count": len(rows)},
        "transaction_list": rows[(page - 1) * size : page * size],
    }


def _transaction(world: World, row: Row, each: Row) -> Row:
    person = world.buyers[str(row["buyer_id"])] if row["role"] == "vendor" else {}
    return {
        "id": each["id"],
        "purchase_id": row["id"],
        "amount": each["amount"],
        "currency": row["currency"],
        "transaction_type": each["type"],
        "created_at": each["created_at"],
        "buyer": {name: person[name] for name in ("id", "email", "first_name", "last_name") if name in person},
    }


def rebilling_changes(world: World, fields: Fields) -> Any:
    page, size = _paging(fields, 500, 1000)
    wanted = _frame(world, fields)
    rows = [row for row in world.changes if _is_in(row["created_at"], wanted)]
    rows.sort(key=lambda row: (row["created_at"], row["id"]))
    return {
        "from": wanted[0],
        "to": wanted[1],
        "page_no": page,
        "page_size": size,
        "page_count": _pages(len(rows), size),
        "item_count": len(rows),
        "items": rows[(page - 1) * size : page * size],
    }


def purchase(world: World, fields: Fields) -> Any:
    numbers = fields.get("purchase_id", "").split(",")
    missing = [number for number in numbers if number not in world.purchases]
    if missing or numbers == [""]:
        raise Failed(404, 4, "Purchase not found")
    rows = {number: _whole(world, world.purchases[number]) for number in numbers}
    return rows if len(numbers) > 1 else rows[numbers[0]]


def _whole(world: World, row: Row) -> Row:
    rate = Decimal(19)
    vat = (Decimal(row["amount"]) * rate / (100 + rate)).quantize(Decimal("0.01"))
    person = {name: value or "" for name, value in world.buyers[str(row["buyer_id"])].items()}
    return {
        "id": row["id"],
        "amount": row["amount"],
        "currency": row["currency"],
        "number_of_installments": {"installment": 3, "subscription": 0}.get(row["billing_type"], 1),
        "vat_country": person["country"],
        "vat_amount": str(vat),
        "vat_rate": "19.00",
        "created_at": row["created_at"],
        "billing_type": row["billing_type"],
        "billing_status": row["billing_status"],
        "other_amounts": row["amount"] if row["billing_type"] != "single_payment" else "0.00",
        "has_custom_forms": "N",
        "has_etickets": "N",
        "buyer": {name: value for name, value in person.items() if name not in {"street_name", "street_number"}},
        "items": row["items"],
        "transaction_list": [
            {
                "id": each["id"],
                "amount": each["amount"],
                "currency": row["currency"],
                "purchase_id": row["id"],
                "pay_method": row["pay_method"],
                "created_at": each["created_at"],
                "type": each["type"],
            }
            for each in row["transactions"]
        ],
    }


# Filters -------------------------------------------------------------------------------------------------------------


def _fits(world: World, row: Row, fields: Fields) -> bool:
    del world
    roles = set(filter(None, fields.get("search[role]", "").split(",")))
    wanted = set(filter(None, fields.get("search[product_id]", "").split(",")))
    kind = "test" if row["pay_method"] == "test" else "live"
    return (
        (not roles or row["role"] in roles)
        and (not wanted or any(str(item["product_id"]) in wanted for item in row["items"]))
        and fields.get("search[order_type]", kind) == kind
    )


def _in_time(world: World, rows: list[Row], fields: Fields) -> list[Row]:
    wanted = _frame(world, fields)
    return [row for row in rows if _is_in(row["created_at"], wanted)]


def _frame(world: World, fields: Fields) -> tuple[str, str]:
    """Without ``from`` it is one day only."""
    return _moment(world, fields.get("from", "-24h")), _moment(world, fields.get("to", "now"))


def _is_in(at: str, wanted: tuple[str, str]) -> bool:
    return wanted[0] <= at <= wanted[1]


def _moment(world: World, words: str) -> str:
    if words == "start":
        return "0000-00-00 00:00:00"
    if words == "now":
        return world.stamp(world.clock())
    if back := re.fullmatch(r"-(\d+)([hd])", words):
        length = timedelta(hours=int(back[1])) if back[2] == "h" else timedelta(days=int(back[1]))
        return world.stamp(world.clock() - length)
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        raise Failed(400, 3, f"Bad time: {words}") from None
    return world.stamp(found) if found.tzinfo else words


def _paging(fields: Fields, size: int, largest: int) -> tuple[int, int]:
    page, wanted = fields.get("page_no", "1"), fields.get("page_size", str(size))
    if not page.isdigit() or not wanted.isdigit() or int(page) < 1 or not 1 <= int(wanted) <= largest:
        raise Failed(400, 3, f"page_size: at most {largest}")
    return int(page), int(wanted)


def _pages(count: int, size: int) -> int:
    return max(1, -(-count // size))
