"""The real engine and the connector together: everything balances, and a second run writes nothing."""

from __future__ import annotations

from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.sdk.simulator import FaultKind
from tests.connectors.mailchimp.conftest import STORE
from tests.connectors.mailchimp.records import WITHDRAWN, agreed, cart, contact, line, order, product


def history():
    return {
        Kind.PRODUCTS: [product(1), product(2)],
        Kind.CONTACTS: [agreed(number) for number in range(1, 31)] + [contact(number) for number in range(31, 61)],
        Kind.ORDERS: [order(number) for number in range(1, 41)],
        Kind.CARTS: [cart(number) for number in range(1, 4)],
    }


async def test_a_history_arrives_whole_and_a_second_run_writes_nothing(stage):
    before = stage.simulator.summary()
    first = await stage.run(history(), newsletter="subscribe")
    writes = [each for each in stage.simulator.writes if "stores/ci_" not in each.path or "/o" in each.path]
    second = await stage.run(history(), newsletter="subscribe")

    assert first.is_finished
    assert first.balance.total.count(Outcome.CREATED) == 2 + 60 + 40 + 3
    assert second.balance.total.count(Outcome.UNCHANGED) == 105
    after = [each for each in stage.simulator.writes if "stores/ci_" not in each.path or "/o" in each.path]
    assert len(after) == len(writes)
    summary = stage.simulator.summary()
    assert summary["members"]["subscribed"] == before["members"]["subscribed"] + 30
    assert summary["members"]["transactional"] == 30
    assert len(stage.world.orders[STORE]) == 40
    assert summary["mismatched"] == 0
    assert summary["totals"]["EUR"] == "992.00"


async def test_a_history_fires_nothing_of_the_store_and_leaves_its_automations_on(stage):
    await stage.run({Kind.ORDERS: [order(1)], Kind.CARTS: [cart(2)]})

    assert stage.world.fired == []
    assert stage.world.stores[STORE]["is_syncing"] is False


async def test_changes_follow_in_a_sync_and_an_opt_out_ends_the_subscription(stage):
    await stage.run({Kind.CONTACTS: [agreed(1), agreed(2)], Kind.ORDERS: [order(1)]}, newsletter="subscribe")
    changed = order(1, lines=(line(2),), total=Money.of("24.80", "EUR"))
    result = await stage.sync(
        {Kind.CONTACTS: [agreed(1, consent=WITHDRAWN), agreed(2, last_name="Groß")], Kind.ORDERS: [changed]},
        newsletter="subscribe",
    )

    assert result.balance.total.count(Outcome.UPDATED) == 3
    assert stage.member("kunde0001@example.com")["status"] == "unsubscribed"
    assert stage.member("kunde0002@example.com")["merge_fields"]["LNAME"] == "Groß"
    assert [each["id"] for each in stage.order("5001")["lines"]] == ["L2"]


async def test_a_rough_connection_doubles_nothing(stage):
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="/lists/", times=1)
    for skip in (1, 7, 15):
        stage.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="/orders", skip=skip)
        stage.simulator.fail(status=503, method="GET", path="/orders", skip=skip)
    result = await stage.run(history())

    assert result.is_finished
    assert result.balance.balances
    assert result.balance.total.count(Outcome.IN_DOUBT) == 0
    assert result.balance.total.count(Outcome.FAILED) == 0
    assert len(stage.world.orders[STORE]) == 40
    assert sum(row["status"] == "transactional" for row in stage.world.members["a1b2c3d4e5"].values()) == 60


async def test_one_customer_with_many_orders_of_one_unknown_product_is_made_once(stage):
    orders = [order(number, email="stammkunde@example.com") for number in range(1, 12)]
    result = await stage.run({Kind.ORDERS: orders})

    assert result.balance.total.count(Outcome.CREATED) == 11
    assert len(stage.writes("POST", "/products")) == 1
    assert len(stage.world.customers[STORE]) == 1
