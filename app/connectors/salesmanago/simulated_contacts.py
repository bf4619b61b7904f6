"""Contacts of the simulated account: upserts, look-ups, opt-outs, changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from app.connectors.salesmanago.world import STATES, Row, World

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
_BIRTHDAY = re.compile(r"\d{8}|\d{4}")
_MOST_AT_ONCE = 1000
_MOST_LOOKED_UP = 50
_FLAGS = ("forceOptIn", "forceOptOut", "forcePhoneOptIn", "forcePhoneOptOut")
_PLAIN = ("name", "phone", "fax", "company", "state", "externalId")


class RefusedError(Exception):
    """Becomes ``success: false`` with this message, in HTTP 200."""


def upsert_many(world: World, body: Row) -> Row:
    elements = _elements(body)
    rows = [_upsert(world, each, fires=True) for each in elements]
    return {"contactIds": {row["email"]: row["id"] for row in rows}}


def upsert_many_later(world: World, body: Row) -> Row:
    """Takes what it is given and does it in the background."""
    elements = _elements(body)
    for each in elements:
        _check(world, each)
    for each in elements:
        world.pending.append(
            {"element": each, "after": world.asks_until_entered, "fires": body.get("fireEvents", True)}
        )
    return {"requestId": 100 + len(world.pending)}


def work_on(world: World) -> None:
    """One step of the background."""
    for each in world.pending:
        each["after"] -= 1
    due = [each for each in world.pending if each["after"] < 0]
    world.pending = [each for each in world.pending if each["after"] >= 0]
    for each in due:
        _upsert(world, each["element"], fires=each["fires"])


def opt_out(world: World, body: Row) -> Row:
    row = _named(world, body)
    row["optedOut"] = True
    world.touch(row)
    return {"contactId": row["id"]}


def has_contact(world: World, body: Row) -> Row:
    row = world.find(body.get("email"))
    is_there = row is not None and not row["deleted"]
    return {"result": is_there, "contactId": row["id"] if row and is_there else None}


def basic(world: World, body: Row) -> Row:
    return {"contacts": [_basic_of(row) for row in _asked(world, body.get("email"), world.find)]}


def basic_by_id(world: World, body: Row) -> Row:
    return {"contacts": [_basic_of(row) for row in _asked(world, body.get("id"), world.by_id)]}


def whole(world: World, body: Row) -> Row:
    return {"contacts": [_whole_of(world, row) for row in _asked(world, body.get("email"), world.find)]}


def modified(world: World, body: Row) -> Row:
    """Own changes count like everybody's. Times are milliseconds; seconds find 1970."""
    start, end = body.get("from"), body.get("to")
    if not isinstance(start, int) or not isinstance(end, int) or end < start:
        raise RefusedError("Incorrect date range")
    if end - start > world.longest_frame_ms:
        raise RefusedError("Date range is too long")
    size, page = min(int(body.get("size") or 100), world.page_cap), int(body.get("page") or 1)
    found = [row for row in world.contacts.values() if start <= row["modifiedOn"] < end]
    part = found[(page - 1) * size : page * size]
    return {
        "modifiedContacts": [{"id": row["id"], "email": row["email"]} for row in part],
        "hasMore": page * size < len(found),
    }


def _elements(body: Row) -> list[Row]:
    elements = body.get("upsertDetails")
    if not isinstance(elements, list) or not elements:
        raise RefusedError("upsertDetails is empty")
    if len(elements) > _MOST_AT_ONCE:
        raise RefusedError(f"Too long list of upsertDetails, maximum is {_MOST_AT_ONCE} elements")
    return elements


