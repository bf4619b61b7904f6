"""Categories as paths, and what order lines want to know of their products."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.connectors.woocommerce.reading import FAILING, Place, Windows, included
from app.connectors.woocommerce.values import Row, meta_values, plain, words
from app.connectors.woocommerce.wire import Api
from app.sdk.reading import Once

PATH_SEPARATOR = " > "
_DEEPEST = 20
_FACTS = "id,permalink,categories,images,global_unique_id,meta_data"


@dataclass(frozen=True, slots=True)
class CategoryTree:
    rows: Mapping[int, Row]

    def path(self, category_id: int) -> tuple[str, ...]:
        """Names from the root; empty for an unknown category, cut where the tree bites its own tail."""
        names: list[str] = []
        current = self.rows.get(category_id)
        while current is not None and len(names) < _DEEPEST:
            names.insert(0, plain(current.get("name")))
            current = self.rows.get(int(current.get("parent") or 0))
        return tuple(names)

    def paths(self, categories: object) -> tuple[tuple[str, ...], ...]:
        """Of a product's own list; a category that the tree does not know yet stands by its name."""
        rows = categories if isinstance(categories, list) else []
        found = (self.path(int(row["id"])) or (plain(row.get("name")),) for row in rows)
        return tuple(path for path in found if any(path))


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What an order line takes from the product as it is today."""

    category_paths: tuple[tuple[str, ...], ...] = ()
    url: str = ""
    image_url: str = ""
    ean: str = ""

    @property
    def category(self) -> str:
        deepest: tuple[str, ...] = max(self.category_paths, key=len, default=())
        return PATH_SEPARATOR.join(deepest)


class Catalogue:
    """Looked up when needed and kept while the account is open."""

    def __init__(self, api: Api, ean_meta_key: str) -> None:
        self._api = api
        self._ean_meta_key = ean_meta_key
        self.tree: Once[CategoryTree] = Once(self._read_tree)
        self._facts: dict[str, ProductFacts] = {}

    async def facts(self, product_ids: Collection[str]) -> Mapping[str, ProductFacts]:
        """Products that were deleted (id 0) know nothing."""
        missing = sorted({each for each in product_ids if each and each not in self._facts}, key=int)
        if missing:
            tree = await self.tree.get()
            rows = await included(self._api, "products", missing, {"_fields": _FACTS})
            self._facts |= dict.fromkeys(missing, ProductFacts())
            self._facts |= {words(row["id"]): self._facts_of(row, tree) for row in rows}
        return self._facts

    def _facts_of(self, row: Row, tree: CategoryTree) -> ProductFacts:
        return ProductFacts(
            category_paths=tree.paths(row.get("categories")),
            url=words(row.get("permalink")),
            image_url=first_image(row.get("images")),
            ean=self.ean_of(row),
        )

    def ean_of(self, row: Row) -> str:
        """WooCommerce's own field, in newer versions; else the field of a plug-in that the person named."""
        own = words(row.get("global_unique_id"))
        if own or not self._ean_meta_key:
            return own
        return next((words(each) for each in meta_values(row, self._ean_meta_key) if each), "")

    async def _read_tree(self) -> CategoryTree:
        found: dict[int, Row] = {}
        async for rows, _ in Windows(self._api, "products/categories", {}).read(Place()):
            found |= {int(row["id"]): row for row in rows if FAILING not in row}
        return CategoryTree(found)


def first_image(images: object) -> str:
    rows: Sequence[object] = images if isinstance(images, list) else [images]
    return next((words(row.get("src")) for row in rows if isinstance(row, Mapping) and row.get("src")), "")
