"""Categories as paths, and what order lines want to know of their products."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from app.connectors.idosell.client import MOST_ROWS, Api, Listing
from app.connectors.idosell.reading import Place, all_rows, by, page_size
from app.connectors.idosell.shop import Shop
from app.connectors.idosell.values import Row, is_yes, part, rows_of, web_address, words
from app.core.records import Category, Deletion, Kind
from app.sdk.reading import Once, batches, place_text
from app.sdk.source import Page, ReadRequest

PRODUCTS = "products/products/search"
_CATEGORIES = "products/categories"
_FACTS = ("lang_data", "category_id", "icon", "pictures", "sizes_attributes")
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class CategoryTree:
    rows: Mapping[str, Row]
    language: str

    def name(self, row: Row) -> str:
        told = in_language(rows_of(row.get("lang_data")), self.language, "lang_id")
        return words(told.get("singular_name")) or words(told.get("plural_name"))

    def path(self, category_id: str) -> tuple[str, ...]:
        """Names from the root; empty for an unknown category, cut where the tree bites its own tail."""
        names: list[str] = []
        current = self.rows.get(category_id)
        while current is not None and len(names) < _DEEPEST:
            names.insert(0, self.name(current))
            current = self.rows.get(words(current.get("parent_id")))
        return tuple(filter(None, names))


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What an order line takes from the product as it is today."""

    path: tuple[str, ...] = ()
    url: str = ""
    image_url: str = ""
    eans: Mapping[str, str] = field(default_factory=dict)
    """By size."""


def in_language(rows: Sequence[Row], wanted: str, name: str) -> Row:
    """The row in this language, else the first one."""
    return next((row for row in rows if words(row.get(name)) == wanted), rows[0] if rows else {})


def product_url(row: Row, shop: Shop, language: str) -> str:
    """The address that the shop states, else the one by number that every IdoSell shop answers."""
    told = [each for each in rows_of(part(row, "productUrl").get("productUrlsLangData")) if words(each.get("url"))]
    here = [each for each in told if words(each.get("shopId")) in {"", shop.id}]
    if here:
        return web_address(in_language(here, language, "langId").get("url"))
    return f"{shop.url}/product-{language}-{words(row.get('productId'))}.html" if shop.url else ""


def image_url(row: Row) -> str:
    for each in rows_of(row.get("productImages")):
        if found := web_address(each.get("productImageLargeUrl")):
            return found
    return web_address(part(row, "productIcon").get("productIconLargeUrl"))


def eans_of(row: Row) -> dict[str, str]:
    """``productSizeCodeProducer`` of each size: an EAN where it has the digits of one, else the maker's own code."""
    sizes = rows_of(row.get("productSizesAttributes"))
    return {
        words(each.get("sizeId")): code
        for each in sizes
        if (code := words(each.get("productSizeCodeProducer"))).isdecimal() and len(code) in {8, 12, 13, 14}
    }


class Catalogue:
    """Looked up when needed and kept while the account is open."""

    def __init__(self, api: Api, shop: Once[Shop], language: str) -> None:
        self._api = api
        self._shop = shop
        self.language = language
        self.tree: Once[CategoryTree] = Once(self._read_tree)
        self._facts: dict[str, ProductFacts] = {}

    async def facts(self, product_ids: Collection[str]) -> Mapping[str, ProductFacts]:
        """Products that are gone know nothing."""
        missing = sorted({each for each in product_ids if each.isdecimal() and each not in self._facts})
        if missing:
            tree, shop = await self.tree.get(), await self._shop.get()
            rows = await self.product_rows(missing, _FACTS)
            found = {words(row.get("productId")): self._facts_of(row, tree, shop) for row in rows}
            self._facts |= {each: found.get(each, ProductFacts()) for each in missing}
        return {each: self._facts[each] for each in product_ids if each in self._facts}

    async def product_rows(self, product_ids: Sequence[str], fields: Sequence[str]) -> list[Row]:
        """Those that are not deleted. A search for products by number takes no other filter beside it."""
        found: list[Row] = []
        for batch in batches(product_ids, MOST_ROWS):
            asked = [{"productId": int(each)} for each in batch]
            params = {"productParams": asked, "returnElements": [*fields, "deleted"]}
            found += (await self._api.listed(PRODUCTS, params, 0, MOST_ROWS)).rows
        return [row for row in found if not is_yes(row.get("productIsDeleted"))]

    def _facts_of(self, row: Row, tree: CategoryTree, shop: Shop) -> ProductFacts:
        path = tree.path(words(row.get("categoryId")))
        return ProductFacts(path, product_url(row, shop, self.language), image_url(row), eans_of(row))

    async def _read_tree(self) -> CategoryTree:
        rows = await all_rows(self._api, partial(self._page, {}), key=by("id"))
        return CategoryTree({words(row.get("id")): row for row in rows}, self.language)

    async def _page(self, params: Mapping[str, Any], page: int, size: int) -> Listing:
        return await self._api.snake_got(_CATEGORIES, params, page, size, "categories")


class CategoryReader:
    """Read at once: a path needs the whole tree anyway."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        tree = await self._catalogue.tree.get()
        after = int(Place(request.cursor).after or 0)
        rest = sorted(number for number in map(int, tree.rows) if number > after)
        for batch in batches(rest, page_size(request.limit)):
            yield Page([_category(str(each), tree) for each in batch], place_text("categories", after=str(batch[-1])))

    async def count(self) -> int:
        return len((await self._catalogue.tree.get()).rows)

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        tree = await self._catalogue.tree.get()
        found = [_category(each, tree) for each in ids if each in tree.rows]
        gone = [Deletion(id=each, kind=Kind.CATEGORIES) for each in ids if each not in tree.rows]
        yield Page((*found, *gone), place_text("fetch"))


def _category(number: str, tree: CategoryTree) -> Category:
    row = tree.rows[number]
    parent = words(row.get("parent_id"))
    return Category(
        id=number,
        name=tree.name(row),
        parent_id=parent if parent in tree.rows else "",
        path=tree.path(number),
        raw=row,
    )
