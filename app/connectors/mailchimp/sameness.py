"""Whether Mailchimp already holds what would be sent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from app.connectors.mailchimp.wire import moment, number, words
from app.sdk.plan import Json

_SMALLEST = Decimal("0.005")
_TIMES = ("_foreign",)
_CASELESS = {"currency_code", "email_address"}


def holds(held: Mapping[str, Json], content: Mapping[str, Json]) -> bool:
    """Every field of the content is the same there; a field that the answer does not show counts as another."""
    return all(is_same(name, value, held.get(name)) for name, value in content.items())


def is_same(name: str, sent: Json, held: Json) -> bool:
    match sent:
        case Mapping():
            return isinstance(held, Mapping) and holds(held, sent)
        case list():
            return isinstance(held, list) and _is_same_list(sent, held)
        case bool():
            return held is sent
        case int() | Decimal():
            return held is not None and abs(number(held) - sent) < _SMALLEST
        case _ if name.endswith(_TIMES):
            return (moment(sent) or sent) == (moment(held) or held)
        case _ if name in _CASELESS:
            return words(sent).casefold() == words(held).casefold()
        case _:
            return words(sent) == words(held)


def _is_same_list(sent: list[Json], held: list[Json]) -> bool:
    """In any order where the items have ids."""
    if len(sent) != len(held):
        return False
    if not all(isinstance(each, Mapping) and "id" in each for each in (*sent, *held)):
        return all(is_same("", one, other) for one, other in zip(sent, held, strict=True))
    by_id = {words(each["id"]): each for each in held}
    return all(holds(by_id.get(words(each["id"]), {}), each) for each in sent)
