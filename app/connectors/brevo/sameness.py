"""Whether Brevo already holds what would be sent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from app.connectors.brevo.wire import moment, words
from app.sdk.plan import Json

_TIMES = ("At", "_at")


def holds(row: Mapping[str, Json], content: Mapping[str, Json]) -> bool:
    """Every field of the content stands in the row, and is the same there."""
    return all(name in row and _same(name, value, row[name]) for name, value in content.items())


def _same(name: str, sent: Json, held: Json) -> bool:
    match sent:
        case Mapping():
            return isinstance(held, Mapping) and holds(held, sent)
        case list():
            return (
                isinstance(held, list)
                and len(held) == len(sent)
                and all(_same("", a, b) for a, b in zip(sent, held, strict=True))
            )
        case bool():
            return held is sent
        case int() | Decimal():
            return _number(held) == sent
        case str() if name.endswith(_TIMES):
            return (moment(sent) or sent) == (moment(held) or held)
        case _:
            return words(sent) == words(held)


def _number(value: Json) -> Decimal | None:
    try:
        return Decimal(words(value))
    except InvalidOperation:
        return None
