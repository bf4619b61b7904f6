"""Reading orders and invoices, each with its customer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from app.connectors.mpluskassa.readers import page_size, with_deletions
from app.connectors.mpluskassa.sales import INVOICE_PREFIX, Sale
from app.connectors.mpluskassa.settings import Sales
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.wire import NO_TEXTS, PAGE_SIZE, Wire, listed
from app.core.records import Kind, Record, Unreadable
from app.sdk.source import Page, ReadRequest

_ORDERS, _INVOICES = "orders", "invoices"
_ORDER_TYPES = ("ORDER-TYPE-SALES-ORDER", "ORDER-TYPE-REPEAT-SALES-ORDER", "ORDER-TYPE-EXTERNAL-SALES-ORDER")
"""Orders of tables and cafeterias are no sales to somebody known."""
_LISTS = {
    _ORDERS: ("getOrders", ("orderList", "order"), {"orderTypeList": {"orderType": list(_ORDER_TYPES)}}),
    _INVOICES: ("getInvoices", ("invoiceList", "invoice"), {}),
}
_PLACES = {Sales.ORDERS: (_ORDERS,), Sales.INVOICES: (_INVOICES,), Sales.BOTH: (_ORDERS, _INVOICES)}


class KnowsRelations(Protocol):
    async def relations(self, numbers: Sequence[int]) -> Mapping[int, Row]: ...


class SaleReader:
    """``cursor`` names the list and the marker to continue from."""

    def __init__(self, wire: Wire, sales: Sales, relations: KnowsRelations) -> None:
        self._wire = wire
        self._sales = sales
        self._relations = relations

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        for name, marker in self._places(request.cursor):
            async for rows, following in self._rows(name, marker, page_size(request)):
                cursor = json.dumps({"list": name, "marker": following})
                yield Page(await self._records(name, self._wanted(name, rows)), cursor)

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        found: list[Record] = []
        for name in _PLACES[self._sales]:
            is_mine = [each.startswith(INVOICE_PREFIX) is (name == _INVOICES) for each in ids]
            numbers = [each.removeprefix(INVOICE_PREFIX) for each, mine in zip(ids, is_mine, strict=True) if mine]
            if not numbers:
                continue
            operation, place, _ = _LISTS[name]
            id_list = {"orderIds": numbers} if name == _ORDERS else {"invoiceIds": numbers}
            rows = listed(await self._wire.request(operation, {**_asked(), **id_list}), *place)
            found += [each for each in await self._records(name, rows) if not isinstance(each, Unreadable)]
        wanted = set(ids)
        yield with_deletions(Kind.ORDERS, ids, [each for each in found if each.id in wanted])

    async def all_ids(self) -> AsyncIterator[Sequence[str]]:
        for name in _PLACES[self._sales]:
            async for rows, _ in self._rows(name, 0, PAGE_SIZE):
                yield [_id_of(name, row) for row in self._wanted(name, rows)]

    def _places(self, cursor: str | None) -> Sequence[tuple[str, int]]:
        names = _PLACES[self._sales]
        if not cursor:
            return [(name, 0) for name in names]
        at = json.loads(cursor)
        rest = names[names.index(at["list"]) + 1 :] if at["list"] in names else names
        return [(at["list"], int(at["marker"])), *((name, 0) for name in rest)]

    def _rows(self, name: str, marker: int, limit: int) -> AsyncIterator[tuple[Sequence[Row], int]]:
        operation, place, more = _LISTS[name]
        return self._wire.marked(operation, place, marker, limit, **_asked(), **more)

    def _wanted(self, name: str, rows: Sequence[Row]) -> Sequence[Row]:
        if name == _INVOICES and self._sales is Sales.BOTH:
            return [row for row in rows if not listed(row, "orderIds", "id")]
        return rows

    async def _records(self, name: str, rows: Sequence[Row]) -> list[Record | Unreadable]:
        numbers = sorted({int(row.get("relationNumber") or 0) for row in rows} - {0})
        relations = await self._relations.relations(numbers)
        sales = [Sale(row, relations.get(int(row.get("relationNumber") or 0), {}), self._wire.settings) for row in rows]
        return [sale.order() if name == _ORDERS else sale.invoice() for sale in sales]


def _asked() -> dict[str, object]:
    return {"articlePluNumbers": NO_TEXTS, "articleBarcodes": NO_TEXTS, "includeLineList": True}


def _id_of(name: str, row: Row) -> str:
    return str(row["orderId"]) if name == _ORDERS else f"{INVOICE_PREFIX}{row['invoiceId']}"