def _check(world: World, element: Row) -> str:
    contact = element.get("contact") or {}
    email = str(contact.get("email") or "")
    if not _EMAIL.fullmatch(email) or len(email) > 254 or email.casefold() in world.blocked:
        raise RefusedError(f"Invalid email address: {email}")
    if any(not isinstance(element.get(flag, False), bool) for flag in _FLAGS):
        raise RefusedError("Flags must be boolean")
    for opts_in, opts_out in (_FLAGS[:2], _FLAGS[2:]):
        if element.get(opts_in) and element.get(opts_out):
            raise RefusedError(f"{opts_in} and {opts_out} must not both be true")
    if contact.get("state", "PROSPECT") not in STATES:
        raise RefusedError(f"Unknown state {contact['state']}")
    if element.get("birthday") and not _BIRTHDAY.fullmatch(str(element["birthday"])):
        raise RefusedError("Incorrect birthday")
    if any("," in tag for tag in element.get("tags") or ()):
        raise RefusedError("Incorrect tag")
    return email


def _upsert(world: World, element: Row, *, fires: bool) -> Row:
    email = _check(world, element)
    contact = element["contact"]
    row = world.find(email)
    is_new = row is None or row["deleted"]
    if row is None or row["deleted"]:
        row = world.new_contact(email, world.clock_ms())
    row |= {name: contact[name] for name in _PLAIN if contact.get(name)}
    if contact.get("address"):
        row["address"] = {**(row["address"] or {}), **contact["address"]}
    row |= {name: element[name] for name in ("birthday", "province", "lang") if element.get(name)}
    row["properties"] = {**row["properties"], **(element.get("properties") or {})}
    for tag in element.get("tags") or ():
        written = "_".join(tag.split()).upper()
        if written not in row["tags"]:
            row["tags"].append(written)
    _force(world, row, element, is_new=is_new)
    world.touch(row)
    if fires:
        world.fired.append(f"{'created' if is_new else 'changed'} {row['id']}")
    return row


def _force(world: World, row: Row, element: Row, *, is_new: bool) -> None:
    if element.get("forceOptIn"):
        world.subscribed.append(row["email"])
        if row["optedOut"] and not is_new:
            world.resubscribed.append(row["email"])
        row["optedOut"] = False
    if element.get("forceOptOut"):
        row["optedOut"] = True


def _named(world: World, body: Row) -> Row:
    row = world.by_id(body["contactId"]) if body.get("contactId") else world.find(body.get("email"))
    if row is None or row["deleted"]:
        raise RefusedError("Contact not found")
    return row


def _asked(world: World, asked: object, find: Callable[[object], Row | None]) -> list[Row]:
    wanted = asked if isinstance(asked, list) else [asked]
    if len(wanted) > _MOST_LOOKED_UP:
        raise RefusedError(f"Maximum number of contacts is {_MOST_LOOKED_UP}")
    found = [row for each in wanted if (row := find(each))]
    if world.refuses_unknown_people and len(found) < len(wanted):
        raise RefusedError("Contact not found")
    return found


def _basic_of(row: Row) -> Row:
    born = str(row.get("birthday") or "")
    return {
        "contactId": row["id"],
        "birthdayYear": int(born[:4]) if len(born) == 8 else None,
        "birthdayMonth": int(born[-4:-2]) if born else None,
        "birthdayDay": int(born[-2:]) if born else None,
        **{name: row[name] for name in ("email", *_PLAIN, "score", "address", "province")},
        **{name: row[name] for name in ("optedOut", "optedOutPhone", "deleted", "invalid", "createdOn", "modifiedOn")},
        "lastVisit": None,
    }


def _whole_of(world: World, row: Row) -> Mapping[str, Any]:
    basic_row = _basic_of(row)
    contact_id = basic_row.pop("contactId")
    found = {
        "id": contact_id,
        **basic_row,
        "mainContactOwner": None,
        "contactTags": [{"tag": tag, "tagName": tag, "score": 1, "createdOn": row["createdOn"]} for tag in row["tags"]],
        "properties": [{"name": name, "value": value} for name, value in row["properties"].items()],
        "contactVisits": [],
        "contactNotes": [],
    }
    if world.lists_events:
        found["contactExtEvents"] = world.events_of(row)
    return found
