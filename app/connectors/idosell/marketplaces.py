"""Buyers whose address a marketplace hides behind one of its own: a way to answer one order, never to write news."""

from __future__ import annotations

import re

from app.connectors.idosell.values import Row, part, words

_MASKED = re.compile(
    r"@(?:[\w.-]*\.)?(?:allegromail\.(?:pl|com|cz|sk|hu)|user\.allegrogroup\.pl|marketplace\.amazon\.[a-z.]+|members\.ebay\.[a-z.]+"
    r"|mail\.aliexpress\.com|scs\.tiktokw\.us)\Z"
)
_SOURCES = {"auction", "marketplace"}


def is_masked(email: str) -> bool:
    """``email`` is normalised."""
    return bool(_MASKED.search(email))


def marketplace_of(order: Row) -> str:
    """What the shop calls the marketplace of an order; empty for the shop's own."""
    source = part(part(order, "orderDetails"), "orderSourceResults")
    details = part(source, "orderSourceDetails")
    kinds = {words(source.get("orderSourceType")).lower(), words(details.get("orderSourceType")).lower()}
    name = words(source.get("auctionsServiceName")) or words(details.get("orderSourceName"))
    if words(source.get("auctionsServiceName")) or kinds & _SOURCES:
        return name or "marketplace"
    return ""
