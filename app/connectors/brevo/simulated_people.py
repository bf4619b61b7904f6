"""The simulated account's contacts, lists, attributes and blocked addresses."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.connectors.brevo.simulated_call import (
    Call,
    RefusedError,
    Reply,
    check,
    fields_of,
    invalid,
    not_found,
    paged,
)
from app.connectors.brevo.world import Row, World
from app.core.addresses import is_email, normalised_email

_CREATE = (
    *("email", "ext_id", "attributes", "emailBlacklisted", "smsBlacklisted", "listIds", "updateEnabled"),
    "smtpBlacklistSender",
)
_UPDATE = (
    *("ext_id", "attributes", "emailBlacklisted", "smsBlacklisted", "listIds", "unlinkListIds"),
    "smtpBlacklistSender",
)
_DOI = ("email", "attributes", "includeListIds", "excludeListIds", "templateId", "redirectionUrl")
_ATTRIBUTE_TYPES = {"text", "date", "float", "boolean", "multiple-choice", "id", "category"}
_IDENTIFIERS = {"email_id", "contact_id", "ext_id", "phone_id"}
_SMS = re.compile(r"\+?[1-9]\d{6,14}")
_SHOWN = (
    *("id", "email", "emailBlacklisted", "smsBlacklisted", "createdAt", "modifiedAt", "listIds", "listUnsubscribed"),
    "attributes",
)


def account(_: Call) -> Reply:
    address = {"street": "Lange Straße 1", "city": "Leipzig", "zipCode": "04109", "country": "Germany"}
    body = {
        "email": "inhaberin@example.com",
        "firstName": "Übung",
        "lastName": "Laden",
        "companyName": "Übungsladen",
        "address": address,
        "plan": [{"type": "free", "creditsType": "sendLimit", "credits": 300}],
        "relay": {"enabled": True, "data": {"userName": "practice", "relay": "smtp-relay.brevo.com", "port": 587}},
        "marketingAutomation": {"enabled": True},
    }
    return Reply(200, body)


# Contacts ------------------------------------------------------------------------------------------------------------


def list_contacts(call: Call) -> Reply:
    since = _moment(call.query.get("modifiedSince"))
    stamp = call.world.stamp(since) if since else ""
    rows = [_shown(row) for row in call.world.contacts.values() if row["modifiedAt"] >= stamp]
    return paged(call, "contacts", rows, most=1000)


def show_contact(call: Call) -> Reply:
    row = _found(call)
    return Reply(200, {**_shown(row), "statistics": row["statistics"]})


def create_contact(call: Call) -> Reply:
    body = fields_of(call, _CREATE)
    world, email = call.world, normalised_email(body.get("email"))
    if not is_email(email):
        raise invalid("Invalid email address")
    held = world.by_email(email)
    if held is not None and not body.get("updateEnabled"):
        raise _duplicate("email")
    _refuse_clashes(world, body, held)
    row = held or world.add(email)
    _change(world, row, body)
    return Reply(204) if held else Reply(201, {"id": row["id"]})


def update_contact(call: Call) -> Reply:
    row = _found(call)
    body = fields_of(call, _UPDATE)
    moved = normalised_email((body.get("attributes") or {}).get("EMAIL"))
    if moved and (call.world.by_email(moved) or row) is not row:
        raise _duplicate("email")
    _refuse_clashes(call.world, body, row)
    if moved:
        row["email"] = moved
    _change(call.world, row, body)
    return Reply(204)


def delete_contact(call: Call) -> Reply:
    row = _found(call)
    call.world.note("deleted", row["email"])
    if row["emailBlacklisted"] or row["listUnsubscribed"]:
        call.world.note("objections_forgotten", row["email"])
    del call.world.contacts[str(row["id"])]
    return Reply(204)


def ask_for_confirmation(call: Call) -> Reply:
    body = fields_of(call, _DOI, ("email", "includeListIds", "templateId", "redirectionUrl"))
    template = call.world.templates.get(str(body["templateId"]))
    if template is None or not template["isActive"]:
        raise invalid("Template ID does not exist or is not active")
    _lists(call.world, body["includeListIds"])
    call.world.note("asked", normalised_email(body["email"]))
    return Reply(201)


def _change(world: World, row: Row, body: Row) -> None:
    for name, value in (body.get("attributes") or {}).items():
        held = world.attributes.get(name)
        # What is unknown, or of another type, is dropped without a word.
        if held and held["category"] == "normal" and _fits(held["type"], value):
            row["attributes"][name] = value.lstrip("+") if name == "SMS" else value
    if "ext_id" in body:
        row["ext_id"] = body["ext_id"]
    if "emailBlacklisted" in body:
        if row["emailBlacklisted"] and body["emailBlacklisted"] is False:
            world.note("resubscribed", row["email"])
        row["emailBlacklisted"] = body["emailBlacklisted"]
    for list_id in _lists(world, body.get("listIds") or []):
        world.join(row, list_id)
    for list_id in _lists(world, body.get("unlinkListIds") or []):
        row["listIds"] = [each for each in row["listIds"] if each != list_id]
    row["modifiedAt"] = world.stamp()


def _fits(kind: str, value: Any) -> bool:
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "float":
            return isinstance(value, int | Decimal) and not isinstance(value, bool)
        case "date":
            return isinstance(value, str) and (not value or re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is not None)
        case "multiple-choice":
            return isinstance(value, list)
        case _:
            return isinstance(value, str)


def _refuse_clashes(world: World, body: Row, own: Row | None) -> None:
    phone = (body.get("attributes") or {}).get("SMS")
    if phone and not _SMS.fullmatch(phone):
        raise invalid("Invalid phone number")
    clashing = []
    others = [row for row in world.contacts.values() if row is not own]
    if phone and any(row["attributes"].get("SMS") == phone.lstrip("+") for row in others):
        clashing.append("SMS")
    if body.get("ext_id") and any(row["ext_id"] == body["ext_id"] for row in others):
        clashing.append("ext_id")
    if clashing:
        raise _duplicate(*clashing)


def _duplicate(*names: str) -> RefusedError:
    what = ", ".join(names)
    message = f"Unable to create contact, {what} is already associated with another Contact"
    return invalid(message, "duplicate_parameter", metadata={"duplicate_identifiers": list(names)})


def _found(call: Call) -> Row:
    identifier, kind = call.ids[0], call.query.get("identifierType", "")
    if kind and kind not in _IDENTIFIERS:
        raise invalid("identifierType is not valid")
    guessed = "contact_id" if identifier.isdecimal() else "email_id"
    row = call.world.find(identifier, kind or guessed)
    if row is None:
        raise not_found("Contact does not exist")
    return row


def _shown(row: Row) -> Row:
    attributes = {**row["attributes"], **({"EXT_ID": row["ext_id"]} if row["ext_id"] else {})}
    return {**{name: row[name] for name in _SHOWN}, "attributes": attributes}


def _lists(world: World, ids: Any) -> list[int]:
    if not isinstance(ids, list) or not all(isinstance(each, int) for each in ids):
        raise invalid("List ids must be numbers")
    if any(str(each) not in world.lists for each in ids):
        raise invalid("List ID does not exist")
    return ids


def _moment(raw: str | None) -> datetime | None:
    if not raw:
        return None
    try:
        found = datetime.fromisoformat(raw)
    except ValueError:
        raise invalid("modifiedSince must be a UTC date-time (YYYY-MM-DDTHH:mm:ss.SSSZ)") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# Lists, attributes, templates ----------------------------------------------------------------------------------------


def list_lists(call: Call) -> Reply:
    return paged(call, "lists", list(call.world.lists.values()), most=50, usual=10)


def list_attributes(call: Call) -> Reply:
    return Reply(200, {"attributes": list(call.world.attributes.values())})


def create_attribute(call: Call) -> Reply:
    category, name = call.ids
    body = fields_of(call, ("type", "value", "enumeration", "isRecurring", "multiCategoryOptions"))
    if category != "normal" or body.get("type") not in _ATTRIBUTE_TYPES or not re.fullmatch(r"[A-Z0-9_]+", name):
        raise invalid("Attribute category, name or type is not valid")
    if name in call.world.attributes:
        raise invalid("Attribute name already exists", "duplicate_parameter")
    call.world.attributes[name] = {"name": name, "category": category, "type": body["type"]}
    return Reply(204)


def list_templates(call: Call) -> Reply:
    rows = list(call.world.templates.values())
    if call.query.get("templateStatus") == "true":
        rows = [row for row in rows if row["isActive"]]
    return paged(call, "templates", rows, most=1000)


def show_template(call: Call) -> Reply:
    row = call.world.templates.get(call.ids[0])
    if row is None:
        raise not_found("Template does not exist")
    return Reply(200, row)


def list_blocked(call: Call) -> Reply:
    first, last = call.query.get("startDate"), call.query.get("endDate")
    if bool(first) is not bool(last):
        raise invalid("startDate and endDate must be given together", "missing_parameter")
    rows = [row for row in call.world.blocked if not first or first <= row["blockedAt"][:10] <= str(last)]
    for row in rows:
        check(row, ("email", "senderEmail", "reason", "blockedAt"))
    return paged(call, "contacts", rows, most=100)
