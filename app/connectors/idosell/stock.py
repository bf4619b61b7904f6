"""The stock that sizes carry, over all warehouses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import tzinfo
from functools import partial

from app.connectors.idosell.assortment import Assortment, quantities_by_size
from app.connectors.idosell.client import MOST_ROWS
from app.connectors.idosell.reading import Place, by, numbered, page_size
from app.connectors.idosell.values import Row, moment, rows_of, words
from app.core.records import Deletion, Kind, StockLevel, Unreadable
from app.sdk.reading import batches, place_text
from app.sdk.source import Page, ReadRequest

_FIELDS = ["code", "sizes_attributes", "quantities", "quantity_changed_time", "shops"]


class StockReader:
    def __init__(self, assortment: Assortment) -> None:
        self._assortment = assortment

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        zone = (await self._assortment.shop.get()).zone
        params = await self._assortment.params("active", _FIELDS)
        if request.since is not None:
            begin = request.since.astimezone(zone).date().isoformat()
            params["productDate"] = {"productDateMode": "quantity_changed", "productDateBegin": begin}
        load, offset = partial(self._assortment.page, params), Place(request.cursor).offset
        # Each product has several sizes: a page of products is a larger page of levels.
        most = None if request.limit is None else max(1, page_size(request.limit) // 4)
        async for rows, end in numbered(self._assortment.api, load, key=by("productId"), limit=most, offset=offset):
            levels = [level for row in rows for level in _levels(row, zone)]
            yield Page(levels, place_text("stock", offset=end))

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        """Ids are ``product-size``."""
        zone = (await self._assortment.shop.get()).zone
        for batch in batches(ids, MOST_ROWS):
            numbers = sorted({each.partition("-")[0] for each in batch if each.partition("-")[0].isdecimal()})
            rows = await self._assortment.with_numbers(numbers, _FIELDS)
            found = [level for row in rows for level in _levels(row, zone) if level.id in batch]
            known = {level.id for level in found}
            gone = [Deletion(id=each, kind=Kind.STOCK) for each in batch if each not in known]
            yield Page((*found, *gone), place_text("fetch"))


def _levels(row: Row, zone: tzinfo) -> list[StockLevel | Unreadable]:
    """One level for each size; none where the stock is unlimited."""
    product = words(row.get("productId"))
    try:
        quantities = quantities_by_size(row)
        changed_at = moment(row.get("productQuantityChangedTime"), zone)
    except ValueError:
        return [Unreadable(id=product, reason="unreadable", message="a quantity or its date is none", raw=row)]
    codes = {words(each.get("sizeId")): each for each in rows_of(row.get("productSizesAttributes"))}
    return [
        StockLevel(
            id=f"{product}-{size}",
            sku=words(codes.get(size, {}).get("productSizeCodeExternal")) or f"{product}-{size}",
            quantity=quantity,
            updated_at=changed_at,
            raw=row,
        )
        for size, quantity in quantities.items()
        if quantity is not None
    ]
