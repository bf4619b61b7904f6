"""Reading page by page: places to continue from, page sizes that give way, and requests side by side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from app.connectors.bigcommerce.client import Api, Query, Row, ServerFaultError, V3Answer
from app.connectors.bigcommerce.values import as_filter
from app.core.errors import ProtocolError, UnreachableError
from app.core.records import Unreadable
from app.core.texts import text
from app.sdk.answers import RejectedError
from app.sdk.reading import place_in
from app.sdk.source import ReadRequest
from app.sdk.wire_faults import root_cause

T = TypeVar("T")

# Each divides the one before it, so that page numbers stay whole when the size changes.
_SIZES = (250, 125, 25, 5, 1)
_MOST_RESTARTS = 3


class Place:
    """Where reading stands, as the JSON text of a page's cursor: a phase and numbers, nothing personal."""

    def __init__(self, cursor: str | None) -> None:
        self._values = place_in(cursor)

    @property
    def phase(self) -> str:
        return str(self._values.get("phase", ""))

    def number(self, name: str, start: int) -> int:
        value = self._values.get(name)
        return value if isinstance(value, int) else start

    def word(self, name: str) -> str | None:
        value = self._values.get(name)
        return value if isinstance(value, str) else None


class PageSize:
    """Starts as large as the vendor permits, gives way on faults and time-outs, and recovers one step per success."""

    def __init__(self, limit: int | None = None) -> None:
        """``limit``: the caller needs no more records than this."""
        wanted = max(limit or _SIZES[0], 1)
        self._sizes = tuple(size for size in _SIZES if size < wanted)
        larger = [size for size in _SIZES if size >= wanted]
        self._sizes = (larger[-1] if larger else _SIZES[0], *self._sizes)
        self._step = 0

    @property
    def current(self) -> int:
        return self._sizes[self._step]

    async def fetch(self, load: Callable[[int], Awaitable[T]]) -> T:
        """Raises the error of ``load`` when even one record at a time is too much."""
        while True:
            try:
                found = await load(self.current)
            except (UnreachableError, RejectedError) as error:
                if not _is_too_much(error) or self._step + 1 >= len(self._sizes):
                    raise
                self._step += 1
            else:
                self._step = max(0, self._step - 1)
                return found

    def fit(self, offset: int) -> None:
        """Takes a smaller size where no page of the current one begins at this row."""
        while offset % self.current:
            self._step += 1


def _is_too_much(error: UnreachableError | RejectedError) -> bool:
    if isinstance(error, RejectedError):
        return error.answer.status == 413
    return isinstance(error, ServerFaultError) or isinstance(root_cause(error), TimeoutError)


# Lists ---------------------------------------------------------------------------------------------------------------


def v2_window(request: ReadRequest, lag: timedelta = timedelta(0)) -> Query:
    """Filters of V2 for what changed; empty when everything is read."""
    if request.since is None:
        return {}
    return {
        "min_date_modified": as_filter(request.since - lag),
        "max_date_modified": as_filter(request.until - lag),
    }


def v3_window(request: ReadRequest) -> Query:
    """Filters of V3 for what changed; empty when everything is read."""
    if request.since is None:
        return {}
    return {
        "date_modified:min": as_filter(request.since),
        "date_modified:max": as_filter(request.until),
    }


def is_in_window(request: ReadRequest, modified: datetime | None) -> bool:
    """Whether the filters of the window bring a row with this date of change."""
    if request.since is None or modified is None:
        return request.since is None
    return request.since.replace(microsecond=0) <= modified <= request.until


FAILING = "koppler_failing"
"""Marks a row of which the shop gave no more than the id: it fails whenever it is asked for the rest."""

Load = Callable[[int, int], Awaitable[list[Row]]]


async def by_id(load: Load, after: int, size: PageSize, *, bare: Load) -> AsyncIterator[list[Row]]:
    """Windows of ascending ids: ``load(after, limit)`` until nothing comes.

    Rows that change or vanish meanwhile cannot push others out of sight, as they do with page numbers; a server that
    gives fewer rows than asked for ends nothing early. ``bare`` loads as little of a row as possible: one on which the
    shop fails even alone comes marked as FAILING, and the next ones follow.
    """
    while True:
        try:
            rows = await size.fetch(partial(load, after))
        except UnreachableError as error:
            if not _is_too_much(error):
                raise
            rows = [{**row, FAILING: True} for row in await bare(after, 1)]
        if not rows:
            return
        last = max(int(row["id"]) for row in rows)
        if last <= after:
            raise ProtocolError(
                text("The shop repeats a page instead of continuing."),
                detail=f"no id beyond {after} in the next window",
            )
        yield rows
        after = last


async def by_cursor(
    api: Api, resource: str, query: Query, after: str | None, size: PageSize
) -> AsyncIterator[tuple[list[Row], str]]:
    """Cursor pages of V3, each with the cursor to continue after it."""
    while True:
        page = await size.fetch(partial(_page_after, api, resource, query, after))
        following = page.end_cursor
        if page.data:
            yield page.data, following or after or ""
        if not page.has_next:
            return
        if following is None or following == after:
            raise ProtocolError(
                text("The shop repeats a page instead of continuing."), detail=f"cursor of {resource} does not move"
            )
        after = following


async def by_number(
    api: Api, resource: str, query: Query, size: PageSize, *, offset: int = 0, id_field: str = "id"
) -> AsyncIterator[tuple[list[Row], int]]:
    """Numbered pages of V3, each with the offset after it, for lists that know nothing better.

    Where rows vanished while reading, others moved up and were passed over: then the list is read again, without the
    rows that are known.
    """
    seen: set[object] = set()
    begins_at_first = offset == 0
    for _ in range(_MOST_RESTARTS):
        most = total = 0
        async for page, end in _numbered(api, resource, query, size, offset):
            total = page.total or 0
            most = max(most, total)
            fresh = [row for row in page.data if row.get(id_field) not in seen]
            seen.update(row.get(id_field) for row in fresh)
            yield fresh, end
        if not begins_at_first or (total == most and len(seen) >= total):
            return
        offset = 0


async def _numbered(
    api: Api, resource: str, query: Query, size: PageSize, offset: int
) -> AsyncIterator[tuple[V3Answer, int]]:
    while True:
        size.fit(offset)
        page = await size.fetch(partial(_page_from, api, resource, query, offset))
        if not page.data:
            return
        offset += len(page.data)
        yield page, offset
        if page.total is not None and offset >= page.total:
            return


async def _page_after(api: Api, resource: str, query: Query, after: str | None, limit: int) -> V3Answer:
    place = {"after": after} if after else {}
    return await api.v3(resource, {**query, **place, "limit": str(limit)})


async def _page_from(api: Api, resource: str, query: Query, offset: int, limit: int) -> V3Answer:
    return await api.v3(resource, {**query, "page": str(offset // limit + 1), "limit": str(limit)})


async def all_rows(api: Api, resource: str, query: Query | None = None, *, id_field: str = "id") -> list[Row]:
    found: list[Row] = []
    async for rows, _ in by_number(api, resource, query or {}, PageSize(), id_field=id_field):
        found.extend(rows)
    return found


async def all_v2_rows(api: Api, resource: str) -> list[Row]:
    found: list[Row] = []
    while True:
        page = await api.v2_rows(resource, {"page": str(len(found) // 250 + 1), "limit": "250"})
        found.extend(page)
        if len(page) < 250:
            return found


def unreadable(row: Row) -> Unreadable:
    return Unreadable(id=str(row["id"]), reason="unreadable", message="the shop fails on this record", raw=row)
