"""Reading orders, with what has to be asked beside them: refunds, products, and what people said last."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial

from app.connectors.woocommerce.catalogue import Catalogue
from app.connectors.woocommerce.customers import OrderConsents, ToWindow
from app.connectors.woocommerce.order_records import Surroundings, order_from
from app.connectors.woocommerce.reading import (
    FAILING,
    ChangeWindow,
    Place,
    Windows,
    created_until,
    included,
    unreadable,
)
from app.connectors.woocommerce.values import Row, words
from app.connectors.woocommerce.wire import MOST_ROWS, Api
from app.core.records import Deletion, Kind, Record, Unreadable
from app.sdk.answers import RejectedError
from app.sdk.legible import readable
from app.sdk.reading import batches, together
from app.sdk.source import Page, ReadRequest

AnyRecord = Record | Unreadable
_ORDERS, _TRASH = "orders", "trash"
_REFUND_FIELDS = "id,amount,reason,date_created,date_created_gmt"


class OrderReader:
    def __init__(self, api: Api, catalogue: Catalogue, consents: OrderConsents, to_window: ToWindow) -> None:
        self._api = api
        self._catalogue = catalogue
        self._consents = consents
        self._to_window = to_window

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        """By ascending id; for changes, then what went into the trash."""
        place, window = Place.of(request.cursor), await self._to_window(request)
        if place.phase != _TRASH:
            query = window.query if window else created_until(request)
            async for rows, end in Windows(self._api, _ORDERS, query, request.limit).read(place.in_phase(_ORDERS)):
                wanted = [row for row in rows if window is None or FAILING in row or window.holds(row)]
                yield Page(await self._records(wanted), end.text)
        if window is not None:
            async for page in self._trashed(request, window, place):
                yield page

    async def count(self, request: ReadRequest) -> int | None:
        if request.since is not None:
            return None
        query = {**created_until(request), "per_page": "1", "_fields": "id"}
        return (await self._api.rows(_ORDERS, query)).total

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        """A list by ids leaves out what lies in the trash."""
        for batch in batches(ids, MOST_ROWS):
            found = await self._records(await included(self._api, _ORDERS, batch, {}))
            known = {record.id for record in found}
            gone = [Deletion(id=each, kind=Kind.ORDERS) for each in batch if each not in known]
            yield Page((*found, *gone), Place("fetch").text)

    async def _trashed(self, request: ReadRequest, window: ChangeWindow, place: Place) -> AsyncIterator[Page]:
        query = {**window.query, "status": "trash", "_fields": "id,status,date_modified_gmt"}
        async for rows, end in Windows(self._api, _ORDERS, query, request.limit).read(place.in_phase(_TRASH)):
            # A shop that does not know the filter answers with everything: only what says so itself is in the trash.
            thrown = [row for row in rows if row.get("status") == "trash" and window.holds(row)]
            yield Page([Deletion(id=words(row["id"]), kind=Kind.ORDERS) for row in thrown], end.text)

    async def _records(self, found: Sequence[Row]) -> list[AnyRecord]:
        rows = [row for row in found if FAILING not in row]
        around = await self._around(rows)
        return [
            unreadable(row) if FAILING in row else readable(words(row["id"]), row, partial(order_from, row, around))
            for row in found
        ]

    async def _around(self, rows: Sequence[Row]) -> Surroundings:
        items = [item for row in rows for item in row.get("line_items") or [] if isinstance(item, dict)]
        ids = {words(item.get("product_id")) for item in items if item.get("product_id")}
        refunded = [words(row["id"]) for row in rows if row.get("refunds")]
        products = await self._catalogue.facts(ids)
        consents = await self._consents.of(rows)
        refunds = await together(self._refunds(each) for each in refunded)
        return Surroundings(products=products, consents=consents, refunds=dict(zip(refunded, refunds, strict=True)))

    async def _refunds(self, order_id: str) -> list[Row]:
        """Their moments stand in a list of their own; none where the order vanished meanwhile."""
        query = {"per_page": str(MOST_ROWS), "_fields": _REFUND_FIELDS}
        try:
            return (await self._api.rows(f"orders/{order_id}/refunds", query)).rows
        except RejectedError as error:
            if error.answer.status in {400, 404}:
                return []
            raise
