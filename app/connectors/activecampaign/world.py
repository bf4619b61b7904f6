"""The state of a simulated ActiveCampaign account."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec

from app.core.addresses import normalised_email
from app.core.events import now

Row = dict[str, Any]
_ACCOUNT_ZONE = timezone(timedelta(hours=-5))
"""Stamps carry the account's own offset."""
_TABLES = (
    *("contacts", "emails", "lists", "memberships", "tags", "contact_tags", "fields", "field_rels", "field_values"),
    *("contact_automations", "deals", "account_contacts", "notes"),
    *("connections", "customers", "orders", "order_products", "graph_orders", "graph_products", "imports"),
)
_SOUGHT: Mapping[str, tuple[str, ...]] = {
    "orders": ("externalid", "externalcheckoutid"),
    "customers": ("externalid",),
    "order_products": ("orderid",),
    "contact_tags": ("contact",),
}
"""Columns by which rows of large tables are found without looking at every row."""
_OF_CONTACT = (
    "memberships",
    "contact_tags",
    "field_values",
    "contact_automations",
    "deals",
    "account_contacts",
    "notes",
)
_DECIMALS = {"finalAmount", "shippingAmount", "discountsAmount", "discountAmount", "priceAmount", "variantPriceAmount"}
NO_DATE = "0000-00-00"


