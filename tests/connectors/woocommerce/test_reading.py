"""Pages, edges of dates, and rows that move while they are read."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.woocommerce.reading import ChangeWindow, PageSize, Place, Windows
from app.connectors.woocommerce.settings import Permalinks
from app.connectors.woocommerce.values import Row
from app.connectors.woocommerce.wire import Api, Listing
from app.core.errors import ProtocolError, RateLimitError, UnreachableError
from app.core.records import Deletion, Kind, Unreadable
from app.sdk.answers import RejectedError
from app.sdk.http import HttpClient
from tests.connectors.standard import FAST, ids_in, pages_of, read_all, records_in, request
from tests.connectors.woocommerce.conftest import START, guest, mug

_NOW = START + timedelta(days=40)


def _orders(world, clock, count, **changes):
    return [
        world.add_order([mug()], guest=guest(f"a{number}@example.com"), at=clock.pass_by(minutes=1), **changes)
        for number in range(count)
    ]


async def _changed(account, since, until=_NOW, kind=Kind.ORDERS):
    return records_in(await pages_of(account.source(), request(kind, since=since, until=until)))


def _api(account):
    return Api(account.access.http, account.access.settings.permalinks)


# Edges ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_order_tables", [False, True])
@pytest.mark.parametrize(("seconds", "is_there"), [(-1, True), (0, True), (1, False)])
async def test_a_change_in_the_very_second_is_read_although_the_shop_leaves_its_bounds_out(
    shop, world, clock, seconds, is_there, has_order_tables
):
    """Facts 6: both bounds are exclusive, with and without the new order tables."""
    world.setup.has_order_tables = has_order_tables
    (order_id,) = _orders(world, clock, 1)
    async with shop() as account:
        found = await _changed(account, clock.now + timedelta(seconds=seconds))
        bare = await account.access.http.get(
            "wp-json/wc/v3/orders",
            {"modified_after": clock.now.strftime("%Y-%m-%dT%H:%M:%S"), "dates_are_gmt": "true"},
        )
    assert [each.id for each in found] == ([str(order_id)] if is_there else [])
    assert bare.json() == []


async def test_the_upper_end_is_read_too_and_what_comes_later_is_not(shop, world, clock):
    (first, second) = _orders(world, clock, 2)
    async with shop() as account:
        until = clock.now - timedelta(minutes=1)
        found = await _changed(account, START, until)
        whole = await read_all(account.source(), Kind.ORDERS, until=until)
    assert [each.id for each in found] == [each.id for each in whole] == [str(first)]
    assert second > first


async def test_moments_are_sent_as_utc_without_a_zone(shop, world, clock):
    """Facts 6: Z together with dates_are_gmt is shifted twice and loses the change; so it is never sent."""
    _orders(world, clock, 1)
    async with shop() as account:
        await _changed(account, clock.now.astimezone(world.zone))
        asked = [each.query for each in account.simulator.journal if "modified_after" in each.query]
        late = {"modified_after": "2026-05-01T08:00:00Z", "dates_are_gmt": "true"}
        shifted = await account.access.http.get("wp-json/wc/v3/orders", late)
        alone = await account.access.http.get("wp-json/wc/v3/orders", {"modified_after": late["modified_after"]})
    assert all("dates_are_gmt=true" in each and "Z" not in each for each in asked)
    assert shifted.json() == []
    assert len(alone.json()) == 1


async def test_a_date_without_time_is_refused_and_a_blank_is_taken(shop):
    """Facts 6."""
    async with shop() as account:
        with pytest.raises(RejectedError) as caught:
            await account.access.http.get("wp-json/wc/v3/orders", {"modified_after": "2026-05-01"})
        await account.access.http.get("wp-json/wc/v3/orders", {"modified_after": "2026-05-01 10:00:00"})
    assert "modified_after: Invalid date." in str(caught.value)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Pacific/Auckland"])
async def test_a_shop_that_takes_utc_for_its_own_time_loses_no_change(shop, world, clock, zone):
    """Seen on one shop with 7.6: dates_are_gmt had no effect."""
    world.zone = ZoneInfo(zone)
    world.setup.ignores_gmt = True
    ids = _orders(world, clock, 3)
    async with shop() as account:
        found = await _changed(account, clock.now - timedelta(minutes=1), clock.now)
    assert [each.id for each in found] == [str(each) for each in ids[1:]]


async def test_a_shop_that_ignores_the_filter_is_filtered_here(shop, world, clock):
    world.setup.ignores_changes = True
    ids = _orders(world, clock, 3)
    world.add_product("Alt", "1.00", at=START - timedelta(days=9))
    async with shop() as account:
        found = await _changed(account, clock.now)
        products = await _changed(account, clock.now, kind=Kind.PRODUCTS)
    assert [each.id for each in found] == [str(ids[-1])]
    assert products == []


def test_a_window_is_a_second_wider_on_both_sides():
    since, until = datetime(2026, 1, 31, 10, tzinfo=UTC), datetime(2026, 1, 31, 11, tzinfo=UTC)
    assert ChangeWindow(since, until).query == {
        "modified_after": "2026-01-31T09:59:59",
        "modified_before": "2026-01-31T11:00:01",
        "dates_are_gmt": "true",
    }


# Rows that move -------------------------------------------------------------------------------------------------------


async def test_orders_deleted_while_they_are_read_push_none_out_of_sight(shop, world, clock):
    ids = _orders(world, clock, 60)
    async with shop() as account:
        seen: list[str] = []
        async for page in account.source().read(request(Kind.ORDERS, until=_NOW, limit=10)):
            seen += ids_in([page])
            if len(seen) == 18:
                for order_id in ids[:15]:
                    world.delete_order(order_id)
    assert [int(each) for each in seen] == ids


async def test_many_more_than_a_page_may_vanish_at_once(shop, world, clock):
    ids = _orders(world, clock, 60)
    async with shop() as account:
        seen: list[str] = []
        async for page in account.source().read(request(Kind.ORDERS, until=_NOW, limit=10)):
            seen += ids_in([page])
            if len(seen) == 45:
                for order_id in ids[:44]:
                    world.delete_order(order_id)
    assert [int(each) for each in seen] == ids


async def test_orders_that_change_while_changes_are_read_push_none_out_of_sight(shop, world, clock):
    ids = _orders(world, clock, 60)
    until = clock.now
    async with shop() as account:
        seen: list[str] = []
        async for page in account.source().read(request(Kind.ORDERS, since=START, until=until, limit=10)):
            seen += ids_in([page])
            if len(seen) == 27:
                clock.now = _NOW
                for order_id in ids[:20]:
                    world.change(world.orders[order_id], customer_note="changed")
    assert [int(each) for each in seen] == ids


async def test_orders_that_come_back_among_the_first_bring_no_repeats(shop, world, clock):
    ids = _orders(world, clock, 40)
    hidden = {each: world.orders.pop(each) for each in ids[:7]}
    async with shop() as account:
        seen: list[str] = []
        async for page in account.source().read(request(Kind.ORDERS, until=_NOW, limit=10)):
            seen += ids_in([page])
            world.orders |= hidden
    assert [int(each) for each in seen] == ids[7:]


async def test_reading_goes_on_after_a_place_whose_row_has_vanished(shop, world, clock):
    ids = _orders(world, clock, 30)
    async with shop() as account:
        first = (await pages_of(account.source(), request(Kind.ORDERS, until=_NOW, limit=5)))[0]
        for order_id in ids[:9]:
            world.delete_order(order_id)
        rest = await pages_of(account.source(), request(Kind.ORDERS, until=_NOW, cursor=first.cursor))
    assert [int(each) for each in ids_in(rest)] == ids[9:]


@pytest.mark.parametrize("hides_totals", [False, True])
@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 198, 199, 250])
async def test_reading_ends_with_and_without_the_header_of_totals(shop, world, clock, count, hides_totals):
    """Facts 5: a page past the end is empty; a cache may take the headers off."""
    world.setup.hides_totals = hides_totals
    ids = _orders(world, clock, count)
    async with shop() as account:
        windows = Windows(_api(account), "orders", {"_fields": "id"})
        found = [row["id"] async for rows, _ in windows.read(Place()) for row in rows]
        asked = len(account.simulator.journal)
    assert found == ids
    assert asked <= count // 99 + 2


async def test_a_page_past_the_end_is_empty_with_right_totals(shop, world, clock):
    _orders(world, clock, 25)
    async with shop() as account:
        answer = await account.access.http.get("wp-json/wc/v3/orders", {"page": "9", "per_page": "10"})
    assert answer.json() == []
    assert (answer.headers["x-wp-total"], answer.headers["x-wp-totalpages"]) == ("25", "3")
    assert 'rel="prev"' in answer.headers["link"]


async def test_links_of_the_shop_are_never_followed_because_they_repeat_the_key(shop, world, clock):
    _orders(world, clock, 25)
    async with shop(settings={"sign_in": "query"}) as account:
        answer = await account.access.http.get("wp-json/wc/v3/orders")
        assert "consumer_secret" in answer.headers["link"]
        assert len(await read_all(account.source(), Kind.ORDERS, until=_NOW)) == 25


class _MovingList:
    """A list from which rows go, and into which rows come, before any look at it."""

    def __init__(self, ids: list[int], moves: list[tuple[list[int], list[int]]], *, tells_totals: bool) -> None:
        self.ids = ids
        self.moves = moves
        self.tells_totals = tells_totals

    async def rows(self, _resource: str, query: dict[str, str]) -> Listing:
        gone, come = self.moves.pop(0) if self.moves else ([], [])
        self.ids = sorted({*self.ids, *come} - set(gone))
        start, size = int(query["offset"]), int(query["per_page"])
        rows: list[Row] = [{"id": each} for each in self.ids[start : start + size]]
        return Listing(rows, len(self.ids) if self.tells_totals else None)


_IDS = st.lists(st.integers(1, 120), max_size=25)


@given(
    st.sets(st.integers(1, 120), max_size=80),
    st.lists(st.tuples(_IDS, _IDS), max_size=12),
    st.sampled_from([1, 5, 20]),
    st.booleans(),
)
async def test_whatever_comes_and_goes_nothing_that_stays_is_passed_over_or_read_twice(ids, moves, limit, tells_totals):
    touched = {each for pair in moves for rows in pair for each in rows}
    api = cast(Api, _MovingList(sorted(ids), moves, tells_totals=tells_totals))
    async with asyncio.timeout(10):
        windows = Windows(api, "orders", {}, limit)
        found = [int(row["id"]) async for rows, _ in windows.read(Place()) for row in rows]
    assert set(ids) - touched <= set(found)
    assert sorted(set(found)) == found


# Faults ---------------------------------------------------------------------------------------------------------------


async def test_a_server_that_takes_too_long_gets_smaller_pages(shop, world, clock):
    ids = _orders(world, clock, 60)
    world.setup.most_rows = 12
    async with shop() as account:
        found = await read_all(account.source(), Kind.ORDERS, until=_NOW)
    assert [int(each.id) for each in found] == ids


@pytest.mark.parametrize("place", [0, 5, 11])
async def test_one_order_on_which_the_shop_breaks_off_fails_alone(shop, world, clock, place):
    ids = _orders(world, clock, 12)
    world.failing.add(ids[place])
    async with shop() as account:
        found = await read_all(account.source(), Kind.ORDERS, until=_NOW)
    assert [int(each.id) for each in found] == ids
    assert [each.id for each in found if isinstance(each, Unreadable)] == [str(ids[place])]


@pytest.mark.proves("woocommerce", "rate_limit")
async def test_a_host_that_asks_to_slow_down_is_waited_for(shop, world, clock):
    ids = _orders(world, clock, 5)
    async with shop() as account:
        account.simulator.fail(status=429, headers={"Retry-After": "0"}, body="<html>slow</html>", times=3)
        found = await read_all(account.source(), Kind.ORDERS, until=_NOW)
        account.simulator.fail(status=429, headers={"Retry-After": "3600"}, times=-1)
        with pytest.raises(RateLimitError) as caught:
            await read_all(account.source(), Kind.ORDERS)
    assert [int(each.id) for each in found] == ids
    assert caught.value.retry_after_s == 3600


async def test_maintenance_ends_the_run_until_later(shop, world):
    world.setup.is_in_maintenance = True
    async with shop() as account:
        with pytest.raises(UnreachableError) as caught:
            await read_all(account.source(), Kind.ORDERS)
    assert caught.value.retry_after_s == 600


async def test_no_cookie_is_ever_sent(shop, world, clock):
    """A cookie of somebody who is signed in to WordPress would turn every request away."""
    _orders(world, clock, 3)
    async with shop() as account:
        account.simulator.fail(status=500, headers={"Set-Cookie": "wordpress_logged_in_x=1"}, times=1)
        await read_all(account.source(), Kind.ORDERS, until=_NOW)
        assert not any("cookie" in each.headers for each in account.simulator.journal)


async def test_a_mark_in_front_of_the_data_is_no_obstacle(shop):
    async with shop() as account:
        account.simulator.fail(status=200, body="\ufeff[]", path="/orders")
        assert await read_all(account.source(), Kind.ORDERS) == []


async def test_warnings_in_front_of_the_data_are_told_as_such(shop):
    async with shop() as account:
        account.simulator.fail(status=200, body="<br />\n<b>Warning</b>: Undefined index\n[]", path="/orders")
        with pytest.raises(ProtocolError) as caught:
            await read_all(account.source(), Kind.ORDERS)
    assert "warnings" in str(caught.value)


# Trash ----------------------------------------------------------------------------------------------------------------


@pytest.mark.proves("woocommerce", "deletions")
async def test_orders_in_the_trash_are_told_as_deleted_by_a_sync_and_left_out_of_a_whole_reading(shop, world, clock):
    """Facts 14: in the trash by id with 200, but in no list."""
    kept, thrown, old = _orders(world, clock, 3)
    world.trash(world.orders[old])
    since = clock.pass_by(hours=1)
    clock.pass_by(hours=1)
    world.trash(world.orders[thrown])
    async with shop() as account:
        whole = await read_all(account.source(), Kind.ORDERS, until=_NOW)
        changed = await _changed(account, since)
        fetched = [
            record async for page in account.source().fetch(Kind.ORDERS, [str(thrown)]) for record in page.records
        ]
    assert [each.id for each in whole] == [str(kept)]
    assert changed == fetched == [Deletion(id=str(thrown), kind=Kind.ORDERS)]


async def test_an_old_shop_that_ignores_the_filter_of_status_deletes_nothing(shop, world, clock):
    _orders(world, clock, 3)
    async with shop() as account:
        rows = (await _api(account).rows("orders", {"status": "auto-draft"})).rows
        assert len(rows) == 3, "facts 8: this status lets everything through"
        found = await _changed(account, START)
    assert [each for each in found if isinstance(each, Deletion)] == []


# Small parts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cursor", [None, "", "nonsense", "[]", '{"after": "x", "offset": 1}', '{"offset": 3}'])
def test_a_place_that_cannot_be_read_starts_anew(cursor):
    assert Place.of(cursor) == Place()


def test_a_place_survives_being_written():
    place = Place("orders", 118, 40)
    assert Place.of(place.text) == place


@pytest.mark.parametrize(("limit", "first"), [(None, 99), (1, 1), (2, 4), (10, 24), (60, 99), (9999, 99)])
def test_who_needs_few_records_gets_small_pages(limit, first):
    assert PageSize(limit).current == first


@pytest.mark.proves("woocommerce", "paging_ends")
async def test_a_shop_that_repeats_its_first_page_for_ever_does_not_keep_us():
    """A cache that looks at the path alone."""
    rows = [{"id": each} for each in range(1, 4)]

    async def same(_request):
        return httpx.Response(200, json=rows)

    async with HttpClient("https://shop.example", pace=FAST, transport=httpx.MockTransport(same)) as http:
        windows = Windows(Api(http, Permalinks.PRETTY), "orders", {})
        found = [row["id"] async for fresh, _ in windows.read(Place()) for row in fresh]
    assert found == [1, 2, 3]
