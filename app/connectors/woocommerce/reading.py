"""Reading page by page while rows come and go: windows of ascending ids, sizes that give way, requests side by side.

WooCommerce has no "after id": lists are cut by offset. So every window begins one row early. If that row is not the one
that was read last, rows before it have vanished, others have moved up, and reading steps back until it meets them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.connectors.woocommerce.refusals import ServerFaultError
from app.connectors.woocommerce.values import Row, as_filter, words
from app.connectors.woocommerce.wire import MOST_ROWS, Api, Listing
from app.core.errors import UnreachableError
from app.core.records import Unreadable
from app.sdk.answers import RejectedError
from app.sdk.reading import batches, place_in, place_text
from app.sdk.source import ReadRequest
from app.sdk.wire_faults import root_cause

_SIZES = (99, 49, 24, 9, 4, 1)
"""Rows that are new in a window; one more is asked for, so that no page exceeds a hundred."""
FAILING = "koppler_failing"
"""Marks a row of which the shop gave no more than the id: it fails whenever it is asked for the rest."""
_BY_ID = {"orderby": "id", "order": "asc"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where reading stands: a phase, the last id, and about how many rows lie before it."""

    phase: str = ""
    after: int = 0
    offset: int = 0

    @classmethod
    def of(cls, cursor: str | None) -> Place:
        found = place_in(cursor)
        after, offset = found.get("after"), found.get("offset")
        if not isinstance(after, int) or not isinstance(offset, int):
            return cls()
        return cls(str(found.get("phase", "")), max(after, 0), max(offset, 0))

    @property
    def text(self) -> str:
        return place_text(self.phase, after=self.after, offset=self.offset)

    def in_phase(self, phase: str) -> Place:
        """This place where it belongs to the phase, else the phase's beginning."""
        return self if self.phase == phase else Place(phase)


class PageSize:
    """Starts as large as the shop permits, gives way on faults and time-outs, and recovers one step per success."""

    def __init__(self, limit: int | None = None) -> None:
        """``limit``: the caller needs no more records than this."""
        wanted = max(limit or _SIZES[0], 1)
        smaller = tuple(size for size in _SIZES if size < wanted)
        larger = [size for size in _SIZES if size >= wanted]
        self._sizes = (larger[-1] if larger else _SIZES[0], *smaller)
        self._step = 0

    @property
    def current(self) -> int:
        return self._sizes[self._step]

    def give_way(self, error: UnreachableError | RejectedError) -> bool:
        """Whether a smaller page is worth trying after this error."""
        if not is_too_much(error) or self._step + 1 >= len(self._sizes):
            return False
        self._step += 1
        return True

    def recover(self) -> None:
        self._step = max(0, self._step - 1)


def is_too_much(error: UnreachableError | RejectedError) -> bool:
    if isinstance(error, RejectedError):
        return error.answer.status == 413
    return isinstance(error, ServerFaultError) or isinstance(root_cause(error), TimeoutError)


class Windows:
    """One list of a shop in ascending ids, from a place on. ``query`` filters it; ``lean`` loads the ids alone."""

    def __init__(self, api: Api, resource: str, query: Mapping[str, str], limit: int | None = None) -> None:
        self._api = api
        self._resource = resource
        self._query = query
        self._size = PageSize(limit)

    async def read(self, place: Place) -> AsyncIterator[tuple[list[Row], Place]]:
        """New rows, never empty, each time with the place behind them."""
        is_joined = place.after == 0
        while True:
            overlap = 0 if is_joined else 1
            start = max(0, place.offset - overlap)
            size = self._size.current + overlap
            listing, size = await self._load(start, size)
            rows = listing.rows if listing is not None else await self._failing(start + overlap)
            if listing is None:
                start, size = start + overlap, 1
            elif not is_joined and start > 0 and _lies_beyond(rows, place.after):
                place = Place(place.phase, place.after, max(0, start - self._size.current))
                continue
            fresh = [row for row in rows if int(row["id"]) > place.after]
            last = max((int(row["id"]) for row in fresh), default=place.after)
            # Where nobody says how many there are, a short page ends where its rows end: the next look shows it.
            behind = start + size if listing is None or listing.total is not None else start + len(rows)
            place = Place(place.phase, last, behind)
            # After a window that was joined, the next one looks again whether something moved in between.
            is_joined = listing is None or not fresh
            if fresh:
                yield fresh, place
            if _is_end(rows, fresh, listing, start + size, size):
                return

    async def _load(self, start: int, size: int) -> tuple[Listing | None, int]:
        """With the size that it came to; None where the shop fails even on a single row."""
        while True:
            try:
                found = await self._api.rows(self._resource, {**self._query, **_BY_ID, **_cut(start, size)})
            except (UnreachableError, RejectedError) as error:
                if not self._size.give_way(error):
                    if isinstance(error, UnreachableError) and is_too_much(error):
                        return None, size
                    raise
                size = min(size, self._size.current + 1)
            else:
                self._size.recover()
                return found, size

    async def _failing(self, start: int) -> list[Row]:
        query = {**self._query, **_BY_ID, **_cut(start, 1), "_fields": "id"}
        return [{**row, FAILING: True} for row in (await self._api.rows(self._resource, query)).rows]


