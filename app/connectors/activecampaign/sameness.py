"""Whether ActiveCampaign already holds what would be sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from app.connectors.activecampaign.wire import decimal, moment, words
from app.sdk.plan import Json

_DATES = ("Date", "date")
_CASELESS = {"currency", "email"}


def holds(row: Mapping[str, Json], content: Mapping[str, Json]) -> bool:
    """Every field of the content that the row shows is the same there; what cannot be read back is not judged."""
    return all(_same(name, value, row[name]) for name, value in content.items() if name in row)


def _same(name: str, sent: Json, held: Json) -> bool:
    match sent:
        case Mapping():
            return isinstance(held, Mapping) and holds(held, sent)
        case list():
            return isinstance(held, list) and len(held) == len(sent) and all(map(_same_item, sent, held))
        case bool():
            return held is sent
        case int() | Decimal():
            return _is_number(held) and decimal(held) == sent
        case _ if name.endswith(_DATES):
            return _instant(sent) == _instant(held)
        case _ if name in _CASELESS:
            return words(sent).casefold() == words(held).casefold()
        case _:
            return words(sent) == words(held)


def _same_item(sent: Json, held: Json) -> bool:
    return _same("", sent, held)


def _instant(value: Json) -> datetime | str:
    return moment(value) or words(value)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | Decimal) or words(value).replace(".", "", 1).isdigit()
