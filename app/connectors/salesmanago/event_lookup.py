"""What a contact has of the events of one record, and how an event is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.connectors.salesmanago.answers import Row
from app.connectors.salesmanago.events import CART, PURCHASE, SHOP_KEY, Event
from app.connectors.salesmanago.people import known_person, the_living
from app.connectors.salesmanago.tags import plain
from app.core.records import Cart, Order
from app.core.texts import Text, text
from app.sdk.plan import Draft, FieldLine, Known


def known_events(draft: Draft, rows: Sequence[Row]) -> Known:
    """``facts`` hold the contact's tags, and of its events those of this record."""
    person = known_person(rows)
    row = the_living(rows)
    if row is None:
        return person
    events = [_event_of(each) for each in row.get("contactExtEvents") or () if isinstance(each, dict)]
    own = [each for each in events if _is_of(each, draft.content["events"][0])]
    main = draft.content["events"][0]["contactExtEventType"]
    target_id = next((each["id"] for each in own if each["contactExtEventType"] in {PURCHASE, main}), "")
    tags = [plain(str(each.get("tag") or "")) for each in row.get("contactTags") or () if isinstance(each, dict)]
    return Known(
        exists=person.exists,
        target_id=target_id,
        standing=person.standing,
        matches=person.matches,
        facts={**person.facts, "tags": tags, "events": own, "tells_events": "contactExtEvents" in row},
    )


def _event_of(row: Row) -> dict[str, Any]:
    event_id = row.get("id") or row.get("eventId") or ""
    return {**row, "id": event_id, "contactExtEventType": str(row.get("contactExtEventType") or "").upper()}


def _is_of(row: Row, event: Event) -> bool:
    """A cart may have the number of an order, and another shop may number its orders alike: then its key tells them
    apart, where it is told back. Address and location of the shop do not: both may change, and no history is entered
    twice for that."""
    is_cart, was_cart = event["contactExtEventType"] == CART, row["contactExtEventType"] == CART
    shop = event.get(SHOP_KEY, "")
    is_same_shop = not shop or row.get(SHOP_KEY) in {None, "", shop}
    return is_same_shop and is_cart is was_cart and str(row.get("externalId") or "") == event["externalId"]


_LABELS: Sequence[tuple[Text, str, Callable[[Order | Cart], str]]] = (
    (text("Order number"), "externalId", lambda each: each.number if isinstance(each, Order) else each.id),
    (text("Goods"), "products", lambda each: ", ".join(line.name for line in each.lines)),
    (text("Value"), "value", lambda each: str(each.total)),
    (text("Payment"), "description", lambda each: each.payment_method if isinstance(each, Order) else each.url),
    (text("Pick-up point"), "detail10", lambda each: each.pickup_point if isinstance(each, Order) else ""),
)


def event_lines(record: Order | Cart, events: Sequence[Event], tags: Sequence[str]) -> tuple[FieldLine, ...]:
    """The first event as an example of all: they differ in type and value only."""
    kinds = ", ".join(each["contactExtEventType"] for each in events)
    shown = [
        FieldLine(text("E-mail"), record.email, f"email: {record.email}"),
        FieldLine(text("Status"), record.status.value if isinstance(record, Order) else "", kinds),
    ]
    for label, name, source in _LABELS:
        if name in events[0]:
            shown.append(FieldLine(label, source(record), f"{name}: {events[0][name]}"))
    if tags:
        shown.append(FieldLine(text("Tags"), "", ", ".join(tags)))
    return tuple(shown)
