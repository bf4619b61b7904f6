"""Digistore24 as a source: polled and pushed orders together, buyers, products."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from app.connectors.digistore24.buyers import contact_of
from app.connectors.digistore24.products import product_of, product_rows
from app.connectors.digistore24.purchases import purchase_id_of
from app.connectors.digistore24.pushes import PushedFacts, facts_of
from app.connectors.digistore24.reading import DETAILS_AT_ONCE, Place, Purchases, page_size
from app.connectors.digistore24.screening import screen
from app.connectors.digistore24.settings import Digistore24Settings, SourceOptions
from app.connectors.digistore24.wire import Row, call, is_not_found, page_count, rows_of
from app.core.records import Deletion, Kind, Order, Record, Unreadable
from app.core.rules import Refusal
from app.core.texts import _
from app.sdk.access import Access
from app.sdk.answers import RejectedError
from app.sdk.reading import batches
from app.sdk.source import Page, ReadRequest
from app.sdk.target import Suggestion

_BUYERS_AT_ONCE = 100
_Records = list[Record | Unreadable]


class Digistore24Source:
    def __init__(self, access: Access[Digistore24Settings], options: SourceOptions) -> None:
        self._access = access
        self._http = access.http
        self._options = options
        self._purchases = Purchases(access.http, options.ignored_events)

    def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        match request.kind:
            case Kind.CONTACTS:
                return self._buyers(request)
            case Kind.PRODUCTS:
                return self._products(request)
            case _ if request.since is None:
                return self._history(request)
            case _:
                return self._changes(request, request.since)

    def screen(self, record: Record) -> Refusal | None:
        return screen(record, self._options)

    # Orders ----------------------------------------------------------------------------------------------------------

    async def _history(self, request: ReadRequest) -> AsyncIterator[Page]:
        until = request.until - self._options.delay
        facts = await self._facts()
        listed = self._purchases.history(Place.of(request.cursor), until, page_size(request.limit))
        async for numbers, place in listed:
            records: _Records = []
            for group in batches(numbers, DETAILS_AT_ONCE):
                found, _gone = await self._purchases.orders(group, facts, until, is_history=True)
                records += found
            yield Page(records, place.cursor())

    async def _changes(self, request: ReadRequest, since: datetime) -> AsyncIterator[Page]:
        """Everything that changed is collected first, so that a purchase comes once, in the order of its number."""
        begin, until = since - self._options.delay, request.until - self._options.delay
        numbers = await self._purchases.changed(begin, until)
        pushed = await self._access.inbox.pushes(since=begin, until=until)
        numbers |= set(facts_of(pushed).by_order)
        after = str(json.loads(request.cursor)["after"]) if request.cursor else ""
        left = sorted(number for number in numbers if number > after)
        facts = await self._facts()
        size = DETAILS_AT_ONCE if request.limit is None else page_size(request.limit)
        for group in batches(left, size):
            found, gone = await self._purchases.orders(group, facts, until)
            records: _Records = [*found, *(_pushed_only(number) for number in gone)]
            yield Page(records, json.dumps({"after": group[-1]}))

    async def _facts(self) -> PushedFacts:
        """All that is kept: a push of last week still tells the affiliate of an order that is refunded today."""
        return facts_of(await self._access.inbox.pushes(since=None, until=self._access.clock()))

    def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        match kind:
            case Kind.CONTACTS:
                return self._named_buyers(ids)
            case Kind.PRODUCTS:
                return self._named_products(ids)
            case _:
                return self._named_orders(ids)

    async def _named_orders(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        """What is not due yet stays out: it comes with its own time."""
        until = self._access.clock()
        facts = await self._facts()
        for group in batches(ids, DETAILS_AT_ONCE):
            numbers = list(dict.fromkeys(purchase_id_of(each) for each in group))
            found, _gone = await self._purchases.orders(numbers, facts, until)
            by_id = {record.id: record for record in found}
            records: _Records = [
                by_id.get(each) or Deletion(id=each, kind=Kind.ORDERS)
                for each in group
                if each not in by_id or not self._is_early(by_id[each], until)
            ]
            yield Page(records, "")

    def _is_early(self, record: Record | Unreadable, until: datetime) -> bool:
        at = record.updated_at if isinstance(record, Order) else None
        return at is not None and at > until - self._options.delay

    # Buyers ----------------------------------------------------------------------------------------------------------

    async def _buyers(self, request: ReadRequest) -> AsyncIterator[Page]:
        """The list knows neither times nor an order of its own: pages by number, whole each time."""
        facts = await self._facts()
        size = _BUYERS_AT_ONCE if request.limit is None else page_size(request.limit)
        page = 1
        if request.cursor:
            place = json.loads(request.cursor)
            page, size = place["page"] + 1, place["size"]
        while True:
            data = await self._buyer_page(page, size)
            rows = rows_of("listBuyers", data, "items")
            if rows or page == 1:
                records = [contact_of(row, facts.of_buyer(str(row.get("id")))) for row in rows]
                yield Page(records, json.dumps({"page": page, "size": size}))
            pages = page_count(data)
            if not rows or (page >= pages if pages is not None else len(rows) < size):
                return
            page += 1

    async def _buyer_page(self, page: int, size: int) -> object:
        return await call(self._http, "listBuyers", {"page_no": page, "page_size": size})

    async def _named_buyers(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        facts = await self._facts()
        yield Page([await self._buyer(each, facts) for each in ids], "")

    async def _buyer(self, number: str, facts: PushedFacts) -> Record | Unreadable:
        try:
            data = await call(self._http, "getBuyer", {"buyer_id": number})
        except RejectedError as error:
            if is_not_found(error):
                return Deletion(id=number, kind=Kind.CONTACTS)
            raise
        row: Row = data.get("buyer", data) if isinstance(data, dict) else {}
        return contact_of(row, facts.of_buyer(number))

    # Products --------------------------------------------------------------------------------------------------------

    async def _products(self, request: ReadRequest) -> AsyncIterator[Page]:
        rows = await product_rows(self._http)
        after = json.loads(request.cursor)["after"] if request.cursor else ""
        left = [row for row in rows if not after or _number(str(row.get("id"))) > _number(after)]
        size = len(left) or 1 if request.limit is None else page_size(request.limit)
        for group in batches(left, size):
            yield Page([product_of(row) for row in group], json.dumps({"after": str(group[-1].get("id"))}))

    async def _named_products(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        rows = {str(row.get("id")): row for row in await product_rows(self._http)}
        found: _Records = [
            product_of(rows[each]) if each in rows else Deletion(id=each, kind=Kind.PRODUCTS) for each in ids
        ]
        yield Page(found, "")

    # Beside ----------------------------------------------------------------------------------------------------------

    async def count(self, request: ReadRequest) -> int | None:
        """Orders cannot be counted: one purchase may be several payments."""
        match request.kind:
            case Kind.CONTACTS:
                data = await self._buyer_page(1, 1)
                raw = data.get("item_count") if isinstance(data, dict) else None
                return int(str(raw)) if str(raw).isdigit() else None
            case Kind.PRODUCTS:
                return len(await product_rows(self._http))
            case _:
                return None

    async def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        async for page in self.read(ReadRequest(kind=kind, until=self._access.clock())):
            yield [record.id for record in page.records]

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        if name != "products":
            return ()
        rows = await product_rows(self._http)
        return [Suggestion(str(row.get("id")), f"{row.get('id')} - {row.get('name')}") for row in rows]


def _number(words: str) -> tuple[int, str]:
    """Numbers in their own order, without trusting that they are some."""
    return len(words), words


def _pushed_only(number: str) -> Unreadable:
    message = _("Digistore24 has pushed this order, but its API does not show it to this key.")
    return Unreadable(id=number, reason="unreadable", message=message, where=number)
