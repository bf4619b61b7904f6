"""Pages: sizes that give way, rows that move while they are read, places to continue from."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.bigcommerce.client import ServerFaultError
from app.connectors.bigcommerce.reading import PageSize, Place
from app.connectors.bigcommerce.world import Item
from app.core.errors import ProtocolError, UnreachableError
from app.core.records import Kind, Unreadable
from app.sdk.answers import Answer, RejectedError
from app.sdk.reading import place_text
from tests.connectors.bigcommerce.conftest import NOW, START
from tests.connectors.standard import ids_in, pages_of, read_all, records_in, request


class _Fragile:
    """Fails while asked for more than it can bear."""

    def __init__(self, bears: int, error: Exception) -> None:
        self.bears = bears
        self.error = error
        self.asked: list[int] = []

    async def __call__(self, limit: int) -> int:
        self.asked.append(limit)
        if limit > self.bears:
            raise self.error
        return limit


async def test_a_page_shrinks_on_faults_and_recovers():
    size, load = PageSize(), _Fragile(25, ServerFaultError("fault"))
    assert await size.fetch(load) == 25
    assert load.asked == [250, 125, 25]
    load.bears = 250
    assert [await size.fetch(load) for _ in range(2)] == [125, 250]


async def test_asking_for_too_much_shrinks_too():
    load = _Fragile(1, RejectedError(Answer(413, {}, b"")))
    assert await PageSize().fetch(load) == 1


async def test_a_single_record_that_fails_is_an_error():
    with pytest.raises(ServerFaultError):
        await PageSize().fetch(_Fragile(0, ServerFaultError("fault")))


async def test_time_outs_shrink_and_a_missing_network_does_not():
    slow = UnreachableError("slow")
    slow.__cause__ = TimeoutError()
    assert await PageSize().fetch(_Fragile(125, slow)) == 125
    offline = _Fragile(0, UnreachableError("offline"))
    with pytest.raises(UnreachableError):
        await PageSize().fetch(offline)
    assert offline.asked == [250]


@pytest.mark.parametrize(("limit", "first"), [(None, 250), (1, 1), (2, 5), (10, 25), (25, 25), (26, 125), (9999, 250)])
def test_who_needs_few_records_gets_small_pages(limit, first):
    assert PageSize(limit).current == first


@given(st.integers(0, 100_000))
def test_a_page_number_always_meets_the_row_to_continue_at(offset):
    size = PageSize()
    size.fit(offset)
    assert offset % size.current == 0


@pytest.mark.parametrize("cursor", [None, "", "nonsense", "[]", '{"phase": 7, "after": "x"}'])
def test_a_place_that_cannot_be_read_starts_anew(cursor):
    place = Place(cursor)
    assert place.number("after", 0) == 0
    assert place.phase in {"", "7"}


def test_a_place_survives_being_written():
    place = Place(place_text("orders", after=118))
    assert (place.phase, place.number("after", 0)) == ("orders", 118)


# Over the socket ------------------------------------------------------------------------------------------------------


def _orders(world, clock, count):
    return [
        world.add_order(items=[Item(77)], guest=("A", "B", f"a{number}@example.com"), at=clock.pass_by(minutes=1))
        for number in range(count)
    ]


async def test_a_fault_on_a_large_page_loses_nothing(shop, world, clock):
    ids = _orders(world, clock, 300)
    async with shop() as account:
        account.simulator.fail(status=500, path="/v2/orders", times=8)
        found = await read_all(account.source(), Kind.ORDERS)
        limits = [each.query for each in account.simulator.journal if each.path.endswith("/v2/orders")]
    assert [int(each.id) for each in found] == ids
    assert any("limit=125" in each for each in limits)
    assert any("limit=25&" in f"{each}&" for each in limits)


async def test_one_order_on_which_the_shop_fails_is_isolated_and_the_others_follow(shop, world, clock):
    ids = _orders(world, clock, 12)
    world.failing.add(ids[4])
    async with shop() as account:
        found = await read_all(account.source(), Kind.ORDERS)
    assert sorted(int(each.id) for each in found) == ids
    assert [each.id for each in found if isinstance(each, Unreadable)] == [str(ids[4])]


@pytest.mark.parametrize("kind", [Kind.PRODUCTS, Kind.STOCK])
async def test_one_product_on_which_the_shop_fails_is_isolated_too(shop, world, kind):
    for number in range(3):
        world.add_product("P", sku=f"P-{number}", price=Decimal(1))
    world.failing.add(78)
    async with shop() as account:
        found = await read_all(account.source(), kind)
    assert len(found) == 4
    assert [each.id for each in found if isinstance(each, Unreadable)] == ["78"]


async def test_orders_that_change_while_they_are_read_push_none_out_of_sight(shop, world, clock):
    """With page numbers over the date of change, the order that moves to the end would let one slip through."""
    ids = _orders(world, clock, 60)
    async with shop() as account:
        seen: list[str] = []
        async for page in account.source().read(request(Kind.ORDERS, since=START, until=NOW, limit=10)):
            seen += ids_in([page])
            if len(seen) == 25:
                clock.now = NOW
                clock.pass_by(hours=1)
                for order_id in ids[:10]:
                    world.change_order(order_id, staff_notes="changed")
    assert sorted(map(int, seen)) == ids


async def test_customers_that_are_deleted_meanwhile_push_none_out_of_sight(shop, world, clock):
    ids = [world.add_customer(f"a{number}@example.com", at=clock.pass_by(minutes=1)) for number in range(60)]
    async with shop() as account:
        seen: list[str] = []
        async for page in account.source().read(request(Kind.CONTACTS, limit=20)):
            seen += ids_in([page])
            if len(seen) == 25:
                world.delete_customer(ids[0])
                world.delete_customer(ids[1])
    assert set(seen) == {f"c:{each}" for each in ids}


async def test_subscribers_that_vanish_meanwhile_make_the_list_be_read_again(shop, world, clock):
    ids = [world.add_subscriber(f"a{number}@example.com", at=clock.pass_by(minutes=1)) for number in range(60)]
    async with shop() as account:
        seen: list[str] = []
        source = account.source(include_subscribers_without_account=True)
        async for page in source.read(request(Kind.CONTACTS, limit=20)):
            seen += ids_in([page])
            if len(seen) == 25 and ids[0] in world.subscribers:
                del world.subscribers[ids[0]]
    assert set(seen) == {f"s:{each}" for each in ids}
    assert len(seen) == len(set(seen))


async def test_a_shop_that_repeats_its_page_does_not_go_on_for_ever(shop, world, clock):
    order_id, *_ = _orders(world, clock, 1)
    async with shop() as account:
        source = account.source()
        first = await pages_of(source, request(Kind.ORDERS))
        body = next(each.answer for each in account.simulator.journal if each.path.endswith("/v2/orders")).decode()
        account.simulator.fail(status=200, body=body, path="/v2/orders", times=-1)
        with pytest.raises(ProtocolError):
            await pages_of(source, request(Kind.ORDERS))
    assert [each.id for each in records_in(first)] == [str(order_id)]


@pytest.mark.parametrize("offset_s", [0, 1])
async def test_changes_at_the_very_boundary_are_read(shop, world, clock, offset_s):
    """The engine asks for more than it needs; what happened in that very second belongs to somebody all the same."""
    world.add_order(items=[Item(77)], guest=("A", "B", "a@example.com"), at=clock.pass_by(seconds=offset_s))
    async with shop() as account:
        assert len(await read_all(account.source(), Kind.ORDERS, since=START, until=NOW)) == 1


async def test_changes_before_the_moment_asked_for_are_not_read(shop, world, clock):
    world.add_order(items=[Item(77, price=Decimal(1))], guest=("A", "B", "a@example.com"), at=clock.pass_by(seconds=-1))
    async with shop() as account:
        assert await read_all(account.source(), Kind.ORDERS, since=START, until=NOW) == []


async def test_what_is_created_after_the_start_belongs_to_the_next_run(shop, world, clock):
    _orders(world, clock, 2)
    clock.now = NOW
    world.add_order(items=[Item(77)], guest=("A", "B", "late@example.com"), at=clock.pass_by(minutes=1))
    world.add_customer("late@example.com")
    async with shop() as account:
        assert len(await read_all(account.source(), Kind.ORDERS, until=NOW)) == 2
        assert await account.source().count(request(Kind.ORDERS, until=NOW)) == 2
        assert await read_all(account.source(), Kind.CONTACTS, until=NOW) == []
