"""Tags: names without commas, told apart without regard to case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from app.connectors.salesmanago.settings import TagStyle
from app.core.records import OrderLine

_BLANKS = re.compile(r"\s+")
_SEPARATORS = re.compile(r"\s*[,;]\s*")
_BETWEEN_LEVELS = re.compile(r"\s*(?:>|\s/\s)\s*")
_LONGEST = 255


def tag_of(name: str, style: TagStyle) -> str:
    """As the vendor's own library writes tags: trimmed, low lines for blanks, capital letters."""
    words = _SEPARATORS.sub(" ", name).strip()
    if style is TagStyle.SALESMANAGO:
        words = _BLANKS.sub("_", words).upper()
    return words[:_LONGEST]


def tags_of(names: Iterable[str], style: TagStyle) -> tuple[str, ...]:
    found = (tag_of(each, style) for each in names)
    return tuple({tag.casefold(): tag for tag in found if tag}.values())


def plain(tag: str) -> str:
    """For comparing: whether SALESmanago rewrites a tag that it is given is not documented."""
    return _BLANKS.sub("_", tag.strip()).casefold()


def listed(words: str) -> list[str]:
    """What a person wrote with commas between."""
    return [each for each in _SEPARATORS.split(words) if each.strip()]


def levels(lines: Iterable[OrderLine]) -> Iterator[str]:
    """The name of each level of each category path of what was bought."""
    for line in lines:
        paths = line.category_paths or (tuple(_BETWEEN_LEVELS.split(line.category)),)
        for path in paths:
            yield from (level for level in path if level)
