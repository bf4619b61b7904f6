"""Orders and carts by REST: integer cents, no doubles, nothing started by history."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from app.core.consent import Consent, ConsentState
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Kind, OrderStatus
from app.sdk.plan import Known
from app.sdk.simulator import FaultKind
from app.sdk.target import Timing
from tests.connectors.activecampaign.records import cart, drafted, order


def rest(stage, *kinds, **options):
    return stage.drive(*(kinds or (Kind.ORDERS,)), order_path="rest", **options)


def stored(stage, **values):
    return stage.world.find("orders", **values)


async def test_orders_arrive_in_cents_and_start_no_automation(stage):
    drive = await rest(stage)
    settled = await drive.send(order(1), order(2))

    assert {each.outcome for each in settled.values()} == {Outcome.CREATED}
    assert stored(stage, externalid="O1")["totalPrice"] == 9111
    assert stored(stage, externalid="O1")["taxAmount"] == 1455
    assert [each["price"] for each in stage.world.matching("order_products", orderid="1")] == [1250, 3058]
    assert stage.simulator.summary()["totals"] == {"GBP": "182.22"}
    assert stage.simulator.summary()["automations_fired"] == 0


async def test_an_existing_order_is_updated_and_keeps_its_source(stage):
    await (await rest(stage)).send(order())
    drive = await rest(stage, timing=Timing.LIVE)
    settled = await drive.send(order(refunded=Money.of("1.11", "GBP")))

    assert settled["O1"].outcome is Outcome.UPDATED
    assert stored(stage, externalid="O1")["totalPrice"] == 9000
    assert (stage.simulator.summary()["orders"], stage.simulator.summary()["automations_fired"]) == (1, 0)


async def test_an_order_of_the_past_fires_nothing_in_a_live_run(stage):
    """An import had left it out; a later sync sends it after all."""
    drive = await rest(stage, timing=Timing.LIVE)
    plan = drive.target.plan([(replace(drafted(drive.target.draft(order())), is_past=True), Known())])

    [creation] = [step for step in plan.steps if step.path == "api/3/ecomOrders"]
    assert creation.body["ecomOrder"]["source"] == 0


async def test_a_duplicate_answer_leads_back_to_the_existing_order(stage):
    """Somebody else created it between look-up and sending."""
    await (await rest(stage)).send(order())
    drive = await rest(stage)
    stage.simulator.fail(method="GET", path="ecomOrders", status=200, body='{"ecomOrders": [], "meta": {"total": "0"}}')
    settled = await drive.send(order(refunded=Money.of("1.11", "GBP")))

    assert settled["O1"].outcome is Outcome.UPDATED
    assert stage.simulator.summary()["orders"] == 1
    assert 422 in {each.status for each in stage.simulator.writes}


async def test_a_lost_answer_to_a_new_order_doubles_nothing(stage):
    drive = await rest(stage)
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="ecomOrders")
    settled = await drive.send(order())

    assert settled["O1"].outcome is Outcome.UPDATED
    assert stage.simulator.summary()["orders"] == 1


async def test_an_order_that_vanished_meanwhile_is_created_again(stage):
    await (await rest(stage)).send(order())
    drive = await rest(stage)
    stage.simulator.fail(method="PUT", path="ecomOrders", status=404, body='{"message":"No Result found"}')
    settled = await drive.send(order())

    assert settled["O1"].outcome is Outcome.UPDATED


async def test_customers_are_created_once_and_the_vendors_totals_are_ignored(stage):
    drive = await rest(stage)
    await drive.send(order(1), order(2, customer_id="1", email="kunde0001@example.com"))

    assert [each["externalid"] for each in stage.world["customers"].values()] == ["1"]
    assert stored(stage, externalid="O2")["customerid"] == "1"


async def test_accepting_marketing_follows_the_shop(stage):
    await (await rest(stage)).send(order(accepts_marketing=Consent(ConsentState.YES)))
    assert stage.world["customers"]["1"]["acceptsMarketing"] == "1"

    await (await rest(stage)).send(order(accepts_marketing=Consent(ConsentState.WITHDRAWN), note="changed"))
    assert stage.world["customers"]["1"]["acceptsMarketing"] == "0"
    assert not stage.world["memberships"]


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.FAILED, OrderStatus.REFUNDED])
async def test_what_earned_nothing_counts_nothing_because_there_is_no_status(stage, status):
    drive = await rest(stage)
    await drive.send(order(status=status))

    assert stored(stage, externalid="O1")["totalPrice"] == 0


async def test_an_amount_that_would_overflow_is_held(stage):
    drive = await rest(stage)
    settled = await drive.send(order(total=Money.of("21474836.48", "GBP")))

    assert (settled["O1"].outcome, settled["O1"].reason) == (Outcome.HELD, "amount_too_large")


@pytest.mark.parametrize("path", ["graphql", "rest"])
async def test_a_historical_cart_starts_nothing_and_a_live_one_does(stage, path):
    await (await stage.drive(Kind.CARTS, order_path=path)).send(cart(1))
    assert stage.simulator.summary()["automations_fired"] == 0

    await (await stage.drive(Kind.CARTS, order_path=path, timing=Timing.LIVE)).send(cart(2))
    assert stage.simulator.summary()["carts"] == 2
    assert stage.simulator.summary()["automations_fired"] == 1
    assert stored(stage, externalcheckoutid="C2")["abandonedDate"] == "2025-03-04T09:30:00+00:00"


@pytest.mark.parametrize("path", ["graphql", "rest"])
async def test_a_cart_that_was_bought_becomes_the_order(stage, path):
    await (await stage.drive(Kind.CARTS, order_path=path)).send(cart(1))
    await (await stage.drive(Kind.ORDERS, order_path=path)).send(order(1, cart_id="C1"))

    assert stored(stage, externalid="O1")["state"] == 3
    assert (stage.simulator.summary()["carts"], stage.simulator.summary()["orders"]) == (0, 1)


async def test_carts_and_orders_share_the_shops_connection(stage):
    drive = await stage.drive(Kind.ORDERS, Kind.CARTS)
    await drive.send(order(1))
    await drive.send(cart(2))

    assert len(stage.world["connections"]) == 1
    assert stage.simulator.summary()["carts"] == 1
