"""Orders as the records they become: status, money, refunds, lines, consent."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.connectors.bigcommerce.manifest import MANIFEST
from app.connectors.bigcommerce.practice import practice_world
from app.connectors.bigcommerce.simulator import simulator
from app.connectors.bigcommerce.world import Item
from app.core.consent import ConsentState
from app.core.money import Money
from app.core.records import Deletion, Kind, OrderStatus, Unreadable
from tests.connectors.bigcommerce.conftest import NOW, START
from tests.connectors.standard import fetched, opened, read_all, request

_GUEST = ("Gast", "Ohne Konto", "Gast@Example.com")


async def _orders(account, **changes):
    return await read_all(account.source(), Kind.ORDERS, **changes)


async def test_an_order_comes_whole(shop, world):
    customer_id = world.add_customer("Vera@Example.com", "Vera", "Öhm", company="Öhm KG", at=START)
    order_id = world.add_order(
        customer_id=customer_id,
        items=[Item(77, 2)],
        status_id=10,
        shipping=Decimal("4.90"),
        coupon=("HERBST10", Decimal(10)),
        at=datetime(2026, 5, 2, 10, 0, tzinfo=UTC),
        customer_message="Bitte klingeln",
        cart_id="c0ffee00-0000-4000-8000-000000000001",
    )
    async with shop() as account:
        [order] = await _orders(account)
    assert (order.id, order.number, order.customer_id) == (str(order_id), str(order_id), f"c:{customer_id}")
    assert (order.email, order.first_name, order.company) == ("vera@example.com", "Vera", "Öhm KG")
    assert order.status is OrderStatus.COMPLETED
    assert str(order.total) == "26.32 EUR"
    assert str(order.shipping) == "4.90 EUR"
    assert [(each.name, str(each.amount)) for each in order.discounts] == [("HERBST10", "2.38 EUR")]
    assert order.created_at == datetime(2026, 5, 2, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert order.created_at.utcoffset() == datetime(2026, 5, 2, 12, 0, tzinfo=ZoneInfo("Europe/Berlin")).utcoffset()
    assert (order.shipping_method, order.payment_method) == ("DHL Paket", "PayPal")
    assert order.cart_id == "c0ffee00-0000-4000-8000-000000000001"
    assert order.note == "Bitte klingeln"
    assert order.delivery is not None
    assert order.delivery.city == "Leipzig"
    [line] = order.lines
    assert (line.name, line.sku, line.product_id, str(line.unit_price)) == ("Becher", "BG-1", "77", "11.90 EUR")
    assert line.category == "Geschirr > Becher"
    assert line.url == "https://blattgruen.example/bg-1/"
    assert line.image_url.endswith("/standard.jpg")
    assert line.quantity == 2


@pytest.mark.parametrize(
    ("status_id", "status"),
    [
        (1, OrderStatus.PENDING),
        (2, OrderStatus.COMPLETED),
        (3, OrderStatus.PROCESSING),
        (4, OrderStatus.REFUNDED),
        (5, OrderStatus.CANCELLED),
        (6, OrderStatus.FAILED),
        (7, OrderStatus.PENDING),
        (8, OrderStatus.PROCESSING),
        (9, OrderStatus.PROCESSING),
        (10, OrderStatus.COMPLETED),
        (11, OrderStatus.PROCESSING),
        (12, OrderStatus.ON_HOLD),
        (13, OrderStatus.ON_HOLD),
        (14, OrderStatus.PARTIALLY_REFUNDED),
        (99, OrderStatus.ON_HOLD),
    ],
)
async def test_the_status_follows_its_id_and_not_its_name(shop, world, status_id, status):
    world.status_names[status_id] = "Vom Inhaber umbenannt"
    world.add_order(items=[Item(77)], guest=_GUEST, status_id=status_id)
    async with shop() as account:
        [order] = await _orders(account)
    assert order.status is status
    assert order.source_status == "Vom Inhaber umbenannt"


@pytest.mark.parametrize("lists_incomplete", [True, False])
async def test_unfinished_checkouts_are_no_orders(shop, world, lists_incomplete):
    world.lists_incomplete = lists_incomplete
    unfinished = world.add_order(items=[Item(77)], guest=_GUEST, status_id=0)
    finished = world.add_order(items=[Item(77)], guest=_GUEST)
    async with shop() as account:
        assert [each.id for each in await _orders(account)] == [str(finished)]
        assert await account.source().count(request(Kind.ORDERS)) == 1
        [gone] = await fetched(account.source(), Kind.ORDERS, [str(unfinished)])
    assert gone == Deletion(id=str(unfinished), kind=Kind.ORDERS)


async def test_an_empty_shop_has_no_orders(shop, world):
    async with shop() as account:
        assert await _orders(account) == []
        assert [each.status for each in account.simulator.journal] == [204]


async def test_guests_are_told_by_their_customer_number(shop, world):
    world.add_order(items=[Item(77)], guest=_GUEST)
    async with shop() as account:
        [order] = await _orders(account)
    assert order.is_guest
    assert order.customer_id == ""
    assert order.email == "gast@example.com"


# Refunds --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refunds", "status_id", "refunded", "status"),
    [
        ([], 10, None, OrderStatus.COMPLETED),
        (["5.00"], 10, "5.00 EUR", OrderStatus.PARTIALLY_REFUNDED),
        (["5.00", "6.90"], 10, "11.90 EUR", OrderStatus.REFUNDED),
        (["11.90"], 2, "11.90 EUR", OrderStatus.REFUNDED),
        (["11.90"], 5, "11.90 EUR", OrderStatus.CANCELLED),
        (["2.00"], 4, "2.00 EUR", OrderStatus.REFUNDED),
    ],
)
async def test_refunds_come_from_their_own_list(shop, world, refunds, status_id, refunded, status):
    order_id = world.add_order(items=[Item(77)], guest=_GUEST, status_id=status_id)
    for amount in refunds:
        world.refund(order_id, Decimal(amount))
    assert world.orders[order_id]["refunded_amount"] == "0.0000"
    async with shop() as account:
        [order] = await _orders(account)
    assert (None if order.refunded is None else str(order.refunded)) == refunded
    assert order.status is status
    assert str(order.total) == "11.90 EUR", "the total stays what was paid"


async def test_a_declined_refund_paid_nothing_back(shop, world):
    order_id = world.add_order(items=[Item(77)], guest=_GUEST, status_id=10)
    world.refund(order_id, Decimal("5.00"), is_declined=True)
    async with shop() as account:
        [order] = await _orders(account)
    assert order.refunded is None
    assert order.status is OrderStatus.COMPLETED


async def test_a_refund_is_a_change_even_if_the_order_keeps_its_date(shop, world, clock):
    order_id = world.add_order(items=[Item(77)], guest=_GUEST, status_id=10)
    world.add_order(items=[Item(77)], guest=_GUEST, status_id=10)
    since = clock.pass_by(days=3)
    world.refund(order_id, Decimal("5.00"))
    async with shop() as account:
        [order] = await _orders(account, since=since, until=NOW)
    assert (order.id, str(order.refunded)) == (str(order_id), "5.00 EUR")


async def test_a_refunded_order_that_changed_as_well_comes_once(shop, world, clock):
    order_id = world.add_order(items=[Item(77)], guest=_GUEST, status_id=10)
    since = clock.pass_by(days=3)
    world.refund(order_id, Decimal("5.00"))
    world.change_order(order_id, status_id=14)
    async with shop() as account:
        assert [each.id for each in await _orders(account, since=since, until=NOW)] == [str(order_id)]


# Lines ----------------------------------------------------------------------------------------------------------------


async def test_lines_of_deleted_products_and_custom_items_have_no_category(shop, world):
    product_id = world.add_product("Fort", sku="BG-2", price=Decimal(5))
    world.add_order(items=[Item(product_id), Item(0, price=Decimal(3), name="Gravur")], guest=_GUEST)
    world.delete_product(product_id)
    async with shop() as account:
        [order] = await _orders(account)
    assert [(each.name, each.product_id, each.category) for each in order.lines] == [
        ("Fort", str(product_id), ""),
        ("Gravur", "", ""),
    ]


async def test_lines_name_the_same_product_as_the_catalogue_does(shop, world):
    """A product without options has a variant too; nobody chose it, and the catalogue never names it."""
    chosen = world.add_product("Becher", sku="BE-1", price=Decimal(9), colours=("rot", "blau"))
    world.add_order(items=[Item(77), Item(chosen)], guest=_GUEST)
    async with shop() as account:
        [order] = await _orders(account)
        products = await read_all(account.source(), Kind.PRODUCTS)
    plain, coloured = order.lines
    assert (plain.product_id, plain.variant_id) == ("77", "")
    [becher] = [each for each in products if each.id == str(chosen)]
    assert (coloured.product_id, coloured.variant_id) == (becher.id, becher.variants[0].id)


async def test_digital_orders_have_lines_and_no_delivery(shop, world):
    world.add_order(items=[Item(77)], guest=_GUEST, is_digital=True)
    async with shop() as account:
        [order] = await _orders(account)
    assert len(order.lines) == 1
    assert order.delivery is None
    assert order.shipping_method == ""


async def test_lines_that_the_list_left_out_are_fetched_by_themselves(shop, world):
    order_id = world.add_order(items=[Item(77, 2)], guest=_GUEST, shipping=Decimal(3))
    world.orders[order_id]["items_total"] = 5
    async with shop() as account:
        [order] = await _orders(account)
        asked = {each.path.rsplit("/", 1)[-1] for each in account.simulator.journal}
    assert {"products", "shipping_addresses"} <= asked
    assert [each.quantity for each in order.lines] == [2]
    assert order.shipping_method == "DHL Paket"


async def test_a_shop_that_sends_links_instead_of_consignments_is_read_all_the_same(shop, world, monkeypatch):
    world.add_order(items=[Item(77)], guest=_GUEST)
    monkeypatch.setattr("app.connectors.bigcommerce.orders.INCLUDED", {})
    async with shop() as account:
        [order] = await _orders(account)
    assert [each.sku for each in order.lines] == ["BG-1"]


async def test_a_line_rounded_as_a_whole_keeps_its_total(shop, world):
    order_id = world.add_order(items=[Item(77, 3, Decimal("3.33"))], guest=_GUEST)
    world.items[order_id][0] |= {"price_inc_tax": "3.3333", "total_inc_tax": "10.0000"}
    world.orders[order_id]["total_inc_tax"] = "10.0000"
    async with shop() as account:
        [order] = await _orders(account)
    assert str(order.lines[0].total) == "10.00 EUR"
    assert order.discounts == ()


# Currency -------------------------------------------------------------------------------------------------------------


async def test_amounts_are_in_the_currency_of_the_order_and_not_in_the_one_shown(shop, world):
    world.add_order(items=[Item(77)], guest=_GUEST, currency="GBP", shown_currency="USD")
    async with shop() as account:
        [order] = await _orders(account)
    assert order.total == Money.of("11.90", "GBP")


async def test_a_shop_that_sells_in_two_currencies_never_mixes_them():
    running = simulator(0, practice_world(60, second_currency="GBP"))
    async with opened(MANIFEST, simulator=running) as account:
        orders = await _orders(account)
    assert {each.total.currency for each in orders} == {"EUR", "GBP"}
    for order in orders:
        assert {line.unit_price.currency for line in order.lines} <= {order.total.currency}


async def test_an_order_without_currency_is_listed_and_never_guessed(shop, world):
    broken = world.add_order(items=[Item(77)], guest=_GUEST, default_currency_code="")
    whole = world.add_order(items=[Item(77)], guest=_GUEST)
    async with shop() as account:
        first, second = await _orders(account)
    assert isinstance(first, Unreadable)
    assert (first.id, first.reason) == (str(broken), "currency_missing")
    assert second.id == str(whole)


@pytest.mark.parametrize("changes", [{"total_inc_tax": "viel"}, {"date_created": "gestern"}, {"status_id": None}])
async def test_one_broken_order_does_not_stop_the_others(shop, world, changes):
    broken = world.add_order(items=[Item(77)], guest=_GUEST)
    whole = world.add_order(items=[Item(77)], guest=_GUEST)
    async with shop() as account:
        world.orders[broken] |= changes
        found = await fetched(account.source(), Kind.ORDERS, [str(whole), str(broken)])
    assert {each.id: isinstance(each, Unreadable) for each in found} == {str(broken): True, str(whole): False}


async def test_every_practice_order_adds_up_to_the_cent():
    async with opened(MANIFEST, records=300) as account:
        orders = await _orders(account)
        told = account.simulator.summary()
    assert len(orders) == told["orders"]
    assert str(sum((each.total.amount for each in orders), Decimal(0))) == told["order_total"]
    for order in orders:
        lines = sum((each.total for each in order.lines), Money.zero("EUR"))
        assert order.shipping is not None
        assert (lines + order.shipping - order.discount).rounded() == order.total.rounded(), order.number


# Consent and archive --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ticked", "consents", "state"),
    [
        (True, ["marketing_newsletter"], ConsentState.YES),
        (False, ["marketing_newsletter"], ConsentState.YES),
        (True, [], ConsentState.NO),
        (False, [], ConsentState.NO),
        (True, None, ConsentState.ABSENT),
        (False, None, ConsentState.NO),
        (None, None, ConsentState.ABSENT),
    ],
)
async def test_the_consent_is_that_of_today_and_not_the_tick_of_that_day(shop, world, ticked, consents, state):
    world.add_order(items=[Item(77)], guest=_GUEST, is_email_opt_in=ticked)
    if consents is not None:
        world.add_subscriber("gast@example.com", consents=consents)
    async with shop() as account:
        [order] = await _orders(account)
    assert order.accepts_marketing.state is state


@pytest.mark.parametrize(("choice", "status"), [("keep", "completed"), ("as_cancelled", "cancelled")])
async def test_archived_orders_keep_their_status_unless_chosen_otherwise(shop, world, choice, status):
    order_id = world.add_order(items=[Item(77)], guest=_GUEST, status_id=10)
    world.archive(order_id)
    async with shop() as account:
        [order] = await read_all(account.source(archived_orders=choice), Kind.ORDERS)
    assert order.status.value == status


async def test_a_page_of_orders_costs_a_handful_of_requests():
    async with opened(MANIFEST, records=300) as account:
        orders = await _orders(account)
        assert len(orders) > 150
        assert len(account.simulator.journal) <= 8
