"""Which products are meant: those of the chosen shop, and what to ask for (https://idosell.readme.io/reference)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.connectors.idosell.catalogue import PRODUCTS, Catalogue, CategoryTree
from app.connectors.idosell.client import Api, Listing
from app.connectors.idosell.shop import Shop
from app.connectors.idosell.values import Row, part, quantity_from, rows_of, words
from app.sdk.reading import Once

_BY_ID = [{"elementName": "id", "sortDirection": "ASC"}]
# The default product has the number 0 and holds what new products begin with.
_REAL = {"skipDefaultProduct": "y"}


class Assortment:
    """The products of the chosen shop; of the whole panel where none was chosen."""

    def __init__(self, api: Api, shop: Once[Shop], catalogue: Catalogue, *, is_one_shops: bool) -> None:
        self._catalogue = catalogue
        self._is_one_shops = is_one_shops
        self.api = api
        self.shop = shop

    async def params(self, returned: str, fields: Sequence[str]) -> dict[str, Any]:
        one_shop: dict[str, Any] = {}
        if self._is_one_shops:
            one_shop = {"productShops": [{"shopId": int((await self.shop.get()).id)}]}
        return {
            **_REAL,
            **one_shop,
            "returnProducts": returned,
            "returnElements": list(fields),
            "showPromotionsPrices": "y",
            "ordersBy": _BY_ID,
        }

    async def page(self, params: Mapping[str, Any], page: int, size: int) -> Listing:
        return await self.api.listed(PRODUCTS, params, page, size)

    async def with_numbers(self, numbers: Sequence[str], fields: Sequence[str]) -> list[Row]:
        """Without those of other shops."""
        asked = [each for each in numbers if each.isdecimal()]
        rows = await self._catalogue.product_rows(asked, fields) if asked else []
        shop = (await self.shop.get()).id
        return [row for row in rows if not self._is_one_shops or _is_in(row, shop)]

    async def tree(self) -> CategoryTree:
        return await self._catalogue.tree.get()


def _is_in(row: Row, shop: str) -> bool:
    shops = [words(each.get("shopId")) for each in rows_of(row.get("productShops"))]
    return not shops or shop in shops


def quantities_by_size(row: Row) -> dict[str, Decimal | None]:
    """Over all warehouses; None where one of them has it without limit (-1)."""
    found: dict[str, Decimal | None] = {}
    for stock in rows_of(part(row, "productStocksData").get("productStocksQuantities")):
        for each in rows_of(stock.get("productSizesData")):
            size, here = words(each.get("sizeId")), quantity_from(each.get("productSizeQuantity"))
            before = found.get(size, Decimal(0))
            found[size] = None if before is None or here is None else before + here
    return found
