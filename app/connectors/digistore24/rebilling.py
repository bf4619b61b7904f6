"""What became of subscriptions: stopped, resumed, last paid day. The list knows times only, not orders, so it is read
once for everything that is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.connectors.digistore24.purchases import StatusChange
from app.connectors.digistore24.times import local_words, moment_of
from app.connectors.digistore24.wire import Row, call, page_count, rows_of
from app.core.records import OrderEvent
from app.sdk.http import HttpClient

LARGEST_PAGE = 500
_TYPES: Mapping[str, OrderEvent] = {
    "rebill_cancelled": OrderEvent.REBILL_STOPPED,
    "rebill_resumed": OrderEvent.REBILL_RESUMED,
    "last_paid_day": OrderEvent.LAST_PAID_DAY,
}
_START = "start"
"""Before the first order; the API's own word."""


async def paged(http: HttpClient, function: str, fields: Mapping[str, object], *names: str) -> Sequence[Row]:
    """All rows of a list whose upper end is fixed. Raises what the client raises."""
    found: list[Row] = []
    page = 1
    while True:
        data = await call(http, function, {**fields, "page_no": page, "page_size": LARGEST_PAGE})
        rows = rows_of(function, data, *names)
        found += rows
        pages = page_count(data)
        if not rows or (page >= pages if pages is not None else len(rows) < LARGEST_PAGE):
            return found
        page += 1


@dataclass(frozen=True, slots=True)
class _Read:
    since: str
    until: datetime
    rows: Sequence[Row]


class Rebilling:
    """Of one opened source. Methods raise what the client raises."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._read: _Read | None = None

    async def changed(self, since: datetime, until: datetime) -> set[str]:
        """Purchases whose subscription changed in this time."""
        return {str(row.get("purchase_id")) for row in await self._rows(local_words(since), until)}

    async def of(
        self, numbers: Sequence[str], since: datetime | None, until: datetime
    ) -> Mapping[str, list[StatusChange]]:
        """Changes of these purchases, oldest first; None reads from the beginning."""
        wanted = set(numbers)
        found: dict[str, list[StatusChange]] = {}
        for row in await self._remembered(local_words(since) if since else _START, until):
            number, event = str(row.get("purchase_id")), _TYPES.get(str(row.get("type")))
            at = moment_of(row.get("created_at"))
            if number in wanted and event is not None and at is not None:
                found.setdefault(number, []).append(StatusChange(event, at))
        return {number: sorted(each, key=lambda change: change.at) for number, each in found.items()}

    async def _remembered(self, since: str, until: datetime) -> Sequence[Row]:
        """The groups of one reading ask one after another; what was read from an earlier moment serves them all."""
        known = self._read
        if known is None or known.until != until or not (known.since == _START or known.since <= since):
            known = self._read = _Read(since, until, await self._rows(since, until))
        return known.rows

    async def _rows(self, since: str, until: datetime) -> Sequence[Row]:
        asked = {"from": since, "to": local_words(until)}
        return await paged(self._http, "listRebillingStatusChanges", asked, "items")
