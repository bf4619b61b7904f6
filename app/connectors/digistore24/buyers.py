"""Buyers as contacts, and addresses as both the API and the pushes write them."""

from __future__ import annotations

from collections.abc import Sequence

from app.connectors.digistore24.newsletter import consent_from
from app.connectors.digistore24.pushes import Told
from app.connectors.digistore24.times import moment_of
from app.connectors.digistore24.wire import Row
from app.core.addresses import normalised_email
from app.core.records import Address, Contact, Unreadable
from app.core.texts import _


def contact_of(row: Row, pushes: Sequence[Told]) -> Contact | Unreadable:
    number = str(row.get("id") or "")
    try:
        created = moment_of(row.get("created_at"))
    except ValueError:
        message = _("The buyer's date cannot be read.")
        return Unreadable(id=number, reason="unreadable", message=message, where=number)
    choice = next((each.get("newsletter_choice") for each in reversed(pushes) if each.get("newsletter_choice")), "")
    own = {"salutation": _words(row, "salutation"), "title": _words(row, "title"), "newsletter_choice": choice}
    tags = next((each.get("tags") for each in reversed(pushes) if each.get("tags")), "")
    return Contact(
        id=number,
        email=normalised_email(_words(row, "email")),
        consent=consent_from(pushes),
        first_name=_words(row, "first_name"),
        last_name=_words(row, "last_name"),
        company=_words(row, "company"),
        phone=_words(row, "phone_no"),
        language=next((each.get("buyer_language") for each in reversed(pushes) if each.get("buyer_language")), ""),
        address=address_of(row),
        tags=tuple(tag.strip() for tag in tags.split(",") if tag.strip()),
        created_at=created,
        custom={name: value for name, value in own.items() if value},
        raw=row,
    )


def address_of(row: Row) -> Address | None:
    """None where nothing but a name is known."""
    street = _words(row, "street") or f"{_words(row, 'street_name')} {_words(row, 'street_number')}".strip()
    found = Address(
        first_name=_words(row, "first_name"),
        last_name=_words(row, "last_name"),
        company=_words(row, "company"),
        street=street,
        street_2=_words(row, "street2"),
        postcode=_words(row, "zipcode"),
        city=_words(row, "city"),
        region=_words(row, "state"),
        country=_words(row, "country").upper(),
        phone=_words(row, "phone_no"),
    )
    return found if any((found.street, found.postcode, found.city, found.country)) else None


def pushed_address(pushes: Sequence[Told]) -> Address | None:
    """Where the goods go (``address_*``), as the first push with a street tells it."""
    for push in pushes:
        if push.get("address_street") or push.get("address_street_name"):
            return address_of({name.removeprefix("address_"): push.get(name) for name in _ADDRESS})
    return None


_ADDRESS = tuple(
    f"address_{part}"
    for part in (
        "first_name",
        "last_name",
        "company",
        "street",
        "street_name",
        "street_number",
        "street2",
        "zipcode",
        "city",
        "state",
        "country",
        "phone_no",
    )
)


def _words(row: Row, name: str) -> str:
    return str(row.get(name) or "").strip()
