"""A practice shop: its rows, its keys, and how WordPress around it is set up."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.connectors.woocommerce import world_goods as goods
from app.connectors.woocommerce import world_rows as rows
from app.connectors.woocommerce.world_rows import Basket, Item, Row

KEY = f"ck_{'5f1c9a0b' * 5}"
SECRET = f"cs_{'d38e742a' * 5}"
CONSENT_KEY = "newsletter_optin"
BOUNCE_KEY = "email_bounced"
_TABLES = ("customers", "orders", "refunds", "products", "variations", "categories")
_STANDARD_TAX = {"country": "DE", "state": "", "postcode": "", "city": "", "priority": 1, "compound": False}

Person = Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Setup:
    """How the shop and what stands before it behave."""

    has_plain_permalinks: bool = False
    folder: str = ""
    home: str = ""
    """As configured; empty is wherever the request came to."""
    looks_at_every_key: bool = False
    """From 11.1 on also at ``?rest_route=``."""
    drops_header: bool = False
    """As web servers with CGI do."""
    is_plain_http: bool = False
    """WordPress takes every request for unencrypted: keys are not looked at."""
    is_in_maintenance: bool = False
    hides_index: bool = False
    ignores_changes: bool = False
    """Older than 5.8."""
    ignores_gmt: bool = False
    """Seen on a shop with 7.6."""
    hides_totals: bool = False
    """A cache on the way takes the headers off."""
    has_order_tables: bool = False
    """High-performance order storage."""
    drops_meta: bool = False
    """A plug-in takes meta data out of every write."""
    most_rows: int = 100
    """Above it the server takes too long."""
    prices_include_tax: bool = False


@dataclass(slots=True, kw_only=True)
class Key:
    secret: str
    can_read: bool = True
    can_write: bool = True
    is_of_manager: bool = True
    is_of_administrator: bool = True
    """Shop managers change customers one by one, and no account of another role."""
    has_user: bool = True


class World:
    """Times go in aware. Every change moves the date of change as 10.0.2 does."""

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self.clock = clock or (lambda: datetime.now(UTC))
        self.zone = ZoneInfo("Europe/Berlin")
        self.name = "Blattgrün & Söhne"
        self.currency = "EUR"
        self.setup = Setup()
        self.keys: dict[str, Key] = {KEY: Key(secret=SECRET)}
        self.customers: dict[int, Row] = {}
        self.orders: dict[int, Row] = {}
        self.refunds: dict[int, Row] = {}
        self.products: dict[int, Row] = {}
        self.variations: dict[int, Row] = {}
        self.categories: dict[int, Row] = {}
        self.failing: set[int] = set()
        """Ids of rows on which the shop breaks off."""
        self._last_id = 100
        self._last_meta_id = 3000

    # Making

    def add_category(self, name: str, parent: int = 0) -> int:
        new_id = self._next_id()
        self.categories[new_id] = goods.category(new_id, name, parent)
        return new_id

    def add_product(self, name: str, price: str, *, at: datetime | None = None, **values: Any) -> int:
        new_id = self._next_id()
        chosen = [self.categories[each] for each in values.pop("category_ids", ())]
        row = goods.product(new_id, name, values.pop("type", "simple"), price, chosen)
        self.products[new_id] = self._dated({**row, **values}, at)
        return new_id

    def add_variation(self, product_id: int, options: Mapping[str, str], price: str, **values: Any) -> int:
        new_id = self._next_id()
        parent = self.products[product_id]
        row = goods.variation(new_id, parent, options, price)
        self.variations[new_id] = self._dated({**row, **values}, None)
        parent["variations"] = [*parent["variations"], new_id]
        return new_id

    def add_customer(
        self,
        email: str,
        person: Person | None = None,
        *,
        role: str = "customer",
        consent: str | None = None,
        at: datetime | None = None,
        **values: Any,
    ) -> int:
        new_id = self._next_id()
        row = self._dated({**rows.customer(new_id, email, role, person or {}), **values}, at)
        self.customers[new_id] = row
        if consent is not None:
            self.write_meta(row, [{"key": CONSENT_KEY, "value": consent}])
        return new_id

    def add_order(
        self,
        basket: Basket | Sequence[Item],
        *,
        customer_id: int = 0,
        guest: Person | None = None,
        status: str = "processing",
        consent: str | None = None,
        at: datetime | None = None,
        **values: Any,
    ) -> int:
        new_id = self._next_id()
        basket = basket if isinstance(basket, Basket) else Basket(items=basket)
        row = rows.order(new_id, basket, values.pop("currency", self.currency))
        if customer_id:
            owner = self.customers[customer_id]
            row |= {"billing": dict(owner["billing"]), "shipping": dict(owner["shipping"])}
        elif guest:
            row |= {"billing": rows.address("billing", guest), "shipping": rows.address("shipping", guest)}
        row |= {"customer_id": customer_id, "status": status}
        self.orders[new_id] = self._dated({**row, **values}, at)
        if consent is not None:
            self.write_meta(self.orders[new_id], [{"key": CONSENT_KEY, "value": consent}])
        return new_id

    def refund(self, order_id: int, amount: str, reason: str = "", *, at: datetime | None = None) -> int:
        """The order's total stays; refunded as a whole it changes its status."""
        new_id, order = self._next_id(), self.orders[order_id]
        moment = at or self.clock()
        self.refunds[new_id] = self._dated(rows.refund(new_id, order_id, Decimal(amount), reason), moment)
        order["refunds"] = [*order["refunds"], {"id": new_id, "reason": reason, "total": f"-{amount}"}]
        if sum(Decimal(each["total"]) for each in order["refunds"]) == -Decimal(order["total"]):
            order["status"] = "refunded"
        self.touch(order, moment)
        return new_id

    # Changing

    def change(self, row: Row, **values: Any) -> None:
        row |= values
        self.touch(row)

    def touch(self, row: Row, at: datetime | None = None) -> None:
        row |= self._stamps("date_modified", at or self.clock())

    def write_meta(self, row: Row, entries: Sequence[Mapping[str, Any]], *, drops_hidden: bool = False) -> bool:
        """By id or by key; null deletes; what is written comes back as text. Whether anything changed."""
        before = copy.deepcopy(row["meta_data"])
        for entry in entries:
            key, value = str(entry.get("key", "")), entry.get("value")
            if self.setup.drops_meta or (drops_hidden and key.startswith("_")):
                continue
            self._write_entry(row, entry.get("id"), key, _stored(value))
        return bool(row["meta_data"] != before)

    def _write_entry(self, row: Row, entry_id: object, key: str, value: Any) -> None:
        name = "key" if entry_id is None else "id"
        wanted = key if entry_id is None else entry_id
        same = [each for each in row["meta_data"] if each[name] == wanted]
        kept = [each for each in row["meta_data"] if each not in same]
        if value is None:
            row["meta_data"] = kept
        elif same:
            same[0]["value"] = value
            row["meta_data"] = [each for each in row["meta_data"] if each is same[0] or each not in same]
        else:
            self._last_meta_id += 1
            row["meta_data"] = [*row["meta_data"], {"id": self._last_meta_id, "key": key, "value": value}]

    def add_meta_twice(self, row: Row, key: str, values: Sequence[str]) -> None:
        """What two writers at once leave."""
        for value in values:
            self._last_meta_id += 1
            row["meta_data"] = [*row["meta_data"], {"id": self._last_meta_id, "key": key, "value": value}]

    # Deleting

    def trash(self, row: Row) -> None:
        self.change(row, status="trash")

    def delete_order(self, order_id: int) -> None:
        del self.orders[order_id]

    def delete_customer(self, customer_id: int) -> None:
        """His orders become nobody's, and their date of change does not move."""
        del self.customers[customer_id]
        for row in self.orders.values():
            if row["customer_id"] == customer_id:
                row["customer_id"] = 0

    def delete_product(self, product_id: int) -> None:
        """Lines keep their name; the SKU was looked up live and is gone."""
        del self.products[product_id]
        for item in self._items_of(product_id):
            item |= {"product_id": 0, "variation_id": 0, "sku": None}

    def sell(self, product_id: int, quantity: int) -> None:
        """Stock moves the product's date of change."""
        row = self.products[product_id]
        self.change(row, stock_quantity=row["stock_quantity"] - quantity)

    def _items_of(self, product_id: int) -> list[Row]:
        lists = (row["line_items"] for row in self.orders.values())
        return [item for items in lists for item in items if item["product_id"] == product_id]

    # State

    def taxes(self) -> list[Row]:
        rates = (("standard", "19.0000", "MwSt"), ("reduced-rate", "7.0000", "MwSt 7"))
        return [
            {"id": number, **_STANDARD_TAX, "rate": rate, "name": name, "shipping": True, "order": 0, "class": each}
            for number, (each, rate, name) in enumerate(rates, 3)
        ]

    def settings(self, group: str) -> list[Row]:
        pairs = {
            "general": {
                "woocommerce_default_country": "DE",
                "woocommerce_calc_taxes": "yes",
                "woocommerce_currency": self.currency,
                "woocommerce_price_num_decimals": "2",
            },
            "tax": {"woocommerce_prices_include_tax": "yes" if self.setup.prices_include_tax else "no"},
        }
        return [{"id": name, "value": value} for name, value in pairs[group].items()]

    def summary(self) -> Mapping[str, Any]:
        """What a person would count in the shop."""
        placed = [row for row in self.orders.values() if row["status"] not in {"trash", "checkout-draft"}]
        agreed = [row for row in self.customers.values() if "yes" in _values(row, CONSENT_KEY)]
        return {
            "customers": len(self.customers),
            "newsletter": len(agreed),
            "orders": len(placed),
            "guest_orders": sum(1 for row in placed if not row["customer_id"]),
            "order_total": str(sum((Decimal(row["total"]) for row in placed), Decimal(0))),
            "refunds": len(self.refunds),
            "products": len(self.products),
            "variations": len(self.variations),
            "categories": len(self.categories),
        }

    def snapshot(self) -> Any:
        tables = {name: copy.deepcopy(getattr(self, name)) for name in _TABLES}
        return {"tables": tables, "last_id": self._last_id, "last_meta_id": self._last_meta_id}

    def restore(self, state: Any) -> None:
        for name in _TABLES:
            setattr(self, name, {int(key): row for key, row in state["tables"][name].items()})
        self._last_id, self._last_meta_id = state["last_id"], state["last_meta_id"]

    def _next_id(self) -> int:
        """Posts and users of WordPress count in the same way; none is used twice."""
        self._last_id += 1
        return self._last_id

    def _dated(self, row: Row, at: datetime | None) -> Row:
        moment = at or self.clock()
        changed = self._stamps("date_modified", moment) if "date_modified" in row else {}
        return {**row, **self._stamps("date_created", moment), **changed}

    def _stamps(self, name: str, at: datetime) -> Row:
        """Local time, and UTC beside it, both without a zone."""
        return {name: _text(at.astimezone(self.zone)), f"{name}_gmt": _text(at.astimezone(UTC))}


def _values(row: Row, key: str) -> list[Any]:
    return [each["value"] for each in row["meta_data"] if each["key"] == key]


def _stored(value: Any) -> Any:
    """Numbers and truth come back as text, lists and objects as they are."""
    if value is True or value is False:
        return "1" if value else ""
    return str(value) if isinstance(value, int | float) else value


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")
