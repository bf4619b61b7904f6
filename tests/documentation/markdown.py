"""What the documents hold: fenced code with its info string, links, tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_IMAGE = re.compile(r"<(?:img|source)\b[^>]*>")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fence:
    language: str
    file: str
    """The rest of the info string: where a piece of code belongs."""
    body: str


def fences(document: Path) -> Sequence[Fence]:
    found = (match.groupdict() for match in _FENCE.finditer(document.read_text(encoding="utf-8")))
    return [Fence(*_parts(each["info"]), each["body"]) for each in found]


def _parts(info: str) -> tuple[str, str]:
    language, _, file = info.strip().partition(" ")
    return language, file


def links(document: Path) -> Sequence[str]:
    return [match["target"] for match in _LINK.finditer(_prose(document))]


def images(document: Path) -> Sequence[dict[str, str]]:
    """The attributes of every ``img`` and ``source`` tag."""
    tags = _IMAGE.findall(_prose(document))
    return [dict(re.findall(r'(\w+)="([^"]*)"', tag)) | {"tag": tag[1:].split()[0]} for tag in tags]


def anchors(document: Path) -> frozenset[str]:
    """As GitHub makes them from headings."""
    plain = (re.sub(r"[^\w\- ]", "", each.lower()) for each in _HEADING.findall(_prose(document)))
    return frozenset(each.strip().replace(" ", "-") for each in plain)


def rows(document: Path, heading: str) -> Sequence[Sequence[str]]:
    """The cells of the first table below a heading, without its head."""
    part = document.read_text(encoding="utf-8").split(f"# {heading}\n", 1)[1]
    lines = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)
    assert lines is not None, f"no table below {heading}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[0].splitlines()[2:]]


def _prose(document: Path) -> str:
    return _FENCE.sub("", document.read_text(encoding="utf-8"))
