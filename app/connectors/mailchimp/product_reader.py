"""Reading a store's products, and the stock of their variants (there is no filter by date: all are read each time)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.connectors.mailchimp.account import Store
from app.connectors.mailchimp.reading import pages
from app.connectors.mailchimp.wire import Row, Wire, cents, moment, store_key, words
from app.core.money import Money
from app.core.records import Category, Deletion, Kind, Product, Record, StockLevel, Unreadable, Variant
from app.sdk.reading import Once
from app.sdk.source import Page, ReadRequest

_FIELDS = (
    "id",
    "title",
    "url",
    "description",
    "type",
    "vendor",
    "image_url",
    "currency_code",
    "published_at_foreign",
    "variants",
)
_STOCK_FIELDS = ("id", "variants.id", "variants.sku", "variants.inventory_quantity", "variants.updated_at")


@dataclass(frozen=True, slots=True)
class ProductReader:
    wire: Wire
    store: Once[Store]

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        store = await self.store.get()
        path = f"ecommerce/stores/{store.id}/products"
        found = pages(self.wire, path, "products", _FIELDS, {}, cursor=request.cursor, limit=request.limit)
        async for rows, cursor in found:
            yield Page([_product(row, store) for row in rows], cursor)

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        store = await self.store.get()
        for product_id in ids:
            path = f"ecommerce/stores/{store.id}/products/{product_id}"
            row = await self.wire.get_or_none(path, {"fields": ",".join(_FIELDS)})
            record: Record | Unreadable = Deletion(id=product_id, kind=Kind.PRODUCTS)
            yield Page([record if row is None else _product(row, store)], "")

    async def count(self, _: ReadRequest) -> int | None:
        return await self.wire.total(f"ecommerce/stores/{(await self.store.get()).id}/products")

    async def all_ids(self) -> AsyncIterator[Sequence[str]]:
        path = f"ecommerce/stores/{(await self.store.get()).id}/products"
        async for rows, _ in pages(self.wire, path, "products", ("id",), {}):
            yield [words(row.get("id")) for row in rows]


@dataclass(frozen=True, slots=True)
class StockReader:
    """One level for each variant whose stock the store knows."""

    wire: Wire
    store: Once[Store]

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        path = f"ecommerce/stores/{(await self.store.get()).id}/products"
        found = pages(self.wire, path, "products", _STOCK_FIELDS, {}, cursor=request.cursor, limit=request.limit)
        async for rows, cursor in found:
            yield Page([level for row in rows for level in _levels(row)], cursor)

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        path = f"ecommerce/stores/{(await self.store.get()).id}/products"
        for level_id in ids:
            product_id = level_id.partition(":")[0]
            row = await self.wire.get_or_none(f"{path}/{product_id}", {"fields": ",".join(_STOCK_FIELDS)})
            level = next((each for each in _levels(row or {}) if each.id == level_id), None)
            yield Page([level or Deletion(id=level_id, kind=Kind.STOCK)], "")


@dataclass(frozen=True, slots=True)
class CategoryReader:
    """The types of the products: the only order that a store knows."""

    wire: Wire
    store: Once[Store]

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        types = await self._types()
        start = int(request.cursor or 0)
        size = max(1, request.limit or len(types))
        for place in range(start, len(types), size):
            found = types[place : place + size]
            yield Page([_category(each) for each in found], str(place + len(found)))

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        known = {store_key(each): each for each in await self._types()}
        yield Page(
            [_category(known[each]) if each in known else Deletion(id=each, kind=Kind.CATEGORIES) for each in ids],
            "",
        )

    async def count(self, _: ReadRequest) -> int | None:
        return len(await self._types())

    async def _types(self) -> Sequence[str]:
        path = f"ecommerce/stores/{(await self.store.get()).id}/products"
        return sorted({words(row.get("type")) async for row in self.wire.rows(path, "products", ("type",))} - {""})


def skus_of(rows: Sequence[Row]) -> dict[tuple[str, str], str]:
    """SKU by product and variant: an order names ids only."""
    return {
        (words(row.get("id")), words(variant.get("id"))): words(variant.get("sku"))
        for row in rows
        for variant in row.get("variants") or ()
    }


def _category(name: str) -> Category:
    return Category(id=store_key(name), name=name, path=(name,))


def _levels(row: Row) -> Sequence[StockLevel]:
    return [
        StockLevel(
            id=f"{words(row.get('id'))}:{words(variant.get('id'))}",
            sku=words(variant.get("sku")),
            quantity=Decimal(variant["inventory_quantity"]),
            updated_at=moment(variant.get("updated_at")),
            raw=variant,
        )
        for variant in row.get("variants") or ()
        if isinstance(variant.get("inventory_quantity"), int)
    ]


def _product(row: Row, store: Store) -> Product | Unreadable:
    product_id = words(row.get("id"))
    variants = [each for each in row.get("variants") or () if isinstance(each, Mapping)]
    try:
        currency = words(row.get("currency_code")) or store.currency
        is_simple = len(variants) == 1 and words(variants[0].get("id")) == product_id
        only = variants[0] if is_simple else {}
        return Product(
            id=product_id,
            name=words(row.get("title")),
            sku=words(only.get("sku")),
            price=_price(only, currency),
            quantity=_quantity(only),
            description=words(row.get("description")),
            url=words(row.get("url")),
            image_url=words(row.get("image_url")),
            brand=words(row.get("vendor")),
            product_type=words(row.get("type")),
            categories=((words(row.get("type")),),) if row.get("type") else (),
            variants=() if is_simple else tuple(_variant(each, currency) for each in variants),
            raw=row,
        )
    except ValueError:
        return Unreadable(id=product_id, reason="currency_missing", message="currency_code", raw=row)


def _variant(row: Row, currency: str) -> Variant:
    return Variant(
        id=words(row.get("id")),
        sku=words(row.get("sku")),
        name=words(row.get("title")),
        price=_price(row, currency),
        quantity=_quantity(row),
        image_url=words(row.get("image_url")),
    )


def _price(row: Row, currency: str) -> Money | None:
    return None if row.get("price") is None else Money.of(cents(row["price"]), currency)


def _quantity(row: Row) -> Decimal | None:
    quantity = row.get("inventory_quantity")
    return Decimal(quantity) if isinstance(quantity, int) else None
