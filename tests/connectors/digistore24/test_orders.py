"""Purchases become orders whose amounts add up, whatever has happened to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.connectors.digistore24.simulated_pushes import push_of
from app.core.consent import ConsentState
from app.core.money import Money
from app.core.records import Deletion, Kind, OrderEvent, OrderStatus, Unreadable
from app.core.rules import money_refusal
from tests.connectors.digistore24.conftest import BEGIN, NOW, shop_with
from tests.connectors.standard import fetched, read_all

DAY = timedelta(days=1)


def euros(amount):
    return Money.of(amount, "EUR")


@pytest.fixture
def buyer(world):
    return world.add_buyer(0, BEGIN)


async def test_a_purchase_is_an_order_with_its_buyer_and_its_tax(shop, world, buyer):
    number = world.add_purchase(buyer, [512345], BEGIN)["id"]
    order = (await shop.orders())[number]
    assert (order.number, order.email, order.customer_id) == (number, buyer["email"], str(buyer["id"]))
    assert (order.total, order.tax, order.lines_total) == (euros("49.00"), euros("7.82"), euros("49.00"))
    assert (order.status, order.event, order.language) == (OrderStatus.COMPLETED, OrderEvent.PAYMENT, "de")
    assert order.billing is not None
    assert (order.billing.street, order.billing.city, order.billing.country) == ("Hauptstraße 5", "Leipzig", "DE")
    assert order.lines[0].product_id == "512345"
    assert order.created_at == BEGIN.replace(microsecond=0)


async def test_every_order_of_a_large_shop_adds_up(world):
    async with shop_with(world) as shop:
        from app.connectors.digistore24.world import new_world

        world.restore(new_world(240).snapshot())
        orders = await shop.orders()
    assert len(orders) > 220
    assert [each.id for each in orders.values() if money_refusal(each)] == []


async def test_affiliate_orders_of_others_are_not_ours(shop, world, buyer):
    world.add_purchase(buyer, [512345], BEGIN, role="affiliate")
    assert await shop.orders() == {}
    assert await shop.orders(since=BEGIN - DAY) == {}


@pytest.mark.parametrize(
    ("kind", "amount", "status", "event"),
    [
        ("refund", "97.00", OrderStatus.REFUNDED, OrderEvent.REFUND),
        ("refund", "20.00", OrderStatus.PARTIALLY_REFUNDED, OrderEvent.REFUND),
        ("chargeback", "97.00", OrderStatus.REFUNDED, OrderEvent.CHARGEBACK),
    ],
)
async def test_what_went_back_is_itemised(shop, world, buyer, kind, amount, status, event):
    number = world.add_purchase(buyer, [512346], BEGIN)["id"]
    back = world.add_transaction(number, kind, Decimal(amount), BEGIN + DAY)
    order = (await shop.orders())[number]
    assert (order.status, order.event, order.refunded) == (status, event, euros(amount))
    (reversal,) = order.reversals
    assert (reversal.id, reversal.amount) == (str(back["id"]), euros(amount))
    assert reversal.is_chargeback is (kind == "chargeback")
    assert order.total == euros("97.00")


async def test_an_unpaid_order_is_pending(shop, world, buyer):
    number = world.add_purchase(buyer, [512346], BEGIN, is_unpaid=True)["id"]
    order = (await shop.orders())[number]
    assert (order.status, order.total, order.source_status) == (OrderStatus.PENDING, euros("97.00"), "unpaid")


async def test_later_payments_are_orders_of_their_own_and_refunds_belong_to_theirs(shop, world, buyer):
    number = world.add_purchase(buyer, [512348], BEGIN, billing_status="paying")["id"]
    for month in (1, 2):
        world.add_transaction(number, "payment", Decimal("47.00"), BEGIN + month * 30 * DAY)
    world.add_transaction(number, "refund", Decimal("47.00"), BEGIN + 35 * DAY)
    orders = await shop.orders()
    assert list(orders) == [number, f"{number}-2", f"{number}-3"]
    assert [each.total for each in orders.values()] == [euros("47.00")] * 3
    assert orders[f"{number}-2"].status is OrderStatus.REFUNDED
    assert orders[number].status is OrderStatus.COMPLETED
    assert [each for each in orders.values() if money_refusal(each)] == []


async def test_what_becomes_of_a_subscription_is_told_at_its_purchase(shop, world, buyer):
    seen = {}
    for kind in ("rebill_cancelled", "rebill_resumed", "last_paid_day"):
        number = world.add_purchase(buyer, [512348], BEGIN)["id"]
        world.change_rebilling(number, kind, BEGIN + 3 * DAY)
        seen[kind] = (await shop.orders())[number].event
    assert seen == {
        "rebill_cancelled": OrderEvent.REBILL_STOPPED,
        "rebill_resumed": OrderEvent.REBILL_RESUMED,
        "last_paid_day": OrderEvent.LAST_PAID_DAY,
    }


async def test_changes_of_subscriptions_are_read_once_for_a_whole_history(world):
    person = world.add_buyer(0, BEGIN)
    for _ in range(120):
        world.add_purchase(person, [512348], BEGIN)
    async with shop_with(world) as shop:
        await shop.orders()
        assert shop.calls("getPurchase") == 3
        assert shop.calls("listRebillingStatusChanges") == 1


async def test_a_reminded_payment_counts_as_missed(shop, world, buyer):
    number = world.add_purchase(buyer, [512348], BEGIN, billing_status="reminding")["id"]
    assert (await shop.orders())[number].event is OrderEvent.PAYMENT_MISSED


async def test_several_items_without_a_push_have_one_sum(shop, world, buyer):
    number = world.add_purchase(buyer, [512345, 512350], BEGIN)["id"]
    order = (await shop.orders())[number]
    assert [line.unit_price for line in order.lines] == [euros("0.00"), euros("0.00")]
    assert (order.adjustment, order.total) == (euros("78.90"), euros("78.90"))
    assert order.custom["addon_products"] == "512350"


async def test_pushes_tell_what_each_item_cost(shop, world, buyer):
    number = world.add_purchase(buyer, [512345, 512350], BEGIN)["id"]
    for item in (0, 1):
        shop.inbox.keep(push_of(world, "on_payment", number, item=item))
    order = (await shop.orders())[number]
    assert [line.unit_price for line in order.lines] == [euros("49.00"), euros("29.90")]
    assert order.adjustments == ()


@pytest.mark.parametrize(("amounts", "shipping"), [(("49", "25.00"), "4.90"), (("49", "29.90"), None)])
async def test_shipping_is_read_whether_prices_contain_it_or_not(shop, world, buyer, amounts, shipping):
    number = world.add_purchase(buyer, [512345, 512350], BEGIN)["id"]
    shop.inbox.keep(push_of(world, "on_payment", number, product_txn_amount=amounts[0]))
    more: dict[str, Any] = {"product_txn_amount": amounts[1], "product_txn_shipping": "4.90"}
    shop.inbox.keep(push_of(world, "on_payment", number, item=1, **more))
    order = (await shop.orders())[number]
    assert order.shipping == (euros(shipping) if shipping else None)
    assert money_refusal(order) is None


async def test_pushed_and_polled_are_one_record_and_the_push_adds_what_only_it_knows(shop, world, buyer):
    number = world.add_purchase(buyer, [512345], BEGIN)["id"]
    polled = (await shop.orders())[number]
    told: dict[str, Any] = {"newsletter_choice": "optin", "affiliate_name": "partner7", "voucher_code": "SOMMER"}
    shop.inbox.keep(push_of(world, "on_payment", number, **told))
    pushed = (await shop.orders(since=NOW - timedelta(hours=1)))[number]
    again = (await shop.orders())[number]
    assert pushed == again
    assert (pushed.total, pushed.lines, pushed.event) == (polled.total, polled.lines, polled.event)
    assert pushed.accepts_marketing.state is ConsentState.YES
    assert polled.accepts_marketing.state is ConsentState.ABSENT
    assert {**told, "custom": "m:abc+def/ghi=jkl"}.items() <= pushed.custom.items()


async def test_repeated_pushes_and_pushes_of_each_item_are_one_order(shop, world, buyer):
    number = world.add_purchase(buyer, [512345, 512350], BEGIN)["id"]
    for item in (0, 1, 0, 1):
        shop.inbox.keep(push_of(world, "on_payment", number, item=item))
    assert list(await shop.orders(since=NOW - timedelta(hours=1))) == [number]


async def test_a_missed_payment_is_told_by_a_push_alone(shop, world, buyer):
    number = world.add_purchase(buyer, [512348], BEGIN, billing_status="paying")["id"]
    shop.inbox.keep(push_of(world, "on_payment_missed", number))
    assert (await shop.orders(since=NOW - timedelta(hours=1)))[number].event is OrderEvent.PAYMENT_MISSED


async def test_a_pushed_order_that_the_api_does_not_show_is_told(shop, world, buyer):
    number = world.add_purchase(buyer, [512345], BEGIN)["id"]
    shop.inbox.keep(push_of(world, "on_payment", number))
    world.purchases.pop(number)
    (found,) = await read_all(shop.source(), Kind.ORDERS, since=NOW - timedelta(hours=1), until=NOW)
    assert isinstance(found, Unreadable)
    assert found.id == number


async def test_a_row_that_makes_no_sense_fails_alone(shop, world, buyer):
    good = world.add_purchase(buyer, [512345], BEGIN)["id"]
    bad = world.add_purchase(buyer, [512345], BEGIN)
    bad["transactions"][0]["amount"] = "viel"
    foreign = world.add_purchase(buyer, [512345], BEGIN)
    foreign["currency"] = ""
    found = {each.id: each for each in await read_all(shop.source(), Kind.ORDERS, until=NOW)}
    assert isinstance(found[bad["id"]], Unreadable)
    assert isinstance(found[foreign["id"]], Unreadable)
    assert "cannot be read" in found[bad["id"]].message
    assert not isinstance(found[good], Unreadable)


@pytest.mark.proves("digistore24", "deletions")
async def test_what_vanished_does_not_hide_the_others(shop, world, buyer):
    numbers = [world.add_purchase(buyer, [512345], BEGIN)["id"] for _ in range(5)]
    world.purchases.pop(numbers[2])
    found = {each.id: each for each in await fetched(shop.source(), Kind.ORDERS, numbers)}
    assert found[numbers[2]] == Deletion(id=numbers[2], kind=Kind.ORDERS)
    assert len(found) == 5
    assert sum(isinstance(each, Deletion) for each in found.values()) == 1


@pytest.mark.proves("digistore24", "deletions")
async def test_sweeps_list_buyers_and_products_that_still_exist(shop, world, buyer):
    world.add_buyer(1, BEGIN)
    before = {each async for ids in shop.source().all_ids(Kind.CONTACTS) for each in ids}
    world.buyers.pop(str(buyer["id"]))
    after = {each async for ids in shop.source().all_ids(Kind.CONTACTS) for each in ids}
    assert before - after == {str(buyer["id"])}


async def test_times_are_those_of_berlin_in_summer_and_winter(shop, world, buyer):
    zone = ZoneInfo("Europe/Berlin")
    for at in (datetime(2026, 7, 1, 12, tzinfo=zone), datetime(2026, 1, 7, 12, tzinfo=zone)):
        number = world.add_purchase(buyer, [512345], at)["id"]
        assert (await shop.orders())[number].created_at == at


async def test_buyers_carry_the_choice_that_a_push_told(shop, world, buyer):
    number = world.add_purchase(buyer, [512345], BEGIN)["id"]
    before = (await shop.contacts())[str(buyer["id"])]
    shop.inbox.keep(push_of(world, "on_payment", number, newsletter_choice="optin_yes", tags="Kurs,Neu"))
    shop.inbox.keep(push_of(world, "on_refund", number, newsletter_choice="optout"))
    after = (await shop.contacts())[str(buyer["id"])]
    assert before.consent.state is ConsentState.ABSENT
    assert after.consent.state is ConsentState.WITHDRAWN
    assert (after.tags, after.language) == (("Kurs", "Neu"), "de")


async def test_an_event_of_a_subscription_that_nobody_chose_does_not_hide_its_payment(shop, world, buyer):
    number = world.add_purchase(buyer, [512348], BEGIN, billing_status="paying")["id"]
    world.change_rebilling(number, "last_paid_day", BEGIN + 3 * DAY)
    world.change_rebilling(number, "rebill_resumed", BEGIN + 4 * DAY)
    seen = {}
    for chosen in (["payment"], ["payment", "last_paid_day"], ["payment", "rebill_resumed", "last_paid_day"]):
        seen[len(chosen)] = (await shop.orders(order_events=chosen))[number].event
    assert seen == {1: OrderEvent.PAYMENT, 2: OrderEvent.LAST_PAID_DAY, 3: OrderEvent.REBILL_RESUMED}


async def test_a_refund_that_nobody_chose_keeps_the_order_out(shop, world, buyer):
    number = world.add_purchase(buyer, [512346], BEGIN)["id"]
    world.add_transaction(number, "refund", Decimal("97.00"), BEGIN + DAY)
    source = shop.source(order_events=["payment"])
    (order,) = await read_all(source, Kind.ORDERS, until=NOW)
    assert source.screen(order).reason == "event_not_chosen"
