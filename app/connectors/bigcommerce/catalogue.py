"""Categories as paths, brands by name, and what order lines want to know of their products."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.connectors.bigcommerce.client import Api, Row
from app.connectors.bigcommerce.reading import all_rows
from app.connectors.bigcommerce.shop import Shop
from app.connectors.bigcommerce.values import words
from app.sdk.reading import Once, batches, together

PATH_SEPARATOR = " > "
_MOST_IDS = 100
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class CategoryTree:
    """All categories of all storefronts, by id."""

    rows: Mapping[int, Row]

    def path(self, category_id: int) -> tuple[str, ...]:
        """Names from the root; empty for an unknown category, cut where the tree bites its own tail."""
        names: list[str] = []
        current = self.rows.get(category_id)
        while current is not None and len(names) < _DEEPEST:
            names.insert(0, words(current.get("name")))
            current = self.rows.get(int(current.get("parent_id") or 0))
        return tuple(names)

    def paths(self, category_ids: Collection[object]) -> tuple[tuple[str, ...], ...]:
        found = (self.path(int(str(each))) for each in category_ids)
        return tuple(path for path in found if path)


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What an order line takes from the product as it is today."""

    category: str = ""
    url: str = ""
    image_url: str = ""
    ean: str = ""
    base_variant_id: int = 0
    """Of a product without options; it stands for the product itself and is no variant that anybody chose."""


class Catalogue:
    """Looked up when needed and kept while the account is open."""

    def __init__(self, api: Api, shop: Once[Shop]) -> None:
        self._api = api
        self._shop = shop
        self.tree: Once[CategoryTree] = Once(self._read_tree)
        self.brands: Once[Mapping[int, str]] = Once(self._read_brands)
        self._facts: dict[int, ProductFacts] = {}

    async def facts(self, product_ids: Collection[int]) -> Mapping[int, ProductFacts]:
        """Products that were deleted, and custom items (id 0), know nothing."""
        missing = sorted({each for each in product_ids if each and each not in self._facts})
        if missing:
            tree, shop = await self.tree.get(), await self._shop.get()
            pages = await together(self._rows(batch) for batch in batches(missing, _MOST_IDS))
            found = {int(row["id"]): _facts_of(row, tree, shop) for page in pages for row in page}
            self._facts |= {each: found.get(each, ProductFacts()) for each in missing}
        return {each: self._facts.get(each, ProductFacts()) for each in product_ids}

    async def _rows(self, product_ids: Collection[int]) -> list[Row]:
        query = {
            "id:in": ",".join(map(str, product_ids)),
            "include": "primary_image",
            "include_fields": "base_variant_id,categories,custom_url,gtin,upc",
        }
        return await all_rows(self._api, "catalog/products", query)

    async def _read_tree(self) -> CategoryTree:
        rows = await all_rows(self._api, "catalog/trees/categories", id_field="category_id")
        return CategoryTree({int(row["category_id"]): row for row in rows})

    async def _read_brands(self) -> Mapping[int, str]:
        rows = await all_rows(self._api, "catalog/brands")
        return {int(row["id"]): words(row.get("name")) for row in rows}


def _facts_of(row: Row, tree: CategoryTree, shop: Shop) -> ProductFacts:
    paths = tree.paths(row.get("categories") or [])
    deepest = max(paths, key=len, default=())
    return ProductFacts(
        category=PATH_SEPARATOR.join(deepest),
        url=product_url(row, shop),
        image_url=words((row.get("primary_image") or {}).get("url_standard")),
        ean=words(row.get("gtin")) or words(row.get("upc")),
        base_variant_id=int(row.get("base_variant_id") or 0),
    )


def product_url(row: Row, shop: Shop) -> str:
    """``custom_url`` holds the path alone."""
    path = words((row.get("custom_url") or {}).get("url"))
    return f"{shop.url}/{path.lstrip('/')}" if path and shop.url else ""
