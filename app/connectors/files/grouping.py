"""Bringing together rows that belong together, wherever they stand in the file, in bounded memory and without a copy
of anybody's data on disk.

A first pass notes one 64-bit hash for each row (8 MB for a million rows). From these follows which row is the first and
which the last of its group. A second pass keeps a group only from its first to its last row, so that a sorted file
holds one group at a time. Where more rows would be open than the budget allows, no further group is begun, and another
pass takes up where the first one declined. A million rows in random order take some twenty passes; a sorted file one.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from app.connectors.files.table import Row
from app.core.errors import TemporaryError
from app.core.texts import text

_FIRST, _LAST = 1, 2
_KEYS_AT_ONCE = 200_000
_MASK = 0xFFFF_FFFF_FFFF_FFFF
OPEN_ROWS = 50_000


def key_hash(key: str) -> int:
    """Stable within one start of the program only; never stored."""
    return hash(key) & _MASK


@dataclass(frozen=True, slots=True)
class GroupIndex:
    keys: array[int]
    places: bytearray
    """For each row whether it is the first and the last of its group."""

    @classmethod
    def of(cls, keys: array[int]) -> GroupIndex:
        places = bytearray(len(keys))
        shares = 1 + len(keys) // _KEYS_AT_ONCE
        for share in range(shares):
            _mark(keys, places, range(len(keys)), _FIRST, share, shares)
            _mark(keys, places, range(len(keys) - 1, -1, -1), _LAST, share, shares)
        return cls(keys, places)

    def at(self, ordinal: int) -> tuple[int, int]:
        """Key and place of a row. Raises TemporaryError for a row that was not there before."""
        if ordinal >= len(self.keys):
            raise file_changed()
        return self.keys[ordinal], self.places[ordinal]

    @property
    def count(self) -> int:
        return len(self.places) - self.places.count(0) - self.places.count(_LAST)


def _mark(keys: array[int], places: bytearray, order: range, flag: int, share: int, shares: int) -> None:
    """One share of the keys after the other, so that the set of seen keys stays small."""
    seen: set[int] = set()
    for ordinal in order:
        key = keys[ordinal]
        if key % shares == share and key not in seen:
            seen.add(key)
            places[ordinal] |= flag


def bring_together(
    rows: Callable[[], Iterator[Row]],
    index: GroupIndex,
    *,
    wanted: frozenset[int] | None = None,
    budget: int = OPEN_ROWS,
) -> Iterator[list[Row]]:
    """Every group once, in the order in which they become complete. ``wanted`` restricts to some hashes.

    Raises TemporaryError where the file has changed since it was indexed.
    """
    start: int | None = 0
    while start is not None:
        start = yield from _one_pass(rows(), index, start, wanted, budget)


def _one_pass(
    rows: Iterator[Row], index: GroupIndex, start: int, wanted: frozenset[int] | None, budget: int
) -> Generator[list[Row], None, int | None]:
    """Returns the row at which the next pass starts, None where no group was declined."""
    open_groups: dict[int, list[Row]] = {}
    open_rows, declined = 0, None
    for ordinal, row in enumerate(rows):
        key, place = index.at(ordinal)
        if place & _FIRST and ordinal >= start and declined is None and (wanted is None or key in wanted):
            if open_rows < budget:
                open_groups[key] = []
            else:
                declined = ordinal
        group = open_groups.get(key)
        if group is None:
            continue
        group.append(row)
        open_rows += 1
        if place & _LAST:
            del open_groups[key]
            open_rows -= len(group)
            yield group
        if declined is not None and not open_groups:
            break
    if open_groups:
        raise file_changed()
    return declined


def file_changed() -> TemporaryError:
    return TemporaryError(
        text("The file was changed while it was read."),
        remedy=text("It is read again from the beginning; leave it alone while a run works."),
    )
