"""The fields of a record that a person may map to a target's own fields, by a stable path such as ``contact.phone``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from app.core.records import Address, Contact
from app.core.texts import Text, text, verbatim

CUSTOM_PREFIX = "contact.custom."


@dataclass(frozen=True, slots=True)
class SourceField:
    path: str
    label: Text


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One row of the field mapping."""

    source: str
    target: str
    on_update: bool = True
    """False: only when the record is created in the target."""
    empty_overwrites: bool = False
    """True: an empty value in the source clears the target's field."""


_CONTACT: Mapping[str, tuple[Text, Callable[[Contact], object]]] = {
    "contact.id": (text("Customer number"), lambda c: c.id),
    "contact.email": (text("E-mail"), lambda c: c.email),
    "contact.first_name": (text("First name"), lambda c: c.first_name),
    "contact.last_name": (text("Last name"), lambda c: c.last_name),
    "contact.company": (text("Company"), lambda c: c.company),
    "contact.phone": (text("Phone"), lambda c: c.phone),
    "contact.birthday": (text("Birthday"), lambda c: c.birthday),
    "contact.language": (text("Language"), lambda c: c.language),
    "contact.group": (text("Customer group"), lambda c: c.group),
    "contact.created_at": (text("Customer since"), lambda c: c.created_at),
    "contact.street": (text("Street"), lambda c: _address(c).street),
    "contact.street_2": (text("Address line 2"), lambda c: _address(c).street_2),
    "contact.postcode": (text("Postcode"), lambda c: _address(c).postcode),
    "contact.city": (text("City"), lambda c: _address(c).city),
    "contact.region": (text("Region"), lambda c: _address(c).region),
    "contact.country": (text("Country"), lambda c: _address(c).country),
    "contact.consent": (text("Newsletter consent"), lambda c: c.consent.state.value),
    "contact.consent_at": (text("Newsletter consent changed"), lambda c: c.consent.changed_at),
}


def _address(contact: Contact) -> Address:
    return contact.address or Address()


def contact_fields(custom: tuple[str, ...] = ()) -> tuple[SourceField, ...]:
    """Every mappable field of a contact; ``custom`` names the source's own additional fields."""
    known = tuple(SourceField(path, label) for path, (label, _) in _CONTACT.items())
    return known + tuple(SourceField(CUSTOM_PREFIX + name, verbatim(name)) for name in custom)


def field_label(path: str) -> Text:
    """What a person calls the field; the source's own name for an additional one."""
    return _CONTACT[path][0] if path in _CONTACT else verbatim(path.removeprefix(CUSTOM_PREFIX))


def is_field_path(path: str) -> bool:
    return path in _CONTACT or (path.startswith(CUSTOM_PREFIX) and len(path) > len(CUSTOM_PREFIX))


def field_value(contact: Contact, path: str) -> str:
    """The value as text; dates and times in ISO 8601 with their offset; empty where there is none.

    Raises KeyError for an unknown path.
    """
    if path.startswith(CUSTOM_PREFIX):
        return contact.custom.get(path.removeprefix(CUSTOM_PREFIX), "")
    value = _CONTACT[path][1](contact)
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def as_date(value: str) -> str | None:
    """The day of a date or time, in ISO 8601, for a target's field of that type; None for anything else."""
    try:
        return datetime.fromisoformat(value).date().isoformat()
    except ValueError:
        return None


def as_number(value: str) -> Decimal | None:
    """A finite number, with a point or a comma, for a target's field of that type; None for anything else."""
    try:
        found = Decimal(value.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
