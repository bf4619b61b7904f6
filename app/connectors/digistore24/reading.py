"""Which purchases there are, and their details in full.

A history is read by creation date. What follows is read by transactions, because later payments, refunds and
chargebacks of old orders never show by creation date.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.connectors.digistore24.payments import SINGLE
from app.connectors.digistore24.products import product_rows
from app.connectors.digistore24.purchases import Beside, StatusChange, orders_of
from app.connectors.digistore24.pushes import PushedFacts
from app.connectors.digistore24.rebilling import LARGEST_PAGE, Rebilling, paged
from app.connectors.digistore24.times import local_words, moment_of
from app.connectors.digistore24.wire import Row, call, is_not_found, page_count, rows_of, unknown_data
from app.core.records import Order, OrderEvent, Unreadable
from app.sdk.answers import RejectedError
from app.sdk.http import HttpClient

DETAILS_AT_ONCE = 50
"""Orders in one getPurchase; the list has no documented limit."""
SMALL_PAGE = 25
_SECOND = timedelta(seconds=1)
_VENDOR = {"role": "vendor"}
"""Asked for without it, both lists also tell of what others sold and the user brought: no buyer, other amounts."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a history goes on: from ``since`` on without the purchases ``seen``; ``page`` of that question."""

    since: str = "start"
    seen: frozenset[str] = frozenset()
    page: int = 1

    @classmethod
    def of(cls, cursor: str | None) -> Place:
        if not cursor:
            return cls()
        found = json.loads(cursor)
        return cls(found["since"], frozenset(found["seen"]), found["page"])

    def cursor(self) -> str:
        return json.dumps({"since": self.since, "seen": sorted(self.seen), "page": self.page})


class Purchases:
    """Of one opened source. Methods raise what the client raises, and ProtocolError."""

    def __init__(self, http: HttpClient, ignored: frozenset[OrderEvent] = frozenset()) -> None:
        self._http = http
        self._ignored = ignored
        self._rebilling = Rebilling(http)
        self._languages: Mapping[str, str] | None = None

    async def history(self, place: Place, until: datetime, size: int) -> AsyncIterator[tuple[Sequence[str], Place]]:
        """Ids by creation date with the place behind them. Rows that were removed meanwhile move nothing: each page
        is asked for by the moment of the last row rather than by its number."""
        while True:
            data = await self._created(place, until, size)
            rows = _listed(data)
            fresh = [number for number, _ in rows if number not in place.seen]
            pages = page_count(data)
            is_last = not rows or (place.page >= pages if pages is not None else len(rows) < size)
            place = _behind(place, rows)
            yield fresh, place
            if is_last:
                return

    async def _created(self, place: Place, until: datetime, size: int) -> object:
        asked = {
            "from": place.since,
            "to": local_words(until),
            "search": _VENDOR,
            "sort_by": "date",
            "sort_order": "asc",
            "page_no": place.page,
            "page_size": size,
        }
        return await call(self._http, "listPurchases", asked)

    async def changed(self, since: datetime, until: datetime) -> set[str]:
        """Purchases with a payment, refund, chargeback or change of their subscription in this time."""
        asked = {
            "from": local_words(since),
            "to": local_words(until),
            "search": {**_VENDOR, "transaction_type": "payment,refund,chargeback"},
            "sort_by": "date",
            "sort_order": "asc",
        }
        rows = await paged(self._http, "listTransactions", asked, "transaction_list")
        return {str(row.get("purchase_id")) for row in rows} | await self._rebilling.changed(since, until)

    async def orders(
        self, numbers: Sequence[str], facts: PushedFacts, until: datetime, *, is_history: bool = False
    ) -> tuple[Sequence[Order | Unreadable], Sequence[str]]:
        """Orders of these purchases in the order of the numbers, and those that do not exist. ``is_history``: changes
        of subscriptions are read once from their beginning, rather than for each group anew."""
        rows = await self._details(list(numbers))
        changes = await self._changes(rows, until, is_history=is_history)
        languages = await self._product_languages() if rows else {}
        found: list[Order | Unreadable] = []
        for number in numbers:
            if number in rows:
                beside = Beside(
                    pushes=facts.of_order(number),
                    changes=changes.get(number, ()),
                    languages=languages,
                    ignored=self._ignored,
                )
                found += orders_of(rows[number], beside)
        return found, [number for number in numbers if number not in rows]

    async def _changes(
        self, rows: Mapping[str, Row], until: datetime, *, is_history: bool
    ) -> Mapping[str, list[StatusChange]]:
        """Single payments have none, so the list is asked for only where there is a subscription."""
        plans = {number: row for number, row in rows.items() if str(row.get("billing_type") or SINGLE) != SINGLE}
        if not plans:
            return {}
        begins = [_created_at(row) for row in plans.values()]
        since = None if is_history or None in begins else min(each for each in begins if each) - timedelta(hours=1)
        return await self._rebilling.of(list(plans), since, until)

    async def _product_languages(self) -> Mapping[str, str]:
        if self._languages is None:
            rows = await product_rows(self._http)
            self._languages = {str(row.get("id")): str(row.get("language") or "") for row in rows}
        return {number: language for number, language in self._languages.items() if language}

    async def _details(self, numbers: list[str]) -> dict[str, Row]:
        """By id. One that does not exist must not hide the others, so a refused question is halved."""
        if not numbers:
            return {}
        try:
            data = await call(self._http, "getPurchase", {"purchase_id": ",".join(numbers)})
        except RejectedError as error:
            if not is_not_found(error):
                raise
            if len(numbers) == 1:
                return {}
            middle = len(numbers) // 2
            return {**await self._details(numbers[:middle]), **await self._details(numbers[middle:])}
        return _by_id(data)


def _listed(data: object) -> Sequence[tuple[str, str]]:
    """Id and creation date, as it is written."""
    rows = rows_of("listPurchases", data, "purchase_list")
    return [(str(row.get("id") or row.get("purchase_id")), str(row.get("created_at") or "")) for row in rows]


def _created_at(row: Row) -> datetime | None:
    try:
        return moment_of(row.get("created_at"))
    except ValueError:
        return None


def _behind(place: Place, rows: Sequence[tuple[str, str]]) -> Place:
    """Goes on a second before the last row, as it is not documented whether the moment itself is included. Where a
    whole page holds no more than these seconds, at its next page. Raises ProtocolError for a row without its date."""
    if not rows:
        return place
    try:
        since = str(datetime.fromisoformat(rows[-1][1]) - _SECOND)[:19]
    except ValueError:
        raise unknown_data("listPurchases", rows[-1][1]) from None
    late = frozenset(number for number, at in rows if at >= since)
    if since == place.since:
        return Place(since, place.seen | late, place.page + 1)
    return Place(since, place.seen | late if place.page > 1 else late, 1)


def _by_id(data: object) -> dict[str, Row]:
    """One purchase comes as it is, several as an object keyed by id."""
    if not isinstance(data, Mapping):
        raise unknown_data("getPurchase", data)
    if "id" in data and not isinstance(data["id"], Mapping):
        return {str(data["id"]): data}
    return {str(number): row for number, row in data.items() if isinstance(row, Mapping)}


def page_size(limit: int | None) -> int:
    return LARGEST_PAGE if limit is None else min(SMALL_PAGE, max(limit, 1))
