"""Orders go in once, paid elsewhere, with what they really cost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.connectors.konnektive.lines import priced, spread
from app.connectors.konnektive.world import OTHER_CAMPAIGN
from app.core.errors import ConfigError
from app.core.outcomes import Outcome
from app.core.records import Address, Deletion, Discount, Kind, OrderEvent, OrderStatus
from app.sdk.target import Mappings, Timing
from tests.connectors.konnektive.conftest import HOME, driven, euros, line, order


async def test_a_paid_order_is_imported_once_and_found_again():
    async with driven() as konnektive:
        first = await konnektive.send(order())
        again = await konnektive.send(order())
        (held,) = konnektive.orders
    assert (first.outcome, again.outcome) == (Outcome.CREATED, Outcome.UNCHANGED)
    assert first.target_id == held["orderId"]
    assert (held["totalAmount"], held["paySource"], held["orderStatus"]) == ("49.00", "PREPAID", "COMPLETE")
    assert held["custom"] == {"custom1": "A1B2C3D4"}
    assert (held["phoneNumber"], held["country"], held["state"]) == ("49-341-123-456", "DE", "")


async def test_orders_are_found_again_where_the_fields_come_inside_a_list(world):
    world.tells_custom_fields_inside = True
    async with driven(world) as konnektive:
        await konnektive.send(order())
        again = await konnektive.send(order())
    assert again.outcome is Outcome.UNCHANGED


async def test_an_order_that_may_be_there_already_waits_for_a_person(world):
    world.names_custom_fields_otherwise = True
    async with driven(world) as konnektive:
        await konnektive.send(order())
        same = await konnektive.send(order())
        other = await konnektive.send(order("B1B2C3D4", total=euros("97.00"), lines=(line("97.00"),)))
    assert (same.outcome, same.reason) == (Outcome.HELD, "possible_double")
    assert other.outcome is Outcome.CREATED


async def test_an_order_id_that_the_vendor_shows_as_client_order_id_counts_too():
    async with driven() as konnektive:
        await konnektive.send(order())
        konnektive.orders[0] |= {"custom": {}, "clientOrderId": "A1B2C3D4"}
        again = await konnektive.send(order())
    assert again.outcome is Outcome.UNCHANGED


async def test_a_buyer_who_changed_the_address_is_found_by_name():
    async with driven() as konnektive:
        first = await konnektive.send(order())
        again = await konnektive.send(order(email="neu@example.de", payment_method="klarna"))
        assert again.outcome is Outcome.UNCHANGED
        assert [each["orderId"] for each in konnektive.orders] == [first.target_id]


async def test_somebody_of_the_same_name_has_an_order_of_their_own():
    async with driven() as konnektive:
        await konnektive.send(order())
        other = await konnektive.send(order("B1B2C3D4", email="vetter@example.de"))
        assert other.outcome is Outcome.CREATED
        assert len(konnektive.orders) == 2


async def test_shipping_and_discounts_are_in_the_prices_to_the_cent():
    bought = order(
        total=euros("99.99"),
        shipping=euros("4.90"),
        discounts=(Discount(name="Rabatt", amount=euros("2.91")),),
        lines=(line("49.00"), line("16.33", "3", "999")),
    )
    async with driven() as konnektive:
        settled = await konnektive.send(bought)
        (held,) = konnektive.orders
    assert settled.reason == ""
    assert held["totalAmount"] == "99.99"
    assert [each["productId"] for each in held["items"].values()] == ["4101", "4999"]


async def test_tax_apart_leaves_the_total_as_it_is():
    bought = order(tax=euros("7.82"))
    async with driven(tax_shown="separate") as konnektive:
        await konnektive.send(bought)
        (held,) = konnektive.orders
    assert (held["totalAmount"], held["salesTax"]) == ("49.00", "7.82")


def test_parts_come_to_the_whole_whatever_the_weights():
    parts = spread(Decimal("10.00"), [Decimal(1)] * 3, Decimal("0.01"))
    assert sum(parts) == Decimal("10.00")
    lines = priced(order(total=euros("10.00"), lines=(line("3.3333", "3"),)), tax=None, is_unit_price=True)
    assert [(each.quantity, each.price, each.shipping) for each in lines] == [
        (3, Decimal("3.33"), Decimal("0.01")),
    ]


async def test_another_total_in_the_answer_is_reported(world):
    world.counts_price_once = True
    async with driven(world) as konnektive:
        settled = await konnektive.send(order(total=euros("98.00"), lines=(line("49.00", "2"),)))
    assert (settled.outcome, settled.reason) == (Outcome.CREATED, "total_differs")
    assert settled.message == "order: 98.00 EUR, Konnektive: 49.00 EUR"


async def test_the_price_of_a_line_is_the_other_choice(world):
    world.counts_price_once = True
    async with driven(world, price_meaning="line") as konnektive:
        settled = await konnektive.send(order(total=euros("98.00"), lines=(line("49.00", "2"),)))
    assert settled.reason == ""


async def test_a_long_street_goes_on_in_the_second_line():
    long = Address(
        street="An der alten Pferderennbahn am Stadtwald 117 b, Hinterhaus",
        postcode="50933",
        city="Köln",
        country="DE",
        region="Nordrhein-Westfalen",
    )
    async with driven() as konnektive:
        await konnektive.send(order(billing=long))
        (held,) = konnektive.orders
    assert (held["address1"], held["address2"]) == ("An der alten Pferderennbahn am", "Stadtwald 117 b, Hinterhaus")
    assert held["state"] == "NW"


async def test_another_delivery_address_goes_apart():
    friend = Address(
        first_name="Zoë", last_name="O'Neill", street="Storgatan 12", postcode="111 22", city="Stockholm", country="SE"
    )
    async with driven() as konnektive:
        await konnektive.send(order(delivery=friend))
        (held,) = konnektive.orders
    assert (held["address1"], held["shipAddress1"], held["shipCountry"]) == ("Hauptstraße 5", "Storgatan 12", "SE")


async def test_digital_goods_without_a_street_get_the_placeholder_or_wait():
    bare = order(billing=Address(first_name="Test", last_name="Kauf", country="CH"))
    async with driven() as konnektive:
        await konnektive.send(bare)
        (held,) = konnektive.orders
    async with driven(without_address="hold") as konnektive:
        waiting = await konnektive.send(bare)
    assert (held["address1"], held["city"], held["country"]) == ("Digital delivery", "Online", "CH")
    assert (waiting.outcome, waiting.reason) == (Outcome.HELD, "address_missing")


async def test_values_of_the_source_fill_the_free_fields():
    bought = order(custom={"affiliate_name": "partner7", "campaignkey": "sommer", "vat_amount": "7.82"})
    async with driven(
        fields_affiliates={"affiliate_name": "affId"},
        fields_additional={"campaignkey": "custom2", "pay_method": "sourceValue1", "voucher_code": "custom3"},
        fields_amounts={"vat_amount": "custom4"},
        fields_product={"product_name": "custom5"},
        fields_address={"city": "sourceValue2"},
    ) as konnektive:
        await konnektive.send(bought)
        (held,) = konnektive.orders
    assert held["custom"] == {
        "custom1": "A1B2C3D4",
        "custom2": "sommer",
        "custom4": "7.82",
        "custom5": "Kurs Grundlagen",
        "sourceValue1": "paypal",
        "sourceValue2": "Leipzig",
        "affId": "partner7",
    }


async def test_an_order_in_another_currency_is_held():
    async with driven(campaign_currency="usd") as konnektive:
        settled = await konnektive.send(order())
    assert (settled.outcome, settled.reason) == (Outcome.HELD, "other_currency")


async def test_a_campaign_that_tells_no_currency_asks_for_one(world):
    world.tells_currency = False
    async with driven(world) as konnektive:
        assert (await konnektive.send(order())).reason == "campaign_currency_unknown"
    async with driven(world, campaign_currency="EUR") as konnektive:
        assert (await konnektive.send(order())).outcome is Outcome.CREATED


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [({}, "product_unmapped"), ({"*": "902"}, "offer_unknown")],
    ids=["no number", "base product"],
)
async def test_a_product_must_be_an_offer_of_the_campaign(numbers, reason):
    async with driven(mappings=Mappings(products=numbers)) as konnektive:
        settled = await konnektive.send(order())
    assert (settled.outcome, settled.reason) == (Outcome.HELD, reason)


async def test_each_integration_has_its_own_campaign():
    async with driven(campaign=OTHER_CAMPAIGN, mappings=Mappings(products={"*": "5201"})) as konnektive:
        await konnektive.send(order())
        assert konnektive.orders[0]["campaignId"] == OTHER_CAMPAIGN


async def test_a_campaign_that_is_not_there_is_named_at_its_field():
    with pytest.raises(ConfigError) as refused:
        async with driven(campaign="77"):
            pass
    assert refused.value.field == "campaign"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": OrderStatus.PENDING}, "not_paid"),
        ({"status": OrderStatus.CANCELLED, "event": None}, "over_before_import"),
        ({"refunded": euros("49.00"), "status": OrderStatus.REFUNDED, "event": None}, "over_before_import"),
        ({"event": OrderEvent.LAST_PAID_DAY}, "over_before_import"),
    ],
    ids=["unpaid", "cancelled", "refunded", "ended"],
)
async def test_what_is_not_to_be_shipped_is_not_entered(changes, reason):
    async with driven() as konnektive:
        settled = await konnektive.send(order(**changes))
        assert (settled.outcome, settled.reason) == (Outcome.SKIPPED, reason)
        assert konnektive.orders == []


async def test_a_stopped_subscription_whose_event_does_nothing_is_still_a_paid_order():
    async with driven() as konnektive:
        settled = await konnektive.send(order(event=OrderEvent.REBILL_STOPPED))
    assert settled.outcome is Outcome.CREATED


async def test_the_action_table_may_enter_buyers_on_a_refund():
    table = {"payment": "nothing", "refund": "enter"}
    async with driven(actions=table) as konnektive:
        paid = await konnektive.send(order())
        back = await konnektive.send(order("B1B2C3D4", event=OrderEvent.REFUND, refunded=euros("49.00")))
    assert (paid.reason, back.outcome) == ("event_left_out", Outcome.CREATED)


async def test_reviews_are_skipped_approved_or_kept(world):
    world.holds_for_review = True
    seen = {}
    for choice in ("skip", "approve", "hold", "campaign"):
        async with driven(world, review=choice) as konnektive:
            await konnektive.send(order(f"A{choice}"))
            seen[choice] = konnektive.orders[-1]["orderStatus"]
    assert seen == {"skip": "COMPLETE", "approve": "COMPLETE", "hold": "QA - Pending", "campaign": "QA - Pending"}


async def test_approving_what_does_not_wait_is_no_failure():
    async with driven(review="approve") as konnektive:
        assert (await konnektive.send(order())).outcome is Outcome.CREATED


async def test_confirmations_go_out_for_new_orders_only():
    async with driven(sends_confirmation=True) as konnektive:
        await konnektive.send(order())
        assert konnektive.world.state["confirmations"] == 1
    async with driven(sends_confirmation=True, timing=Timing.HISTORICAL) as konnektive:
        await konnektive.send(order())
        assert konnektive.world.state["confirmations"] == 0


async def test_an_internet_address_is_sent_where_konnektive_wants_one():
    async with driven(buyer_ip="192.0.2.1") as konnektive:
        await konnektive.send(order())
        (sent,) = [each.body for each in konnektive.account.simulator.writes]
    assert b"ipAddress=192.0.2.1" in sent


async def test_an_order_that_is_declined_has_failed_and_may_be_tried_again():
    declined = '{"result": "SUCCESS", "message": {"orderId": "AB12", "customerId": "1", "orderStatus": "DECLINED"}}'
    async with driven() as konnektive:
        konnektive.account.simulator.fail(status=200, path="order/import", body=declined)
        settled = await konnektive.send(order())
        assert (settled.outcome, settled.message) == (Outcome.FAILED, "DECLINED")
        assert (await konnektive.send(order())).outcome is Outcome.CREATED


async def test_a_note_tells_where_the_order_comes_from():
    async with driven(adds_note=True) as konnektive:
        await konnektive.send(order())
        (note,) = konnektive.world.state["notes"]
    assert note["message"] == "Kurse: order A1B2C3D4 of 2026-11-02, 49.00 EUR"


@pytest.mark.proves("konnektive", "deletions")
async def test_a_deletion_in_the_source_deletes_nothing_and_says_so():
    async with driven() as konnektive:
        await konnektive.send(order())
        settled = await konnektive.send(Deletion(id="A1B2C3D4", kind=Kind.ORDERS))
        assert (settled.outcome, settled.reason) == (Outcome.SKIPPED, "never_deleted")
        assert len(konnektive.orders) == 1


async def test_two_orders_of_one_new_buyer_never_travel_at_once():
    async with driven() as konnektive:
        target = konnektive.target
        assert target.parties(order()) == target.parties(order("B", email=" Kaeufer@Example.de "))
        await konnektive.send(order())
        await konnektive.send(order("B1B2C3D4", billing=HOME))
        assert len(konnektive.world.customers) == 1


async def test_offers_of_the_campaign_are_offered_for_matching():
    async with driven() as konnektive:
        products = await konnektive.target.remote_products()
        campaigns = await konnektive.target.suggestions("campaigns")
    assert [(each.id, each.name) for each in products][:2] == [("4999", "Starter-Paket"), ("4101", "Kurs Grundlagen")]
    assert [each.value for each in campaigns] == ["11", "12"]