@dataclass(slots=True)
class World:
    """Tables of rows by id, as texts. ``automations`` and ``resubscribed`` note what must not happen unasked."""

    clock: Callable[[], datetime] = now
    tables: dict[str, dict[str, Row]] = field(default_factory=lambda: {name: {} for name in _TABLES})
    counters: dict[str, int] = field(default_factory=dict)
    automations: list[str] = field(default_factory=list)
    resubscribed: list[str] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    """Addresses on the account's exclusion list: imports report them as failures, orders are refused."""
    polls_until_imported: int = 1
    """How often an import is asked for before it is finished."""
    missing_order_is_error: bool = False
    """How GraphQL reports an order that does not exist: as an error, or as null."""
    has_introspection: bool = True
    per_second: int = 5
    overload_status: int = 429
    import_window: list[tuple[float, bool]] = field(default_factory=list)
    monotonic: Callable[[], float] = time.monotonic
    places: dict[tuple[str, str, str], dict[str, None]] = field(default_factory=dict)
    """Ids by table, column and value, in lower case: where to look. A row may have changed since."""

    def __getitem__(self, name: str) -> dict[str, Row]:
        return self.tables[name]

    def next_id(self, table: str) -> str:
        self.counters[table] = self.counters.get(table, 0) + 1
        return str(self.counters[table])

    def add(self, table: str, row: Row) -> Row:
        row_id = self.next_id(table)
        self.tables[table][row_id] = {**row, "id": row_id}
        self.note(table, row_id)
        return self.tables[table][row_id]

    def note(self, table: str, key: str) -> None:
        """Keeps a row findable; to be called when one of the sought columns has changed."""
        row = self.tables[table][key]
        for column in _SOUGHT.get(table, ()):
            place = (table, column, str(row.get(column, "")).casefold())
            self.places.setdefault(place, {})[key] = None

    def find(self, table: str, **values: str) -> Row | None:
        return next(self.matching(table, **values), None)

    def matching(self, table: str, **values: str) -> Iterator[Row]:
        rows = self.candidates(table, values)
        return (row for row in rows if all(str(row.get(name)) == value for name, value in values.items()))

    def candidates(self, table: str, values: Mapping[str, str]) -> list[Row]:
        """All rows that can have these values, and perhaps others, in the order of the table."""
        rows = self.tables[table]
        column = next((name for name in _SOUGHT.get(table, ()) if name in values), None)
        if column is None:
            return list(rows.values())
        keys = self.places.get((table, column, values[column].casefold()), {})
        found = [rows[key] for key in keys if key in rows]
        return sorted(found, key=lambda row: int(row["id"]))

    def stamp(self, at: datetime | None = None) -> str:
        return (at or self.clock()).astimezone(_ACCOUNT_ZONE).isoformat(timespec="seconds")

    def fire(self, what: str) -> None:
        self.automations.append(what)

    # People ----------------------------------------------------------------------------------------------------------

    def contact_by_email(self, email: str) -> Row | None:
        found = self.tables["emails"].get(normalised_email(email))
        return self.tables["contacts"][found["id"]] if found else None

    def put_contact(self, email: str, values: Mapping[str, str]) -> tuple[Row, bool]:
        """The contact, and whether it is new."""
        found = self.contact_by_email(email)
        if found is not None:
            found |= {**values, "udate": self.stamp()}
            return found, False
        created = self.add("contacts", {**_new_contact(normalised_email(email), self.stamp()), **values})
        self.tables["emails"][created["email"]] = {"id": created["id"]}
        return created, True

    def remove_contact(self, contact_id: str) -> None:
        row = self.tables["contacts"].pop(contact_id)
        del self.tables["emails"][row["email"]]
        for table in _OF_CONTACT:
            rows = self.tables[table]
            for key in [key for key, each in rows.items() if each["contact"] == contact_id]:
                del rows[key]

    def remove_order(self, order_id: str) -> None:
        """What was written by GraphQL is not touched by it: the two stores are copied in one direction only."""
        for line in list(self.matching("order_products", orderid=order_id)):
            del self.tables["order_products"][line["id"]]
        del self.tables["orders"][order_id]

    def of_contact(self, table: str, contact_id: str) -> list[Row]:
        return [row for row in self.tables[table].values() if row["contact"] == contact_id]

    def membership(self, contact_id: str, list_id: str) -> Row | None:
        return self.tables["memberships"].get(f"{contact_id}:{list_id}")

    def set_membership(self, contact_id: str, list_id: str, status: str) -> bool:
        """Whether it is new. A step from unsubscribed or bounced to subscribed is what must never happen unasked."""
        key = f"{contact_id}:{list_id}"
        held = self.tables["memberships"].get(key)
        if held and held["status"] in {"2", "3"} and status == "1":
            self.resubscribed.append(self.tables["contacts"][contact_id]["email"])
        stamp = self.stamp()
        row = held or {
            "id": self.next_id("memberships"),
            "contact": contact_id,
            "list": list_id,
            "sdate": stamp if status == "1" else None,
            "unsubreason": "",
            "sourceid": "0",
        }
        row |= {"status": status, "udate": stamp if status == "2" else None}
        self.tables["memberships"][key] = row
        self.tables["contacts"][contact_id]["udate"] = stamp
        return held is None

    def memberships_of(self, contact_ids: set[str]) -> list[Row]:
        return [row for row in self.tables["memberships"].values() if row["contact"] in contact_ids]

    def tag_named(self, name: str) -> Row | None:
        return next((row for row in self.tables["tags"].values() if row["tag"].casefold() == name.casefold()), None)

    def add_tag(self, name: str) -> Row:
        return self.add("tags", {"tag": name, "tagType": "contact", "description": "", "cdate": self.stamp()})

    def tag_contact(self, contact_id: str, tag_id: str) -> tuple[Row, bool]:
        """The association, and whether it is new."""
        key = f"{contact_id}:{tag_id}"
        held = self.tables["contact_tags"].get(key)
        if held:
            return held, False
        row = {"id": self.next_id("contact_tags"), "contact": contact_id, "tag": tag_id, "cdate": self.stamp()}
        self.tables["contact_tags"][key] = row
        self.note("contact_tags", key)
        return row, True

    def tags_of(self, email: str) -> set[str]:
        contact = self.contact_by_email(email) or {}
        rows = self.matching("contact_tags", contact=str(contact.get("id")))
        return {self.tables["tags"][row["tag"]]["tag"] for row in rows}

    def set_field(self, contact_id: str, field_id: str, value: str) -> Row:
        key = f"{contact_id}:{field_id}"
        held = self.tables["field_values"].get(key, {"id": self.next_id("field_values")})
        self.tables["field_values"][key] = {**held, "contact": contact_id, "field": field_id, "value": value}
        return self.tables["field_values"][key]

    # What it adds up to ----------------------------------------------------------------------------------------------

    def summary(self) -> Mapping[str, Any]:
        orders = [row for row in self.tables["orders"].values() if row["externalid"]]
        totals: dict[str, Decimal] = {}
        for row in orders:
            totals[row["currency"]] = totals.get(row["currency"], Decimal(0)) + self._total(row)
        return {
            "contacts": len(self.tables["contacts"]),
            "orders": len(orders),
            "contacts_with_orders": len({normalised_email(row["email"]) for row in orders}),
            "totals": {currency: f"{amount:.2f}" for currency, amount in sorted(totals.items())},
            "automations_fired": len(self.automations),
            "resubscribed": len(self.resubscribed),
            "carts": len(self.tables["orders"]) - len(orders),
            "products": len(self.tables["graph_products"]),
        }

    def _total(self, row: Row) -> Decimal:
        graph = self.tables["graph_orders"].get(f"{row['connectionid']}:{row['externalid']}")
        return graph["finalAmount"] if graph else Decimal(row["totalPrice"]) / 100

    def snapshot(self) -> Any:
        state = {
            "tables": self.tables,
            "counters": self.counters,
            "automations": self.automations,
            "resubscribed": self.resubscribed,
        }
        return json.loads(msgspec.json.encode(state))

    def restore(self, state: Any) -> None:
        self.tables = {name: state["tables"].get(name, {}) for name in _TABLES}
        for name in ("graph_orders", "graph_products"):
            self.tables[name] = {key: _with_decimals(row) for key, row in self.tables[name].items()}
        self.places.clear()
        for table in _SOUGHT:
            for key in self.tables[table]:
                self.note(table, key)
        self.counters = dict(state["counters"])
        self.automations = list(state["automations"])
        self.resubscribed = list(state["resubscribed"])


