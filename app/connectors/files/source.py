"""A file as a source: reading happens on a thread, a page at a time, and never holds the whole file."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from app.connectors.files.detection import Opened, open_file
from app.connectors.files.grouping import file_changed
from app.connectors.files.intake import stamp_of
from app.connectors.files.options import FileOptions
from app.connectors.files.reader import Entries, Entry, FileReader
from app.connectors.files.settings import FileSettings
from app.connectors.files.suggestions import suggestions_for
from app.core.records import Deletion, Kind
from app.sdk.access import Access
from app.sdk.settings import plain_values
from app.sdk.source import Page, ReadRequest
from app.sdk.target import Suggestion

_PAGE = 250

Result = TypeVar("Result")


class FileSource:
    """The file is looked through once and again whenever it has changed."""

    def __init__(self, access: Access[FileSettings], options: FileOptions) -> None:
        self._settings = access.settings
        self._options = options
        self._reader: FileReader | None = None
        self._opening = asyncio.Lock()

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        """``since`` and ``until`` are left to the caller: a file has no feed of changes. A cursor of another state of
        the file or of other settings is dropped, and reading starts over rather than mixing two states."""
        reader = await self.open_reader()
        mark = self._mark(reader.opened)
        start = done = _position(request.cursor, mark)
        size = min(_PAGE, request.limit or _PAGE)
        async for entries in self._pages(reader, size, lambda each: each.entries(request.kind, skip=start)):
            done += len(entries)
            yield Page(entries, json.dumps({"mark": mark, "done": done}))

    async def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        reader = await self.open_reader()
        missing = dict.fromkeys(ids)
        async for entries in self._pages(reader, _PAGE, lambda each: each.entries(kind, ids=frozenset(ids))):
            for entry in entries:
                missing.pop(entry.id, None)
            yield Page(entries, "")
        if missing:
            yield Page([Deletion(id=each, kind=kind) for each in missing], "")

    async def count(self, request: ReadRequest) -> int | None:
        reader = await self.open_reader()
        return await _haltable(lambda is_halted: replace(reader, is_halted=is_halted).count(request.kind))

    async def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        reader = await self.open_reader()
        async for entries in self._pages(reader, _PAGE, lambda each: each.entries(kind)):
            yield [entry.id for entry in entries]

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        """Columns of the file for the mapping, and what was recognised for the other settings."""
        return await asyncio.to_thread(suggestions_for, name, self._settings)

    async def open_reader(self) -> FileReader:
        async with self._opening:
            stamp = await asyncio.to_thread(stamp_of, self._settings.path)
            if self._reader is None or self._reader.opened.detected.stamp != stamp:
                opened = await _haltable(lambda halted: open_file(self._settings, halted))
                self._reader = FileReader(opened, self._options)
            return self._reader

    async def _pages(
        self, reader: FileReader, size: int, begin: Callable[[FileReader], Entries]
    ) -> AsyncIterator[list[Entry]]:
        is_over = threading.Event()
        entries = begin(replace(reader, is_halted=is_over.is_set))
        try:
            while page := await asyncio.to_thread(_take, reader, entries, size):
                yield page
        finally:
            is_over.set()
            # A cancelled read may still be under way on its thread; its generator is then closed when that ends.
            with suppress(ValueError):
                entries.close()

    def _mark(self, opened: Opened) -> str:
        """Changes with the file and with every setting that decides how it is read; tells nothing about either."""
        values = [plain_values(self._settings), plain_values(self._options), opened.detected.stamp.words]
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:24]


def _take(reader: FileReader, entries: Entries, size: int) -> list[Entry]:
    page = list(islice(entries, size))
    if stamp_of(reader.opened.settings.path) != reader.opened.detected.stamp:
        raise file_changed()
    return page


async def _haltable(work: Callable[[Callable[[], bool]], Result]) -> Result:
    """Cancelling ends the thread's work soon, not only the waiting for it."""
    halted = threading.Event()
    try:
        return await asyncio.to_thread(work, halted.is_set)
    except asyncio.CancelledError:
        halted.set()
        raise


def _position(cursor: str | None, mark: str) -> int:
    if not cursor:
        return 0
    try:
        stored = json.loads(cursor)
        return int(stored["done"]) if stored["mark"] == mark else 0
    except (ValueError, KeyError, TypeError):
        return 0
