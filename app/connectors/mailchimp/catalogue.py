"""What the store holds of products: needed by orders, carts and stock, which refer to variants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.connectors.mailchimp.wire import Row, Wire, words

_FIELDS = ("id", "variants.id", "variants.sku")

Place = tuple[str, str]
"""A product's id and a variant's id, as they stand in the store."""


class Catalogue:
    """Read once, when it is first needed, and kept up with what is written; ``store_id`` is empty as long as there is
    no store."""

    def __init__(self, wire: Wire, store_id: str) -> None:
        self._wire = wire
        self._store_id = store_id
        self._is_loaded = not store_id
        self._skus: dict[str, dict[str, str]] = {}
        """Product id to variant id to SKU."""
        self._by_sku: dict[str, set[Place]] = {}

    async def load(self) -> None:
        if self._is_loaded:
            return
        async for row in self._wire.rows(f"ecommerce/stores/{self._store_id}/products", "products", _FIELDS):
            self.note(row)
        self._is_loaded = True

    async def refresh(self, product_ids: Iterable[str]) -> None:
        for product_id in dict.fromkeys(product_ids):
            path = f"ecommerce/stores/{self._store_id}/products/{product_id}"
            row = await self._wire.get_or_none(path, {"fields": ",".join(_FIELDS)})
            self.forget(product_id)
            if row is not None:
                self.note(row)

    def note(self, row: Row) -> None:
        """A product as an answer or a body of ours shows it."""
        product_id = words(row.get("id"))
        for variant in row.get("variants") or ():
            self.note_variant(product_id, variant)

    def note_variant(self, product_id: str, variant: Mapping[str, Any]) -> None:
        variant_id, sku = words(variant.get("id")), words(variant.get("sku"))
        self._skus.setdefault(product_id, {})[variant_id] = sku
        if sku:
            self._by_sku.setdefault(sku, set()).add((product_id, variant_id))

    def forget(self, product_id: str) -> None:
        for variant_id, sku in self._skus.pop(product_id, {}).items():
            self._by_sku.get(sku, set()).discard((product_id, variant_id))

    def has(self, product_id: str) -> bool:
        return product_id in self._skus

    def variants_of(self, product_id: str) -> Mapping[str, str]:
        return self._skus.get(product_id, {})

    def with_sku(self, sku: str) -> Sequence[Place]:
        return sorted(self._by_sku.get(sku, ()))

    def place(self, product_id: str, variant_id: str, sku: str) -> Place | None:
        """Where a line's article stands: under its own ids, else as the only one with its SKU; None where nowhere."""
        if variant_id in self.variants_of(product_id):
            return product_id, variant_id
        same = [each for each in self.with_sku(sku) if each[0] == product_id] or self.with_sku(sku)
        return same[0] if sku and len(same) == 1 else None
