"""Reading page by page: places to continue from, and pages that others change meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from app.connectors.idosell.client import MOST_ROWS, Api, Listing
from app.connectors.idosell.values import Row, words
from app.sdk.reading import place_in

# Divisors of the most, so that every place of a list begins a page of some size.
_SIZES = (100, 50, 25, 20, 10, 5, 4, 2, 1)
_MOST_RESTARTS = 3

LoadPage = Callable[[int, int], Awaitable[Listing]]
"""Page, counted from 0, and rows on it."""


class Place:
    """Where reading stands, as the JSON text of a page's cursor: a phase and numbers, nothing personal."""

    def __init__(self, cursor: str | None) -> None:
        self._values = place_in(cursor)

    @property
    def phase(self) -> str:
        return str(self._values.get("phase", ""))

    @property
    def offset(self) -> int:
        value = self._values.get("offset")
        return value if isinstance(value, int) else 0

    @property
    def after(self) -> str:
        return str(self._values.get("after", ""))

    def offset_in(self, phase: str) -> int:
        return self.offset if self.phase == phase else 0


def page_size(limit: int | None) -> int:
    """The smallest page that holds so many rows."""
    return min((size for size in _SIZES if size >= min(limit or MOST_ROWS, MOST_ROWS)), default=MOST_ROWS)


def _size_at(offset: int, most: int) -> int:
    return next(size for size in _SIZES if size <= most and offset % size == 0)


async def numbered(
    api: Api, load: LoadPage, *, key: Callable[[Row], str], limit: int | None = None, offset: int = 0
) -> AsyncIterator[tuple[list[Row], int]]:
    """The pages of a list, each with the place after it.

    Where rows left the list meanwhile, others moved up and were passed over: then it is read again, without the rows
    that are known. Rows that join only push others back, which repeats some; a repeat within one reading is left out.
    """
    seen: set[str] = set()
    begins_at_first = offset == 0
    for _ in range(_MOST_RESTARTS):
        total = most_total = 0
        async for page, end in _pages(api, load, offset, page_size(limit)):
            total = page.total or 0
            most_total = max(most_total, total)
            fresh = [row for row in page.rows if key(row) not in seen]
            seen.update(key(row) for row in fresh)
            yield fresh, end
        if not begins_at_first or (total == most_total and len(seen) >= total):
            return


async def _pages(api: Api, load: LoadPage, offset: int, most: int) -> AsyncIterator[tuple[Listing, int]]:
    while True:
        size = _size_at(offset, most)
        page = await load(offset // size, size)
        if not page.rows:
            return
        offset += len(page.rows)
        yield page, offset
        is_last = len(page.rows) < size if page.total is None else offset >= page.total
        if is_last:
            return
        await api.make_way()


def by(name: str) -> Callable[[Row], str]:
    return lambda row: words(row.get(name))


async def all_rows(api: Api, load: LoadPage, *, key: Callable[[Row], str]) -> list[Row]:
    return [row async for rows, _ in numbered(api, load, key=key) for row in rows]
