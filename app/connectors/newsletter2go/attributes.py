"""A recipient's own fields: those that everybody has, and the attributes of the account by their names.

Names are case-sensitive and stand beside the fixed ones (https://docs.newsletter2go.com, "Attributes"). What happens to
unknown ones is not documented: they are checked before anything is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.connectors.newsletter2go.answers import Row, words
from app.connectors.newsletter2go.wire import Wire
from app.core.errors import ConfigError
from app.core.fields import FieldRule, as_date, as_number, field_value
from app.core.records import Contact
from app.core.texts import _, text
from app.sdk.plan import Json, Step
from app.sdk.target import RemoteField

CUSTOMER_ID = "koppler_customer_id"
"""Holds the shop's own id, so that somebody deleted in the shop is found without an address."""
_STANDARD = {"first_name": "text", "last_name": "text", "phone": "text", "gender": "gender"}
_DEFAULTS = (
    FieldRule("contact.first_name", "first_name"),
    FieldRule("contact.last_name", "last_name"),
    FieldRule("contact.phone", "phone"),
)
_GENDERS = {"m": "m", "f": "f", "w": "f", "male": "m", "female": "f", "herr": "m", "frau": "f", "mr": "m", "mrs": "f"}
_YES, _NO = {"1", "true", "yes", "ja", "tak"}, {"0", "false", "no", "nein", "nie"}
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    type: str
    """text, number, date, boolean; gender for the fixed field of that name."""

    def formatted(self, value: str) -> Json:
        """In Newsletter2Go's terms; None for what does not fit."""
        match self.type:
            case "gender":
                return _GENDERS.get(value.strip().rstrip(".").casefold())
            case "date":
                return as_date(value)
            case "number":
                return as_number(value)
            case "boolean":
                return True if value.casefold() in _YES else False if value.casefold() in _NO else None
            case _:
                return value


@dataclass(frozen=True, slots=True)
class AttributeValue:
    name: str
    value: Json
    source: str
    on_update: bool


@dataclass(frozen=True, slots=True)
class AttributePlan:
    rules: tuple[tuple[FieldRule, Attribute], ...]
    list_id: str
    has_customer_id: bool

    @classmethod
    def bind(cls, rules: Sequence[FieldRule], held: Iterable[Attribute], list_id: str) -> AttributePlan:
        """Raises ConfigError for a rule whose attribute the address book does not have."""
        known = {name: Attribute(name, kind) for name, kind in _STANDARD.items()}
        known |= {each.name: each for each in held if each.name not in known}
        chosen = {rule.target: rule for rule in (*_DEFAULTS, *rules)}
        bound = tuple((rule, known.get(name) or _unknown(name)) for name, rule in chosen.items())
        return cls(bound, list_id, CUSTOMER_ID in known)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(attribute.name for _rule, attribute in self.rules)

    def values(self, contact: Contact) -> tuple[AttributeValue, ...]:
        """What is empty in the shop is left out, unless the rule says that it clears the attribute."""
        found = []
        for rule, attribute in self.rules:
            raw = field_value(contact, rule.source)
            if not raw and not rule.empty_overwrites:
                continue
            value = attribute.formatted(raw) if raw else ""
            if value is not None:
                found.append(AttributeValue(attribute.name, value, rule.source, rule.on_update))
        return tuple(found)

    def creations(self) -> Sequence[Step]:
        if self.has_customer_id:
            return ()
        return [
            Step(
                name=f"attribute:{CUSTOMER_ID}",
                method="POST",
                path="attributes",
                keys=(),
                body=_creation(CUSTOMER_ID, self.list_id),
                purpose=text('Create the attribute "{name}"', name=CUSTOMER_ID),
            )
        ]


def _unknown(name: str) -> Attribute:
    raise ConfigError(
        text('The address book has no attribute "{name}".', name=name),
        remedy=text("Choose another one, or create it. Upper and lower case count."),
        field="fields",
    )


async def read_attributes(wire: Wire, list_id: str) -> tuple[Attribute, ...]:
    rows = await wire.rows(f"lists/{list_id}/attributes", {"_expand": "true"})
    return tuple(_attribute(row) for row in rows if row.get("name"))


async def create_attribute(wire: Wire, list_id: str, label: str) -> RemoteField:
    """A text attribute; names are letters, digits and underscores."""
    name = re.sub(r"[^0-9a-zA-Z_]+", "_", label).strip("_")[:_LONGEST_NAME]
    if not name:
        raise ConfigError(
            text("The name needs a letter or a digit."), remedy=text("Choose another name."), field="fields"
        )
    if name not in {each.name for each in await read_attributes(wire, list_id)} | set(_STANDARD):
        await wire.http.request("POST", "attributes", body=_creation(name, list_id))
    return RemoteField(name, name, "text")


def remote_fields(held: Iterable[Attribute]) -> Sequence[RemoteField]:
    standard = (
        RemoteField("first_name", _("First name")),
        RemoteField("last_name", _("Last name")),
        RemoteField("phone", _("Phone")),
        RemoteField("gender", _("Gender (m or f)")),
    )
    fixed = {each.id for each in standard}
    return [*standard, *(RemoteField(each.name, each.name, each.type) for each in held if each.name not in fixed)]


def _creation(name: str, list_id: str) -> Json:
    """All fields, as the collection's example has them."""
    return {
        "list_ids": [list_id],
        "name": name,
        "display": "all",
        "type": "text",
        "sub_type": "text",
        "is_enum": False,
        "is_public": False,
        "is_multiselect": False,
        "html_element_type": "input",
        "is_global": False,
        "default_value": "",
    }


def _attribute(row: Row) -> Attribute:
    return Attribute(words(row.get("name")), words(row.get("type")) or "text")
