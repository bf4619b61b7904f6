"""Reading: people with their consent, opt-outs and bounces, products, stock, and orders of whoever wrote them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.connectors.mailchimp.account import PLATFORM
from app.connectors.mailchimp.order_reader import order_of
from app.connectors.mailchimp.practice import AUDIENCE
from app.connectors.mailchimp.practice import STORE as WOO
from app.core.consent import ConsentState
from app.core.errors import ConfigError, ProtocolError
from app.core.money import Money
from app.core.records import Deletion, Kind, Order, OrderStatus, Unreadable
from app.core.rules import money_refusal
from tests.connectors.mailchimp.conftest import staged
from tests.connectors.standard import fetched, pages_of, read_all, records_in, request

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
SKUS = {("101", "101"): "TEE-OFM"}


def member(stage, email, status, **more):
    return stage.world.add_member(AUDIENCE, email, status, **{"last_changed": DAY.isoformat(), **more})


# People ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("subscribed", ConsentState.YES),
        ("unsubscribed", ConsentState.WITHDRAWN),
        ("cleaned", ConsentState.NO),
        ("pending", ConsentState.NO),
        ("transactional", ConsentState.NO),
    ],
)
async def test_only_a_subscriber_has_agreed(stage, status, state):
    member(stage, "zoë@example.com", status)
    (found,) = await read_all(stage.account.source(), Kind.CONTACTS)
    assert (found.consent.state, found.email) == (state, "zoë@example.com")


async def test_fields_address_and_tags_come_along(stage):
    row = member(stage, "a@example.com", "subscribed", language="de", tags=[{"id": 1, "name": "Stammkunde"}])
    home = {"addr1": "Teeweg 1", "addr2": "", "city": "Köln", "state": "NRW", "zip": "50667", "country": "DE"}
    row["merge_fields"] |= {"FNAME": "Zoë", "PHONE": "0221 1", "ADDRESS": home, "BIRTHDAY": "02/29"}
    (found,) = await read_all(stage.account.source(), Kind.CONTACTS)
    assert (found.first_name, found.phone, found.language, found.tags) == ("Zoë", "0221 1", "de", ("Stammkunde",))
    assert (found.address.street, found.address.postcode, found.address.country) == ("Teeweg 1", "50667", "DE")
    assert found.custom == {"BIRTHDAY": "02/29"}
    assert found.birthday is None, "it has no year"


@pytest.mark.parametrize(("kind", "status"), [(Kind.OPT_OUTS, "unsubscribed"), (Kind.BOUNCES, "cleaned")])
async def test_opt_outs_and_bounces_of_a_time_frame(stage, kind, status):
    member(stage, "alt@example.com", status)
    member(stage, "neu@example.com", status, last_changed=(DAY + timedelta(days=2)).isoformat())
    member(stage, "treu@example.com", "subscribed", last_changed=(DAY + timedelta(days=2)).isoformat())
    found = await read_all(stage.account.source(), kind, since=DAY + timedelta(days=1))
    assert [each.email for each in found] == ["neu@example.com"]
    assert found[0].at == DAY + timedelta(days=2)


async def test_the_time_frame_is_asked_for_in_utc_with_its_offset(stage):
    await read_all(stage.account.source(), Kind.CONTACTS, since=DAY)
    query = stage.simulator.journal[-1].query
    assert "since_last_changed=2026-03-01T12%3A00%3A00%2B00%3A00" in query


@pytest.mark.proves("mailchimp", "deletions")
async def test_whoever_was_archived_or_deleted_is_gone(stage):
    here, archived, gone = (member(stage, f"p{number}@example.com", "subscribed") for number in range(3))
    archived["status"] = "archived"
    del stage.world.members[AUDIENCE][gone["id"]]
    source = stage.account.source()
    listed = [each async for ids in source.all_ids(Kind.CONTACTS) for each in ids]
    assert listed == [here["contact_id"]]
    again = await fetched(source, Kind.CONTACTS, [here["contact_id"], archived["contact_id"], gone["contact_id"]])
    assert [isinstance(each, Deletion) for each in again] == [False, True, True]


@pytest.mark.proves("mailchimp", "paging_ends")
async def test_nobody_is_passed_over_when_somebody_leaves_while_pages_are_read():
    async with staged(60) as stage:
        rows = list(stage.world.members[AUDIENCE].values())
        expected = {row["contact_id"] for row in rows if row["status"] != "archived"}
        pages, number = [], 0
        async for page in stage.account.source().read(request(Kind.CONTACTS, limit=10)):
            pages.append(page)
            first = rows[number]
            del stage.world.members[AUDIENCE][first["id"]]  # read already, so that all others move up
            number += 1
        assert {each.id for each in records_in(pages)} >= expected


async def test_an_answer_without_its_list_is_no_empty_audience(stage):
    stage.simulator.fail(status=200, body='{"total_items": 0}', path="/members", times=-1)
    with pytest.raises(ProtocolError):
        await read_all(stage.account.source(), Kind.CONTACTS)


# Stores ---------------------------------------------------------------------------------------------------------------


async def test_of_several_stores_one_must_be_chosen(stage):
    stage.world.add_store("shopify-2", AUDIENCE, "Zweiter", "Shopify")
    with pytest.raises(ConfigError) as told:
        await read_all(stage.account.source(), Kind.ORDERS)
    assert told.value.field == "read_from_store"
    assert await read_all(stage.account.source(read_from_store=WOO), Kind.ORDERS) == []


async def test_our_own_store_is_read_only_where_there_is_no_other(stage):
    del stage.world.stores[WOO]
    (own,) = [each for each in stage.world.stores.values() if each["platform"] == PLATFORM]
    found = await read_all(stage.account.source(), Kind.PRODUCTS)
    assert [each.id for each in found] == list(stage.world.products[own["id"]])


async def test_products_come_with_variants_prices_and_stock():
    async with staged(4) as stage:
        source = stage.account.source()
        found = {each.id: each for each in await read_all(source, Kind.PRODUCTS)}
        levels = {each.sku: each.quantity for each in await read_all(source, Kind.STOCK)}
    tea, shirt = found["101"], found["200"]
    assert (tea.sku, tea.price, tea.quantity, tea.variants) == ("4711101", Money.of("8.90", "EUR"), Decimal(40), ())
    assert [(each.sku, each.name) for each in shirt.variants] == [("4711201", "S"), ("4711202", "M"), ("4711203", "L")]
    assert levels["4711202"] == 5


async def test_the_types_of_products_are_what_there_is_of_categories():
    async with staged(4) as stage:
        stage.world.products[WOO]["200"]["type"] = "Kleidung / Größe"
        source = stage.account.source()
        found = await read_all(source, Kind.CATEGORIES)
        products = {each.id: each.categories for each in await read_all(source, Kind.PRODUCTS)}
    assert [each.path for each in found] == [("Kleidung / Größe",), ("Tee",)]
    assert products["200"] == (("Kleidung / Größe",),)


# Orders ---------------------------------------------------------------------------------------------------------------


async def test_the_amounts_of_every_practice_order_come_to_its_total():
    async with staged(120) as stage:
        orders = await read_all(stage.account.source(), Kind.ORDERS)
    assert len(orders) == 60
    assert [money_refusal(each) for each in orders] == [None] * 60
    assert {each.status for each in orders} >= {
        OrderStatus.COMPLETED,
        OrderStatus.PENDING,
        OrderStatus.CANCELLED,
        OrderStatus.REFUNDED,
        OrderStatus.PARTIALLY_REFUNDED,
    }
    assert all(each.sku for order in orders for each in order.lines)


def row(**changes):
    return {
        "id": "1",
        "customer": {"id": "c", "email_address": "Vera@Example.com", "first_name": "Vera", "last_name": "Öhm"},
        "financial_status": "paid",
        "fulfillment_status": "shipped",
        "currency_code": "EUR",
        "order_total": Decimal("24.80"),
        "discount_total": 0,
        "tax_total": Decimal("3.96"),
        "shipping_total": Decimal("4.90"),
        "processed_at_foreign": "2026-03-01T12:00:00+00:00",
        "lines": [
            {"id": "1", "product_id": "101", "product_variant_id": "101", "quantity": 2, "price": Decimal("9.95")}
        ],
        **changes,
    }


def read(**changes) -> Order:
    found = order_of(row(**changes), SKUS)
    assert isinstance(found, Order)
    assert money_refusal(found) is None
    return found


def test_prices_with_tax_need_no_adjustment():
    found = read()
    assert (found.total, found.adjustments, found.tax) == (Money.of("24.80", "EUR"), (), Money.of("3.96", "EUR"))
    assert (found.email, found.status, found.lines[0].sku) == ("vera@example.com", OrderStatus.COMPLETED, "TEE-OFM")


def test_tax_on_top_of_prices_without_it_is_told():
    found = read(order_total=Decimal("28.76"))
    assert [(each.name, each.amount) for each in found.adjustments] == [("Tax", Money.of("3.96", "EUR"))]


def test_what_a_float_has_added_to_an_amount_is_rounded_away():
    lines = [{**row()["lines"][0], "quantity": 1, "price": Decimal("93.9899999999999948840923")}]
    found = read(lines=lines, tax_total=0, order_total=Decimal("98.89"))
    assert found.lines[0].unit_price == Money.of("93.99", "EUR")


def test_a_unit_price_that_is_a_quotient_keeps_its_digits():
    lines = [{**row()["lines"][0], "quantity": 3, "price": Decimal("3.3333333333")}]
    found = read(lines=lines, tax_total=0, order_total=Decimal("14.90"))
    assert found.parts_total == Money.of("14.90", "EUR")


def test_a_refund_that_was_taken_off_the_total_is_told_as_such():
    found = read(financial_status="partially_refunded", order_total=Decimal("23.76"))
    assert (found.total, found.refunded) == (Money.of("28.76", "EUR"), Money.of("5.00", "EUR"))


def test_a_refunded_order_with_its_whole_total_was_paid_back():
    found = read(financial_status="refunded")
    assert (found.total, found.refunded) == (Money.of("24.80", "EUR"), Money.of("24.80", "EUR"))


def test_discounts_that_stand_in_the_lines_only_are_taken_off():
    lines = [{**row()["lines"][0], "discount": Decimal("4.90")}]
    found = read(lines=lines, tax_total=0, order_total=Decimal("19.90"))
    assert found.adjustment == Money.of("-4.90", "EUR")


def test_a_difference_that_nothing_explains_is_left_for_a_person():
    found = order_of(row(order_total=Decimal("99.00")), SKUS)
    assert isinstance(found, Order)
    assert money_refusal(found) is not None


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"financial_status": "paid", "fulfillment_status": ""}, OrderStatus.PROCESSING),
        ({"financial_status": "pending"}, OrderStatus.PENDING),
        ({"cancelled_at_foreign": "2026-03-02T08:00:00+00:00"}, OrderStatus.CANCELLED),
        ({"financial_status": "", "fulfillment_status": "fulfilled"}, OrderStatus.COMPLETED),
    ],
)
def test_states_are_read_from_both_words_and_the_day_of_a_cancellation(changes, status):
    assert read(**changes).status is status


def test_an_order_without_a_day_or_a_currency_fails_alone():
    for changes in ({"processed_at_foreign": ""}, {"currency_code": ""}):
        assert isinstance(order_of(row(**changes), SKUS), Unreadable)


async def test_orders_have_no_filter_so_all_are_read(stage):
    pages = await pages_of(stage.account.source(), request(Kind.ORDERS, since=DAY))
    assert records_in(pages) == []
    assert "since" not in stage.simulator.journal[-1].query
