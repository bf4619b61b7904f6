"""Removing secrets by value, whatever form they take.

A text is read in its canonical form: percent-encoding, escapes of JSON and Python, HTML entities and line breaks are
undone, so that one secret has few forms however it was quoted or wrapped. A piece of a long secret counts as well:
whoever wrote the text may have cut it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from html import unescape
from typing import TypeVar
from urllib.parse import quote_plus

from app.core.errors import AddressError, AppError
from app.core.texts import Text, verbatim

Redact = Callable[[str], str]
AnyError = TypeVar("AnyError", bound=AppError)

MARK = "•••"
_SHORTEST = 4
"""Shorter values would blank out ordinary words."""
_BLOCK = 8
_SHORTEST_PIECE = 2 * _BLOCK - 1
"""A piece of this length holds one whole block of the secret, wherever it was cut, and is no coincidence."""

_BLANKS = r"(?:[ \r\n\t\f\v]|\\+[nrtfvb])*"
# Every alternative begins with a letter of its own, which lets the search skip what holds none of them.
_QUOTED = re.compile(
    r"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*"
    r"|\\\\*x[0-9A-Fa-f]{2}(?:\\+x[0-9A-Fa-f]{2})*"
    r"|\\\\*u[0-9A-Fa-f]{4}(?:\\+u[0-9A-Fa-f]{4})*"
    r"|\\\\*U[0-9A-Fa-f]{8}(?:\\+U[0-9A-Fa-f]{8})*"
    r"|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos);"
    rf"|\r{_BLANKS}|\n{_BLANKS}|\t{_BLANKS}|\f{_BLANKS}|\v{_BLANKS}"
    rf"|\\\\*(?:[nrtfvb]{_BLANKS})?"
)
_LOST = re.compile(r"[\r\n\t\f\v\b][ \r\n\t\f\v\b]*|\\")
"""What a canonical text does not hold, so that it is the same however these were written."""
_MAY_BE_QUOTED = re.compile(r"[%\\&\r\n\t\f\v]")


class Redactor:
    """Replaces every known secret in a text: plain, URL-encoded, base64 (alone or inside a longer text), hexadecimal,
    escaped as in JSON, Python or HTML, broken over lines, or cut to a recognisable piece."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: frozenset[str] = frozenset()
        self._forms: tuple[str, ...] = ()
        self._short: tuple[str, ...] = ()
        self._blocks: frozenset[str] = frozenset()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        fresh = {secret for secret in secrets if len(secret) >= _SHORTEST} - self._known
        if not fresh:
            return
        self._known |= fresh
        forms = set(self._forms).union(*(_forms_of(secret) for secret in fresh))
        self._forms = tuple(sorted(forms))
        self._short = tuple(form for form in self._forms if len(form) < _SHORTEST_PIECE)
        self._blocks = frozenset(
            form[at : at + _BLOCK]
            for form in self._forms
            if len(form) >= _SHORTEST_PIECE
            for at in range(len(form) - _BLOCK + 1)
        )

    def __call__(self, words: str) -> str:
        if not self._forms:
            return words
        is_quoted = _MAY_BE_QUOTED.search(words) is not None
        if not self._is_suspicious(words) and not (is_quoted and self._is_suspicious(_canonical(words))):
            return words
        return self._replaced(words)

    def _is_suspicious(self, words: str) -> bool:
        """Runs over every request: a piece of a secret that counts covers one whole block of the text, so that every
        eighth place is enough to look at."""
        for form in self._short:
            if form in words:
                return True
        return not self._blocks.isdisjoint([words[at : at + _BLOCK] for at in range(0, len(words), _BLOCK)])

    def _replaced(self, words: str) -> str:
        canonical, starts = _traced(words)
        spans = sorted((starts[begin], starts[end]) for form in self._forms for begin, end in _pieces(form, canonical))
        kept, at = list[str](), 0
        for begin, end in spans:
            if end <= at:
                continue
            if begin > at or not kept:
                kept += [words[at:begin], MARK]
            at = end
        return "".join((*kept, words[at:]))


def without_secrets(error: AnyError, redact: Redact) -> AnyError:
    """The same error; no key that a vendor has repeated is left in what is shown, kept or printed of it."""
    error.detail = redact(error.detail)
    error.message = clean_text(error.message, redact)
    error.remedy = clean_text(error.remedy, redact)
    error.args = (error.detail or error.message.message,)
    if isinstance(error, AddressError) and error.suggestion:
        error.suggestion = redact(error.suggestion)
    return error


