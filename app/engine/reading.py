"""Pages on their way: read ahead by one, and gathered until a batch of the target is full."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from typing import TypeVar

from app.core.errors import AppError
from app.core.records import Deletion, Kind, Record, Unreadable
from app.sdk.source import Page

_Item = TypeVar("_Item")


@contextlib.asynccontextmanager
async def closing(pages: AsyncIterator[_Item]) -> AsyncIterator[AsyncIterator[_Item]]:
    """Ends a source's reading, requests included, as soon as nobody reads on."""
    try:
        yield pages
    finally:
        if (close := getattr(pages, "aclose", None)) is not None:
            await close()


async def read_ahead(pages: AsyncIterator[Page]) -> AsyncGenerator[Page]:
    """The next page is fetched while the caller works on this one. Closing it ends the reading at once."""
    async with closing(pages):
        iterator = aiter(pages)
        following: asyncio.Task[Page | None] = asyncio.create_task(_next(iterator))
        try:
            while (page := await following) is not None:
                following = asyncio.create_task(_next(iterator))
                yield page
        finally:
            following.cancel()
            await asyncio.wait({following})
            if not following.cancelled():
                following.exception()  # raised already, or nobody waits for it


async def _next(iterator: AsyncIterator[Page]) -> Page | None:
    return await anext(iterator, None)


async def gathered(pages: AsyncIterator[Page], at_least: int) -> AsyncGenerator[Page]:
    """Joins small pages, so that batches of the target are full; the cursor is that of the last one. Where reading
    fails, what had come before goes first."""
    records: list[Record | Unreadable] = []
    cursor = ""
    failure: AppError | None = None
    async with closing(pages):
        try:
            async for page in pages:
                records.extend(page.records)
                cursor = page.cursor
                if len(records) >= at_least:
                    yield Page(tuple(records), cursor)
                    records = []
        except AppError as error:
            failure = error
        if records or cursor:
            yield Page(tuple(records), cursor)
    if failure is not None:
        raise failure


def one_of_each_name(page: Page, names_of: Callable[[Record | Unreadable], Sequence[str]]) -> Iterator[Page]:
    """The page in parts, in which no two records have what the target tells them apart by, or would create, in common:
    the second is planned when the first has arrived. Of a key that comes twice, the later record counts. The cursor
    goes with the last part."""
    parts: list[list[Record | Unreadable]] = [[]]
    next_place: dict[str, int] = {}
    for record in {each.id: each for each in page.records}.values():
        names = names_of(record)
        place = max((next_place.get(name, 0) for name in names), default=0)
        next_place.update(dict.fromkeys(names, place + 1))
        if place == len(parts):
            parts.append([])
        parts[place].append(record)
    yield from (Page(tuple(part), "") for part in parts[:-1])
    yield Page(tuple(parts[-1]), page.cursor)


async def limited(pages: AsyncIterator[Page], limit: int | None) -> AsyncGenerator[Page]:
    """No more than so many records; the cursor of a shortened page stays the one before it."""
    left = limit
    before = ""
    async with closing(pages):
        async for page in pages:
            if left is None:
                yield page
                continue
            if len(page.records) >= left:
                yield Page(page.records[:left], page.cursor if len(page.records) == left else before)
                return
            left -= len(page.records)
            before = page.cursor
            yield page


async def vanished_pages(kind: Kind, held: AsyncIterator[Sequence[str]], existing: set[str]) -> AsyncIterator[Page]:
    """A Deletion for every held key that the source no longer lists."""
    async for keys in held:
        gone = [Deletion(id=key, kind=kind) for key in keys if key not in existing]
        if gone:
            yield Page(tuple(gone), "")
