"""Sources that misbehave: what is broken is isolated and reported, and everything else goes through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.bigcommerce.manifest import MANIFEST
from app.connectors.bigcommerce.simulator import simulator
from app.connectors.bigcommerce.world import Item, World
from app.core.errors import ProtocolError
from app.core.events import RunMode, RunState
from app.core.outcomes import Outcome
from app.core.records import Kind, Unreadable
from app.core.rules import GuestOrders, Rules
from app.engine.circles import Circle
from app.sdk.source import Page, ReadRequest
from tests.connectors.standard import opened
from tests.engine.conftest import Bench
from tests.engine.test_faults import made
from tests.engine.warehouse import ShelfSource, order


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with made() as found:
        yield found


# One record, one page -------------------------------------------------------------------------------------------------


async def test_one_poisonous_record_fails_alone(bench: Bench) -> None:
    broken = Unreadable(id="4", reason="unreadable", message="a price of twelve potatoes", where="order 4")
    bench.source.records = [*(order(number) for number in (1, 2, 3)), broken, *(order(number) for number in (5, 6))]
    result = await bench.run()
    assert result.is_finished
    assert result.balance.total.counts == {Outcome.CREATED: 5, Outcome.FAILED: 1}
    assert set(bench.warehouse.items) == {"1", "2", "3", "5", "6"}


@pytest.mark.parametrize("failing", [{3}, {1, 2}, {12}, {5, 6, 7}])
async def test_orders_on_which_the_shop_fails_are_reported_and_all_others_arrive(
    bench: Bench, failing: set[int]
) -> None:
    world = World()
    world.add_product("Mug", sku="M-1", price=10)  # type: ignore[arg-type]  # the world counts in whatever it is given
    ids = [world.add_order(items=[Item(77)], guest=("A", "B", f"a{number}@example.com")) for number in range(12)]
    world.failing |= {ids[place - 1] for place in failing}
    async with opened(MANIFEST, simulator=simulator(0, world)) as shop:
        bench.source = shop.source()  # type: ignore[assignment]
        result = await bench.run(rules=Rules(guest_orders=GuestOrders.SEND))
    assert result.is_finished
    lost = {str(ids[place - 1]) for place in failing}
    assert set(bench.warehouse.items) == {str(each) for each in ids} - lost
    assert result.balance.total.count(Outcome.FAILED) == len(failing)
    assert {key for (_, _, key), entry in bench.ledger.entries.items() if entry.outcome is Outcome.FAILED} == lost


async def test_an_id_that_repeats_arrives_once_and_the_later_version_counts(bench: Bench) -> None:
    bench.source.records = [order(1), order(2, "5.00"), order(3), order(2, "7.00"), order(4), order(2, "7.00")]
    result = await bench.run()
    assert result.is_finished
    assert result.balance.total.read == 4
    assert sorted(bench.warehouse.items) == ["1", "2", "3", "4"]
    assert "7.00" in str(bench.warehouse.items["2"]["total"])
    assert (await bench.run()).balance.total.count(Outcome.UPDATED) <= 1


async def test_a_record_over_which_a_connector_stumbles_pauses_the_run_without_a_word_of_it(bench: Bench) -> None:
    class Stumbling(ShelfSource):
        async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
            yield Page((order(1),), "1")
            raise KeyError("anna.berg@example.com")

    bench.source = Stumbling()
    result = await bench.run()
    assert result.run.state is RunState.PAUSED
    assert result.run.remedy
    assert isinstance(result.error, ProtocolError)
    assert "KeyError at faults/test_sources.py" in result.error.detail
    assert "anna.berg" not in repr(bench.events) + result.error.detail
    assert result.balance.balances


# Totals and pages that move -------------------------------------------------------------------------------------------


class GrowingShelf(ShelfSource):
    """Sells while it is read: its count is wrong before the first page is out."""

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        number = 0
        async for page in super().read(request):
            yield page
            number += 1
            if number <= 3:
                self.records.append(order(100 + number))


@pytest.mark.parametrize("counted", [0, 3, 8, 5_000, None])
async def test_a_total_that_changes_while_reading_changes_no_balance(bench: Bench, counted: int | None) -> None:
    class Miscounted(GrowingShelf):
        async def count(self, request: ReadRequest) -> int | None:
            return counted

    bench.source = Miscounted([order(number) for number in range(1, 9)])
    result = await bench.run()
    assert result.is_finished
    assert result.balance.total.count(Outcome.CREATED) == len(bench.source.records)
    assert set(bench.warehouse.items) == {record.id for record in bench.source.records}


class NewestFirst(ShelfSource):
    """Page numbers over a list to whose front new orders are added: rows move to later pages while it is read."""

    arriving = 5

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        number = int(request.cursor or 0)
        while page := self.records[number * self.page_size : (number + 1) * self.page_size]:
            number += 1
            yield Page(tuple(page), str(number))
            if self.arriving:
                self.arriving -= 1
                self.records.insert(0, order(1_000 + self.arriving))


async def test_page_numbers_that_shift_bring_repeats_and_lose_nothing(bench: Bench) -> None:
    bench.source = NewestFirst([order(number) for number in range(30, 0, -1)])
    result = await bench.run(RunMode.HISTORICAL)
    assert result.is_finished
    assert {str(number) for number in range(1, 31)} <= set(bench.warehouse.items)
    assert len(bench.warehouse.arrivals) == len(set(bench.warehouse.arrivals))
    again = await bench.run(RunMode.HISTORICAL)
    assert set(bench.warehouse.items) == {record.id for record in bench.source.records}
    assert again.balance.total.count(Outcome.CREATED) == 5


# Circles --------------------------------------------------------------------------------------------------------------


class Turning(ShelfSource):
    """After its last page it begins anew, and does so for ever."""

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        round_ = 0
        while True:
            round_ += 1
            for start in range(0, len(self.records), self.page_size):
                yield Page(tuple(self.records[start : start + self.page_size]), f"{round_}-{start}")
                await asyncio.sleep(0)

    async def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        while True:
            yield [record.id for record in self.records]
            await asyncio.sleep(0)


@pytest.mark.parametrize("number", [1, 4, 17, 40])
async def test_a_source_that_repeats_its_pages_for_ever_ends_with_a_clear_error(bench: Bench, number: int) -> None:
    bench.source = Turning([order(each) for each in range(1, number + 1)])
    async with asyncio.timeout(30):
        result = await bench.run()
    assert result.run.state is RunState.PAUSED
    assert "repeats the same records" in result.run.message
    assert result.run.remedy
    assert isinstance(result.error, ProtocolError)
    assert set(bench.warehouse.items) == {str(each) for each in range(1, number + 1)}
    assert result.balance.balances


async def test_a_list_of_ids_that_never_ends_removes_nothing(bench: Bench) -> None:
    bench.source.records = [order(number) for number in range(1, 9)]
    await bench.run()
    endless = Turning(bench.source.records[:4])
    endless.read = bench.source.read  # type: ignore[method-assign]
    bench.source, bench.sweeps = endless, True
    async with asyncio.timeout(30):
        result = await bench.run()
    assert result.run.state is RunState.PAUSED
    assert len(bench.warehouse.items) == 8


@given(st.integers(0, 40), st.integers(1, 25))
def test_every_circle_is_noticed_wherever_it_begins(before: int, length: int) -> None:
    pages = [f"start {number}" for number in range(before)] + [f"round {number % length}" for number in range(2_000)]
    circle = Circle()
    closed = [circle.closes([page]) for page in pages]
    assert any(closed)
    assert closed.index(True) <= 8 * (before + length) + 8


@given(st.lists(st.integers(0, 5), max_size=60))
def test_a_page_that_comes_twice_is_no_circle(numbers: list[int]) -> None:
    circle = Circle()
    pages = [f"{place}" for place in range(len(numbers))]
    for place in numbers:
        if place < len(pages):
            pages.insert(place + 1, pages[place])
    once_again = [page for number, page in enumerate(pages) if pages[:number].count(page) < 2]
    assert not any(circle.closes([page]) for page in once_again)
