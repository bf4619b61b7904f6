"""Orders by the page, with what they need beside them: products, buyers and consents, a hundred at a time.

``orders/unfinished/search`` lists "unclosed orders": by the vendor's words orders that are still being worked on.
Whether it also lists checkouts that were never finished is not documented, so only what is no order is taken for a
basket.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from app.connectors.idosell.catalogue import Catalogue
from app.connectors.idosell.client import MOST_ROWS, Api, Listing
from app.connectors.idosell.consents import Consents
from app.connectors.idosell.contacts import ContactReader
from app.connectors.idosell.order_records import Surroundings, cart_from, client_number, order_from, order_key
from app.connectors.idosell.reading import Place, numbered
from app.connectors.idosell.shop import Shop
from app.connectors.idosell.values import Row, as_filter, part, readable, rows_of, words
from app.core.records import Deletion, Kind, Record, Unreadable
from app.sdk.reading import Once, batches, place_text
from app.sdk.source import Page, ReadRequest

_ORDERS = "orders/orders/search"
_UNFINISHED = "orders/unfinished/search"
_BY_ID = [{"elementName": "id", "sortDirection": "ASC"}]
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_ABANDONED_AFTER = timedelta(hours=1)

AnyRecord = Record | Unreadable
Build = Callable[[Row, Surroundings], Record]


class OrderSearch:
    """The two searches for orders, limited to the chosen shop."""

    def __init__(self, api: Api, shop: Once[Shop]) -> None:
        self.api = api
        self._shop = shop

    async def params(self, kind: str, begin: datetime, end: datetime | None) -> dict[str, Any]:
        """``kind`` is the date that counts: ``add`` or ``modified``."""
        shop = await self._shop.get()
        dates = {"ordersDateType": kind, "ordersDateBegin": as_filter(begin, shop.zone)}
        if end is not None:
            dates["ordersDateEnd"] = as_filter(end, shop.zone)
        return {**await self.of_shop(), "ordersRange": {"ordersDateRange": dates}, "ordersBy": _BY_ID}

    async def of_shop(self) -> dict[str, Any]:
        return {"orderSource": {"shopsIds": [int((await self._shop.get()).id)]}}

    async def page(self, node: str, params: Mapping[str, Any], page: int, size: int) -> Listing:
        return await self.api.listed(node, params, page, size)

    async def with_numbers(self, node: str, numbers: Sequence[str]) -> list[Row]:
        """By serial number, a hundred at most."""
        asked = [int(each) for each in numbers if each.isdecimal()]
        if not asked:
            return []
        params = {**await self.of_shop(), "ordersSerialNumbers": asked}
        return (await self.api.listed(node, params, 0, MOST_ROWS)).rows


class OrderParser:
    """Fetches what a page of orders needs beside its rows."""

    def __init__(self, shop: Once[Shop], catalogue: Catalogue, contacts: ContactReader, consents: Consents) -> None:
        self._shop = shop
        self._catalogue = catalogue
        self._contacts = contacts
        self._consents = consents

    async def records(self, rows: Sequence[Row], build: Build) -> list[AnyRecord]:
        if not rows:
            return []
        around = await self._around(rows)
        return [readable(order_key(row), row, partial(build, row, around)) for row in rows]

    async def _around(self, rows: Sequence[Row]) -> Surroundings:
        products = {
            words(line.get("productId"))
            for row in rows
            for line in rows_of(part(row, "orderDetails").get("productsResults"))
        }
        clients = await self._contacts.client_rows(sorted(filter(None, map(client_number, rows))))
        return Surroundings(
            shop=await self._shop.get(),
            products=await self._catalogue.facts(products),
            clients={words(each.get("clientId")): each for each in clients},
            consents=await self._consents.of_clients(clients),
        )


class OrderReader:
    def __init__(self, search: OrderSearch, parser: OrderParser) -> None:
        self._search = search
        self._parser = parser

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        load, offset = partial(self._search.page, _ORDERS, await self._params(request)), Place(request.cursor).offset
        async for rows, end in numbered(self._search.api, load, key=order_key, limit=request.limit, offset=offset):
            yield Page(await self._parser.records(rows, order_from), place_text("orders", offset=end))

    async def count(self, request: ReadRequest) -> int | None:
        return (await self._search.page(_ORDERS, await self._params(request), 0, 1)).total

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        for batch in batches(ids, MOST_ROWS):
            rows = await self._search.with_numbers(_ORDERS, batch)
            records = await self._parser.records(rows, order_from)
            known = {record.id for record in records}
            gone = [Deletion(id=each, kind=Kind.ORDERS) for each in batch if each not in known]
            yield Page((*records, *gone), place_text("fetch"))

    async def _params(self, request: ReadRequest) -> Mapping[str, Any]:
        """Changes have no upper end: an order that changes again while reading must not leave the list and pull others
        up. The day on which an order was placed never changes."""
        if request.since is not None:
            return await self._search.params("modified", request.since, None)
        return await self._search.params("add", _LONG_AGO, request.until)


class CartReader:
    """What was left at least an hour ago and did not become an order."""

    def __init__(self, search: OrderSearch, parser: OrderParser) -> None:
        self._search = search
        self._parser = parser

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        begin = _LONG_AGO if request.since is None else request.since - _ABANDONED_AFTER
        params = await self._search.params("add", begin, request.until - _ABANDONED_AFTER)
        load, offset = partial(self._search.page, _UNFINISHED, params), Place(request.cursor).offset
        async for rows, end in numbered(self._search.api, load, key=order_key, limit=request.limit, offset=offset):
            yield Page(await self._records(rows), place_text("carts", offset=end))

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        for batch in batches(ids, MOST_ROWS):
            records = await self._records(await self._search.with_numbers(_UNFINISHED, batch))
            known = {record.id for record in records}
            gone = [Deletion(id=each, kind=Kind.CARTS) for each in batch if each not in known]
            yield Page((*records, *gone), place_text("fetch"))

    async def _records(self, rows: Sequence[Row]) -> list[AnyRecord]:
        orders = {order_key(each) for each in await self._search.with_numbers(_ORDERS, list(map(order_key, rows)))}
        return await self._parser.records([row for row in rows if order_key(row) not in orders], cart_from)