def _cut(start: int, size: int) -> dict[str, str]:
    return {"offset": str(start), "per_page": str(size)}


def _lies_beyond(rows: Sequence[Row], after: int) -> bool:
    """Whether the row read last is not there: nothing shows then that none between was passed over."""
    return not rows or min(int(row["id"]) for row in rows) > after


def _is_end(rows: Sequence[Row], fresh: Sequence[Row], listing: Listing | None, reached: int, size: int) -> bool:
    if listing is None:
        return not rows
    if listing.total is not None:
        return reached >= listing.total
    # A plug-in may hide rows of a page, so that a short one is not the last; one without anything new is.
    return not fresh and len(rows) < size


# Changes -------------------------------------------------------------------------------------------------------------

_ONE_SECOND = timedelta(seconds=1)
_SUMMER_TIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ChangeWindow:
    """What changed between two moments: as the shop is asked, and as its answer is held against it.

    Both bounds leave out a row exactly at them (10.0.2), so each is a second wider. One old shop was seen that takes
    the moments for local time: ``offset`` is what lies between, and only the answer decides what is in.
    """

    since: datetime
    until: datetime
    offset: timedelta = timedelta(0)

    @property
    def query(self) -> dict[str, str]:
        later, earlier = max(self.offset, timedelta(0)), min(self.offset, timedelta(0))
        return {
            "modified_after": as_filter(self.since + _less_in_summer(earlier) - _ONE_SECOND),
            "modified_before": as_filter(self.until + _more_in_summer(later) + _ONE_SECOND),
            "dates_are_gmt": "true",
        }

    def holds(self, row: Row) -> bool:
        """A shop older than 5.8 ignores the filter and sends everything."""
        raw = words(row.get("date_modified_gmt"))
        if not raw:
            return True
        return as_filter(self.since) <= raw[:19] <= as_filter(self.until)


def _more_in_summer(offset: timedelta) -> timedelta:
    return offset + _SUMMER_TIME if offset else offset


def _less_in_summer(offset: timedelta) -> timedelta:
    return offset - _SUMMER_TIME if offset else offset


def created_until(request: ReadRequest) -> dict[str, str]:
    """For a reading of everything: what is sold while it lasts comes with the next one."""
    return {"before": as_filter(request.until + _ONE_SECOND), "dates_are_gmt": "true"}


def unreadable(row: Row) -> Unreadable:
    return Unreadable(id=str(row["id"]), reason="unreadable", message="the shop fails on this record", raw=row)


async def included(api: Api, resource: str, ids: Sequence[str], query: Mapping[str, str]) -> list[Row]:
    """The rows with these ids; unknown ones are left out by the shop without a word."""
    found: list[Row] = []
    asked = [each for each in dict.fromkeys(ids) if each.isdecimal()]
    for batch in batches(asked, MOST_ROWS):
        whole = {**query, **_BY_ID, "include": ",".join(batch), "per_page": str(MOST_ROWS)}
        found += (await api.rows(resource, whole)).rows
    return found
