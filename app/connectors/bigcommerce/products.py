"""Products with variants, categories, and the stock that both carry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial

from app.connectors.bigcommerce.catalogue import Catalogue, CategoryTree, product_url
from app.connectors.bigcommerce.client import Api, Row
from app.connectors.bigcommerce.reading import FAILING, Load, PageSize, Place, all_rows, by_id, unreadable, v3_window
from app.connectors.bigcommerce.shop import Shop
from app.connectors.bigcommerce.values import moment_v3, money, words
from app.core.money import Money
from app.core.records import Category, Deletion, Kind, Product, Record, StockLevel, Unreadable, Variant
from app.sdk.legible import CurrencyMissingError, readable
from app.sdk.reading import Once, batches, place_text
from app.sdk.source import Page, ReadRequest

_PRODUCTS = "catalog/products"
_INCLUDED = "variants,images,custom_fields"
_BARE = {"include_fields": "name"}
_MOST_IDS = 100

AnyRecord = Record | Unreadable


class ProductReader:
    def __init__(self, api: Api, catalogue: Catalogue, shop: Once[Shop]) -> None:
        self._api = api
        self._catalogue = catalogue
        self._shop = shop

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        query = {**v3_window(request), "include": _INCLUDED}
        after = Place(request.cursor).number("after", 0)
        bare = _loader(self._api, {**v3_window(request), **_BARE})
        async for rows in by_id(_loader(self._api, query), after, PageSize(request.limit), bare=bare):
            whole = [row for row in rows if FAILING not in row]
            failing = [unreadable(row) for row in rows if FAILING in row]
            yield Page((*await self._records(whole), *failing), place_text("products", after=_last_id(rows)))

    async def count(self, request: ReadRequest) -> int | None:
        return (await self._api.v3(_PRODUCTS, {**v3_window(request), "limit": "1", "include_fields": "name"})).total

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        for batch in batches(ids, _MOST_IDS):
            asked = [each for each in batch if each.isdecimal()]
            query = {"id:in": ",".join(asked), "include": _INCLUDED}
            rows = await all_rows(self._api, _PRODUCTS, query) if asked else []
            records = await self._records(rows)
            known = {record.id for record in records}
            gone = [Deletion(id=each, kind=Kind.PRODUCTS) for each in batch if each not in known]
            yield Page((*records, *gone), place_text("fetch"))

    async def all_ids(self) -> AsyncIterator[Sequence[str]]:
        load = _loader(self._api, _BARE)
        async for rows in by_id(load, 0, PageSize(), bare=load):
            yield [str(row["id"]) for row in rows]

    async def _records(self, rows: Sequence[Row]) -> list[AnyRecord]:
        if not rows:
            return []
        shop, tree = await self._shop.get(), await self._catalogue.tree.get()
        brands = await self._catalogue.brands.get() if any(row.get("brand_id") for row in rows) else {}
        return [_record(row, shop, tree, brands) for row in rows]


class StockReader:
    """Always everything: an order changes stock without always changing the product's date of modification."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        after = Place(request.cursor).number("after", 0)
        bare = _loader(self._api, _BARE)
        async for rows in by_id(_loader(self._api, _STOCK_QUERY), after, PageSize(request.limit), bare=bare):
            levels = [level for row in rows for level in _levels(row)]
            yield Page(levels, place_text("stock", after=_last_id(rows)))

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        """Ids are ``product:variant``, as :func:`_levels` makes them."""
        for batch in batches(ids, _MOST_IDS):
            products = sorted({each.partition(":")[0] for each in batch if each.partition(":")[0].isdecimal()})
            query = {**_STOCK_QUERY, "id:in": ",".join(products)}
            rows = await all_rows(self._api, _PRODUCTS, query) if products else []
            wanted = set(batch)
            found = [level for row in rows for level in _levels(row) if level.id in wanted]
            known = {level.id for level in found}
            gone = [Deletion(id=each, kind=Kind.STOCK) for each in batch if each not in known]
            yield Page((*found, *gone), place_text("fetch"))


