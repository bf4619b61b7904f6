"""Orders: amounts to the cent, buyers, places, marketplaces, and baskets that were left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.connectors.idosell.order_records import STATUSES
from app.connectors.idosell.world import OTHER_SHOP
from app.connectors.idosell.world_rows import Item
from app.connectors.idosell.world_rows import shop as shop_row
from app.core.consent import ConsentState
from app.core.money import Money
from app.core.records import Deletion, Kind, OrderStatus, Unreadable
from app.core.rules import money_refusal
from tests.connectors.idosell.conftest import START
from tests.connectors.standard import fetched, read_all

_CUP, _APRON = "101", "102"


@pytest.fixture
def buyer(world):
    return world.add_client("zofia@example.com", at=START, approves=True, clientFirm="Żółć sp. z o.o.")


async def _only(shop, kind=Kind.ORDERS):
    async with shop() as account:
        (order,) = await read_all(account.source(), kind)
    return order


def _pln(amount):
    return Money.of(amount, "PLN")


async def test_an_order_is_read_with_everything_that_is_known(shop, world, buyer):
    number = world.add_order(
        buyer,
        [Item(_CUP, 2), Item(_APRON, size="M")],
        at=START,
        status="finished",
        pickup="KRA01M",
        note="Proszę zapakować",
        payment_fee="5.00",
    )
    order = await _only(shop)
    assert (order.id, order.number, order.email) == (number, number, "zofia@example.com")
    assert order.created_at == START
    assert order.updated_at == START
    assert (order.status, order.source_status) == (OrderStatus.COMPLETED, "finished")
    assert (order.total, order.shipping) == (_pln("218.90"), _pln("14.90"))
    assert [(each.name, each.amount) for each in order.adjustments] == [("Payment fee", _pln("5.00"))]
    assert money_refusal(order) is None
    assert order.customer_id == f"c:{buyer}"
    assert not order.is_guest
    assert (order.company, order.billing.city, order.billing.country) == ("Żółć sp. z o.o.", "Kraków", "PL")
    assert order.delivery.street == "ul. Mostowa 1"
    assert order.pickup_point == "KRA01M, Kraków"
    assert (order.shipping_method, order.payment_method) == ("InPost Paczkomaty", "Przelewy24")
    assert (order.note, order.language) == ("Proszę zapakować", "pl")
    assert order.accepts_marketing.state is ConsentState.YES
    assert order.custom == {"shop": "1", "source": "sklep.example"}


async def test_lines_know_their_size_code_path_and_picture(shop, world, buyer):
    world.add_order(buyer, [Item(_CUP, 2), Item(_APRON, size="M")])
    cup, apron = (await _only(shop)).lines
    assert (cup.name, cup.quantity, cup.unit_price) == ("Kubek", Decimal(2), _pln("40.00"))
    assert (cup.product_id, cup.variant_id, cup.sku) == (_CUP, f"{_CUP}-uniw", "KUB")
    assert cup.category_paths == (("Ceramika", "Kamionka", "Kubki"),)
    assert cup.category == "Ceramika / Kamionka / Kubki"
    assert cup.url == "https://sklep.example/product-pol-101.html"
    assert cup.image_url == "https://sklep.example/hpeciai/101-1.jpg"
    assert cup.ean == "5901200101000"
    assert cup.tax_percent == Decimal(23)
    assert (apron.variant_id, apron.sku, apron.category_paths) == (f"{_APRON}-4", "FAR-M", ())


async def test_a_product_that_is_gone_leaves_the_line_readable(shop, world, buyer):
    world.add_order(buyer, [Item("999", price=Decimal("12.50"))])
    (line,) = (await _only(shop)).lines
    assert (line.name, line.unit_price, line.category_paths, line.url) == ("Towar usunięty", _pln("12.50"), (), "")


@pytest.mark.parametrize("status", sorted(STATUSES))
async def test_every_documented_status_has_a_meaning(shop, world, buyer, status):
    number = world.add_order(buyer, [Item(_CUP)], status=status)
    world.orders[number]["orderDetails"]["prepaids"] = []
    assert (await _only(shop)).status is STATUSES[status]


@pytest.mark.parametrize("payment", ["prepaid", "cash_on_delivery", "tradecredit"])
async def test_a_new_order_that_is_paid_or_need_not_be_is_a_purchase(shop, world, buyer, payment):
    world.add_order(buyer, [Item(_CUP)], status="new", payment=payment)
    assert (await _only(shop)).status is OrderStatus.PROCESSING


async def test_an_unknown_status_claims_nothing(shop, world, buyer):
    world.add_order(buyer, [Item(_CUP)], status="teleported")
    order = await _only(shop)
    assert (order.status, order.source_status) == (OrderStatus.ON_HOLD, "teleported")


# Amounts --------------------------------------------------------------------------------------------------------------


async def test_a_rebate_in_percent_is_a_discount(shop, world, buyer):
    world.add_order(buyer, [Item(_CUP, 3)], rebate=10)
    order = await _only(shop)
    assert order.total == _pln("122.90")
    assert [(each.name, each.amount) for each in order.discounts] == [("Discount", _pln("12.00"))]
    assert money_refusal(order) is None


@pytest.mark.parametrize("value", ["10.00", "25%", "25,0"])
async def test_a_code_names_the_discount_that_it_explains(shop, world, buyer, value):
    number = world.add_order(buyer, [Item(_CUP)], code={"discountCodeName": "WIOSNA", "discountCodeValue": value})
    costs = world.orders[number]["orderDetails"]["payments"]["orderCurrency"]
    costs["orderProductsCost"] = "30.00"
    order = await _only(shop)
    assert [(each.name, each.amount) for each in order.discounts] == [("WIOSNA", _pln("10.00"))]
    assert money_refusal(order) is None


async def test_a_difference_that_nothing_explains_holds_the_order(shop, world, buyer):
    number = world.add_order(buyer, [Item(_CUP)])
    world.orders[number]["orderDetails"]["payments"]["orderCurrency"]["orderProductsCost"] = "30.00"
    refusal = money_refusal(await _only(shop))
    assert refusal is not None
    assert refusal.reason == "money_mismatch"


async def test_an_order_calculated_without_tax_comes_to_what_was_paid(shop, world, buyer):
    world.add_order(buyer, [Item(_CUP, 3)], is_net=True, shipping="10.00")
    order = await _only(shop)
    assert order.shipping == _pln("12.30")
    assert order.total == _pln("132.30")
    assert money_refusal(order) is None


async def test_an_order_called_net_whose_costs_hold_the_tax_is_read_as_it_is(shop, world, buyer):
    number = world.add_order(buyer, [Item(_CUP)], shipping="10.00")
    world.orders[number]["orderDetails"]["payments"]["orderWorthCalculateType"] = "net"
    order = await _only(shop)
    assert (order.total, order.shipping) == (_pln("50.00"), _pln("10.00"))


async def test_what_was_paid_for_with_points_costs_no_money(shop, world, buyer):
    number = world.add_order(buyer, [Item(_CUP), Item(_APRON, mode="points")])
    world.orders[number]["orderDetails"]["payments"]["orderCurrency"]["orderProductsCost"] = "40.00"
    order = await _only(shop)
    assert order.total == _pln("54.90")
    assert money_refusal(order) is None


async def test_cents_of_rounding_are_named(shop, world, buyer):
    number = world.add_order(buyer, [Item(_CUP, 3, price=Decimal("9.99"))])
    world.orders[number]["orderDetails"]["payments"]["orderCurrency"]["orderProductsCost"] = "29.98"
    order = await _only(shop)
    assert [(each.name, each.amount) for each in order.adjustments] == [("Rounding", _pln("0.01"))]
    assert money_refusal(order) is None


async def test_an_order_without_a_currency_is_not_guessed(shop, world, buyer):
    world.add_order(buyer, [Item(_CUP)], currency="")
    world.add_order(buyer, [Item(_CUP)], currency="eur")
    async with shop() as account:
        first, second = await read_all(account.source(), Kind.ORDERS)
    assert isinstance(first, Unreadable)
    assert first.reason == "currency_missing"
    assert second.total == Money.of("54.90", "EUR")


@pytest.mark.parametrize(
    ("amount", "status", "expected"),
    [
        ("5.00", "y", OrderStatus.PARTIALLY_REFUNDED),
        ("54.90", "y", OrderStatus.REFUNDED),
        ("54.90", "n", OrderStatus.COMPLETED),
    ],
)
async def test_repayments_that_were_carried_out_are_refunds(shop, world, buyer, clock, amount, status, expected):
    number = world.add_order(buyer, [Item(_CUP)])
    at = clock.pass_by(days=2)
    world.repay(number, amount, status=status)
    order = await _only(shop)
    assert order.status is expected
    if expected is not OrderStatus.COMPLETED:
        assert [(each.id, each.amount, each.at) for each in order.reversals] == [(f"{number}-2", _pln(amount), at)]
        assert order.refunded == _pln(amount)


async def test_an_overpayment_that_went_back_is_no_refund(shop, world, buyer):
    number = world.add_order(buyer, [Item(_CUP)])
    world.orders[number]["orderDetails"]["prepaids"][0]["paymentValue"] = "60.00"
    world.repay(number, "5.10")
    order = await _only(shop)
    assert order.refunded is None
    assert order.status is OrderStatus.COMPLETED


# Buyers ---------------------------------------------------------------------------------------------------------------


async def test_who_bought_without_an_account_is_a_guest_although_there_is_a_number(shop, world):
    world.add_order(world.add_client("gosc@example.com", is_guest=True), [Item(_CUP)])
    order = await _only(shop)
    assert order.is_guest
    assert not order.customer_id


async def test_an_order_outlives_its_buyer_and_subscribes_nobody(shop, world, buyer):
    world.add_order(buyer, [Item(_CUP)])
    world.delete_client(buyer)
    order = await _only(shop)
    assert (order.email, order.customer_id) == ("zofia@example.com", f"c:{buyer}")
    assert order.accepts_marketing.state is ConsentState.ABSENT


async def test_a_login_never_becomes_an_id(shop, world):
    client = world.add_client("zofia@example.com", login="zofia@example.com")
    number = world.leave_order(client, [Item(_CUP)], at=START)
    world.unfinished[number]["orderSerialNumber"] = 0
    async with shop() as account:
        (cart,) = await read_all(account.source(), Kind.CARTS)
    assert "@" not in cart.id
    assert len(cart.id) == 24


async def test_an_order_from_a_marketplace_stays_out_and_subscribes_nobody(shop, world):
    client = world.add_client("abc@allegromail.pl", approves=True)
    world.add_order(client, [Item(_CUP)], marketplace="allegro")
    async with shop() as account:
        (order,) = await read_all(account.source(), Kind.ORDERS)
        assert account.source().screen(order).reason == "marketplace_order"
        assert account.source(marketplace_orders="send").screen(order) is None
    assert order.accepts_marketing.state is ConsentState.ABSENT
    assert order.custom["marketplace"] == "allegro"


async def test_an_order_from_the_shop_is_sent(shop, world, buyer):
    world.add_order(buyer, [Item(_CUP)])
    async with shop() as account:
        (order,) = await read_all(account.source(), Kind.ORDERS)
        assert account.source().screen(order) is None


async def test_only_orders_of_the_chosen_shop_are_asked_for(shop, world, buyer):
    world.shops.append(shop_row(OTHER_SHOP, "inny.example"))
    world.add_order(buyer, [Item(_CUP)])
    there = world.add_order(buyer, [Item(_CUP)], shop=OTHER_SHOP)
    async with shop(settings={"shop_id": "2"}) as account:
        assert [each.id for each in await read_all(account.source(), Kind.ORDERS)] == [there]


# Reading --------------------------------------------------------------------------------------------------------------


async def test_a_hundred_orders_take_few_calls(shop, world):
    for number in range(100):
        client = world.add_client(f"k{number}@example.com", at=START, approves=number % 2 == 0)
        world.add_order(client, [Item(_CUP), Item(_APRON)])
    async with shop() as account:
        assert len(await read_all(account.source(), Kind.ORDERS)) == 100
    assert world.calls <= 8


async def test_a_change_brings_the_order_again(shop, world, buyer, clock):
    first = world.add_order(buyer, [Item(_CUP)], status="new")
    world.add_order(buyer, [Item(_CUP)], status="new")
    since = clock.pass_by(days=1)
    clock.pass_by(minutes=5)
    world.change_order(first, orderStatus="canceled")
    async with shop() as account:
        found = await read_all(account.source(), Kind.ORDERS, since=since)
    assert [(each.id, each.status) for each in found] == [(first, OrderStatus.CANCELLED)]


async def test_an_order_placed_after_the_run_began_is_left_to_the_next(shop, world, buyer):
    world.add_order(buyer, [Item(_CUP)], at=START)
    world.add_order(buyer, [Item(_CUP)], at=START + timedelta(hours=2))
    async with shop() as account:
        found = await read_all(account.source(), Kind.ORDERS, until=START + timedelta(hours=1))
        assert len(found) == 1


@pytest.mark.parametrize(
    ("local", "moment"),
    [
        ("2026-01-15 12:00:00", datetime(2026, 1, 15, 11, 0, tzinfo=UTC)),
        ("2026-07-15 12:00:00", datetime(2026, 7, 15, 10, 0, tzinfo=UTC)),
        ("2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
async def test_local_times_become_moments(shop, world, buyer, local, moment):
    number = world.add_order(buyer, [Item(_CUP)])
    world.orders[number]["orderDetails"]["orderAddDate"] = local
    assert (await _only(shop)).created_at == moment


async def test_one_broken_order_stops_no_other_and_tells_nothing_personal(shop, world, buyer):
    broken = world.add_order(buyer, [Item(_CUP)])
    world.add_order(buyer, [Item(_CUP)])
    world.orders[broken]["orderDetails"]["productsResults"][0]["productOrderPrice"] = "zofia@example.com"
    async with shop() as account:
        found = await read_all(account.source(), Kind.ORDERS)
    assert isinstance(found[0], Unreadable)
    assert "zofia" not in found[0].message
    assert not isinstance(found[1], Unreadable)


async def test_an_order_that_is_gone_is_told(shop, world):
    async with shop() as account:
        assert await fetched(account.source(), Kind.ORDERS, ["77"]) == [Deletion(id="77", kind=Kind.ORDERS)]


# Baskets --------------------------------------------------------------------------------------------------------------


async def test_an_order_that_is_still_being_worked_on_is_no_basket(shop, world, buyer):
    world.add_order(buyer, [Item(_CUP)], status="new", at=START)
    left = world.leave_order(buyer, [Item(_CUP, 2)], status="new", at=START)
    async with shop() as account:
        (cart,) = await read_all(account.source(), Kind.CARTS)
    assert (cart.id, cart.email, cart.total) == (left, "zofia@example.com", _pln("94.90"))
    assert (cart.abandoned_at, cart.customer_id) == (START, f"c:{buyer}")
    assert cart.lines[0].category_paths == (("Ceramika", "Kamionka", "Kubki"),)


async def test_a_shop_that_lists_only_open_orders_has_no_baskets(shop, world, buyer):
    world.add_order(buyer, [Item(_CUP)], status="new", at=START)
    async with shop() as account:
        assert await read_all(account.source(), Kind.CARTS) == []


async def test_a_basket_rests_for_an_hour_before_it_counts_as_left(shop, world, buyer):
    world.leave_order(buyer, [Item(_CUP)], at=START)
    async with shop() as account:
        source = account.source()
        assert await read_all(source, Kind.CARTS, until=START + timedelta(minutes=59)) == []
        later = START + timedelta(minutes=61)
        assert len(await read_all(source, Kind.CARTS, since=START + timedelta(minutes=30), until=later)) == 1
