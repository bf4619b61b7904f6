"""What a person has set up: accounts, integrations and mappings, without any secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.core.fields import FieldRule
from app.core.records import Kind

_PLAIN_LETTERS = str.maketrans("łøđ", "lod") | {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"}
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\Z")


def is_key(raw: str) -> bool:
    """Lower-case letters, digits and hyphens, at most 64: what the command line and environment names can carry."""
    return bool(_KEY.match(raw))


def key_from(title: str, taken: frozenset[str] = frozenset()) -> str:
    """A free key made from a title: ``Mein Shop`` becomes ``mein-shop``, then ``mein-shop-2``."""
    plain = title.casefold().translate(_PLAIN_LETTERS)
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:56].strip("-") or "account"
    candidates = (base if number == 1 else f"{base}-{number}" for number in range(1, 10_000))
    return next(key for key in candidates if key not in taken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    key: str
    """Never changes; the identity of the shop in targets and of its secrets."""
    title: str
    system: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    """JSON, without secrets."""
    api_address: str = ""
    """Instead of the system's own address: a staging shop or a simulator."""
    is_practice: bool = False
    """Its address is a simulator that the program starts when it is needed."""
    created_at: datetime | None = None
    checked_at: datetime | None = None
    check_passed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    key: str
    title: str
    source: str
    """Account key."""
    target: str
    flows: tuple[Kind, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    """Only what differs from the defaults of the common, source and target options."""
    fields: tuple[FieldRule, ...] = ()
    is_active: bool = True
    is_draft: bool = False
    """Saved half-way through the guided steps."""
    created_at: datetime | None = None


class Match(StrEnum):
    """How a product got its number."""

    NONE = "none"
    BY_HAND = "by_hand"
    SKU = "sku"
    EAN = "ean"
    NAME = "name"
    """Similar name: to be confirmed by the person."""
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """One row of the product mapping. The row with key ``*`` stands for all products."""

    key: str
    """SKU, else the source's product or variant id."""
    sku: str = ""
    ean: str = ""
    name: str = ""
    number: str = ""
    """In the target; empty uses "all products"."""
    match: Match = Match.NONE
    confidence: int = 0
    """0 to 100, for matches by name."""
