"""What follows a history: by transactions and pushes, with overlap, at once or later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.connectors.digistore24.manifest import MANIFEST
from app.connectors.digistore24.simulated_pushes import push_of
from app.core.records import Kind, OrderStatus
from tests.connectors.digistore24.conftest import BEGIN, NOW, shop_with
from tests.connectors.standard import fetched, ids_in, pages_of, request

HOUR = timedelta(hours=1)


@pytest.fixture
def buyer(world):
    return world.add_buyer(0, BEGIN)


async def test_a_refund_of_an_old_order_is_found_although_it_was_created_long_ago(shop, world, buyer):
    number = world.add_purchase(buyer, [512346], BEGIN)["id"]
    world.add_purchase(buyer, [512345], BEGIN)
    world.add_transaction(number, "refund", Decimal("97.00"), NOW - HOUR)
    changed = await shop.orders(since=NOW - 2 * HOUR)
    assert list(changed) == [number]
    assert changed[number].status is OrderStatus.REFUNDED
    assert shop.calls("listPurchases") == 0


async def test_a_stopped_subscription_without_any_payment_is_found(shop, world, buyer):
    number = world.add_purchase(buyer, [512348], BEGIN)["id"]
    world.change_rebilling(number, "rebill_cancelled", NOW - HOUR)
    assert list(await shop.orders(since=NOW - 2 * HOUR)) == [number]


async def test_more_transactions_than_a_page_holds_are_read_whole(world, buyer):
    numbers = [world.add_purchase(buyer, [512345], NOW - HOUR)["id"] for _ in range(620)]
    async with shop_with(world) as shop:
        found = await shop.orders(since=NOW - 2 * HOUR)
        assert shop.calls("listTransactions") == 2
    assert sorted(found) == sorted(numbers)


async def test_changes_go_on_after_any_page(world, buyer):
    for _ in range(60):
        world.add_purchase(buyer, [512345], NOW - HOUR)
    async with shop_with(world) as shop:
        wanted = request(Kind.ORDERS, since=NOW - 2 * HOUR, until=NOW, limit=10)
        pages = await pages_of(shop.source(), wanted)
        everything = ids_in(pages)
        for number, page in enumerate(pages[:-1]):
            left = request(Kind.ORDERS, since=NOW - 2 * HOUR, until=NOW, limit=10, cursor=page.cursor)
            assert ids_in(pages[: number + 1]) + ids_in(await pages_of(shop.source(), left)) == everything


async def test_a_history_goes_on_where_many_orders_share_one_second(world, buyer):
    numbers = [world.add_purchase(buyer, [512345], BEGIN)["id"] for _ in range(70)]
    async with shop_with(world) as shop:
        pages = await pages_of(shop.source(), request(Kind.ORDERS, until=NOW, limit=20))
        assert ids_in(pages) == sorted(numbers)
        left = request(Kind.ORDERS, until=NOW, limit=20, cursor=pages[1].cursor)
        assert set(ids_in(pages[:2])) | set(ids_in(await pages_of(shop.source(), left))) == set(numbers)


async def test_a_row_that_was_removed_moves_nothing_out_of_a_history(world, buyer):
    numbers = [world.add_purchase(buyer, [512345], BEGIN + number * HOUR)["id"] for number in range(60)]
    async with shop_with(world) as shop:
        reading = shop.source().read(request(Kind.ORDERS, until=NOW, limit=20))
        first = await anext(reading)
        for number in numbers[:5]:
            world.purchases.pop(number)
        rest = [record.id async for page in reading for record in page.records]
    assert [record.id for record in first.records] + rest == numbers


@pytest.mark.parametrize(
    ("options", "delay"),
    [
        ({"order_timing": "after_delay", "delay_minutes": 30}, timedelta(minutes=30)),
        ({"order_timing": "after_refund_period", "refund_period_days": 14}, timedelta(days=14)),
    ],
)
async def test_a_delay_shifts_what_is_read_and_loses_nothing(world, buyer, options, delay):
    due = world.add_purchase(buyer, [512345], NOW - delay - timedelta(minutes=1))["id"]
    early = world.add_purchase(buyer, [512345], NOW - delay + timedelta(minutes=1))["id"]
    async with shop_with(world) as shop:
        assert set(await shop.orders(since=NOW - HOUR, **options)) == {due}
        assert set(await shop.orders(**options)) == {due}
        later = request(Kind.ORDERS, since=NOW, until=NOW + HOUR)
        assert ids_in(await pages_of(shop.source(**options), later)) == [early]
        assert [each.id for each in await fetched(shop.source(**options), Kind.ORDERS, [due, early])] == [due]
        assert len(await fetched(shop.source(), Kind.ORDERS, [due, early])) == 2


async def test_a_push_waits_for_its_delay_too(world, buyer):
    number = world.add_purchase(buyer, [512345], BEGIN)["id"]
    options = {"order_timing": "after_delay", "delay_minutes": 30}
    async with shop_with(world) as shop:
        shop.inbox.keep(push_of(world, "on_payment_missed", number), at=NOW - timedelta(minutes=10))
        assert await shop.orders(since=NOW - HOUR, **options) == {}
        shop.inbox.keep(push_of(world, "on_payment_missed", number), at=NOW - timedelta(minutes=40))
        assert list(await shop.orders(since=NOW - HOUR, **options)) == [number]


async def test_what_was_refunded_while_it_waited_comes_as_refunded(world, buyer):
    number = world.add_purchase(buyer, [512346], NOW - timedelta(days=14, minutes=1))["id"]
    world.add_transaction(number, "refund", Decimal("97.00"), NOW - timedelta(days=2))
    async with shop_with(world) as shop:
        found = await shop.orders(since=NOW - HOUR, order_timing="after_refund_period", refund_period_days=14)
    assert found[number].status is OrderStatus.REFUNDED


def test_the_autumn_hour_that_comes_twice_is_read_again():
    reads = MANIFEST.reads_kind(Kind.ORDERS)
    assert reads is not None
    assert reads.granularity == HOUR


async def test_an_order_of_the_second_autumn_hour_is_found_by_a_sync_that_reaches_back(world, buyer):
    at = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 2:30 in Berlin for the second time
    number = world.add_purchase(buyer, [512345], at)["id"]
    async with shop_with(world) as shop:
        assert number in await shop.orders(since=at - HOUR - timedelta(minutes=15))
