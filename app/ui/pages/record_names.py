"""What one record of a kind is called, and in which order kinds are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.core.records import Kind
from app.core.texts import Text, text

RECORD_NAMES: Mapping[Kind, Text] = {
    Kind.OPT_OUTS: text("Opt-out"),
    Kind.BOUNCES: text("Bounce"),
    Kind.CATEGORIES: text("Category"),
    Kind.PRODUCTS: text("Product"),
    Kind.STOCK: text("Stock level"),
    Kind.CONTACTS: text("Contact"),
    Kind.ORDERS: text("Order"),
    Kind.CARTS: text("Cart"),
}

_READING_ORDER = (
    Kind.CONTACTS,
    Kind.ORDERS,
    Kind.CARTS,
    Kind.PRODUCTS,
    Kind.CATEGORIES,
    Kind.STOCK,
    Kind.OPT_OUTS,
    Kind.BOUNCES,
)


def in_reading_order(kinds: Iterable[Kind]) -> list[Kind]:
    """People and orders first, what runs back last: a run needs another order."""
    return sorted(kinds, key=_READING_ORDER.index)
