"""The state of a simulated Brevo account."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from app.core.addresses import normalised_email
from app.core.events import now

Row = dict[str, Any]
_BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
_SAVED = ("contacts", "lists", "attributes", "templates", "blocked", "orders", "products", "notes", "counters")
NEWSLETTER, NEWS = 2, 5
_PEOPLE = (("Jürgen", "Müller"), ("Zofia", "Łęcka"), ("Anaïs", "Lefèvre"), ("Søren", "Ågård"), ("Uschi", "Groß"))


@dataclass(slots=True)
class World:
    """``notes`` keeps what must not happen unasked: automations, people brought back, calls of filterless kinds."""

    clock: Callable[[], datetime] = now
    contacts: dict[str, Row] = field(default_factory=dict)
    lists: dict[str, Row] = field(default_factory=dict)
    attributes: dict[str, Row] = field(default_factory=dict)
    templates: dict[str, Row] = field(default_factory=dict)
    blocked: list[Row] = field(default_factory=list)
    orders: dict[str, Row] = field(default_factory=dict)
    products: dict[str, Row] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    is_shop_active: bool = True
    currency: str = "EUR"
    refuses_address: bool = False
    """As after the learning phase of the key: requests of an unknown address are turned away."""
    waiting_orders: list[Row] = field(default_factory=list)
    works_off_orders: bool = True
    per_second: int = 100
    """A practice account is quicker than a real one, which permits ten."""
    per_hour: int = 100
    monotonic: Callable[[], float] = time.monotonic
    used: dict[str, list[float]] = field(default_factory=dict)

    def next_id(self, table: str) -> int:
        self.counters[table] = self.counters.get(table, 0) + 1
        return self.counters[table]

    def note(self, what: str, whom: str) -> None:
        self.notes.setdefault(what, []).append(whom)

    def noted(self, what: str) -> list[str]:
        return self.notes.get(what, [])

    def stamp(self, at: datetime | None = None) -> str:
        moment = (at or self.clock()).astimezone(UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"

    # People ----------------------------------------------------------------------------------------------------------

    def by_email(self, email: str) -> Row | None:
        wanted = normalised_email(email)
        return next((row for row in self.contacts.values() if row["email"] == wanted), None)

    def find(self, identifier: str, kind: str) -> Row | None:
        match kind:
            case "contact_id":
                return self.contacts.get(identifier)
            case "ext_id":
                return next((row for row in self.contacts.values() if row["ext_id"] == identifier), None)
            case "phone_id":
                return next((row for row in self.contacts.values() if row["attributes"].get("SMS") == identifier), None)
            case _:
                return self.by_email(identifier)

    def add(self, email: str, at: datetime | None = None) -> Row:
        number = self.next_id("contacts")
        stamp = self.stamp(at)
        row: Row = {
            "id": number,
            "email": normalised_email(email),
            "ext_id": "",
            "emailBlacklisted": False,
            "smsBlacklisted": False,
            "createdAt": stamp,
            "modifiedAt": stamp,
            "listIds": [],
            "listUnsubscribed": [],
            "attributes": {},
            "statistics": {},
        }
        self.contacts[str(number)] = row
        if row["email"] in self.noted("deleted_by_hand"):
            self.note("brought_back", row["email"])
        return row

    def join(self, row: Row, list_id: int) -> None:
        if list_id in row["listUnsubscribed"]:
            self.note("resubscribed", row["email"])
            row["listUnsubscribed"].remove(list_id)
        if list_id not in row["listIds"]:
            row["listIds"].append(list_id)
            self.note("joined", row["email"])

    def unsubscribe(self, email: str, at: datetime | None = None, *, by_hand: bool = False) -> Row:
        """By the link in a mail, or by the owner of the account: blocked from all campaigns."""
        row = self.by_email(email) or self.add(email, at)
        name = "adminUnsubscription" if by_hand else "userUnsubscription"
        held = row["statistics"].setdefault("unsubscriptions", {"userUnsubscription": [], "adminUnsubscription": []})
        held[name].append({"campaignId": 21, "eventTime": self.stamp(at), "ip": "192.0.2.7"})
        row |= {"emailBlacklisted": True, "modifiedAt": self.stamp(at)}
        return row

    def bounce(self, email: str, at: datetime | None = None) -> Row:
        row = self.by_email(email) or self.add(email, at)
        row["statistics"].setdefault("hardBounces", []).append({"campaignId": 21, "eventTime": self.stamp(at)})
        row |= {"emailBlacklisted": True, "modifiedAt": self.stamp(at)}
        return row

    def block(self, email: str, code: str, message: str, at: datetime | None = None) -> None:
        """On the list of contacts that get no order mails and the like."""
        reason = {"code": code, "message": message}
        entry = {"email": email, "senderEmail": "shop@example.com", "reason": reason, "blockedAt": self.stamp(at)}
        self.blocked.append(entry)

    def delete_by_hand(self, email: str) -> None:
        row = self.by_email(email)
        if row is not None:
            del self.contacts[str(row["id"])]
            self.note("deleted_by_hand", row["email"])

    # Orders ----------------------------------------------------------------------------------------------------------

    def take_orders(self, rows: list[Row], *, historical: bool) -> None:
        """Worked off afterwards, as far as anybody looking sees."""
        self.waiting_orders += [{**row, "_historical": historical} for row in rows]

    def work_off(self) -> None:
        if not self.works_off_orders:
            return
        for row in self.waiting_orders:
            email = normalised_email(row.get("identifiers", {}).get("email_id", ""))
            if email and self.by_email(email) is None:
                self.note("created_by_order", email)
                self.add(email)
            if not row["_historical"]:
                self.note("automations", str(row["id"]))
            self.orders[row["id"]] = {**row, "_stored": self.stamp()}
        self.waiting_orders = []

    # What it adds up to ----------------------------------------------------------------------------------------------

    def summary(self) -> Mapping[str, Any]:
        self.work_off()
        totals: dict[str, Decimal] = {}
        for row in self.orders.values():
            currency = str(row.get("metaInfo", {}).get("currency") or self.currency)
            totals[currency] = totals.get(currency, Decimal(0)) + Decimal(str(row["amount"]))
        subscribed = [row for row in self.contacts.values() if row["listIds"] and not row["emailBlacklisted"]]
        return {
            "contacts": len(self.contacts),
            "subscribed": len(subscribed),
            "unsubscribed": len([row for row in self.contacts.values() if row["emailBlacklisted"]]),
            "orders": len(self.orders),
            "totals": {currency: f"{amount:.2f}" for currency, amount in sorted(totals.items())},
            "products": len([row for row in self.products.values() if not row.get("isDeleted")]),
            "automations_fired": len(self.noted("automations")),
            "asked_by_mail": len(self.noted("asked")),
            "resubscribed": len(self.noted("resubscribed")),
            "brought_back": len(self.noted("brought_back")),
        }

    def snapshot(self) -> Any:
        self.work_off()
        state = {name: getattr(self, name) for name in _SAVED}
        return json.loads(msgspec.json.encode({**state, "active": self.is_shop_active, "currency": self.currency}))

    def restore(self, state: Any) -> None:
        for name in _SAVED:
            setattr(self, name, state[name])
        self.is_shop_active, self.currency = state["active"], state["currency"]


def furnish(world: World, records: int) -> None:
    """Two lists, attributes, a template, and people who were there before: some have left, some bounced."""
    for list_id, name in ((NEWSLETTER, "Newsletter"), (NEWS, "Neuheiten")):
        world.lists[str(list_id)] = {"id": list_id, "name": name, "folderId": 1, "uniqueSubscribers": 0}
    normal = {"FIRSTNAME": "text", "LASTNAME": "text", "SMS": "text", "BIRTHDAY": "date", "CITY": "text"}
    for name, kind in {**normal, "BONUS": "float", "VIP": "boolean", "INTERESTS": "multiple-choice"}.items():
        world.attributes[name] = {"name": name, "category": "normal", "type": kind}
    world.attributes["BLACKLIST"] = {"name": "BLACKLIST", "category": "global", "calculatedValue": "COUNT"}
    world.templates["7"] = {"id": 7, "name": "Bestätigung der Anmeldung", "isActive": True}
    world.templates["8"] = {"id": 8, "name": "Alter Entwurf", "isActive": False}
    for place, email in enumerate(("vera@example.com", "otto@example.com")):
        world.add(email, _BEGAN + timedelta(minutes=place))
    for place in range(1, records + 1):
        _furnish_person(world, place)
    world.block("zurueck@example.com", "hardBounce", "550 mailbox unknown", _BEGAN + timedelta(days=3))
    world.block("laestig@example.com", "contactFlaggedAsSpam", "Marked as spam", _BEGAN + timedelta(days=3))


def _furnish_person(world: World, place: int) -> None:
    at = _BEGAN + timedelta(hours=place)
    email = f"kunde{place:04d}@example.com"
    row = world.add(email, at)
    first, last = _PEOPLE[place % len(_PEOPLE)]
    row["attributes"] |= {"FIRSTNAME": first, "LASTNAME": last}
    row["listIds"] = [NEWSLETTER]
    if place % 40 == 0:
        world.unsubscribe(email, at, by_hand=True)
    elif place % 10 == 0:
        world.unsubscribe(email, at)
    elif place % 25 == 0:
        world.bounce(email, at)
        world.block(email, "hardBounce", "550 no such user", at)
    elif place % 17 == 0:
        row |= {"listIds": [], "listUnsubscribed": [NEWSLETTER]}
