"""Reading orders and abandoned carts, which BigCommerce keeps in one list of V2."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

from app.connectors.bigcommerce.catalogue import Catalogue
from app.connectors.bigcommerce.client import Api, Row
from app.connectors.bigcommerce.order_records import (
    INCOMPLETE,
    OrderParts,
    Surroundings,
    cart_from,
    cart_key,
    order_from,
)
from app.connectors.bigcommerce.reading import (
    FAILING,
    PageSize,
    Place,
    all_v2_rows,
    by_id,
    is_in_window,
    unreadable,
    v2_window,
)
from app.connectors.bigcommerce.refunds import orders_refunded_since, refunded_by_order
from app.connectors.bigcommerce.settings import ArchivedOrders
from app.connectors.bigcommerce.shop import Shop
from app.connectors.bigcommerce.subscribers import Consents
from app.connectors.bigcommerce.values import as_filter, moment_v2, words
from app.core.consent import Consent
from app.core.records import Deletion, Kind, Record, Unreadable
from app.sdk.answers import RejectedError
from app.sdk.legible import readable
from app.sdk.reading import Once, batches, place_text, together
from app.sdk.source import Page, ReadRequest

# Lines, shipping and fees arrive with the order: without this, every order costs three more requests.
INCLUDED = {"include": "consignments.line_items,fees", "consignment_structure": "object"}
_ABANDONED_AFTER = timedelta(hours=1)
_FETCHED_AT_ONCE = 25

AnyRecord = Record | Unreadable


class OrderParser:
    """Fetches what orders need beside their rows, a page at a time."""

    def __init__(
        self,
        api: Api,
        shop: Once[Shop],
        catalogue: Catalogue,
        consents: Consents,
        archived: ArchivedOrders = ArchivedOrders.KEEP,
    ) -> None:
        self._api = api
        self._shop = shop
        self._catalogue = catalogue
        self._consents = consents
        self._archived = archived

    async def orders(self, found: Sequence[Row]) -> list[AnyRecord]:
        rows = [row for row in found if FAILING not in row]
        failing = [unreadable(row) for row in found if FAILING in row]
        if not rows:
            return [*failing]
        refunds = await refunded_by_order(self._api, [int(row["id"]) for row in rows])
        consents = await self._consents.of([words((row.get("billing_address") or {}).get("email")) for row in rows])
        parts, around = await self._around(rows, refunds, consents)
        read = (readable(str(each.row["id"]), each.row, partial(order_from, each, around)) for each in parts)
        return [*read, *failing]

    async def carts(self, found: Sequence[Row]) -> list[AnyRecord]:
        rows = [row for row in found if FAILING not in row]
        failing = [unreadable(row) for row in found if FAILING in row]
        if not rows:
            return [*failing]
        parts, around = await self._around(rows, {}, {})
        read = (readable(cart_key(each.row), each.row, partial(cart_from, each, around)) for each in parts)
        return [*read, *failing]

    async def _around(
        self, rows: Sequence[Row], refunds: Mapping[int, Decimal], consents: Mapping[str, Consent]
    ) -> tuple[list[OrderParts], Surroundings]:
        shop = await self._shop.get()
        parts = await together(self._parts(row, refunds.get(int(row["id"]), Decimal(0))) for row in rows)
        product_ids = {int(item.get("product_id") or 0) for each in parts for item in each.items}
        products = await self._catalogue.facts(product_ids)
        return parts, Surroundings(zone=shop.zone, products=products, consents=consents, archived=self._archived)

    async def _parts(self, row: Row, refunded: Decimal) -> OrderParts:
        consignments = row.get("consignments")
        items = list(_items(consignments)) if isinstance(consignments, dict) else []
        if not isinstance(consignments, dict) or not _is_complete(row, items):
            return await self._fetched_parts(row, refunded)
        delivery, method = _delivery(consignments)
        return OrderParts(row=row, items=items, delivery=delivery, shipping_method=method, refunded=refunded)

    async def _fetched_parts(self, row: Row, refunded: Decimal) -> OrderParts:
        """By the order's own sub-lists, where the consignments do not hold every line."""
        items, addresses = await together(
            all_v2_rows(self._api, f"orders/{row['id']}/{resource}") for resource in ("products", "shipping_addresses")
        )
        delivery = addresses[0] if addresses else None
        method = words(delivery.get("shipping_method")) if delivery else ""
        return OrderParts(row=row, items=items, delivery=delivery, shipping_method=method, refunded=refunded)


def _items(consignments: Row) -> Iterator[Row]:
    email = consignments.get("email") or {}
    groups = (
        consignments.get("shipping"),
        consignments.get("pickups"),
        consignments.get("downloads"),
        email.get("gift_certificates") if isinstance(email, dict) else None,
    )
    for group in groups:
        for consignment in group or []:
            yield from consignment.get("line_items") or []


def _is_complete(row: Row, items: Sequence[Row]) -> bool:
    """Every line is here with its own fields, not as a link to them."""
    if not all("quantity" in item for item in items):
        return False
    return sum(int(item["quantity"]) for item in items) >= int(row.get("items_total") or 0)


def _delivery(consignments: Row) -> tuple[Row | None, str]:
    for shipping in consignments.get("shipping") or []:
        return shipping, words(shipping.get("shipping_method"))
    for pickup in consignments.get("pickups") or []:
        return pickup.get("location") or {}, words(pickup.get("pickup_method_display_name"))
    return None, ""


# Orders --------------------------------------------------------------------------------------------------------------


