"""The real engine and the connector together: everything balances, and a second run writes nothing."""

from __future__ import annotations

from app.core.events import RunMode
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.sdk.simulator import FaultKind
from tests.connectors.brevo.records import agreed, order, withdrawn
from tests.connectors.brevo.test_products import product


def shop(*, contacts=30, orders=40):
    return {
        Kind.PRODUCTS: [product(number) for number in range(1, 6)],
        Kind.CONTACTS: [agreed(number) for number in range(1, contacts + 1)],
        Kind.ORDERS: [
            order(number, email=f"neu{number % contacts + 1:04d}@example.com") for number in range(1, orders + 1)
        ],
    }


async def test_a_history_arrives_whole_and_a_second_run_writes_nothing(stage):
    first = await stage.run(shop(), mode=RunMode.HISTORICAL, subscribe_to_list="2")
    writes = len(stage.writes)
    second = await stage.run(shop(), mode=RunMode.HISTORICAL, subscribe_to_list="2")

    assert first.is_finished
    assert first.balance.total.count(Outcome.CREATED) == 75
    assert second.balance.total.count(Outcome.UNCHANGED) == 75
    assert len(stage.writes) == writes
    summary = stage.simulator.summary()
    assert (summary["contacts"], summary["subscribed"], summary["orders"]) == (32, 30, 40)
    assert summary["totals"] == {"EUR": "1198.00"}
    assert (summary["automations_fired"], summary["resubscribed"]) == (0, 0)


async def test_a_sync_sends_the_changes_and_those_who_left_stay_away(stage):
    await stage.run(shop(), mode=RunMode.HISTORICAL, subscribe_to_list="2")
    stage.world.unsubscribe("neu0002@example.com")
    stage.world.delete_by_hand("neu0003@example.com")
    changed = shop(orders=42)
    changed[Kind.CONTACTS][0] = withdrawn(1)
    changed[Kind.CONTACTS][1] = agreed(2, last_name="Schwarz")
    changed[Kind.CONTACTS][2] = agreed(3, last_name="Schwarz")

    result = await stage.run(changed, subscribe_to_list="2")

    assert result.balance.balances
    assert stage.outcome(Kind.CONTACTS, "3") == (Outcome.SKIPPED, "stays_deleted")
    assert stage.world.by_email("neu0001@example.com")["emailBlacklisted"] is True
    assert stage.world.by_email("neu0002@example.com")["attributes"]["LASTNAME"] == "Schwarz"
    assert sorted(stage.world.noted("automations")) == ["lampen-O41", "lampen-O42"]
    summary = stage.simulator.summary()
    assert (summary["resubscribed"], summary["brought_back"]) == (0, 0)


async def test_a_rough_connection_leaves_no_double_and_nothing_open(stage):
    for skip in (2, 9):
        stage.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="/contacts", skip=skip)
        stage.simulator.fail(status=503, path="/contacts", skip=skip)
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="products/batch")
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="orders/status/batch")
    result = await stage.run(shop(), subscribe_to_list="2")

    assert result.is_finished
    assert result.balance.total.count(Outcome.IN_DOUBT) == 0
    summary = stage.simulator.summary()
    assert (summary["contacts"], summary["orders"], summary["products"]) == (32, 40, 5)