class CategoryReader:
    """Read at once: a path needs the whole tree anyway, and categories have no dates."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        after = Place(request.cursor).number("after", 0)
        rows = (await self._catalogue.tree.get()).rows
        rest = [rows[each] for each in sorted(rows) if each > after]
        for batch in batches(rest, PageSize(request.limit).current):
            yield Page(await self._records(batch), place_text("categories", after=int(batch[-1]["category_id"])))

    async def count(self) -> int:
        return len((await self._catalogue.tree.get()).rows)

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        rows = (await self._catalogue.tree.get()).rows
        found = await self._records([rows[int(each)] for each in ids if each.isdecimal() and int(each) in rows])
        known = {record.id for record in found}
        gone = [Deletion(id=each, kind=Kind.CATEGORIES) for each in ids if each not in known]
        yield Page((*found, *gone), place_text("fetch"))

    async def _records(self, rows: Sequence[Row]) -> list[AnyRecord]:
        tree = await self._catalogue.tree.get()
        return [_category(row, tree) for row in rows]


def _loader(api: Api, query: Mapping[str, str]) -> Load:
    async def load(after: int, limit: int) -> list[Row]:
        place = {"id:greater": str(after), "sort": "id", "direction": "asc", "limit": str(limit)}
        return (await api.v3(_PRODUCTS, {**query, **place})).data

    return load


def _last_id(rows: Sequence[Row]) -> int:
    return max(int(row["id"]) for row in rows)


def _category(row: Row, tree: CategoryTree) -> Category:
    parent = int(row.get("parent_id") or 0)
    return Category(
        id=str(row["category_id"]),
        name=words(row.get("name")),
        parent_id=str(parent) if parent else "",
        path=tree.path(int(row["category_id"])),
        raw=row,
    )


# Products ------------------------------------------------------------------------------------------------------------


def _record(row: Row, shop: Shop, tree: CategoryTree, brands: Mapping[int, str]) -> AnyRecord:
    return readable(str(row.get("id")), row, lambda: _product(row, shop, tree, brands))


def _product(row: Row, shop: Shop, tree: CategoryTree, brands: Mapping[int, str]) -> Product:
    variants = [each for each in row.get("variants") or [] if each.get("option_values")]
    tracking = row.get("inventory_tracking")
    return Product(
        id=str(row["id"]),
        name=words(row.get("name")),
        sku=words(row.get("sku")),
        ean=words(row.get("gtin")) or words(row.get("upc")),
        price=_price(row, shop),
        description=words(row.get("description")),
        url=product_url(row, shop),
        image_url=_image(row.get("images") or []),
        brand=brands.get(int(row.get("brand_id") or 0), ""),
        product_type=words(row.get("type")),
        categories=tree.paths(row.get("categories") or []),
        variants=tuple(_variant(each, shop, tracking=tracking) for each in variants),
        attributes=_attributes(row.get("custom_fields") or []),
        quantity=None if tracking in {None, "none"} else Decimal(int(row.get("inventory_level") or 0)),
        is_active=bool(row.get("is_visible")) and row.get("availability") != "disabled",
        updated_at=moment_v3(row.get("date_modified")),
        raw=row,
    )


def _price(row: Row, shop: Shop) -> Money | None:
    """``calculated_price`` is what a shopper without a group pays today."""
    price = row.get("calculated_price", row.get("price"))
    if price is None:
        return None
    if not shop.currency:
        raise CurrencyMissingError("the shop states no currency")
    return money(price, shop.currency)


def _variant(row: Row, shop: Shop, *, tracking: object) -> Variant:
    options = {words(each.get("option_display_name")): words(each.get("label")) for each in row["option_values"]}
    return Variant(
        id=str(row["id"]),
        sku=words(row.get("sku")),
        ean=words(row.get("gtin")) or words(row.get("upc")),
        name=", ".join(options.values()),
        price=_price(row, shop),
        attributes=options,
        quantity=Decimal(int(row.get("inventory_level") or 0)) if tracking == "variant" else None,
        image_url=words(row.get("image_url")),
    )


def _image(images: Sequence[Row]) -> str:
    ordered = sorted(images, key=lambda each: (not each.get("is_thumbnail"), each.get("sort_order") or 0))
    return words(ordered[0].get("url_standard")) if ordered else ""


def _attributes(custom_fields: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for each in custom_fields:
        name = words(each.get("name"))
        found[name] = (*found.get(name, ()), words(each.get("value")))
    return found


# Stock ---------------------------------------------------------------------------------------------------------------

_STOCK_QUERY = {"include": "variants", "include_fields": "sku,inventory_level,inventory_tracking,date_modified"}


def _levels(row: Row) -> Iterator[StockLevel | Unreadable]:
    """One level per stock-keeping unit; none where the shop does not track stock."""
    if FAILING in row:
        yield unreadable(row)
        return
    product = str(row.get("id"))
    match row.get("inventory_tracking"):
        case "product":
            yield readable(f"{product}:", row, partial(_level, f"{product}:", row))
        case "variant":
            for variant in row.get("variants") or []:
                level_id = f"{product}:{variant.get('id')}"
                yield readable(level_id, variant, partial(_level, level_id, variant))


def _level(level_id: str, row: Row) -> StockLevel:
    return StockLevel(
        id=level_id,
        sku=words(row.get("sku")),
        quantity=Decimal(int(row.get("inventory_level") or 0)),
        updated_at=moment_v3(row.get("date_modified")),
        raw=row,
    )
