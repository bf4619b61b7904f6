"""E-mail addresses: one normal form for matching, one masked form for showing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_DELIMITERS = "\t\n\r @<>,;:\"'()[]{}=&?/|\\"
_ENCODED = "|".join(f"{ord(each):02X}" for each in _DELIMITERS)
_WITHIN = rf"(?!%(?:{_ENCODED}))[^\s{re.escape(_DELIMITERS)}"
"""A character of an address: no delimiter, and no beginning of a URL-encoded one."""
_INSIDE = re.compile(
    rf"(?<!%)(?<!%[0-9A-F])(?:{_WITHIN}]){{1,64}}(?:@|%40)(?:{_WITHIN}]){{1,190}}\.(?:{_WITHIN}.]){{1,63}}",
    re.IGNORECASE,
)
_SHAPE = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\".]+\Z")


def normalised_email(raw: str | None) -> str:
    """Trimmed, composed (NFC) and lower-cased; empty for nothing. Does not judge whether it is an address."""
    if not raw:
        return ""
    return unicodedata.normalize("NFC", raw).strip().strip("\u200b\ufeff").casefold()


def is_email(address: str) -> bool:
    """A plausible address: one ``@``, a dotted host, no white space, at most 254 characters (RFC 5321)."""
    return len(address) <= 254 and bool(_SHAPE.match(address)) and ".." not in address


def masked_email(address: str) -> str:
    """``a•••@example.com``: enough to recognise one's own customer, too little to write to."""
    name, at, host = address.partition("@")
    return f"{name[:1]}•••@{host}" if at else f"{address[:1]}•••"


def masked_words(words: str) -> str:
    """Words that are kept or passed on: every e-mail address inside, also URL-encoded, becomes ``a•••@example.com``."""
    if "@" not in words and "%40" not in words:
        return words
    return _INSIDE.sub(lambda found: masked_email(found.group().replace("%40", "@", 1)), words)


def addresses_in(words: str) -> Iterator[str]:
    """Every e-mail address inside, also URL-encoded, normalised."""
    if "@" in words or "%40" in words:
        for found in _INSIDE.finditer(words):
            yield normalised_email(found.group().replace("%40", "@", 1))
