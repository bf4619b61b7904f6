"""The order and the types of a message's elements: one description for writing, reading and checking.

Every list of children is an ``xsd:sequence``: an element at the wrong place is refused by the register, so that nothing
but this decides where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.connectors.mpluskassa.vocabulary import ANSWERS, REQUESTS, TYPES

SCALARS = frozenset({"int", "text", "bool", "decimal"})
OPAQUE = "any"


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    type: str
    is_required: bool
    repeats: bool


Shape = Mapping[str, Part]
"""Parts by name, in the order of the message."""


@lru_cache(maxsize=1)
def types() -> Mapping[str, Shape]:
    return _shapes(TYPES)


@lru_cache(maxsize=1)
def requests() -> Mapping[str, Shape]:
    """By operation."""
    return _shapes(REQUESTS)


@lru_cache(maxsize=1)
def answers() -> Mapping[str, Shape]:
    """By the answer's element in lower case: installations differ in the first letter."""
    return {name.lower(): shape for name, shape in _shapes(ANSWERS).items()}


@lru_cache(maxsize=1)
def answer_names() -> Mapping[str, str]:
    """The vendor's own spelling, by lower case."""
    return {name.lower(): name for name in _shapes(ANSWERS)}


def _shapes(words: str) -> Mapping[str, Shape]:
    shapes: dict[str, dict[str, Part]] = {}
    parts: dict[str, Part] = {}
    tokens = words.split()
    for word, following in zip(tokens, [*tokens[1:], ""], strict=True):
        if following == "=":
            parts = shapes.setdefault(word, {})
        elif word != "=":
            part = _part(word)
            parts[part.name] = part
    return shapes


def _part(word: str) -> Part:
    name, _, kind = word.partition(":")
    return Part(name.rstrip("!"), kind.rstrip("*"), name.endswith("!"), kind.endswith("*"))
