"""Rows that belong together, wherever they stand, in bounded memory."""

import random
import tracemalloc
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.files.detection import open_file
from app.connectors.files.grouping import GroupIndex, bring_together, key_hash, newest_of
from app.connectors.files.options import FileOptions
from app.connectors.files.reader import FileReader
from app.connectors.files.table import Row
from app.core.errors import TemporaryError
from app.core.records import Kind, Order
from tests.connectors.files.conftest import settings_for


def together(keys: list[str], budget: int = 1000, wanted: frozenset[str] | None = None) -> list[list[int]]:
    index = GroupIndex.of(array("Q", [key_hash(key) for key in keys]))
    rows = [Row(number, (key,)) for number, key in enumerate(keys)]
    hashes = None if wanted is None else frozenset(key_hash(key) for key in wanted)
    groups = bring_together(lambda: iter(rows), index, wanted=hashes, budget=budget)
    return [[row.line for row in group] for group in groups]


def test_groups_come_as_soon_as_they_are_complete() -> None:
    assert together(["a", "b", "b", "a", "c"]) == [[1, 2], [0, 3], [4]]


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60), st.integers(1, 8))
def test_every_row_is_in_exactly_one_group_whatever_the_budget(keys: list[str], budget: int) -> None:
    groups = together(keys, budget)
    assert sorted(line for group in groups for line in group) == list(range(len(keys)))
    assert all(len({keys[line] for line in group}) == 1 for group in groups)
    assert len(groups) == len(set(keys)) == GroupIndex.of(array("Q", map(key_hash, keys))).count
    assert all(group == sorted(group) for group in groups)


def test_only_wanted_groups_are_held() -> None:
    assert together(["a", "b", "a", "c"], wanted=frozenset("ac")) == [[0, 2], [3]]


def test_a_file_that_grew_or_shrank_meanwhile_is_noticed() -> None:
    index = GroupIndex.of(array("Q", [key_hash("a"), key_hash("a")]))
    for rows in ([Row(1, ("a",))], [Row(1, ("a",)), Row(2, ("a",)), Row(3, ("a",))]):
        with pytest.raises(TemporaryError):
            list(bring_together(rows.__iter__, index))


def test_the_newest_entry_of_each_key_is_marked_and_of_equals_the_later() -> None:
    keys = array("Q", [key_hash(key) if key != "-" else 0 for key in "abca-a"])
    assert list(newest_of(keys, array("d", [5, 1, 1, 9, 9, 9]))) == [0, 1, 1, 0, 0, 1]


def test_a_large_scattered_file_is_read_in_bounded_memory(tmp_path: Path) -> None:
    """Thirty thousand rows in random order; all open at once they would take some 20 MB."""
    documents, path = 6_000, tmp_path / "large.csv"
    numbers = [number for number in range(documents) for _ in range(5)]
    random.Random(1).shuffle(numbers)
    with path.open("w", encoding="utf-8") as out:
        out.write("Order no;Date;Customer ID;SKU;Description;Quantity;Unit price\n")
        out.writelines(f"{n};2026-01-01;{n % 900};{n % 70};Cup number {n % 70};1;2,50\n" for n in numbers)
    tracemalloc.start()
    try:
        reader = FileReader(open_file(settings_for(path)), FileOptions(), open_rows=4_000)
        count, total = 0, 0
        for order in reader.entries(Kind.ORDERS):
            assert isinstance(order, Order)
            count, total = count + 1, total + order.total.minor_units()
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (count, total) == (documents, documents * 5 * 250)
    assert peak_bytes < 10 * 1024 * 1024
