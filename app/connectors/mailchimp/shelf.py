"""What a collection of the store holds, asked as cheaply as possible."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from app.connectors.mailchimp.wire import PAGE_SIZE, Row, Wire, few_at_once, words


class Shelf:
    """Rows of one collection by id. Single questions cost a request each, the whole list of ids one for a thousand: as
    soon as asking costs as much as reading all ids, they are read, and only what is there is asked for. Whatever is
    asked for a second time, after a lost answer say, is always asked for afresh."""

    def __init__(self, wire: Wire, path: str, name: str, fields: Sequence[str]) -> None:
        self._wire = wire
        self._path = path
        self._name = name
        self._fields = ",".join(fields)
        self._ids: set[str] | None = None
        self._pages: int | None = None
        self._spent = 0
        self._asked: set[str] = set()

    async def find(self, ids: Iterable[str]) -> Mapping[str, Row]:
        """The rows that are there."""
        wanted = list(dict.fromkeys(ids))
        new = [each for each in wanted if each not in self._asked]
        again = [each for each in wanted if each in self._asked]
        self._asked.update(wanted)
        if self._ids is None and await self._is_dearer(len(new)):
            self._ids = {words(row.get("id")) async for row in self._wire.rows(self._path, self._name, ("id",))}
        known = self._ids
        asked = again + [each for each in new if known is None or each in known]
        self._spent += len(asked)
        found = await few_at_once(asked, self._one)
        return {each: row for each, row in found.items() if row is not None}

    async def _one(self, row_id: str) -> Row | None:
        return await self._wire.get_or_none(f"{self._path}/{row_id}", {"fields": self._fields})

    async def _is_dearer(self, count: int) -> bool:
        if not count:
            return False
        if self._pages is None:
            self._pages = math.ceil(await self._wire.total(self._path) / PAGE_SIZE)
        return self._spent + count > self._pages
