"""Bringing together rows that belong together, wherever they stand in the file, in bounded memory and without a copy
of anybody's data on disk.

A first pass notes one 64-bit hash for each row; with the sizes of the groups that is 12 MB for a million rows. A second
pass keeps a group only from its first to its last row, so that a sorted file holds one group at a time. Where the open
groups would grow beyond the budget, no further one is begun, and another pass takes up where this one declined: a
sorted file takes one pass, a million rows in random order some twenty.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from app.connectors.files.table import Row
from app.core.errors import TemporaryError
from app.core.texts import text

_KEYS_AT_ONCE = 200_000
_MASK = 0xFFFF_FFFF_FFFF_FFFF
OPEN_ROWS = 50_000


def key_hash(key: str) -> int:
    """Stable within one start of the program only; never stored."""
    return hash(key) & _MASK


@dataclass(frozen=True, slots=True)
class GroupIndex:
    keys: array[int]
    sizes: array[int]
    """How many rows a group has, at its first row; 0 at every other row."""

    @classmethod
    def of(cls, keys: array[int]) -> GroupIndex:
        sizes = array("I", bytes(4 * len(keys)))
        shares = 1 + len(keys) // _KEYS_AT_ONCE
        for share in range(shares):
            _count(keys, sizes, share, shares)
        return cls(keys, sizes)

    def at(self, ordinal: int) -> tuple[int, int]:
        """Key of a row, and the size of the group that it begins. Raises TemporaryError for a row that was not there
        before."""
        if ordinal >= len(self.keys):
            raise file_changed()
        return self.keys[ordinal], self.sizes[ordinal]

    @property
    def count(self) -> int:
        return len(self.sizes) - self.sizes.count(0)


def _count(keys: array[int], sizes: array[int], share: int, shares: int) -> None:
    """One share of the keys after the other, so that the table of first rows stays small."""
    first: dict[int, int] = {}
    for ordinal, key in enumerate(keys):
        if key % shares == share:
            sizes[first.setdefault(key, ordinal)] += 1


def newest_of(keys: array[int], moments: array[float]) -> bytearray:
    """1 at the newest entry of each key, at the later one of two equally new; key 0 belongs to nobody."""
    newest = bytearray(len(keys))
    shares = 1 + len(keys) // _KEYS_AT_ONCE
    for share in range(shares):
        best: dict[int, int] = {}
        for ordinal, key in enumerate(keys):
            if key and key % shares == share and moments[ordinal] >= moments[best.setdefault(key, ordinal)]:
                best[key] = ordinal
        for ordinal in best.values():
            newest[ordinal] = 1
    return newest


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
    open_groups: dict[int, tuple[list[Row], int]] = {}
    awaited, declined = 0, None
    for ordinal, row in enumerate(rows):
        key, size = index.at(ordinal)
        if size and ordinal >= start and declined is None and (wanted is None or key in wanted):
            if not open_groups or awaited + size <= budget:
                open_groups[key] = [], size
                awaited += size
            else:
                declined = ordinal
        if key not in open_groups:
            continue
        group, whole = open_groups[key]
        group.append(row)
        if len(group) == whole:
            del open_groups[key]
            awaited -= whole
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
