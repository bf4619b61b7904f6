"""The real engine and the connector together: everything balances, and a second run writes nothing."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from app.core.events import RunMode
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Kind, OrderStatus
from app.sdk.simulator import FaultKind
from tests.connectors.salesmanago.conftest import integration
from tests.connectors.salesmanago.records import cart, contact, order

_STATES = ("yes", "no", "absent", "withdrawn")


def shop(stage):
    contacts = [contact(number, _STATES[number % 4]) for number in range(1, 41)]
    orders = [order(number) for number in range(1, 61)]
    return integration(stage, contacts=contacts, orders=orders)


async def test_a_history_arrives_whole_and_a_second_run_writes_nothing(stage):
    running = shop(stage)

    first = await running.run(subscribe_who_agreed=True)
    writes = len(stage.simulator.writes)
    second = await running.run(subscribe_who_agreed=True)

    assert first.is_finished
    assert first.balance.balances
    assert first.balance.total.count(Outcome.CREATED) == 100
    assert second.balance.total.count(Outcome.UNCHANGED) == 100
    assert len(stage.simulator.writes) == writes
    summary = stage.simulator.summary()
    assert (summary["contacts"], summary["events"]) == (60, {"PURCHASE": 60})
    assert (summary["subscribed"], summary["resubscribed"]) == (10, 0)
    assert sum(each["value"] for each in stage.world.events) == pytest.approx(60 * 29.95)


async def test_contacts_of_the_history_start_no_rules_and_later_ones_do(stage):
    running = integration(stage, contacts=[contact(number) for number in range(1, 11)])

    await running.run()
    assert stage.world.fired == []

    running.shelves[Kind.CONTACTS].records[0] = contact(1, first_name="Barbara")
    await running.run(RunMode.CHANGES)
    assert len(stage.world.fired) == 1


async def test_an_order_that_changes_is_changed_once_and_a_refund_is_added(stage):
    running = integration(stage, orders=[order(1), order(2)])
    await running.run()

    running.shelves[Kind.ORDERS].records[0] = replace(
        order(1), status=OrderStatus.PARTIALLY_REFUNDED, refunded=Money.of("12.50", "EUR")
    )
    result = await running.run(RunMode.CHANGES)
    again = await running.run(RunMode.CHANGES)

    assert result.balance.total.count(Outcome.UPDATED) == 1
    assert again.balance.total.count(Outcome.UNCHANGED) == 2
    assert stage.simulator.summary()["events"] == {"PURCHASE": 2, "RETURN": 1}


@pytest.mark.proves("salesmanago", "duplicates_answered")
async def test_a_lost_answer_leaves_the_orders_in_doubt_and_a_retry_doubles_none(stage):
    running = integration(stage, orders=[order(number) for number in range(1, 21)])
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, path="batchAddContactExtEvent")

    lost = await running.run()
    untouched = await running.run(RunMode.CHANGES)
    keys = tuple(each.id for each in running.shelves[Kind.ORDERS].records)
    retried = await running.run(RunMode.CHANGES, keys={Kind.ORDERS: keys})

    assert lost.balance.total.count(Outcome.IN_DOUBT) == 20
    assert lost.balance.flows[Kind.ORDERS].reasons == {"cannot_look_up": 20}
    assert untouched.balance.total.count(Outcome.IN_DOUBT) == 20
    assert retried.balance.total.count(Outcome.UNCHANGED) == 20
    assert stage.simulator.summary()["events"] == {"PURCHASE": 20}


async def test_orders_that_never_arrived_are_sent_by_a_retry(stage):
    running = integration(stage, orders=[order(number) for number in range(1, 6)])
    stage.simulator.fail(kind=FaultKind.DROP_BEFORE, path="batchAddContactExtEvent")

    await running.run()
    keys = tuple(each.id for each in running.shelves[Kind.ORDERS].records)
    await running.run(RunMode.CHANGES, keys={Kind.ORDERS: keys})

    assert stage.simulator.summary()["events"] == {"PURCHASE": 5}


@pytest.mark.parametrize("path", ["batchupsertv2", "contact/basic"])
async def test_contacts_survive_a_rough_connection_without_a_double(stage, path):
    running = integration(stage, contacts=[contact(number, "yes") for number in range(1, 31)])
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, path=path)
    stage.simulator.fail(status=503, path=path)
    stage.simulator.fail(kind=FaultKind.CUT, path=path)

    result = await running.run(subscribe_who_agreed=True)

    assert result.balance.total.count(Outcome.CREATED) + result.balance.total.count(Outcome.UPDATED) == 30
    assert stage.simulator.summary()["contacts"] == 30
    assert stage.simulator.summary()["subscribed"] == 30


async def test_one_address_that_is_refused_fails_alone(stage):
    stage.world.blocked = {"klient0007@example.com"}
    running = integration(stage, contacts=[contact(number) for number in range(1, 21)])

    result = await running.run()

    assert result.balance.total.count(Outcome.CREATED) == 19
    assert result.balance.flows[Kind.CONTACTS].reasons == {"refused": 1}
    entry = running.ledger.entries["shop", Kind.CONTACTS, "7"]
    assert "Correct it in the shop" in entry.message
    assert "klient0007" not in entry.message


async def test_a_cart_is_entered_once_and_changed_under_the_same_event(stage):
    running = integration(stage, carts=[cart(1)])
    await running.run(RunMode.CHANGES)
    (before,) = stage.world.events

    running.shelves[Kind.CARTS].records[0] = cart(1, total=Money.of("50.00", "EUR"))
    await running.run(RunMode.CHANGES)

    (after,) = stage.world.events
    assert (after["id"], after["value"], after["contactExtEventType"]) == (before["id"], 50, "CART")
