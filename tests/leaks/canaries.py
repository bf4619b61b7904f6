"""Made-up secrets and people that must turn up nowhere, and the search for them in whatever form."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, quote_plus

_JWT = ".".join(
    base64.urlsafe_b64encode(part).rstrip(b"=").decode()
    for part in (
        b'{"alg":"HS256","typ":"JWT"}',
        b'{"sub":"canary","scope":"' + b"orders " * 60 + b'"}',
        b"\xfa\xce" * 16,
    )
)
_ODD = (
    "canary+plus+and/slash==",
    "canäry-ümläut-ßchlüssel",
    "canary \"double\" and 'single'",
    "canary with  two  blanks inside",
    "canary%2Fpercent%20already%encoded",
    "canary\\back\\nslash\\u0041",
    "canary&amp;<tag>&lt;html>",
    "canary;drop,table|pipe\ttab",
    "канарейка-секрет-ключ",
    "密钥-canary-秘密の鍵",
    "🐤canary🔑emoji🐤secret",
    "canary{json}[list]:\"x\",'y'",
    "$CANARY ${HOME} `id` $(id)",
    "canary#fragment?query=1&x=2",
    "user@canary.example:pass:word",
    "=canary+cmd|' /C calc'!A0",
    "-canary-begins-like-an-option",
    "canary\u00a0no-break\u2003space",
    "canary\u0301combining-e\u0301",
    "CANARY-UPPER-CASE-0815-XYZ",
    "0123456789canary0123456789",
    "4111-1111-canary-1111",
    "ca_nary.with-url~safe_marks",
    "canary\nover\ntwo lines",
    "canary\r\nwindows\r\nlines",
    _JWT,
    "c" + "anary" * 80,
    "§7ß#",
    "q9~Z!",
    "žluť%2",
    "K?y=&1",
    "xoxb-canary-2847561-slack-like",
    "ghp_canary0123456789abcdefABCDEF0123",
    "AKIACANARY0815EXAMPLE",
    "sk_live_canary_51H8aZ2eZvKYlo2C",
    "-----BEGIN CANARY KEY-----MIIEvQ-----END",
)
SECRETS: tuple[str, ...] = (
    *_ODD,
    *(f"canary-{number:02d}-{number * 7919:x}-plain-token" for number in range(50 - len(_ODD))),
)

PEOPLE: tuple[str, ...] = (
    "paula.poststempel@canary.example",
    "paula+shop@canary.example",
    "Kanarienvogelstraße 4711",
    "+49 151 47110815",
)


def forms_of(canary: str) -> Iterator[str]:
    raw = canary.encode()
    yield canary
    yield from (quote(canary), quote(canary, safe=""), quote_plus(canary), _lower_percent(quote(canary, safe="")))
    yield from (json.dumps(canary)[1:-1], json.dumps(canary, ensure_ascii=False)[1:-1])
    yield from (json.dumps(json.dumps(canary))[3:-3], html.escape(canary), html.escape(canary, quote=False))
    yield from (repr(canary)[1:-1], ascii(canary)[1:-1], repr(raw)[2:-1], raw.hex(), raw.hex().upper())
    for shift in range(3):
        over = (len(raw) + shift) % 3
        core = base64.b64encode(b"\0" * shift + raw)[(0, 2, 3)[shift] : None if over == 0 else -4 + over].decode()
        yield from (core, core.replace("+", "-").replace("/", "_"))


def _lower_percent(words: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda found: found.group().lower(), words)


@lru_cache(maxsize=512)
def _needles(canary: str) -> tuple[bytes, ...]:
    """Every form as files hold it. A long secret also by its pieces: half of it is bad enough."""
    found = set[bytes]()
    for form in {form for form in forms_of(canary) if len(form.encode()) >= 5}:
        found.add(form.encode())
        if len(form) >= 60:
            found |= {form[at : at + 30].encode() for at in range(0, len(form) - 30, 30)}
    return tuple(sorted(found))


def people_in(words: str) -> list[str]:
    """Everything personal that the vendor repeated: addresses, streets, numbers."""
    return [person for person in PEOPLE for form in {person, quote(person), json.dumps(person)[1:-1]} if form in words]


def addresses_in_files(folder: Path) -> list[str]:
    """People's e-mail addresses, as they stand or URL-encoded; what a vendor packs differently is not recognised as
    one by anybody."""
    forms = {
        form.encode() for person in PEOPLE for form in (person, quote(person), quote_plus(person)) if "@" in person
    }
    return [
        f"{path.name}: {form.decode()}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for form in forms
        if form in path.read_bytes()
    ]


_WRAPPED = re.compile(rb"[\r\n]+[ \t]*")


def traces(words: bytes | str, canaries: Iterable[str]) -> list[str]:
    """Canaries that stand in the words, also broken over lines."""
    raw = words.encode("utf-8", "surrogatepass") if isinstance(words, str) else words
    joined = _WRAPPED.sub(b"", raw)
    return [
        f"{canary[:24]!r} as {needle[:60]!r}"
        for canary in canaries
        for needle in _needles(canary)
        if needle in raw or _WRAPPED.sub(b"", needle) in joined
    ]


def traces_in_files(folder: Path, canaries: Iterable[str]) -> list[str]:
    """Whole files, so also free pages and journals of the database."""
    wanted = tuple(canaries)
    return [
        f"{path.name}: {found}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for found in traces(path.read_bytes(), wanted)
    ]
