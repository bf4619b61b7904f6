"""Products with their sizes as variants.

A product without sizes has one all the same (``uniw``, ``onesize``). Colours are products of their own, which the panel
groups by ``productVersion`` (https://idosell.readme.io/reference, products).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import partial
from typing import Any

from app.connectors.idosell.assortment import Assortment, quantities_by_size
from app.connectors.idosell.catalogue import (
    CategoryTree,
    eans_of,
    image_url,
    in_language,
    product_url,
)
from app.connectors.idosell.client import MOST_ROWS
from app.connectors.idosell.reading import Place, by, numbered
from app.connectors.idosell.shop import Shop
from app.connectors.idosell.values import Row, currency_from, moment, money, part, readable, rows_of, words
from app.core.money import Money
from app.core.records import Deletion, Kind, Product, Record, Unreadable, Variant
from app.sdk.reading import batches, place_text
from app.sdk.source import Page, ReadRequest

# The vendor's names for what to return; everything else would make an answer ten times as large.
_FIELDS = [
    *("lang_data", "code", "producer_name", "category_id", "category_name", "currency", "retail_price", "vat"),
    *("visible", "icon", "pictures", "adding_time", "modification_time", "price_changed_time", "quantity_changed_time"),
    *("version_data", "sizes_attributes", "quantities", "shops"),
]
# Each by itself: whether the mode that names two of them means both or either is not documented.
_CHANGES = {
    "modified": "productModificationTime",
    "quantity_changed": "productQuantityChangedTime",
    "price_changed": "productPriceChangedTime",
}
_GONE = ("deleted", "in_trash")
_WITHOUT_SIZES = {"", "uniw", "onesize"}

AnyRecord = Record | Unreadable


class ProductReader:
    """Everything that is active; for changes, what changed in content, stock or price, and what was deleted."""

    def __init__(self, assortment: Assortment) -> None:
        self._assortment = assortment

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        place = Place(request.cursor)
        phases = ["products"] if request.since is None else [*_CHANGES, *_GONE]
        begun = phases.index(place.phase) if place.phase in phases else 0
        for phase in phases[begun:]:
            load = partial(self._assortment.page, await self._params(phase, request.since))
            pages = numbered(
                self._assortment.api, load, key=by("productId"), limit=request.limit, offset=place.offset_in(phase)
            )
            async for rows, end in pages:
                yield Page(await self._of_phase(phase, rows, request), place_text(phase, offset=end))

    async def count(self, request: ReadRequest) -> int | None:
        if request.since is not None:
            return None
        return (await self._assortment.page(await self._params("products", None), 0, 1)).total

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        for batch in batches(ids, MOST_ROWS):
            records = await self._records(await self._assortment.with_numbers(batch, _FIELDS))
            known = {record.id for record in records}
            gone = [Deletion(id=each, kind=Kind.PRODUCTS) for each in batch if each not in known]
            yield Page((*records, *gone), place_text("fetch"))

    async def _params(self, phase: str, since: datetime | None) -> dict[str, Any]:
        if phase in _GONE:
            params = await self._assortment.params(phase, ["modification_time"])
        else:
            params = await self._assortment.params("active", _FIELDS)
        if since is not None:
            mode = "modified" if phase in _GONE else phase
            params["productDate"] = {"productDateMode": mode, "productDateBegin": await self._day(since)}
        return params

    async def _day(self, since: datetime) -> str:
        """The filter knows days only."""
        return since.astimezone((await self._assortment.shop.get()).zone).date().isoformat()

    async def _of_phase(self, phase: str, rows: Sequence[Row], request: ReadRequest) -> list[AnyRecord]:
        if phase in _GONE:
            return [Deletion(id=words(row.get("productId")), kind=Kind.PRODUCTS) for row in rows]
        if phase in _CHANGES and request.since is not None:
            day, before = await self._day(request.since), list(_CHANGES)[: list(_CHANGES).index(phase)]
            rows = [row for row in rows if not _changed_since(row, day, [_CHANGES[each] for each in before])]
        return await self._records(rows)

    async def _records(self, rows: Sequence[Row]) -> list[AnyRecord]:
        if not rows:
            return []
        shop, tree = await self._assortment.shop.get(), await self._assortment.tree()
        return [readable(words(row.get("productId")), row, partial(_product, row, shop, tree)) for row in rows]


def _changed_since(row: Row, day: str, dates: Sequence[str]) -> bool:
    """Whether an earlier phase has brought the product."""
    return any(words(row.get(name))[:10] >= day for name in dates)


def _product(row: Row, shop: Shop, tree: CategoryTree) -> Product:
    told = in_language(rows_of(row.get("productDescriptionsLangData")), tree.language, "langId")
    variants = _variants(row)
    path = tree.path(words(row.get("categoryId")))
    return Product(
        id=words(row.get("productId")),
        name=words(told.get("productName")),
        sku=words(row.get("productDisplayedCode")),
        ean=variants[0].ean if len(variants) == 1 else "",
        price=_price(row),
        net_price=_net_price(row),
        description=words(told.get("productLongDescription")),
        short_description=words(told.get("productDescription")),
        url=product_url(row, shop, tree.language),
        image_url=image_url(row),
        brand=words(row.get("producerName")),
        categories=(path,) if path else (),
        variants=variants if _has_sizes(variants) else (),
        attributes=_attributes(row),
        quantity=_sum([each.quantity for each in variants]),
        is_active=words(row.get("productIsVisible")).lower() not in {"n", "no"},
        updated_at=_latest(row, shop.zone),
        raw=row,
    )


def _price(row: Row) -> Money | None:
    """What a shopper pays today: the price of a promotion where there is one."""
    if not words(row.get("productRetailPrice")):
        return None
    currency = currency_from(row.get("currencyId"))
    usual, promoted = (
        money(row.get("productRetailPrice"), currency),
        money(row.get("productPromoRetailPrice"), currency),
    )
    return promoted if Decimal(0) < promoted.amount < usual.amount else usual


def _net_price(row: Row) -> Money | None:
    price, percent = _price(row), words(row.get("productVat"))
    if price is None or not percent:
        return None
    return Money(price.amount / (1 + money(percent, price.currency).amount / 100), price.currency).rounded()


def _variants(row: Row) -> tuple[Variant, ...]:
    product, price = words(row.get("productId")), _price(row)
    eans, quantities = eans_of(row), quantities_by_size(row)
    return tuple(
        Variant(
            id=f"{product}-{size}",
            sku=words(each.get("productSizeCodeExternal")) or f"{product}-{size}",
            ean=eans.get(size, ""),
            name="" if size in _WITHOUT_SIZES else words(each.get("sizePanelName")) or size,
            price=price,
            quantity=quantities.get(size, Decimal(0)),
        )
        for each in rows_of(row.get("productSizesAttributes"))
        if (size := words(each.get("sizeId")))
    )


def _has_sizes(variants: Sequence[Variant]) -> bool:
    return len(variants) > 1 or any(each.name for each in variants)


def _attributes(row: Row) -> dict[str, tuple[str, ...]]:
    """Which group a colour belongs to: products with the same parent are versions of each other."""
    parent = words(part(row, "productVersion").get("versionParentId")).strip("0")
    return {"version_group": (parent,)} if parent else {}


def _latest(row: Row, zone: tzinfo) -> datetime | None:
    names = ("productModificationTime", "productPriceChangedTime", "productQuantityChangedTime", "productAddingTime")
    return max(filter(None, (moment(row.get(name), zone) for name in names)), default=None)


def _sum(quantities: Sequence[Decimal | None]) -> Decimal | None:
    """None where any is unlimited."""
    return None if None in quantities else sum(filter(None, quantities), Decimal(0))
