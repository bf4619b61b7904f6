"""External events of the simulated account. The same event sent twice stands there twice."""

from __future__ import annotations

from typing import Any

from app.connectors.salesmanago.simulated_contacts import RefusedError
from app.connectors.salesmanago.world import Row, World

_TYPES = {
    "PURCHASE",
    "CART",
    "VISIT",
    "PHONE_CALL",
    "OTHER",
    "RESERVATION",
    "CANCELLED",
    "ACTIVATION",
    "MEETING",
    "OFFER",
    "DOWNLOAD",
    "LOGIN",
    "TRANSACTION",
    "CANCELLATION",
    "RETURN",
    "SURVEY",
}
_MOST_AT_ONCE = 1000
_LONGEST = {
    "products": 512,
    "description": 2048,
    "location": 255,
    "externalId": 255,
    "shopDomain": 255,
    **{f"detail{number}": 255 for number in range(1, 21)},
}
_KEPT = ("contactExtEventType", "date", "value", *_LONGEST)
_MOST_VALUE = 10**19


def add_event(world: World, body: Row) -> Row:
    event = _add(world, body, fires=True)
    return {"eventId": event["id"]}


def add_events(world: World, body: Row) -> Row:
    """Failures of single events are counted inside a success."""
    asked = body.get("events")
    if not isinstance(asked, list) or not asked:
        raise RefusedError("events is empty")
    if len(asked) > _MOST_AT_ONCE:
        raise RefusedError(f"Too long list of events, maximum is {_MOST_AT_ONCE}")
    failed = []
    for each in asked:
        try:
            _add(world, each, fires=True)
        except _NoContactError:
            failed.append(each.get("email") or each.get("contactId"))
    return {"createdAmount": len(asked) - len(failed), "failedAmount": len(failed), "failedContacts": failed}


def update_event(world: World, body: Row) -> Row:
    told = body.get("contactEvent") or {}
    event = next((each for each in world.events if each["id"] == told.get("eventId")), None)
    if event is None:
        raise RefusedError("Event not found")
    _check(told)
    event |= {name: told[name] for name in _KEPT if name in told}
    return {"eventId": event["id"]}


def delete_event(world: World, body: Row) -> Row:
    event = next((each for each in world.events if each["id"] == body.get("eventId")), None)
    if event is None:
        raise RefusedError("Event not found")
    world.events.remove(event)
    return {"result": True}


class _NoContactError(RefusedError):
    pass


def _add(world: World, body: Row, *, fires: bool) -> Row:
    if bool(body.get("email")) == bool(body.get("contactId")):
        raise RefusedError("Either email or contactId is needed")
    told = body.get("contactEvent") or {}
    _check(told)
    row = world.by_id(body["contactId"]) if body.get("contactId") else world.find(body["email"])
    if row is None or row["deleted"]:
        raise _NoContactError("Contact not found")
    event: dict[str, Any] = {"id": world.next_id("e"), "contactId": row["id"]}
    event |= {name: told[name] for name in _KEPT if name in told}
    world.events.append(event)
    world.touch(row)
    if fires:
        world.fired.append(f"event {event['id']}")
    return event


def _check(told: Row) -> None:
    if told.get("contactExtEventType") not in _TYPES:
        raise RefusedError("Incorrect contactExtEventType")
    if not isinstance(told.get("date"), int):
        raise RefusedError("Incorrect date")
    value = told.get("value", 0)
    if isinstance(value, str | bool) or abs(value) >= _MOST_VALUE:
        raise RefusedError("Incorrect value")
    for name, longest in _LONGEST.items():
        if not isinstance(told.get(name, ""), str) or len(told.get(name, "")) > longest:
            raise RefusedError(f"Too long value of {name}, maximum is {longest}")
