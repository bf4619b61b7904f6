"""Words for people who support others: what is the program's own stays, what anybody entered or a vendor said becomes a
numbered placeholder. The same words get the same number within one file, so that lines can still be told to belong
together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.core.events import LogEvent, RequestEvent
from app.core.texts import Text, is_own_message

_VERSION = re.compile(r"v\d{1,2}")
_BARE_VERSION = re.compile(r"\d{1,2}")
"""Only after ``api``: elsewhere it may be the number of a customer."""
_FAULT = re.compile(r"[A-Z][A-Za-z]{2,40}(?:Error|Timeout|Exception)")
_FACTS = frozenset({"detail", "field", "key", "kept", "next_step", "reason", "record", "target_says", "where"})
_SIZES = frozenset({"limit", "page", "per_page", "page_size", "offset", "size"})
# Only words of this list stay in an address: anything else might be a customer, a shop or a key.
_PLACES_WORDS = """
    account accounts admin api batch brands bulk bulk_import cart carts catalog categories category channels
    checkouts connection connections consents contact contacts count coupons currencies customer customers
    data deal deals deep-data ecomcustomers ecomorderproducts ecomorders event events export field
    fieldoptions fieldrels fields fieldvalues graphql group groups hooks import imports index info inventory
    item items json list lists me member members metadata newsletter order orders pages payments ping price
    product products profile query rates refunds rest search segments settings shelf shipping
    shipping_addresses shop site sku status stock store stores subscriber subscribers summary sync system
    tag tags tasks tax time transactions url user users variants webhooks
"""
_PLACES = frozenset(_PLACES_WORDS.split())
_NAMES = frozenset({"email", "filters", "ids", "id:in", "include", "sort", "direction", "min_id", "max_id", "search"})


class Placeholders:
    """``private`` are words that are shown in no line, whatever it tells."""

    def __init__(self, names: Mapping[str, str], reasons: Iterable[str], private: Iterable[str] = ()) -> None:
        self._names = dict(names)
        self._reasons = frozenset(reasons)
        self._numbers: dict[str, int] = {}
        self._private = sorted({each for each in private if len(each) > 2}, key=len, reverse=True)

    def name(self, key: str) -> str:
        """An account or an integration by its number."""
        return self._names.get(key) or (self.of(key) if key else "")

    def of(self, words: str) -> str:
        if not words:
            return ""
        number = self._numbers.setdefault(words, len(self._numbers) + 1)
        return f"‹{number}›"

    def reason(self, code: str) -> str:
        return code if not code or code in self._reasons else self.of(code)

    def blanked(self, words: str) -> str:
        """The last look at lines: private words that got into one nevertheless."""
        for each in self._private:
            words = re.sub(rf"(?<!\w){re.escape(each)}(?!\w)", "‹–›", words, flags=re.IGNORECASE)
        return words

    def line(self, event: LogEvent | RequestEvent) -> str:
        if isinstance(event, RequestEvent):
            return self._request(event)
        facts = [f"{self._fact_name(name)}={self._fact(name, value)}" for name, value in event.facts.items()]
        head = (_moment(event.at), event.level.name, self.name(event.integration or event.account))
        parts = (*head, event.run_id, event.kind or "", self.text(event.message), *facts)
        return " ".join(str(part) for part in parts if part)

    def text(self, message: Text) -> str:
        """The pattern as the program has it, then its values."""
        if not is_own_message(message.message):
            return self.of(str(message))
        values = [f"{name}={self._value(value)}" for name, value in message.values]
        return " ".join((f'"{message.message}"', *values))

    def _value(self, value: object) -> str:
        match value:
            case Text():
                return self.text(value)
            case bool() | int() | float() | None:
                return str(value)
            case datetime():
                return value.isoformat()
            case _:
                return self.of(str(value))

    def _fact_name(self, name: str) -> str:
        return name if name in _FACTS else self.of(name)

    def _fact(self, name: str, value: str) -> str:
        if name == "reason":
            return self.reason(value)
        return f'"{value}"' if name == "next_step" and is_own_message(value) else self.of(value)

    def _request(self, event: RequestEvent) -> str:
        error = event.error if _FAULT.fullmatch(event.error) else self.of(event.error)
        parts = (
            f"{_moment(event.at)} REQUEST {self.name(event.account)} {event.method}",
            self.address(event.url),
            f"-> {event.status} {event.duration_ms:.0f} ms, {event.sent_bytes} B out, {event.received_bytes} B in",
            f"attempt {event.attempt}",
            error,
        )
        return " ".join(part for part in parts if part)

    def address(self, url: str) -> str:
        """Host and ids become placeholders."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return self.of(url)
        segments = parts.path.split("/")
        path = "/".join(self._segment(each, before) for before, each in zip(["", *segments], segments, strict=False))
        query = "&".join(f"{self._query_name(name)}={self._size(name, value)}" for name, value in _pairs(parts.query))
        return self.of(parts.netloc) + path + (f"?{query}" if query else "")

    def _segment(self, words: str, before: str) -> str:
        is_version = _VERSION.fullmatch(words) or (before == "api" and _BARE_VERSION.fullmatch(words))
        return words if words.casefold() in _PLACES or is_version else self.of(words)

    def _query_name(self, name: str) -> str:
        return name if name in _NAMES | _SIZES or name in _PLACES else self.of(name)

    def _size(self, name: str, value: str) -> str:
        return value if name in _SIZES and value.isdigit() else self.of(value)


def choices_kept(values: Mapping[str, Any], choices: Mapping[str, frozenset[str]]) -> dict[str, object]:
    """Settings as they may be shown: switches, numbers and what was chosen from a list; of texts, whether they are
    filled. ``choices`` are the fields that there are, each with the values to choose from."""
    return {name: _kept(value, choices[name]) for name, value in sorted(values.items()) if name in choices}


def _kept(value: Any, choices: frozenset[str]) -> object:
    match value:
        case None | "" | [] | {}:
            return "empty"
        case bool() | int():
            return value
        case str():
            return value if value in choices else "filled"
        case list() | tuple() | set() | frozenset():
            return sorted(map(str, value)) if choices.issuperset(map(str, value)) else f"{len(value)} entries"
        case _:
            return "filled"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)
