"""The state of a simulated Newsletter2Go account."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from app.core.addresses import normalised_email
from app.core.events import now

Row = dict[str, Any]
DEFAULT, WEEKLY = "om355owj", "5oca6p1j"
FORM = "ab12cd34-ef56ab78-1a2b"
_BEGAN = datetime(2026, 2, 1, 9, tzinfo=UTC)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SAVED = ("recipients", "lists", "groups", "members", "attributes", "asked", "notes", "counters")
_STANDARD = {"first_name": "", "last_name": "", "phone": "", "gender": None}
_PEOPLE = (("Jürgen", "Müller"), ("Zofia", "Łęcka"), ("Anaïs", "Lefèvre"), ("Søren", "Ågård"), ("Uschi", "Groß"))


@dataclass(slots=True)
class World:
    """Recipients by list and id. ``notes`` keeps what must not happen."""

    clock: Callable[[], datetime] = now
    monotonic: Callable[[], float] = time.monotonic
    token_life_s: int = 7200
    refresh_grants: tuple[str, ...] = ("https://nl2go.com/jwt_refresh", "https://nl2go.com/jwt")
    state: str = "verified"
    filters_own_attributes: bool = True
    tells_statistics: bool = True
    texts_for_booleans: bool = False
    most_rows: int = 1000
    """How many rows a page holds at most; more are cut without a word."""
    recipients: dict[str, dict[str, Row]] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    groups: dict[str, Row] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    attributes: dict[str, dict[str, Row]] = field(default_factory=dict)
    asked: dict[str, Row] = field(default_factory=dict)
    """Whoever got an e-mail and has not clicked yet, by address."""
    tokens: dict[str, float] = field(default_factory=dict)
    """Access tokens that are valid, and until when."""
    refreshes: set[str] = field(default_factory=set)
    notes: dict[str, list[str]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    def next_id(self, table: str) -> str:
        """Eight lower-case letters and digits, spread, and the same every time."""
        self.counters[table] = count = self.counters.get(table, 0) + 1
        number = (count * 1_234_567_891 + len(table) * 97) % 36**8
        digits = []
        for _ in range(8):
            number, place = divmod(number, 36)
            digits.append(_DIGITS[place])
        return "".join(digits)

    def note(self, what: str, whom: str) -> None:
        self.notes.setdefault(what, []).append(whom)

    def noted(self, what: str) -> list[str]:
        return self.notes.get(what, [])

    def stamp(self, at: datetime | None = None) -> str:
        return (at or self.clock()).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")

    def by_email(self, email: str, list_id: str = DEFAULT) -> Row | None:
        wanted = normalised_email(email)
        return next((row for row in self.recipients[list_id].values() if row["email"] == wanted), None)

    def put(self, email: str, values: Mapping[str, Any], list_id: str = DEFAULT) -> Row:
        """An upsert by address within the list."""
        row = self.by_email(email, list_id)
        if row is None:
            row = {
                "id": self.next_id("recipients"),
                "email": normalised_email(email),
                **_STANDARD,
                "is_unsubscribed": False,
                "is_bounced": False,
                "is_blacklisted": False,
                "created_at": self.stamp(),
            }
            self.recipients[list_id][row["id"]] = row
            if row["email"] in self.noted("deleted_by_hand"):
                self.note("brought_back", row["email"])
        for mark in ("is_unsubscribed", "is_blacklisted"):
            if row[mark] and values.get(mark) is False:
                self.note("resubscribed", row["email"])
        row |= dict(values)
        return row

    def click(self, email: str) -> None:
        """The person confirms."""
        waiting = self.asked.pop(normalised_email(email))
        self.put(waiting["email"], {name: value for name, value in waiting.items() if name != "email"})

    def unsubscribe(self, email: str, at: datetime | None = None, reason: str = "") -> Row:
        row = self.put(email, {"is_unsubscribed": True})
        row |= {"statistic_last_unsubscribe_list": self.stamp(at), "statistic_last_unsubscribe_list_reason": reason}
        return row

    def bounce(self, email: str, at: datetime | None = None) -> Row:
        row = self.put(email, {})
        told = {"statistic_last_bounce": self.stamp(at), "statistic_last_bounce_reason": "550 unknown"}
        row |= {"is_bounced": True, **told}
        return row

    def blacklist(self, email: str, at: datetime | None = None) -> Row:
        row = self.put(email, {"is_blacklisted": True})
        row["statistic_last_blacklist_list"] = self.stamp(at)
        return row

    def delete_by_hand(self, email: str) -> None:
        row = self.by_email(email)
        if row is not None:
            del self.recipients[DEFAULT][row["id"]]
            self.note("deleted_by_hand", row["email"])

    def members_of(self, name: str) -> set[str]:
        group: Row = next(each for each in self.groups.values() if each["name"] == name)
        held = self.recipients[group["list_id"]]
        return {held[each]["email"] for each in self.members.get(group["id"], ())}

    def summary(self) -> Mapping[str, Any]:
        rows = list(self.recipients[DEFAULT].values())
        marks = ("is_unsubscribed", "is_bounced", "is_blacklisted")
        return {
            "recipients": len(rows),
            "active": len([row for row in rows if not any(row[mark] for mark in marks)]),
            "unsubscribed": len([row for row in rows if row["is_unsubscribed"]]),
            "asked_by_mail": len(self.noted("asked")),
            "resubscribed": len(self.noted("resubscribed")),
            "brought_back": len(self.noted("brought_back")),
            "filterless_calls": len(self.noted("filterless")),
        }

    def snapshot(self) -> Any:
        return json.loads(msgspec.json.encode({name: getattr(self, name) for name in _SAVED}))

    def restore(self, state: Any) -> None:
        for name in _SAVED:
            setattr(self, name, state[name])


def furnish(world: World, records: int) -> None:
    """Two address books, attributes, a group, and people who were there before: some have left, some bounced."""
    for list_id, name in ((DEFAULT, "Standard"), (WEEKLY, "Wöchentliche Neuigkeiten")):
        world.lists[list_id] = name
        world.recipients[list_id] = {}
        world.attributes[list_id] = {}
    for name, kind in {"city": "text", "points": "number", "birthday": "date", "is_vip": "boolean"}.items():
        add_attribute(world, DEFAULT, name, kind)
    add_group(world, DEFAULT, "Stammkunden")
    add_group(world, DEFAULT, "Wer lange nichts kaufte")["is_dynamic"] = True
    for email in ("vera@example.com", "otto@example.com"):
        world.put(email, {})["created_at"] = world.stamp(_BEGAN)
    for place in range(1, records + 1):
        _furnish_person(world, place)


def add_attribute(world: World, list_id: str, name: str, kind: str) -> Row:
    row = {"id": world.next_id("attributes"), "name": name, "type": kind, "sub_type": kind, "display": "all"}
    world.attributes[list_id][name] = row
    return row


def add_group(world: World, list_id: str, name: str) -> Row:
    row: Row = {"id": world.next_id("groups"), "list_id": list_id, "name": name, "is_dynamic": False}
    world.groups[row["id"]] = row
    return row


def _furnish_person(world: World, place: int) -> None:
    at = _BEGAN + timedelta(hours=place)
    email = f"kunde{place:04d}@example.com"
    first, last = _PEOPLE[place % len(_PEOPLE)]
    row = world.put(email, {"first_name": first, "last_name": last})
    row["created_at"] = world.stamp(at)
    if place % 40 == 0:
        world.blacklist(email, at)
    elif place % 10 == 0:
        world.unsubscribe(email, at, "zu viele Mails" if place % 20 == 0 else "")
    elif place % 25 == 0:
        world.bounce(email, at)
