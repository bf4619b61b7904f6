"""One person as somebody asks for them: by e-mail address, order number or name. Pure; finds and blanks their words.

Words are looked for as they stand, URL-encoded and escaped as in JSON, whatever their case and Unicode form.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import quote, quote_plus

from app.core.addresses import addresses_in, is_email, masked_email, normalised_email
from app.core.errors import ConfigError
from app.core.texts import text

BLANK = "•••"
_LONG_ENOUGH = 5
"""Shorter plain numbers stand in many places by chance: there they count only as a whole value."""
_BETWEEN_NAMES = r"[\s,;|/\"'+_.-]{1,4}(?:%20)?"
_FEWEST_LETTERS = 5

IsTheirs = Callable[[str], bool]
"""Whether an address, normalised, is known to be this person's."""


class AskedBy(StrEnum):
    EMAIL = "email"
    NUMBER = "number"
    NAME = "name"


@dataclass(frozen=True)
class PersonWords:
    """``words`` are normalised: an address in lower case, a number without ``#``, a name with single blanks."""

    asked_by: AskedBy
    words: str
    spelt: str = ""
    """As entered, in lower case: "ß" is encoded otherwise than the "ss" it stands for."""

    @property
    def masked(self) -> str:
        """Enough for the one who asked to recognise it, too little to identify the person."""
        if self.asked_by is AskedBy.EMAIL:
            return masked_email(self.words)
        return " ".join(f"{part[:1]}{BLANK}" for part in self.words.split())

    def is_in(self, words: str) -> bool:
        return bool(words) and self._pattern.search(_plain(words)) is not None

    def has_parts_in(self, words: str) -> bool:
        """Whether every part stands somewhere, in whatever form."""
        plain = _plain(words)
        return all(any(form in plain for form in forms) for forms in self._parts)

    def is_in_fields(self, value: Any) -> bool:
        """In JSON: also a name whose parts stand in fields of their own beside each other."""
        match value:
            case str():
                return self.is_in(value) or (self.asked_by is AskedBy.NUMBER and _plain(value) == self.words)
            case int() if not isinstance(value, bool):
                return self.asked_by is AskedBy.NUMBER and str(value) == self.words
            case dict():
                return self._has_parts(value) or any(self.is_in_fields(each) for each in _inside(value))
            case list() | tuple():
                return self._has_parts(dict(enumerate(value))) or any(map(self.is_in_fields, value))
            case _:
                return False

    def without(self, words: str) -> str:
        """The words with every trace blanked."""
        if not self.is_in(words):
            return words
        blanked = self._pattern.sub(BLANK, unicodedata.normalize("NFC", words))
        return BLANK if self.is_in(blanked) else blanked  # "ß" was asked for as "ss"

    def _has_parts(self, fields: dict[Any, Any]) -> bool:
        if self.asked_by is not AskedBy.NAME:
            return False
        values = {_plain(each) for each in fields.values() if isinstance(each, str)}
        return all(part in values for part in self.words.split())

    @cached_property
    def _parts(self) -> list[list[str]]:
        spelt = (self.spelt or self.words).split()
        pairs = zip(self.words.split(), spelt, strict=True)
        return [[form.casefold() for form in (*_forms(part), *_forms(also))] for part, also in pairs]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self._expression(), re.IGNORECASE)

    def _expression(self) -> str:
        match self.asked_by:
            case AskedBy.EMAIL:
                return _any_of(self._written(), r"(?<![\w.+-])", r"(?![\w-]|\.\w)")
            case AskedBy.NUMBER:
                if self.words.isdigit() and len(self.words) < _LONG_ENOUGH:
                    return rf'"{self.words}"'
                return _any_of(self._written(), r"(?<!\w)", r"(?!\w)")
            case AskedBy.NAME:
                spelt = (self.spelt or self.words).split()
                parts = [
                    _any_of([*_forms(each), *_forms(also)])
                    for each, also in zip(self.words.split(), spelt, strict=True)
                ]
                orders = [_BETWEEN_NAMES.join(parts), _BETWEEN_NAMES.join([parts[-1], *parts[:-1]])]
                return rf"(?<!\w)(?:{'|'.join(orders)})(?!\w)"

    def _written(self) -> list[str]:
        return [*_forms(self.words), *_forms(self.spelt or self.words)]


