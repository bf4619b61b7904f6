"""Notices a source that repeats its pages for ever, in constant memory.

One page is remembered, a later one each time the distance doubles (Brent's way of finding a cycle), so that a circle of
any length is found within three rounds.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from app.core.errors import ProtocolError
from app.core.texts import text
from app.engine.reading import closing
from app.sdk.source import Page

_ROUNDS = 3
"""A page that comes twice is harmless: rows move while they are read, and lists are read again."""


class Circle:
    def __init__(self) -> None:
        self._remembered = 0
        self._distance = 0
        self._next_at = 1
        self._rounds = 0

    def closes(self, marks: Sequence[str]) -> bool:
        """Whether reading goes round: the remembered page has come back several times."""
        page = hash(tuple(marks))
        if self._distance and page == self._remembered:
            self._rounds += 1
            return self._rounds >= _ROUNDS
        self._distance += 1
        if self._rounds == 0 and self._distance >= self._next_at:
            self._remembered, self._next_at = page, self._next_at * 2
        return False


async def unless_circling(pages: AsyncIterator[Page]) -> AsyncGenerator[Page]:
    """Raises ProtocolError instead of going round for ever."""
    circle = Circle()
    async with closing(pages):
        async for page in pages:
            marks = [record.id for record in page.records] or [page.cursor]
            if circle.closes(marks):
                raise _circling(marks[0])
            yield page


async def listed_once(lists: AsyncIterator[Sequence[str]]) -> AsyncGenerator[Sequence[str]]:
    """The same for a list of ids."""
    circle = Circle()
    async with closing(lists):
        async for ids in lists:
            if ids and circle.closes(ids):
                raise _circling(ids[0])
            yield ids


def _circling(first: str) -> ProtocolError:
    return ProtocolError(
        text('The source repeats the same records instead of going on, from "{record}" on.', record=first),
        remedy=text("Run it again later; if it happens again, please report it with the log."),
        detail=f"the page that begins with {first} came again and again",
    )
