"""Orders arrive once, to the cent, and start nothing when they are history."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from app.connectors.activecampaign.orders import customer_key
from app.connectors.activecampaign.settings import TargetOptions
from app.connectors.activecampaign.target import ActiveCampaignTarget
from app.core.consent import Consent, ConsentState
from app.core.errors import ConfigError
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Deletion, Discount, Kind, OrderStatus
from app.sdk.plan import Known, resolved, shown
from app.sdk.simulator import FaultKind
from app.sdk.target import Mappings, Timing
from tests.connectors.activecampaign.conftest import SHOP
from tests.connectors.activecampaign.records import contact, drafted, line, order

GRAPHQL = "/api/3/ecom/graphql"


def held(stage, order_id="O1"):
    return stage.world["graph_orders"][f"1:{order_id}"]


async def test_historical_orders_arrive_to_the_cent_and_start_no_automation(stage):
    drive = await stage.drive(Kind.ORDERS)

    settled = await drive.send(*(order(number) for number in range(1, 31)))

    assert {each.outcome for each in settled.values()} == {Outcome.CREATED}
    summary = stage.simulator.summary()
    assert summary["orders"] == 30
    assert summary["totals"] == {"GBP": "2733.30"}
    assert summary["automations_fired"] == 0
    assert len(drive.plans) == 2, "25 orders share one request"


async def test_historical_contacts_and_orders_reach_the_same_people(stage):
    drive = await stage.drive(Kind.CONTACTS, Kind.ORDERS)
    await drive.send(*(contact(number) for number in range(1, 6)))
    await drive.send(*(order(number) for number in range(1, 6)))

    summary = stage.simulator.summary()
    assert (summary["contacts"], summary["contacts_with_orders"]) == (5, 5)
    assert summary["automations_fired"] == 0
    assert stage.world.tags_of("kunde0003@example.com") == {"bigcommerce-customer"}


@pytest.mark.parametrize(("path", "table"), [("graphql", "graph_orders"), ("rest", "orders")])
async def test_the_moment_of_an_order_stays_to_the_second_also_after_a_change(stage, path, table):
    """The second of two hours that bear one name in Warsaw."""
    moment = datetime(2025, 10, 26, 2, 30, 59, tzinfo=ZoneInfo("Europe/Warsaw"), fold=1)
    for values in ({}, {"refunded": Money.of("1.11", "GBP")}):
        drive = await stage.drive(Kind.ORDERS, order_path=path)
        await drive.send(order(created_at=moment, updated_at=moment + timedelta(days=40), **values))

        (row,) = stage.world[table].values()
        told = row.get("storeCreatedDate") or row["externalCreatedDate"]
        assert datetime.fromisoformat(told).timestamp() == moment.timestamp()


async def test_a_live_order_is_marked_as_such(stage):
    drive = await stage.drive(Kind.ORDERS, timing=Timing.LIVE)
    await drive.send(order())

    assert held(stage)["creationSource"] == "REAL_TIME"
    assert stage.simulator.summary()["automations_fired"] == 1


async def test_an_order_of_the_past_fires_nothing_in_a_live_run(stage):
    """An import had left it out; a later sync sends it after all."""
    drive = await stage.drive(Kind.ORDERS, timing=Timing.LIVE)
    plan = drive.target.plan([(replace(drafted(drive.target.draft(order())), is_past=True), Known())])
    await drive.http.request("POST", plan.steps[0].path, body=resolved(plan.steps[0].body, {}))

    assert held(stage)["creationSource"] == "HISTORICAL"
    assert stage.simulator.summary()["automations_fired"] == 0


async def test_the_same_orders_again_are_recognised_and_nothing_is_sent(stage):
    orders = [order(number) for number in range(1, 4)]
    await (await stage.drive(Kind.ORDERS)).send(*orders)
    before = len(stage.simulator.writes)

    settled = await (await stage.drive(Kind.ORDERS)).send(*orders)

    assert {each.outcome for each in settled.values()} == {Outcome.UNCHANGED}
    assert len(stage.simulator.writes) == before


async def test_a_refund_changes_the_target_by_exactly_its_sum(stage):
    await (await stage.drive(Kind.ORDERS)).send(order())

    refunded = order(refunded=Money.of("11.11", "GBP"), status=OrderStatus.PARTIALLY_REFUNDED)
    settled = await (await stage.drive(Kind.ORDERS)).send(refunded)

    assert settled["O1"].outcome is Outcome.UPDATED
    assert stage.simulator.summary()["totals"] == {"GBP": "80.00"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (OrderStatus.PENDING, "PENDING_PAYMENT"),
        (OrderStatus.ON_HOLD, "WAITING"),
        (OrderStatus.PROCESSING, "COMPLETED"),
        (OrderStatus.COMPLETED, "COMPLETED"),
        (OrderStatus.PARTIALLY_REFUNDED, "COMPLETED"),
        (OrderStatus.FAILED, "FAILED"),
        (OrderStatus.REFUNDED, "REFUNDED"),
        (OrderStatus.CANCELLED, "CANCELLED"),
    ],
)
async def test_every_status_has_its_counterpart(stage, status, expected):
    drive = await stage.drive(Kind.ORDERS)
    await drive.send(order(status=status, source_status="Versandt"))

    assert held(stage)["normalizedStatus"] == expected
    assert held(stage)["storeStatus"] == "Versandt"


async def test_only_fields_that_the_account_knows_are_sent(stage):
    """The tax of an order is not documented: this account has no field for it."""
    drive = await stage.drive(Kind.ORDERS)
    drafted = drive.target.draft(order())
    await drive.send(order())

    assert drafted.content["taxAmount"] == Decimal("14.55")
    assert "taxAmount" not in held(stage)


async def test_without_introspection_the_documented_fields_are_sent(stage):
    stage.world.has_introspection = False
    drive = await stage.drive(Kind.ORDERS)
    settled = await drive.send(order())

    assert settled["O1"].outcome is Outcome.CREATED
    assert held(stage)["finalAmount"] == Decimal("91.11")
    assert "taxAmount" not in held(stage)


@pytest.mark.parametrize("is_error", [False, True])
async def test_a_missing_order_is_new_however_the_account_reports_it(stage, is_error):
    stage.world.missing_order_is_error = is_error
    await (await stage.drive(Kind.ORDERS)).send(order(1))

    settled = await (await stage.drive(Kind.ORDERS)).send(order(1), order(2))

    assert settled["O1"].outcome is Outcome.UNCHANGED
    assert settled["O2"].outcome is Outcome.CREATED


async def test_a_named_bad_order_fails_alone_and_the_others_arrive(stage):
    drive = await stage.drive(Kind.ORDERS)
    orders = [order(number) for number in range(1, 6)]
    orders[2] = order(3, email="not an address")

    settled = await drive.send(*orders)

    assert settled["O3"].outcome is Outcome.FAILED
    assert settled["O3"].message == "email is not valid"
    assert stage.simulator.summary()["orders"] == 4
    assert len([each for each in stage.simulator.writes if each.path == GRAPHQL]) == 2


@pytest.mark.proves("activecampaign", "duplicates_answered")
async def test_a_lost_answer_to_a_historical_batch_doubles_nothing(stage):
    drive = await stage.drive(Kind.ORDERS)
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, path="ecom/graphql", skip=1)

    settled = await drive.send(order(1), order(2))

    assert [each.status for each in stage.simulator.writes if each.path == GRAPHQL] == [200, 200]
    assert {each.outcome for each in settled.values()} == {Outcome.CREATED}
    assert stage.simulator.summary()["orders"] == 2


async def test_a_lost_answer_to_a_live_order_is_looked_up_before_anything_is_sent_again(stage):
    """A second upsert could start "order updated" automations."""
    drive = await stage.drive(Kind.ORDERS, timing=Timing.LIVE)
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, path="ecom/graphql", skip=1)

    settled = await drive.send(order())

    assert settled["O1"].outcome is Outcome.UNCHANGED
    assert stage.simulator.summary()["orders"] == 1
    assert stage.simulator.summary()["automations_fired"] == 1


async def test_a_deleted_order_stays_by_default(stage):
    drive = await stage.drive(Kind.ORDERS)
    settled = await drive.send(Deletion(id="O1", kind=Kind.ORDERS))

    assert (settled["O1"].outcome, settled["O1"].reason) == (Outcome.SKIPPED, "deleted_in_source")


@pytest.mark.proves("activecampaign", "deletions")
@pytest.mark.parametrize(("path", "total"), [("graphql", "91.11"), ("rest", "0.00")])
async def test_a_deleted_order_can_be_cancelled(stage, path, total):
    await (await stage.drive(Kind.ORDERS, order_path=path)).send(order())

    drive = await stage.drive(Kind.ORDERS, order_path=path, deleted_orders="cancel")
    settled = await drive.send(Deletion(id="O1", kind=Kind.ORDERS))

    assert settled["O1"].outcome is Outcome.UPDATED
    assert all(record.draft.removes for record in drive.plans[-1].records)
    assert stage.simulator.summary()["totals"] == {"GBP": total}
    if path == "graphql":
        assert held(stage)["normalizedStatus"] == "CANCELLED"


async def test_cancelling_what_never_arrived_sends_nothing(stage):
    drive = await stage.drive(Kind.ORDERS, deleted_orders="cancel")
    settled = await drive.send(Deletion(id="O9", kind=Kind.ORDERS))

    assert (settled["O9"].outcome, settled["O9"].reason) == (Outcome.SKIPPED, "not_in_target")


async def test_accepting_marketing_is_handed_on_and_subscribes_nobody(stage):
    drive = await stage.drive(Kind.ORDERS)
    await drive.send(
        order(1, accepts_marketing=Consent(ConsentState.YES)),
        order(2, accepts_marketing=Consent(ConsentState.NO)),
        order(3),
    )

    assert held(stage, "O1")["acceptsMarketing"] is True
    assert held(stage, "O2")["acceptsMarketing"] is False
    assert "acceptsMarketing" not in held(stage, "O3")
    assert not stage.world["memberships"]


async def test_two_guest_orders_of_one_address_belong_to_one_customer(stage):
    drive = await stage.drive(Kind.ORDERS)
    same = {"customer_id": "", "is_guest": True, "email": "gast@example.com"}
    await drive.send(order(1, **same), order(2, **same))

    assert len(stage.world["customers"]) == 1
    assert "gast" not in customer_key("", "gast@example.com")


async def test_a_mapped_product_number_replaces_the_shops_own(stage):
    mappings = Mappings(products={"SKU-1": "4011"}, source_system="bigcommerce", source_id="lamp-shop")
    drive = await stage.drive(Kind.ORDERS, mappings=mappings)
    await drive.send(order())

    assert [each["productStorePrimaryId"] for each in held(stage)["lineItems"]] == ["4011", "P2"]
    assert held(stage)["lineItems"][0]["priceAmount"] == Decimal("12.50")
    assert held(stage)["lineItems"][0]["category"] == "Lamps"


async def test_lines_that_do_not_fit_are_regrouped_without_losing_a_penny(stage):
    drive = await stage.drive(Kind.ORDERS)
    lines = (
        line(1, quantity=Decimal("1.5"), unit_price=Money.of("10.00", "GBP")),
        line(2, quantity=Decimal(1), unit_price=Money.of("-3.00", "GBP"), name="Voucher"),
        line(3, quantity=Decimal(-1), unit_price=Money.of("4.00", "GBP"), name="Return"),
    )
    discounts = (Discount(name="SUMMER", amount=Money.of("2.00", "GBP")),)
    await drive.send(order(lines=lines, discounts=discounts))

    assert [(each["quantity"], each["priceAmount"]) for each in held(stage)["lineItems"]] == [(1, Decimal("15.00"))]
    assert held(stage)["discountsAmount"] == Decimal("9.00")
    assert [each["name"] for each in held(stage)["discounts"]] == ["SUMMER", "Voucher", "Return"]


async def test_a_refund_above_the_total_is_held(stage):
    drive = await stage.drive(Kind.ORDERS)
    settled = await drive.send(order(refunded=Money.of("100", "GBP")))

    assert (settled["O1"].outcome, settled["O1"].reason) == (Outcome.HELD, "money_mismatch")


async def test_odd_numbers_and_umlauts_survive(stage):
    drive = await stage.drive(Kind.ORDERS)
    await drive.send(order(number="2024/ÄÖÜ-007 " + "9" * 30))

    assert held(stage)["orderNumber"] == "2024/ÄÖÜ-007 " + "9" * 30


async def test_the_two_ways_of_writing_are_never_mixed_for_one_shop(stage):
    await stage.drive(Kind.ORDERS, order_path="graphql")

    with pytest.raises(ConfigError) as caught:
        await stage.drive(Kind.ORDERS, order_path="rest")

    assert caught.value.field == "order_path"
    assert len(stage.world["connections"]) == 1


async def test_two_shops_are_two_connections(stage):
    await stage.drive(Kind.ORDERS)
    await stage.drive(Kind.ORDERS, mappings=Mappings(source_system="bigcommerce", source_id="other"))

    assert {each["externalid"] for each in stage.world["connections"].values()} == {"lamp-shop", "other"}
    assert {each["service"] for each in stage.world["connections"].values()} == {"koppler-bigcommerce"}


async def test_an_account_without_graphql_is_told_what_to_choose(stage):
    stage.simulator.fail(path="ecom/graphql", status=404, body='{"message":"No Route found"}')

    with pytest.raises(ConfigError) as caught:
        await stage.drive(Kind.ORDERS)

    assert caught.value.field == "order_path"


async def test_a_preview_shows_the_request_before_the_shop_is_known_there(stage):
    access = await stage.access(read_only=True)
    target = ActiveCampaignTarget(access, TargetOptions(), SHOP)
    await target.open([Kind.CONTACTS, Kind.ORDERS], Timing.HISTORICAL)
    draft = drafted(target.draft(order()))
    plan = target.plan([(draft, (await target.look_up([draft])).get("O1", Known()))])

    assert [step.name for step in target.setup()] == ["tag:bigcommerce-customer", "connection"]
    sent = shown(plan.steps[0].body)["variables"]["orders"][0]
    assert sent["legacyConnectionId"] == "<connection>"
    assert sent["finalAmount"] == Decimal("91.11")
    assert not stage.simulator.writes
