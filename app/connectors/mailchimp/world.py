"""The state of a simulated Mailchimp account."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.connectors.mailchimp.wire import cents, stamp, subscriber_hash
from app.core.events import now
from app.sdk.answers import encoded

Row = dict[str, Any]
_KEPT = (
    "lists",
    "members",
    "merge_fields",
    "stores",
    "customers",
    "products",
    "orders",
    "carts",
    "batches",
    "batch_errors",
    "batch_asked",
    "forgotten",
    "left_by_api",
    "fired",
    "resubscribed",
    "mismatched",
)


@dataclass(slots=True)
class World:
    """Rows by id, under the list or store that they belong to. ``fired`` names every automation that would have sent a
    mail. ``mismatched`` counts orders whose parts miss their total; ``resubscribed`` people who were brought back."""

    lists: dict[str, Row] = field(default_factory=dict)
    members: dict[str, dict[str, Row]] = field(default_factory=dict)
    merge_fields: dict[str, list[Row]] = field(default_factory=dict)
    stores: dict[str, Row] = field(default_factory=dict)
    customers: dict[str, dict[str, Row]] = field(default_factory=dict)
    products: dict[str, dict[str, Row]] = field(default_factory=dict)
    orders: dict[str, dict[str, Row]] = field(default_factory=dict)
    carts: dict[str, dict[str, Row]] = field(default_factory=dict)
    batches: dict[str, Row] = field(default_factory=dict)
    batch_errors: dict[str, int] = field(default_factory=dict)
    batch_asked: dict[str, int] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)
    """Hashes of people who were deleted for good."""
    left_by_api: list[str] = field(default_factory=list)
    """Members whose subscription a program ended: a program may renew it. Whoever left by themselves may not be."""
    fired: list[str] = field(default_factory=list)
    resubscribed: int = 0
    mismatched: int = 0
    busy: int = 0
    """Requests under way."""
    refused_busy: int = 0
    delay_s: float = 0.0
    """How long every request takes."""
    needs_members: bool = False
    """Orders and carts of people whom the audience lacks are refused, as newer parts of the vendor's do."""
    batch_rounds: int = 1
    """How often a batch is asked for before it has finished."""

    def add_list(self, list_id: str, name: str) -> None:
        self.lists[list_id] = {"id": list_id, "web_id": len(self.lists) + 1, "name": name, "double_optin": False}
        self.members[list_id] = {}
        self.merge_fields[list_id] = []

    def add_merge_field(self, list_id: str, tag: str, name: str, kind: str = "text", **more: Any) -> Row:
        fields = self.merge_fields[list_id]
        row = {
            "merge_id": len(fields) + 1,
            "tag": tag,
            "name": name,
            "type": kind,
            "required": False,
            "default_value": "",
            "public": False,
            "display_order": len(fields) + 2,
            "options": {},
            "help_text": "",
            "list_id": list_id,
            **more,
        }
        fields.append(row)
        return row

    def add_member(self, list_id: str, email: str, status: str, **more: Any) -> Row:
        number = sum(len(each) for each in self.members.values()) + 1
        at = stamp(now())
        row = {
            "id": subscriber_hash(email),
            "email_address": email,
            "unique_email_id": f"{number:010x}",
            "contact_id": f"{number:032x}",
            "full_name": "",
            "web_id": number,
            "email_type": "html",
            "status": status,
            "unsubscribe_reason": "",
            "merge_fields": {field["tag"]: field["default_value"] for field in self.merge_fields[list_id]},
            "language": "",
            "vip": False,
            "source": "API - Generic",
            "tags": [],
            "tags_count": 0,
            "timestamp_signup": "",
            "timestamp_opt": at,
            "ip_signup": "",
            "ip_opt": "",
            "member_rating": 2,
            "last_changed": at,
            "email_client": "",
            "list_id": list_id,
            **more,
        }
        self.members[list_id][row["id"]] = row
        return row

    def add_store(self, store_id: str, list_id: str, name: str, platform: str, **more: Any) -> Row:
        row = {
            "id": store_id,
            "list_id": list_id,
            "name": name,
            "platform": platform,
            "domain": "",
            "is_syncing": False,
            "email_address": "",
            "currency_code": "EUR",
            "money_format": "€",
            "primary_locale": "de",
            "timezone": "Europe/Berlin",
            "phone": "",
            "list_is_active": True,
            "created_at": stamp(now()),
            "updated_at": stamp(now()),
            **more,
        }
        self.stores[store_id] = row
        for rows in (self.customers, self.products, self.orders, self.carts):
            rows[store_id] = {}
        return row

    def fire(self, store_id: str, what: str) -> None:
        if not self.stores[store_id]["is_syncing"]:
            self.fired.append(what)

    def summary(self) -> Mapping[str, Any]:
        statuses = Counter(row["status"] for rows in self.members.values() for row in rows.values())
        totals: dict[str, Decimal] = {}
        for rows in self.orders.values():
            for order in rows.values():
                currency = order["currency_code"]
                totals[currency] = totals.get(currency, Decimal(0)) + cents(order["order_total"])
        return {
            "members": dict(sorted(statuses.items())),
            "orders": sum(map(len, self.orders.values())),
            "products": sum(map(len, self.products.values())),
            "carts": sum(map(len, self.carts.values())),
            "totals": {currency: str(total) for currency, total in sorted(totals.items())},
            "automations_fired": len(self.fired),
            "resubscribed": self.resubscribed,
            "mismatched": self.mismatched,
        }

    def snapshot(self) -> Any:
        return json.loads(encoded({name: getattr(self, name) for name in _KEPT}))

    def restore(self, state: Mapping[str, Any]) -> None:
        for name in _KEPT:
            if name in state:
                setattr(self, name, state[name])
