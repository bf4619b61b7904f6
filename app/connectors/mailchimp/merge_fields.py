"""A member's own fields: the audience's merge fields, named by their tags.

https://mailchimp.com/developer/marketing/api/list-merges/ . Values are texts, only a number is a number and an address
an object; true, false and null are refused whatever the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from app.connectors.mailchimp.wire import Row, Wire, at, rows_of, words
from app.core.errors import ConfigError
from app.core.fields import FieldRule, field_value
from app.core.records import Address, Contact
from app.core.texts import text
from app.sdk.plan import Json
from app.sdk.target import RemoteField

_ADDRESS = "contact.address"
"""The whole address: the one source that a mapping cannot name, because Mailchimp takes it in one piece."""
_DEFAULTS: Sequence[tuple[str, str, frozenset[str]]] = (
    ("FNAME", "contact.first_name", frozenset({"text"})),
    ("LNAME", "contact.last_name", frozenset({"text"})),
    ("PHONE", "contact.phone", frozenset({"phone", "text"})),
    ("COMPANY", "contact.company", frozenset({"text"})),
    ("BIRTHDAY", "contact.birthday", frozenset({"birthday", "date"})),
    ("ADDRESS", _ADDRESS, frozenset({"address"})),
)
"""Fields that an audience has from the beginning, or that are usually called so."""
LONGEST_TAG = 10
_LONGEST_TEXT = 255
_PAGE = "merge_fields"
_RESERVED = {"EMAIL", "TO", "DATE", "INTERESTS", "UNSUB", "FORWARD", "REWARDS", "ARCHIVE", "USER_URL", "EMAIL_TYPE"}
_TRANSLATED = str.maketrans({"Ä": "AE", "Ö": "OE", "Ü": "UE", "ß": "SS", "Ł": "L"})


@dataclass(frozen=True, slots=True)
class MergeField:
    tag: str
    name: str
    type: str
    choices: tuple[str, ...] = ()

    def formatted(self, value: str) -> Json | None:
        """The value as the field takes it; None for one that it would refuse."""
        if not value:
            return ""
        match self.type:
            case "number":
                return _number(value)
            case "date":
                return _date(value, "%Y-%m-%d")
            case "birthday":
                return _date(value, "%m/%d")
            case _:
                return value[:_LONGEST_TEXT] if self._takes(value) else None

    def _takes(self, value: str) -> bool:
        match self.type:
            case "url" | "imageurl":
                return value.startswith(("https://", "http://"))
            case "zip":  # American postcodes only
                return bool(re.fullmatch(r"\d{5}", value))
            case "radio" | "dropdown":
                return value in self.choices
            case _:
                return self.type != "address"


@dataclass(frozen=True, slots=True)
class FieldValue:
    tag: str
    value: Json
    source: str
    on_update: bool = True


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """The person's rules over the usual ones, each bound to a field that exists."""

    rules: tuple[tuple[FieldRule, MergeField], ...]

    @classmethod
    def bind(cls, rules: Sequence[FieldRule], fields: Iterable[MergeField]) -> FieldPlan:
        """Raises ConfigError for a rule whose field the audience does not have."""
        known = {each.tag.upper(): each for each in fields}
        bound = {
            tag: (FieldRule(source, tag), known[tag])
            for tag, source, types in _DEFAULTS
            if tag in known and known[tag].type in types
        }
        for rule in rules:
            tag = rule.target.strip("*|").upper()
            if tag not in known:
                raise ConfigError(
                    text('The audience has no field "{name}".', name=rule.target),
                    remedy=text("Choose another field in the field table, or create it there."),
                    field="fields",
                )
            if known[tag].type == "address":
                raise ConfigError(
                    text('"{name}" takes a whole address, which is sent by itself.', name=rule.target),
                    remedy=text("Choose a text field in the field table."),
                    field="fields",
                )
            bound[tag] = (rule, known[tag])
        return cls(tuple(bound.values()))

    def values(self, contact: Contact) -> tuple[FieldValue, ...]:
        """What is empty in the shop is left out, unless the rule says that it clears the field; so is what the field
        would refuse."""
        found = []
        for rule, field in self.rules:
            value = _address(contact.address) if rule.source == _ADDRESS else _plain(contact, rule, field)
            if value is None or (value == "" and not rule.empty_overwrites):
                continue
            found.append(FieldValue(field.tag, value, rule.source, rule.on_update))
        return tuple(found)


async def read_fields(wire: Wire, list_id: str) -> tuple[MergeField, ...]:
    query = {"count": "1000", "fields": ",".join(f"{_PAGE}.{name}" for name in ("tag", "name", "type", "options"))}
    page = await wire.get(f"lists/{list_id}/merge-fields", query)
    return tuple(_field(row) for row in rows_of(page, _PAGE))


async def create_field(wire: Wire, list_id: str, label: str) -> RemoteField:
    """A text field that no public form shows; the one of this name where it exists already."""
    fields = await read_fields(wire, list_id)
    existing = next((each for each in fields if each.name.casefold() == label.casefold()), None)
    if existing is None:
        body = {
            "tag": free_tag(label, {each.tag.upper() for each in fields}),
            "name": label,
            "type": "text",
            "required": False,
            "public": False,
        }
        answer = await wire.http.request("POST", at(f"lists/{list_id}/merge-fields"), body=body)
        existing = _field(answer.json())
    return remote_field(existing)


def free_tag(label: str, taken: Iterable[str]) -> str:
    """At most ten of A-Z, 0-9 and underscore, and not one that Mailchimp keeps for itself."""
    stem = re.sub(r"[^A-Z0-9_]", "", label.upper().translate(_TRANSLATED).replace(" ", "_"))[:LONGEST_TAG] or "FIELD"
    used = {*taken, *_RESERVED}
    if stem not in used:
        return stem
    numbers = (str(each) for each in range(2, 10_000))
    return next(tag for each in numbers if (tag := f"{stem[: LONGEST_TAG - len(each)]}{each}") not in used)


def remote_field(field: MergeField) -> RemoteField:
    return RemoteField(field.tag, field.name, field.type)


def _field(row: Row) -> MergeField:
    options = row.get("options") or {}
    choices = options.get("choices") if isinstance(options, Mapping) else None
    return MergeField(
        words(row.get("tag")), words(row.get("name")), words(row.get("type")), tuple(map(words, choices or ()))
    )


def _plain(contact: Contact, rule: FieldRule, field: MergeField) -> Json | None:
    return field.formatted(field_value(contact, rule.source))


def _address(address: Address | None) -> Json | None:
    """Complete or not at all: Mailchimp refuses half an address. Outside of America a state is no part of an address,
    but the field insists on one: the city stands in."""
    if address is None or not (address.street and address.city and address.postcode):
        return None
    whole = {
        "addr1": address.street,
        "addr2": address.street_2,
        "city": address.city,
        "state": address.region or address.city,
        "zip": address.postcode,
        "country": address.country,
    }
    return {name: value[:_LONGEST_TEXT] for name, value in whole.items() if value}


def _number(value: str) -> Json | None:
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _date(value: str, form: str) -> Json | None:
    try:
        return date.fromisoformat(value[:10]).strftime(form)
    except ValueError:
        return None