def clean_text(words: Text, redact: Redact) -> Text:
    """The same text, which follows the language, where there is nothing to remove."""
    shown = str(words)
    clean = redact(shown)
    return words if clean == shown else verbatim(clean)


def _forms_of(secret: str) -> set[str]:
    """In canonical form."""
    raw = secret.encode("utf-8", "surrogatepass")
    # Base64 of a text that contains the secret: three alignments, without the characters that neighbours share.
    aligned = {base64.b64encode(b"\0" * shift + raw)[_head(shift) : _tail(shift, raw)].decode() for shift in range(3)}
    urlsafe = {form.replace("+", "-").replace("/", "_") for form in aligned}
    hexadecimal = {raw.hex(), raw.hex().upper()}
    plain = {secret, quote_plus(secret), secret.replace(" ", "+"), ascii(secret)[1:-1]}
    # What was quoted once is read as it was entered; what was not may itself look like a quotation.
    forms = {_LOST.sub("", secret), *map(_canonical, plain), *aligned, *urlsafe, *hexadecimal}
    return {form for form in forms if len(form) >= _SHORTEST}


def _head(shift: int) -> int:
    return (0, 2, 3)[shift]


def _tail(shift: int, raw: bytes) -> int | None:
    """Cut the last group when it is not full: its characters depend on what follows."""
    over = (len(raw) + shift) % 3
    return None if over == 0 else -4 + over


def _blocks_of(form: str) -> Iterator[tuple[int, str]]:
    """Every piece that counts holds one of them; with their places."""
    if len(form) < _SHORTEST_PIECE:
        yield 0, form
        return
    for at in range(0, len(form) - _BLOCK + 1, _BLOCK):
        yield at, form[at : at + _BLOCK]


def _pieces(form: str, words: str) -> Iterator[tuple[int, int]]:
    """Where the form, or enough of it, stands."""
    enough = min(len(form), _SHORTEST_PIECE)
    spans: list[tuple[int, int]] = []
    for place, block in _blocks_of(form):
        found = words.find(block)
        while found >= 0:
            covering = next((end for begin, end in spans if begin <= found and found + len(block) <= end), 0)
            if not covering:
                begin, end = _extended(form, place, words, found, len(block))
                if end - begin >= enough:
                    spans.append((begin, end))
                    yield begin, end
            # A secret that repeats itself would otherwise be walked through again from each of its blocks.
            found = words.find(block, max(found + 1, covering - len(block) + 1))


def _extended(form: str, place: int, words: str, found: int, length: int) -> tuple[int, int]:
    before = 0
    while before < place and before < found and form[place - before - 1] == words[found - before - 1]:
        before += 1
    after = length
    while place + after < len(form) and found + after < len(words) and form[place + after] == words[found + after]:
        after += 1
    return found - before, found + after


def _canonical(words: str) -> str:
    return _QUOTED.sub(_unquoted, words)


def _traced(words: str) -> tuple[str, list[int]]:
    """The canonical text, and where each of its characters begins in the original; one place more for the end."""
    parts, starts, at = list[str](), list[int](), 0
    for match in _QUOTED.finditer(words):
        starts.extend(range(at, match.start()))
        plain = _unquoted(match)
        parts += [words[at : match.start()], plain]
        starts.extend([match.start()] * len(plain))
        at = match.end()
    starts.extend(range(at, len(words) + 1))
    return "".join((*parts, words[at:])), starts


def _unquoted(match: re.Match[str]) -> str:
    return _plain(match.group())


@lru_cache(maxsize=1024)
def _plain(quoted: str) -> str:
    if quoted[0] == "%":
        return _decoded(bytes.fromhex(quoted.replace("%", "")))
    if quoted[0] == "&":
        return _LOST.sub("", unescape(quoted))
    match quoted.lstrip("\\")[:1]:
        case "x":
            return _decoded(bytes.fromhex(re.sub(r"\\+x", "", quoted)))
        case "u":
            units = bytes.fromhex(re.sub(r"\\+u", "", quoted))
            return _LOST.sub("", units.decode("utf-16-be", "replace"))
        case "U":
            units = bytes.fromhex(re.sub(r"\\+U", "", quoted))
            return _LOST.sub("", units.decode("utf-32-be", "replace"))
        case _:
            return ""


def _decoded(raw: bytes) -> str:
    try:
        words = raw.decode()
    except UnicodeDecodeError:
        words = raw.decode("latin-1")
    return _LOST.sub("", words)