class OrderReader:
    def __init__(self, api: Api, parser: OrderParser) -> None:
        self._api = api
        self._parser = parser

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        """By ascending id; for changes, then the orders whose refunds are new."""
        place = Place(request.cursor)
        if place.phase != "refunds":
            async for page in self._by_id(request, place.number("after", 0)):
                yield page
        after = place.number("after", 0) if place.phase == "refunds" else 0
        async for page in self._refunded(request, after):
            yield page

    async def count(self, request: ReadRequest) -> int | None:
        if request.since is not None:
            return None
        found = await self._api.v2_row("orders/count", {"max_date_created": as_filter(request.until)})
        statuses = found.get("statuses")
        if not isinstance(statuses, list):
            return None
        return sum(int(each.get("count") or 0) for each in statuses if each.get("id") != INCOMPLETE)

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        for batch in batches(ids, _FETCHED_AT_ONCE):
            rows = await _existing(self._api, [each for each in batch if each.isdecimal()])
            records = await self._parser.orders([row for row in rows if not _is_incomplete(row)])
            known = {record.id for record in records}
            gone = [Deletion(id=each, kind=Kind.ORDERS) for each in batch if each not in known]
            yield Page((*records, *gone), place_text("fetch"))

    async def _by_id(self, request: ReadRequest, after: int) -> AsyncIterator[Page]:
        query = v2_window(request) or {"max_date_created": as_filter(request.until)}
        async for rows in _windows(self._api, query, after, request.limit):
            # An unfiltered list may hold unfinished checkouts; whether it does is not documented.
            complete = [row for row in rows if not _is_incomplete(row)]
            yield Page(await self._parser.orders(complete), place_text("orders", after=_last_id(rows)))

    async def _refunded(self, request: ReadRequest, after: int) -> AsyncIterator[Page]:
        ids = [each for each in await orders_refunded_since(self._api, request) if each > after]
        for batch in batches(ids, _FETCHED_AT_ONCE):
            rows = await _existing(self._api, [str(each) for each in batch])
            fresh = [row for row in rows if not is_in_window(request, _modified(row))]
            records = await self._parser.orders([row for row in fresh if not _is_incomplete(row)])
            yield Page(records, place_text("refunds", after=batch[-1]))


async def _existing(api: Api, ids: Sequence[str]) -> list[Row]:
    found = await together(_one(api, each) for each in ids)
    return [row for row in found if row]


async def _one(api: Api, order_id: str) -> Row | None:
    try:
        return await api.v2_row(f"orders/{order_id}", INCLUDED)
    except RejectedError as error:
        if error.answer.status == 404:
            return None
        raise


def _windows(api: Api, query: Mapping[str, str], after: int, limit: int | None) -> AsyncIterator[list[Row]]:
    async def bare(start: int, count: int) -> list[Row]:
        place = {"min_id": str(start + 1), "sort": "id:asc", "limit": str(count)}
        return await api.v2_rows("orders", {**query, **place})

    async def whole(start: int, count: int) -> list[Row]:
        place = {"min_id": str(start + 1), "sort": "id:asc", "limit": str(count)}
        return await api.v2_rows("orders", {**query, **INCLUDED, **place})

    return by_id(whole, after, PageSize(limit), bare=bare)


def _last_id(rows: Sequence[Row]) -> int:
    return max(int(row["id"]) for row in rows)


def _is_incomplete(row: Row) -> bool:
    return row.get("status_id") == INCOMPLETE


def _modified(row: Row) -> datetime | None:
    try:
        return moment_v2(row.get("date_modified"), UTC)
    except ValueError:
        return None


# Carts ---------------------------------------------------------------------------------------------------------------


class CartReader:
    """Checkouts that reached payment and were left: carts themselves cannot be listed."""

    def __init__(self, api: Api, parser: OrderParser) -> None:
        self._api = api
        self._parser = parser

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        """Only what has rested for an hour; the window of changes is as much later, so that none is passed over."""
        rested = as_filter(request.until - _ABANDONED_AFTER)
        query = {"status_id": "0", **(v2_window(request, _ABANDONED_AFTER) or {"max_date_modified": rested})}
        after = Place(request.cursor).number("after", 0)
        async for rows in _windows(self._api, query, after, request.limit):
            yield Page(await self._parser.carts(await self._left(rows)), place_text("carts", after=_last_id(rows)))

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        for batch in batches(ids, _FETCHED_AT_ONCE):
            found = await together(self._of_cart(each) for each in batch)
            records = await self._parser.carts(await self._left([row for rows in found for row in rows]))
            known = {record.id for record in records}
            gone = [Deletion(id=each, kind=Kind.CARTS) for each in batch if each not in known]
            yield Page((*records, *gone), place_text("fetch"))

    async def _of_cart(self, cart_id: str) -> list[Row]:
        if cart_id.isdecimal():
            row = await _one(self._api, cart_id)
            rows = [row] if row else []
        else:
            rows = await self._api.v2_rows("orders", {"cart_id": cart_id, "status_id": "0", **INCLUDED})
        return [row for row in rows if _is_incomplete(row)][:1]

    async def _left(self, rows: Sequence[Row]) -> list[Row]:
        """Without those who came back and bought: by the same cart, or later by the same address."""
        bought = await together(self._became_order(row) for row in rows)
        return [row for row, is_order in zip(rows, bought, strict=True) if not is_order]

    async def _became_order(self, row: Row) -> bool:
        later = {"min_id": str(int(row["id"]) + 1), "limit": "250"}
        questions = []
        if address := words((row.get("billing_address") or {}).get("email")):
            questions.append({"email": address, **later})
        if cart_id := words(row.get("cart_id")):
            questions.append({"cart_id": cart_id, "limit": "250"})
        answers = await together(self._api.v2_rows("orders", query) for query in questions)
        return any(not _is_incomplete(each) for rows in answers for each in rows)
