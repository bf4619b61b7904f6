"""The state of a simulated SALESmanago account, as far as the vendor's documentation tells what there is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]

CLIENT_ID = "practice1client"
API_SECRET = "practice-secret-of-salesmanago"  # noqa: S105 - of a simulated account
PARAMETER = "Practice-Word-1"
OWNER = "owner@lampenladen.example"
_CREATED = 1_735_689_600_000
"""2025-01-01, in milliseconds."""
_DAY = 86_400_000
_NAMES = (
    ("Żaneta Wójcik", "Łódź", "PL", "łódzkie"),
    ("Jürgen Größe", "Köln", "DE", "Nordrhein-Westfalen"),
    ("Zoë Lefèvre", "Besançon", "FR", ""),
    ("Øyvind Sæther", "Tromsø", "NO", ""),
    ("Anna Nowak", "Kraków", "PL", "małopolskie"),
)
STATES = {"CUSTOMER", "PROSPECT", "PARTNER", "OTHER", "UNKNOWN"}


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class World:
    """``contacts`` by lower-case address. What the documentation leaves open is a switch."""

    contacts: dict[str, Row] = field(default_factory=dict)
    events: list[Row] = field(default_factory=list)
    pending: list[Row] = field(default_factory=list)
    """Upserts that the asynchronous call has taken and not yet done."""
    subscribed: list[str] = field(default_factory=list)
    """Every forced opt-in, in order: a test finds whom it should not have met."""
    resubscribed: list[str] = field(default_factory=list)
    """Forced opt-ins of people who had opted out."""
    fired: list[str] = field(default_factory=list)
    """What started rules or workflows."""
    counter: int = 0
    clock_ms: Callable[[], int] = _now_ms
    api_secret: str = API_SECRET
    is_active: bool = True
    subscribes_new_contacts: bool = False
    refuses_unknown_people: bool = False
    """Whether a look-up with an unknown address among the known ones is refused as a whole."""
    lists_events: bool = True
    asks_until_entered: int = 1
    """How many later calls the asynchronous upsert takes."""
    longest_frame_ms: int = 400 * _DAY
    page_cap: int = 1000
    blocked: set[str] = field(default_factory=set)
    """Addresses that SALESmanago takes for invalid."""

    def next_id(self, prefix: str) -> str:
        self.counter += 1
        return f"{prefix}{self.counter:08d}-0000-4000-8000-0cc47a1254ce"

    def find(self, email: object) -> Row | None:
        return self.contacts.get(str(email).strip().casefold())

    def by_id(self, contact_id: object) -> Row | None:
        return next((row for row in self.contacts.values() if row["id"] == contact_id), None)

    def touch(self, row: Row) -> None:
        row["modifiedOn"] = self.clock_ms()

    def new_contact(self, email: str, at: int) -> Row:
        row: Row = {
            "id": self.next_id("c"),
            "email": email,
            "name": None,
            "phone": None,
            "fax": None,
            "company": None,
            "externalId": None,
            "state": "PROSPECT",
            "score": 0,
            "address": None,
            "province": None,
            "birthday": None,
            "optedOut": not self.subscribes_new_contacts,
            "optedOutPhone": True,
            "deleted": False,
            "invalid": False,
            "tags": [],
            "properties": {},
            "createdOn": at,
            "modifiedOn": at,
        }
        self.contacts[email.strip().casefold()] = row
        return row

    def events_of(self, row: Row) -> list[Row]:
        return [each for each in self.events if each["contactId"] == row["id"]]

    def summary(self) -> Mapping[str, Any]:
        living = [row for row in self.contacts.values() if not row["deleted"]]
        kinds: dict[str, int] = {}
        for event in self.events:
            kinds[event["contactExtEventType"]] = kinds.get(event["contactExtEventType"], 0) + 1
        return {
            "contacts": len(living),
            "subscribed": sum(not row["optedOut"] and not row["invalid"] for row in living),
            "events": dict(sorted(kinds.items())),
            "resubscribed": len(self.resubscribed),
            "automations_fired": len(self.fired),
        }

    def snapshot(self) -> Any:
        return {
            "contacts": self.contacts,
            "events": self.events,
            "pending": self.pending,
            "subscribed": self.subscribed,
            "resubscribed": self.resubscribed,
            "fired": self.fired,
            "counter": self.counter,
        }

    def restore(self, told: Any) -> None:
        for name, value in told.items():
            setattr(self, name, value)


def peopled(records: int) -> World:
    """Customers of some years: most are subscribed, some left, some addresses are dead, some people were deleted."""
    world = World()
    for number in range(1, records + 1):
        name, city, country, province = _NAMES[number % len(_NAMES)]
        row = world.new_contact(f"kontakt{number:05d}@example.com", _CREATED + number * _DAY // 4)
        row |= {
            "name": name,
            "state": "CUSTOMER" if number % 3 else "PROSPECT",
            "address": {"streetAddress": f"Długa {number}", "zipCode": "31-147", "city": city, "country": country},
            "province": province or None,
            "optedOut": number % 4 == 0,
            "invalid": number % 9 == 0,
            "deleted": number % 13 == 0,
            "tags": ["REJESTRACJA" if number % 3 else "NEWSLETTER"],
        }
        if number % 2:
            world.events.append(_old_purchase(world, row, number))
    return world


def _old_purchase(world: World, row: Row, number: int) -> Row:
    return {
        "id": world.next_id("e"),
        "contactId": row["id"],
        "contactExtEventType": "PURCHASE",
        "date": row["createdOn"],
        "externalId": f"OLD-{number}",
        "products": "11,12",
        "value": 49.9,
        "location": "lampenladen",
    }
