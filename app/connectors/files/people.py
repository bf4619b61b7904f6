"""Contacts: one for each row of a list of contacts, or the customers of the documents that would be sent."""

from __future__ import annotations

from collections.abc import Sequence

from app.connectors.files.cells import (
    CellError,
    Columns,
    Line,
    address_of,
    email_of,
    first_text,
    names_of_person,
    person_id,
    unreadable,
)
from app.connectors.files.survey import Consents
from app.connectors.files.table import Row
from app.core.consent import Consent
from app.core.records import Contact, Order, Unreadable


def read_contact(rows: Sequence[Row], columns: Columns, consents: Consents) -> Contact | Unreadable:
    """Rows of one person; the last one is the newest, the strongest word on consent counts."""
    line = Line(rows[-1], columns)
    lines = [line]
    customer_id = line.text("customer_id")
    record_id = person_id(customer_id, line.email())
    try:
        for row in rows:
            Line(row, columns).refuse_broken()
            Line(row, columns).consent()
        if not record_id:
            raise line.missing("email")
        email = email_of(lines, customer_id)
        first_name, last_name = names_of_person(lines)
        return Contact(
            id=record_id,
            email=email,
            consent=Consent(consents.of(customer_id, email), line.moment("consent_at")),
            first_name=first_name,
            last_name=last_name,
            company=line.text("company"),
            phone=line.text("phone"),
            birthday=line.day("birthday"),
            language=line.text("language"),
            group=line.text("group"),
            address=address_of(lines),
            tags=tuple(tag.strip() for tag in line.text("tags").split(",") if tag.strip()),
            created_at=line.moment("created"),
            custom=_custom(line),
            raw={"rows": [line.raw()]},
        )
    except CellError as error:
        return unreadable(record_id, [error], lines)


def _custom(line: Line) -> dict[str, str]:
    """Columns that no field takes, by their heading, for the person to map."""
    raw = line.raw()
    return {heading: str(raw[heading]) for _, heading in line.columns.unused if heading and raw.get(heading)}


def contact_of_order(order: Order, rows: Sequence[Row], columns: Columns) -> Contact | None:
    """None for a guest of whom nothing is known."""
    if order.is_guest and not order.email:
        return None
    lines = [Line(row, columns) for row in rows]
    return Contact(
        id=person_id(order.customer_id, order.email),
        email=order.email,
        consent=order.accepts_marketing,
        first_name=order.first_name,
        last_name=order.last_name,
        company=order.company,
        phone=order.phone,
        language=first_text(lines, "language"),
        group=first_text(lines, "group"),
        address=order.billing,
        is_guest=order.is_guest,
        raw=order.raw,
    )
