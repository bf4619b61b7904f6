"""What a form offers: the account's lists, templates and text attributes."""

from __future__ import annotations

from collections.abc import Sequence

from app.connectors.brevo.attributes import read_attributes
from app.connectors.brevo.wire import Wire, number, words
from app.core.errors import ConfigError
from app.core.texts import text
from app.sdk.target import Suggestion


async def list_names(wire: Wire) -> dict[int, str]:
    """By id (https://developers.brevo.com/reference/get-lists)."""
    rows = await wire.rows("contacts/lists", "lists")
    return {number(row.get("id")): words(row.get("name")) for row in rows}


async def suggestions(wire: Wire, name: str) -> Sequence[Suggestion]:
    match name:
        case "lists":
            found = {str(list_id): label for list_id, label in (await list_names(wire)).items()}
        case "templates":
            rows = await wire.rows("smtp/templates", "templates", {"templateStatus": "true"})
            found = {words(row.get("id")): words(row.get("name")) for row in rows}
        case "text_attributes":
            held = await read_attributes(wire)
            found = {each.name: each.name for each in held if each.type in {"text", "multiple-choice"}}
        case _:
            found = {}
    return [Suggestion(value, label) for value, label in sorted(found.items(), key=lambda pair: pair[1].casefold())]


async def refuse_unknown_list(wire: Wire, list_id: int, field: str) -> None:
    """Before anything is sent: otherwise every person who agreed would be refused one by one. Raises ConfigError."""
    names = await list_names(wire)
    if list_id not in names:
        known = ", ".join(f"{each} ({name})" for each, name in names.items())
        raise ConfigError(
            text('Brevo has no list "{name}".', name=list_id),
            remedy=text("Choose one of its lists by number: {lists}.", lists=known or "–"),
            field=field,
        )
