"""Taking people out of texts that are kept or passed on."""

from __future__ import annotations

import re

from app.core.addresses import masked_email

_ADDRESS = re.compile(
    r"[^\s@<>,;:\"'()\[\]{}=&?/|]+(?:@|%40)[^\s@<>,;:\"'()\[\]{}=&?/|]+\.[^\s@<>,;:\"'()\[\]{}=&?/|.]+"
)


def masked(words: str) -> str:
    """Every e-mail address, also URL-encoded, becomes ``a•••@example.com``."""
    if "@" not in words and "%40" not in words:
        return words
    return _ADDRESS.sub(lambda found: masked_email(found.group().replace("%40", "@")), words)
