"""What one record of a kind is called."""

from __future__ import annotations

from collections.abc import Mapping

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