def _with_decimals(value: Any, name: str = "") -> Any:
    match value:
        case dict():
            return {key: _with_decimals(each, key) for key, each in value.items()}
        case list():
            return [_with_decimals(each) for each in value]
        case str() if name in _DECIMALS:
            return Decimal(value)
        case _:
            return value


def _new_contact(email: str, stamp: str) -> Row:
    return {
        "email": email,
        "phone": "",
        "firstName": "",
        "lastName": "",
        "orgid": "0",
        "bounced_hard": "0",
        "bounced_soft": "0",
        "bounced_date": NO_DATE,
        "rating_tstamp": NO_DATE,
        "socialdata_lastcheck": f"{NO_DATE} 00:00:00",
        "deleted": "0",
        "cdate": stamp,
        "udate": stamp,
    }


def furnish(world: World, records: int) -> None:
    """Two lists, a custom field, and people who were there before: every tenth has left, every twenty-fifth bounced."""
    for name, stringid in (("Newsletter", "newsletter"), ("Product news", "product-news")):
        world.add("lists", {"name": name, "stringid": stringid, "cdate": world.stamp(), "userid": "1"})
    world.add("tags", {"tag": "bigcommerce-customer-old", "tagType": "contact", "description": "", "cdate": ""})
    world.add("fields", {"title": "Birthday", "type": "date", "perstag": "BIRTHDAY", "visible": "1"})
    for place in range(1, records + 1):
        contact, _ = world.put_contact(f"kunde{place:04d}@example.com", {})
        status = "2" if place % 10 == 0 else "3" if place % 25 == 0 else "1"
        world.set_membership(contact["id"], "1", status)
        if status == "3":
            contact |= {"bounced_hard": "1", "bounced_date": "2026-03-01"}