def person_words(raw: str) -> PersonWords:
    """Raises ConfigError for what could stand for many people."""
    words = " ".join(unicodedata.normalize("NFC", raw).split())
    address = normalised_email(words)
    if is_email(address):
        return PersonWords(AskedBy.EMAIL, address, words.lower())
    if "@" in words:
        raise ConfigError(
            text("This is no complete e-mail address."),
            remedy=text("Enter it as in name@example.com, or an order number, or first and last name."),
            field="words",
        )
    if any(character.isdigit() for character in words):
        number = words.lstrip("#").strip()
        return PersonWords(AskedBy.NUMBER, number.casefold(), number.lower())
    last, comma, first = words.partition(",")
    words = f"{first} {last}".strip() if comma else words
    if len(words.split()) < 2 or len(words) < _FEWEST_LETTERS:
        raise ConfigError(
            text("One word can stand for many people."),
            remedy=text("Enter an e-mail address, an order number, or first and last name."),
            field="words",
        )
    return PersonWords(AskedBy.NAME, words.casefold(), words.lower())


@dataclass(frozen=True)
class Traces:
    """What is looked for in a text: the words asked with, and any address that is known to be this person's."""

    person: PersonWords
    is_theirs: IsTheirs = lambda _address: False

    def are_in(self, words: str) -> bool:
        if not self.may_be_in(words):
            return False
        return self.person.is_in(words) or any(map(self.is_theirs, addresses_in(words)))

    def may_be_in(self, words: str) -> bool:
        """A quick look: of hundreds of thousands of rows nearly all hold no sign of the person."""
        if not words:
            return False
        if "@" in words or "%40" in words:
            return True
        return self.person.asked_by is not AskedBy.EMAIL and self.person.has_parts_in(words)

    def are_in_json(self, words: str) -> bool:
        """Also a name whose parts stand in fields of their own, and a number that is a whole value."""
        if self.are_in(words):
            return True
        if self.person.asked_by is AskedBy.EMAIL or not self.person.has_parts_in(words):
            return False
        try:
            return self.person.is_in_fields(json.loads(words))
        except ValueError:
            return False

    def blanked(self, words: str) -> str:
        if not self.are_in(words):
            return words
        words = self.person.without(words)
        for address in filter(self.is_theirs, addresses_in(words)):
            words = re.sub(re.escape(address), BLANK, words, flags=re.IGNORECASE)
        return words

    def blanked_in(self, value: Any, *, is_row: bool = False) -> Any:
        """JSON with the person's words blanked; a setting or an entry of a list that would be nothing else is left out,
        a row of a table keeps its columns."""
        match value:
            case str():
                return self.blanked(value)
            case dict():
                cleaned = {
                    name: self.blanked_in(each, is_row=is_row)
                    for name, each in value.items()
                    if not self.are_in(str(name))
                }
                return {name: each for name, each in cleaned.items() if is_row or each == value[name] or each != BLANK}
            case list():
                pairs = [(each, self.blanked_in(each, is_row=True)) for each in value]
                return [after for before, after in pairs if is_row or after == before or after != BLANK]
            case _:
                return value


def _plain(words: str) -> str:
    return unicodedata.normalize("NFC", words).casefold()


def _forms(words: str) -> list[str]:
    escaped = json.dumps(words)[1:-1]
    bent = json.dumps(words, ensure_ascii=False)[1:-1]
    encoded = (quote(words, safe=""), quote(words, safe="@"), quote_plus(words))
    return list(dict.fromkeys((words, escaped, bent, *encoded)))


def _any_of(forms: list[str], before: str = "", after: str = "") -> str:
    return f"{before}(?:{'|'.join(map(re.escape, forms))}){after}"


def _inside(value: dict[Any, Any]) -> Iterator[Any]:
    yield from value.values()
    yield from value.keys()
