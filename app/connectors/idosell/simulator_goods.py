"""Orders, products and categories of the simulated panel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from app.connectors.idosell.simulator_gate import WrongRequestError, as_json, known_only, page_of
from app.connectors.idosell.world import Row, World

_PAGING = {"resultsPage", "resultsLimit", "ordersBy"}
_CLOSED = {"finished", "finished_ext", "false", "lost", "canceled", "joined"}
_ELEMENTS: Mapping[str, tuple[str, ...]] = {
    "lang_data": ("productDescriptionsLangData", "productUrl"),
    "code": ("productDisplayedCode",),
    "producer_name": ("producerName",),
    "category_id": ("categoryId",),
    "category_name": ("categoryName",),
    "currency": ("currencyId",),
    "retail_price": ("productRetailPrice",),
    "vat": ("productVat",),
    "visible": ("productIsVisible",),
    "icon": ("productIcon",),
    "pictures": ("productImages",),
    "adding_time": ("productAddingTime",),
    "modification_time": ("productModificationTime",),
    "price_changed_time": ("productPriceChangedTime",),
    "quantity_changed_time": ("productQuantityChangedTime",),
    "version_data": ("productVersion",),
    "sizes_attributes": ("productSizesAttributes",),
    "quantities": ("productStocksData",),
    "deleted": ("productIsDeleted",),
    "shops": ("productShops",),
}
_DEFAULT: Row = {"productId": 0, "productDisplayedCode": "", "productRetailPrice": 0}
"""Holds what new products begin with."""
_DATES: Mapping[str, tuple[str, ...]] = {
    "added": ("productAddingTime",),
    "modified": ("productModificationTime",),
    "quantity_changed": ("productQuantityChangedTime",),
    "price_changed": ("productPriceChangedTime",),
    "modified_and_quantity_changed": ("productModificationTime", "productQuantityChangedTime"),
}


class Goods:
    def __init__(self, world: World) -> None:
        self._world = world

    def orders(self, params: Mapping[str, Any]) -> Response:
        return page_of(_matching(list(self._world.orders.values()), params), params, "Results")

    def unfinished(self, params: Mapping[str, Any]) -> Response:
        rows = list(self._world.unfinished.values())
        if self._world.lists_open_orders:
            is_open = (row for row in self._world.orders.values() if row["orderDetails"]["orderStatus"] not in _CLOSED)
            rows += is_open
        return page_of(_matching(rows, params), params, "Results")

    def products(self, params: Mapping[str, Any]) -> Response:
        if "productParams" in params:
            known_only(params, {"productParams", "returnElements", "resultsPage", "resultsLimit"})
            ids = {int(each["productId"]) for each in params["productParams"]}
            rows = [row for row in self._world.products.values() if row["productId"] in ids]
        else:
            rows = self._searched(params)
        wanted = _fields(params.get("returnElements"))
        if params.get("showPromotionsPrices") == "y" and "productRetailPrice" in wanted:
            wanted.append("productPromoRetailPrice")
        shown = [{name: row[name] for name in ("productId", *wanted) if name in row} for row in rows]
        return page_of(_ordered(shown, params, "productId"), params, "results")

    def _searched(self, params: Mapping[str, Any]) -> list[Row]:
        filters = {"productDate", "returnProducts", "productShops", "skipDefaultProduct"}
        known_only(params, {*filters, "returnElements", "showPromotionsPrices", *_PAGING})
        place = params.get("returnProducts", "active")
        shops = {each["shopId"] for each in params.get("productShops") or []}
        found = [
            row
            for row in self._world.products.values()
            if row["_place"] == place
            and _is_of_day(row, params)
            and (not shops or shops & {each["shopId"] for each in row["productShops"]})
        ]
        is_whole = place == "active" and "productDate" not in params
        return found if params.get("skipDefaultProduct") == "y" or not is_whole else [_DEFAULT, *found]

    def categories(self, params: Mapping[str, Any]) -> Response:
        known_only(params, {"ids", "languages", "return_last_changed_time", "results_page", "results_limit"})
        return page_of(list(self._world.categories.values()), params, "categories", is_snake=True)

    def shops(self, params: Mapping[str, Any]) -> Response:
        known_only(params, set())
        return as_json({"shop_contact": self._world.shops, "errors": {"faultCode": 0, "faultString": ""}})

    def time(self, params: Mapping[str, Any]) -> Response:
        known_only(params, set())
        return as_json({"time": int(self._world.clock().timestamp())})

    def load(self, params: Mapping[str, Any]) -> Response:
        known_only(params, set())
        return as_json({"serverLoadStatus": "overloaded" if self._world.is_overloaded else "normal"})


def _matching(rows: list[Row], params: Mapping[str, Any]) -> list[Row]:
    known_only(params, {"ordersRange", "orderSource", "ordersSerialNumbers", "ordersStatuses", *_PAGING})
    dates = (params.get("ordersRange") or {}).get("ordersDateRange") or {}
    known_only(dates, {"ordersDateType", "ordersDateBegin", "ordersDateEnd"})
    kind = dates.get("ordersDateType", "add")
    if kind not in {"add", "modified"}:
        raise WrongRequestError("ordersDateType is not known")
    name = "orderAddDate" if kind == "add" else "orderChangeDate"
    begin, end = dates.get("ordersDateBegin", ""), dates.get("ordersDateEnd", "9999")
    numbers = set(params.get("ordersSerialNumbers") or [])
    shops = set((params.get("orderSource") or {}).get("shopsIds") or [])
    found = [
        row
        for row in rows
        if (not numbers or row["orderSerialNumber"] in numbers)
        and (not shops or row["orderDetails"]["orderSourceResults"]["shopId"] in shops)
        and begin <= row["orderDetails"][name] <= end
    ]
    return _ordered(found, params, "orderSerialNumber")


def _ordered(rows: list[Row], params: Mapping[str, Any], number: str) -> list[Row]:
    """The newest first, unless asked otherwise."""
    wish = (params.get("ordersBy") or [{}])[0]
    is_rising = wish.get("elementName") == "id" and wish.get("sortDirection") == "ASC"
    return sorted(rows, key=lambda row: int(row[number]), reverse=not is_rising)


def _is_of_day(row: Row, params: Mapping[str, Any]) -> bool:
    dates = params.get("productDate") or {}
    known_only(dates, {"productDateMode", "productDateBegin", "productDateEnd"})
    begin = str(dates.get("productDateBegin", ""))
    if not begin:
        return True
    if len(begin) != len("2026-01-31"):
        raise WrongRequestError("productDateBegin must be YYYY-MM-DD")
    return any(str(row[name])[:10] >= begin for name in _DATES[dates["productDateMode"]])


def _fields(elements: object) -> list[str]:
    if not isinstance(elements, list):
        return [name for names in _ELEMENTS.values() for name in names]
    if unknown := set(elements) - set(_ELEMENTS):
        raise WrongRequestError(f"Unknown element: {', '.join(sorted(unknown))}")
    return [name for each in elements for name in _ELEMENTS[each]]
