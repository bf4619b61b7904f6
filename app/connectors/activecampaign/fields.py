"""A contact's own fields in ActiveCampaign: the three that everybody has, and the account's custom fields.

The personalisation tag (``perstag``) names a field for people and for mappings; the id is the account's own and stays
out of what is hashed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.connectors.activecampaign.wire import Row, Wire, words
from app.core.errors import ConfigError
from app.core.fields import CUSTOM_PREFIX, FieldRule, field_label, field_value
from app.core.records import Contact
from app.core.texts import _, text
from app.sdk.plan import Json
from app.sdk.target import RemoteField

STANDARD = {"FIRSTNAME": "firstName", "LASTNAME": "lastName", "PHONE": "phone"}
"""Personalisation tag to attribute of contact/sync."""
IMPORT_NAMES = {"firstName": "first_name", "lastName": "last_name", "phone": "phone"}
"""The bulk importer writes the same in snake_case."""
_DEFAULT_RULES = (
    FieldRule("contact.first_name", "FIRSTNAME"),
    FieldRule("contact.last_name", "LASTNAME"),
    FieldRule("contact.phone", "PHONE"),
)
_LONGEST_STANDARD = 250
"""Lengths are not documented; everybody's integrations keep below 255."""
_CHOICES = {"checkbox", "listbox"}
_DATES = {"date", "datetime"}
_HOLDS_DATES = {"contact.birthday", "contact.created_at", "contact.consent_at"}
"""Of the fields that every shop has. What a shop's own field holds, only its values tell."""
_FIELD_PAGE = "fields"


@dataclass(frozen=True, slots=True)
class CustomField:
    id: str
    title: str
    type: str
    perstag: str

    @property
    def name(self) -> str:
        return self.perstag or self.id

    def formatted(self, value: str) -> str:
        """ISO 8601 dates, empty for what is none; several choices stand between double pipes."""
        if not value:
            return value
        match self.type:
            case kind if kind in _DATES and not _is_date(value):
                return ""
            case "date":
                return value[:10]
            case "datetime" if len(value) == 10:
                return f"{value}T00:00:00+00:00"
            case kind if kind in _CHOICES and not value.startswith("||"):
                return f"||{value}||"
            case _:
                return value


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field as it will be written. ``field_id`` is empty for the standard attributes."""

    name: str
    field_id: str
    value: str
    source: str
    on_update: bool

    def as_content(self) -> Json:
        return {"name": self.name, "value": self.value, "on_update": self.on_update}


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """The person's rules over the default ones, each bound to a field that exists."""

    rules: tuple[tuple[FieldRule, CustomField | None], ...]

    @classmethod
    def bind(cls, rules: Sequence[FieldRule], fields: Iterable[CustomField]) -> FieldPlan:
        """Raises ConfigError for a rule whose field the account does not have."""
        known = _by_every_name(fields)
        chosen = {rule.target.strip("%").upper(): rule for rule in _DEFAULT_RULES}
        chosen |= {rule.target.strip("%").upper(): rule for rule in rules}
        return cls(tuple((rule, _bound(name, rule, known)) for name, rule in chosen.items()))

    def values(self, contact: Contact) -> tuple[FieldValue, ...]:
        """What is empty in the shop is left out, unless the rule says that it clears the field."""
        found = []
        for rule, custom in self.rules:
            raw = field_value(contact, rule.source)
            if not raw and not rule.empty_overwrites:
                continue
            if custom is None:
                attribute = STANDARD[rule.target.strip("%").upper()]
                found.append(FieldValue(attribute, "", raw[:_LONGEST_STANDARD], rule.source, rule.on_update))
            else:
                value = custom.formatted(raw)
                if raw and not value:  # half a sentence in a date field would be worse than none
                    continue
                found.append(FieldValue(custom.name, custom.id, value, rule.source, rule.on_update))
        return tuple(found)


def _by_every_name(fields: Iterable[CustomField]) -> Mapping[str, CustomField]:
    known: dict[str, CustomField] = {}
    for each in fields:
        for name in (each.title.upper(), each.id, each.perstag.upper()):
            if name:
                known[name] = each
    return known


def _bound(name: str, rule: FieldRule, known: Mapping[str, CustomField]) -> CustomField | None:
    if name in STANDARD:
        return None
    if name not in known:
        raise ConfigError(
            text('ActiveCampaign has no field "{name}".', name=rule.target),
            remedy=text("Choose another field in the field table, or create it there."),
            field="fields",
        )
    if known[name].type in _DATES and rule.source not in _HOLDS_DATES and not rule.source.startswith(CUSTOM_PREFIX):
        raise ConfigError(
            text(
                '"{field}" holds a date in ActiveCampaign, and "{source}" is none.',
                field=known[name].title,
                source=field_label(rule.source),
            ),
            remedy=text("Choose a text field in the field table."),
            field="fields",
        )
    return known[name]


def _is_date(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


async def read_fields(wire: Wire) -> tuple[CustomField, ...]:
    return tuple([_custom_field(row) async for row in wire.rows(_FIELD_PAGE)])


async def create_field(wire: Wire, label: str) -> RemoteField:
    """A text field for all lists: without the relation to list 0 nobody would see it
    (https://developers.activecampaign.com/reference/create-a-custom-field-relationship-to-list)."""
    existing = next((each for each in await read_fields(wire) if each.title.casefold() == label.casefold()), None)
    if existing is None:
        answer = await wire.http.request(
            "POST", "api/3/fields", body={"field": {"type": "text", "title": label, "visible": True}}
        )
        existing = _custom_field(_created(answer.json()))
        relation = {"fieldRel": {"field": int(existing.id), "relid": 0}}
        await wire.http.request("POST", "api/3/fieldRels", body=relation, is_repeatable=True)
    return remote_field(existing)


def _created(body: Json) -> Row:
    """The reference shows the answer as a list; accounts answer with the one field."""
    found = body.get("field") or body.get("fields")
    row: Row = found[-1] if isinstance(found, list) else found
    return row


def remote_field(custom: CustomField) -> RemoteField:
    return RemoteField(custom.name, custom.title, custom.type or "text")


def standard_fields() -> tuple[RemoteField, ...]:
    return (
        RemoteField("FIRSTNAME", _("First name")),
        RemoteField("LASTNAME", _("Last name")),
        RemoteField("PHONE", _("Phone")),
    )


def _custom_field(row: Row) -> CustomField:
    return CustomField(words(row.get("id")), words(row.get("title")), words(row.get("type")), words(row.get("perstag")))
