"""Reading one kind each: relations, products, categories, stock."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from app.connectors.mpluskassa.goods import Group, StockReading, articles_of, category_of, product_of
from app.connectors.mpluskassa.lists import read_branches, read_categories, read_groups
from app.connectors.mpluskassa.people import contact_of, is_gone
from app.connectors.mpluskassa.settings import SourceOptions
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.values import is_number, moment_parts
from app.connectors.mpluskassa.wire import NO_TEXTS, PAGE_SIZE, Wire, listed
from app.core.records import Deletion, Kind, Record
from app.sdk.reading import batches
from app.sdk.source import Page, ReadRequest


class Reader(Protocol):
    """One kind; the methods are those of :class:`app.sdk.source.Source`."""

    def read(self, request: ReadRequest) -> AsyncIterator[Page]: ...

    def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]: ...

    def all_ids(self) -> AsyncIterator[Sequence[str]]: ...


def marker_in(cursor: str | None) -> int:
    return int(json.loads(cursor)["marker"]) if cursor else 0


def cursor_at(marker: int) -> str:
    return json.dumps({"marker": marker})


def page_size(request: ReadRequest) -> int:
    return min(request.limit, PAGE_SIZE) if request.limit else PAGE_SIZE


def with_deletions(kind: Kind, ids: Sequence[str], found: Sequence[Record]) -> Page:
    """What was asked for and not found is gone."""
    known = {record.id for record in found}
    return Page([*found, *(Deletion(id=each, kind=kind) for each in ids if each not in known)], "")


def numbers_in(ids: Sequence[str]) -> list[int]:
    """What the register could know; it refuses to be asked for anything but numbers."""
    return [int(each) for each in ids if is_number(each)]


class RelationReader:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._categories: Mapping[int, str] | None = None

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        categories = await self._category_names()
        marker, limit = marker_in(request.cursor), page_size(request)
        async for rows, following in self._rows(marker, limit):
            yield Page([self._contact(row, categories) for row in rows if not is_gone(row)], cursor_at(following))

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        categories = await self._category_names()
        rows = await self.relations(numbers_in(ids))
        found = [self._contact(row, categories) for row in rows.values() if not is_gone(row)]
        yield with_deletions(Kind.CONTACTS, ids, found)

    async def all_ids(self) -> AsyncIterator[Sequence[str]]:
        """Whoever was switched off counts as gone."""
        async for rows, _ in self._rows(0, PAGE_SIZE):
            yield [str(row["relationNumber"]) for row in rows if not is_gone(row)]

    async def relations(self, numbers: Sequence[int]) -> Mapping[int, Row]:
        """By their numbers, switched off or not."""
        if not numbers:
            return {}
        answer = await self._wire.request("getRelations", {"relationNumbers": list(numbers)})
        return {int(row["relationNumber"]): row for row in listed(answer, "relationList", "relation")}

    def _rows(self, marker: int, limit: int) -> AsyncIterator[tuple[Sequence[Row], int]]:
        return self._wire.marked("getRelations", ("relationList", "relation"), marker, limit)

    def _contact(self, row: Row, categories: Mapping[int, str]) -> Record:
        return contact_of(row, self._wire.settings, categories)

    async def _category_names(self) -> Mapping[int, str]:
        if self._categories is None:
            self._categories = await read_categories(self._wire)
        return self._categories


class ProductReader:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._groups: Mapping[int, Group] | None = None

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        groups = await self._tree()
        since = moment_parts(request.since, self._wire.settings.zone) if request.since else None
        more = {"changedSinceTimestamp": since} if since else {}
        async for rows, following in self._rows(marker_in(request.cursor), page_size(request), **more):
            products = [product_of(row, self._wire.settings, groups) for row in rows if articles_of(row)]
            yield Page(products, cursor_at(following))

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        groups = await self._tree()
        numbers = numbers_in(ids)
        asked = {"pluNumbers": NO_TEXTS, "productNumbers": numbers, **WHOLE_PRODUCTS}
        answer: Row = await self._wire.request("getProducts", asked) if numbers else {}
        rows = listed(answer, "productList", "product")
        yield with_deletions(
            Kind.PRODUCTS, ids, [product_of(row, self._wire.settings, groups) for row in rows if articles_of(row)]
        )

    async def all_ids(self) -> AsyncIterator[Sequence[str]]:
        """Discontinued products are still there: they come as inactive ones, not as deletions."""
        async for rows, _ in self._rows(0, PAGE_SIZE):
            yield [str(row["productNumber"]) for row in rows if articles_of(row)]

    def _rows(self, marker: int, limit: int, **more: Row) -> AsyncIterator[tuple[Sequence[Row], int]]:
        place = ("productList", "product")
        return self._wire.marked("getProducts", place, marker, limit, pluNumbers=NO_TEXTS, **WHOLE_PRODUCTS, **more)

    async def _tree(self) -> Mapping[int, Group]:
        if self._groups is None:
            self._groups = await read_groups(self._wire)
        return self._groups


WHOLE_PRODUCTS = {"includeAllArticlesOfSelectedProducts": True}
"""A product that came without some of its variants would look as if they had been deleted."""


class CategoryReader:
    """The whole tree comes at once."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        after, size = marker_in(request.cursor), page_size(request)
        groups = await read_groups(self._wire)
        rest = [groups[number] for number in sorted(groups) if number >= after]
        for part in batches(rest, size):
            yield Page([category_of(group) for group in part], cursor_at(part[-1].number + 1))

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        groups = await read_groups(self._wire)
        found = [category_of(groups[number]) for number in numbers_in(ids) if number in groups]
        yield with_deletions(Kind.CATEGORIES, ids, found)

    async def all_ids(self) -> AsyncIterator[Sequence[str]]:
        yield [str(number) for number in await read_groups(self._wire)]


class StockReader:
    """All articles come at once; pages are cut here, by article number."""

    def __init__(self, wire: Wire, options: SourceOptions) -> None:
        self._wire = wire
        self._options = options
        self._reading = StockReading(options)

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        after, size = marker_in(request.cursor), page_size(request)
        levels = self._reading.levels(await self._rows([]), self._wire.settings)
        rest = [each for each in levels if int(each.id) >= after]
        for part in batches(rest, size):
            yield Page(part, cursor_at(int(part[-1].id) + 1))

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        numbers = numbers_in(ids)
        rows = await self._rows(numbers) if numbers else []
        wanted = set(ids)
        found = [each for each in self._reading.levels(rows, self._wire.settings) if each.id in wanted]
        yield with_deletions(Kind.STOCK, ids, found)

    async def all_ids(self) -> AsyncIterator[Sequence[str]]:
        yield [each.id for each in self._reading.levels(await self._rows([]), self._wire.settings)]

    async def _rows(self, numbers: Sequence[int]) -> Sequence[Row]:
        """No numbers are all of them."""
        branch = self._wire.settings.branch_number
        wanted = {"articleNumbers": list(numbers)} if numbers else NO_TEXTS
        asked: dict[str, object] = {"branchNumber": branch, "articleNumbers": wanted}
        if not self._options.all_branches:
            rows = listed(await self._wire.request("getStock", asked), "articleStocks")
            return [row for row in rows if row.get("branchNumber", branch) == branch]
        branches = [int(row["branchNumber"]) for row in await read_branches(self._wire)]
        asked["branchNumbers"] = {"branchNumber": branches}
        return listed(await self._wire.request("getStock", asked), "articleStocks")
