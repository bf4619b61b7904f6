"""A contact's attributes in Brevo. Unknown ones are dropped by Brevo without a word, and so are values of a wrong type:
both are checked here before anything is sent.

https://developers.brevo.com/reference/get-attributes and https://developers.brevo.com/reference/create-attribute
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.connectors.brevo.phones import international
from app.connectors.brevo.wire import Row, Wire, rows_of, words
from app.core.errors import ConfigError
from app.core.fields import FieldRule, as_date, as_number, field_value
from app.core.records import Contact
from app.core.texts import text
from app.sdk.plan import Json, Step
from app.sdk.target import RemoteField

ASKED = "KOPPLER_ASKED"
"""Says that somebody was asked by e-mail: a question is never put twice."""
_WRITABLE = {"normal", "category"}
_PHONES = {"SMS", "WHATSAPP", "LANDLINE_NUMBER"}
_DEFAULTS = (
    ("contact.first_name", ("FIRSTNAME", "VORNAME")),
    ("contact.last_name", ("LASTNAME", "NACHNAME")),
    ("contact.phone", ("SMS",)),
)
"""German accounts may have the German names."""
_YES, _NO = {"1", "true", "yes", "ja", "tak"}, {"0", "false", "no", "nein", "nie"}
_LONGEST_NAME = 50


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    type: str
    """text, date, float, boolean, multiple-choice, id, category."""
    category: str = "normal"

    def formatted(self, value: str, contact: Contact) -> Json:
        """In Brevo's terms; None for what does not fit."""
        if self.name in _PHONES:
            return international(value, contact.address.country if contact.address else "") or None
        match self.type:
            case "date":
                return as_date(value)
            case "float":
                return as_number(value)
            case "boolean":
                return True if value.casefold() in _YES else False if value.casefold() in _NO else None
            case "multiple-choice":
                return [each.strip() for each in value.split(",") if each.strip()]
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
    """The person's rules over the default ones, each bound to an attribute that exists or is about to."""

    rules: tuple[tuple[FieldRule, Attribute], ...]
    tags: Attribute | None = None
    missing: tuple[Attribute, ...] = ()

    @classmethod
    def bind(cls, rules: Sequence[FieldRule], held: Iterable[Attribute], *, tags: str, asks: bool) -> AttributePlan:
        """Raises ConfigError for a rule whose attribute the account does not have."""
        known = {each.name: each for each in held if each.category in _WRITABLE}
        missing: dict[str, Attribute] = {}
        chosen: dict[str, tuple[FieldRule, Attribute]] = {}
        for source, names in _DEFAULTS:
            name = next((each for each in names if each in known), names[0])
            if name not in known and name in _PHONES:
                continue  # an account without telephone numbers
            attribute = known.get(name) or missing.setdefault(name, Attribute(name, "text"))
            chosen[name] = (FieldRule(source, name), attribute)
        for rule in rules:
            name = rule.target.upper()
            chosen[name] = (rule, known[name] if name in known else _unknown(rule.target))
        holder = (known[tags.upper()] if tags.upper() in known else _unknown(tags, "tags_attribute")) if tags else None
        if asks and ASKED not in known:
            missing[ASKED] = Attribute(ASKED, "boolean")
        return cls(tuple(chosen.values()), holder, tuple(missing.values()))

    def values(self, contact: Contact) -> tuple[AttributeValue, ...]:
        """What is empty in the shop is left out, unless the rule says that it clears the attribute."""
        found = []
        for rule, attribute in self.rules:
            raw = field_value(contact, rule.source)
            if not raw and not rule.empty_overwrites:
                continue
            value = attribute.formatted(raw, contact) if raw else ""
            if value is not None:
                found.append(AttributeValue(attribute.name, value, rule.source, rule.on_update))
        if self.tags is not None and contact.tags:
            joined = ", ".join(dict.fromkeys(contact.tags))
            found.append(AttributeValue(self.tags.name, self.tags.formatted(joined, contact), "", on_update=True))
        return tuple(found)

    def creations(self) -> Sequence[Step]:
        return [
            Step(
                name=f"attribute:{each.name}",
                method="POST",
                path=f"contacts/attributes/normal/{each.name}",
                keys=(),
                body={"type": each.type},
                purpose=text('Create the attribute "{name}"', name=each.name),
            )
            for each in self.missing
        ]


def _unknown(name: str, field: str = "fields") -> Attribute:
    raise ConfigError(
        text('Brevo has no attribute "{name}" that can be written.', name=name),
        remedy=text("Choose another one, or create it in Brevo. Brevo would drop the value without a word."),
        field=field,
    )


async def read_attributes(wire: Wire) -> tuple[Attribute, ...]:
    rows = rows_of(await wire.get("contacts/attributes"), "attributes")
    return tuple(_attribute(row) for row in rows)


async def create_attribute(wire: Wire, label: str) -> RemoteField:
    """A text attribute; names are upper case without blanks."""
    name = re.sub(r"[^A-Z0-9_]+", "_", label.upper()).strip("_")[:_LONGEST_NAME]
    if not name:
        raise ConfigError(
            text("The name needs a letter or a digit."), remedy=text("Choose another name."), field="fields"
        )
    if name not in {each.name for each in await read_attributes(wire)}:
        await wire.http.request("POST", f"contacts/attributes/normal/{name}", body={"type": "text"})
    return RemoteField(name, name, "text")


def remote_fields(held: Iterable[Attribute]) -> Sequence[RemoteField]:
    return [RemoteField(each.name, each.name, each.type) for each in held if each.category in _WRITABLE]


def same_values(values: Mapping[str, Json], held: Mapping[str, Json]) -> bool:
    return all(_same(value, held.get(name)) for name, value in values.items())


def _same(sent: Json, held: Json) -> bool:
    match sent:
        case bool():
            return held is sent
        case Decimal():
            return held is not None and as_number(words(held)) == sent
        case list():
            return isinstance(held, list) and [words(each) for each in held] == [words(each) for each in sent]
        case _:
            return words(held).removeprefix("+") == words(sent).removeprefix("+")


def _attribute(row: Row) -> Attribute:
    return Attribute(words(row.get("name")), words(row.get("type")) or "category", words(row.get("category")))
