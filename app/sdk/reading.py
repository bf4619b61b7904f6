"""Reading page by page: where a reading stands, rows in batches, calls side by side, and what is loaded only once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from app.core.errors import ProtocolError

T = TypeVar("T")
MISUNDERSTOOD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading an answer of an unknown form raises."""


class Once(Generic[T]):
    """Something that is fetched when it is first needed, and only then; whoever asks meanwhile waits for it."""

    def __init__(self, load: Callable[[], Awaitable[T]]) -> None:
        self._load = load
        self._lock = asyncio.Lock()
        self._loaded: list[T] = []

    @property
    def is_loaded(self) -> bool:
        return bool(self._loaded)

    async def get(self) -> T:
        """Raises what ``load`` raises, and loads again at the next call."""
        async with self._lock:
            if not self._loaded:
                self._loaded.append(await self._load())
        return self._loaded[0]


def place_text(phase: str, **position: int | str) -> str:
    """The cursor of a page: a phase of the reading and where it stands within. Nothing personal: it is stored."""
    return json.dumps({"phase": phase, **position})


def place_in(cursor: str | None) -> Mapping[str, Any]:
    """What a cursor holds. One that cannot be read starts anew: a repeat is harmless, an omission is not."""
    try:
        found = json.loads(cursor) if cursor else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """In order, each of ``size`` items, the last one of what is left; none for none."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


async def understood(pages: AsyncIterator[T], told: Callable[[Exception], ProtocolError]) -> AsyncIterator[T]:
    """Rows without an id, or with a word for a number, break no single record but the reading: the system is at fault.
    ``told`` puts it into the connector's words."""
    try:
        async for page in pages:
            yield page
    except MISUNDERSTOOD as error:
        raise told(error) from error


async def together(calls: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Results in order; the first error ends all of them, and so does cancelling."""
    tasks = [asyncio.create_task(call) for call in calls]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
