"""Article numbers: what the register calls a SKU. Digits only, as they are 64-bit numbers there."""

from __future__ import annotations

from collections.abc import Sequence

from app.connectors.mpluskassa.values import is_number
from app.core.rules import Refusal, hold
from app.sdk.target import Mappings

ALL_PRODUCTS = "*"
"""The row of the product table for all products."""


def article_number(mappings: Mappings, keys: Sequence[str], sku: str, *, otherwise: str = "") -> str | Refusal:
    """A number of the product table, else the SKU where it is one, else ``otherwise``."""
    mapped = next((mappings.products[key] for key in keys if key and mappings.products.get(key)), "")
    number = mapped or (sku if is_number(sku) else "") or otherwise
    if not number:
        return hold("product_number_invalid", sku=sku) if sku else hold("product_unmapped")
    return number if is_number(number) else hold("product_number_invalid", sku=sku, number=number)
