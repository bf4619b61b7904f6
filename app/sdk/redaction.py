"""Removing secrets by value, whatever form they take."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MARK = "•••"
_SHORTEST = 4
"""Shorter values would blank out ordinary words."""


class Redactor:
    """Replaces every known secret in a text: plain, URL-encoded, base64 (alone or behind ``user:``), JSON-escaped."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: tuple[str, ...] = ()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        forms = set(self._forms)
        for secret in secrets:
            if len(secret) >= _SHORTEST:
                forms |= _forms_of(secret)
        self._forms = tuple(sorted(forms, key=len, reverse=True))

    def __call__(self, words: str) -> str:
        for form in self._forms:
            if form in words:
                words = words.replace(form, MARK)
        return words


def _forms_of(secret: str) -> set[str]:
    raw = secret.encode()
    escaped = secret.encode("unicode_escape").decode("ascii")
    quoted = {json.dumps(secret, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False)}
    # Base64 of a text that contains the secret: three alignments, without the characters that neighbours share.
    aligned = {base64.b64encode(b"\0" * shift + raw)[_head(shift) : _tail(shift, raw)].decode() for shift in range(3)}
    urlsafe = {form.replace("+", "-").replace("/", "_") for form in aligned}
    plain = {secret, quote(secret, safe=""), quote_plus(secret), escaped, *quoted}
    return {form for form in plain | aligned | urlsafe if len(form) >= _SHORTEST}


def _head(shift: int) -> int:
    return (0, 2, 3)[shift]


def _tail(shift: int, raw: bytes) -> int | None:
    """Cut the last group when it is not full: its characters depend on what follows."""
    over = (len(raw) + shift) % 3
    return None if over == 0 else -4 + over
