"""Events on their way: the buyer first, nothing twice, and what a success may hide."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from app.connectors.salesmanago.world import Row
from app.core.events import RunMode
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Kind, OrderStatus, Record
from app.sdk.simulator import FaultKind
from app.sdk.target import Timing
from tests.connectors.salesmanago.conftest import SHOP, integration
from tests.connectors.salesmanago.records import cart, contact, drafted, line, order


def buyer(stage, number=1, **changes) -> Row:
    row = stage.world.new_contact(f"klient{number:04d}@example.com", 1)
    row |= changes
    return row


def written(stage, path) -> list[Row]:
    return [each.json() for each in stage.simulator.writes if each.path.endswith(path)]


async def test_a_buyer_is_entered_before_the_event_and_agrees_to_nothing_by_buying(stage):
    await integration(stage, orders=[order(1, is_guest=True)]).run()

    row = stage.world.contacts["klient0001@example.com"]
    assert (row["name"], row["state"], row["externalId"]) == ("Grażyna Żółć", "CUSTOMER", None)
    assert row["tags"] == ["LAMPY", "STOJĄCE", "BIAŁE"]
    assert stage.world.subscribed == []
    (sent,) = written(stage, "batchupsert")
    (element,) = sent["upsertDetails"]
    assert {element[flag] for flag in ("forceOptIn", "forceOptOut", "forcePhoneOptIn", "forcePhoneOptOut")} == {False}


@pytest.mark.parametrize("mode", [RunMode.HISTORICAL, RunMode.CHANGES])
async def test_an_account_that_subscribes_newcomers_by_itself_is_corrected_for_buyers_too(stage, mode):
    stage.world.subscribes_new_contacts = True
    buyer(stage, 2, optedOut=False)
    await integration(stage, orders=[order(1), order(2)], carts=[cart(3)]).run(mode)

    subscribed = {email for email, row in stage.world.contacts.items() if not row["optedOut"]}
    assert subscribed == {"klient0002@example.com"}


@pytest.mark.parametrize("opted_out", [True, False])
async def test_an_order_leaves_a_known_buyers_data_and_subscription_alone(stage, opted_out):
    buyer(stage, name="Grażyna Nowa", optedOut=opted_out, tags=["LAMPY"])
    await integration(stage, orders=[order(1)]).run()

    row = stage.world.contacts["klient0001@example.com"]
    assert (row["name"], row["optedOut"], row["tags"]) == ("Grażyna Nowa", opted_out, ["LAMPY", "STOJĄCE", "BIAŁE"])


async def test_a_known_buyer_with_all_tags_is_not_written_again(stage):
    buyer(stage, tags=["LAMPY", "STOJĄCE", "BIAŁE"], state="CUSTOMER")
    await integration(stage, orders=[order(1)]).run()

    assert [each.path.rpartition("/")[2] for each in stage.simulator.writes] == ["batchAddContactExtEvent"]


async def test_one_buyer_of_many_orders_is_entered_once_with_the_tags_of_all(stage):
    lines = (line(1, category_paths=(("Kable",),)),)
    orders = [order(1), order(2, email="klient0001@example.com", lines=lines)]
    result = await integration(stage, orders=orders).run()

    (sent,) = written(stage, "batchupsert")
    (element,) = sent["upsertDetails"]
    assert element["tags"] == ["LAMPY", "STOJĄCE", "BIAŁE", "KABLE"]
    assert result.balance.total.count(Outcome.CREATED) == 2
    assert len(stage.world.events) == 2


async def test_what_happens_now_goes_through_the_call_that_starts_workflows(stage):
    result = await integration(stage, orders=[order(1)]).run(RunMode.CHANGES)

    assert result.balance.total.count(Outcome.CREATED) == 1
    (sent,) = written(stage, "addContactExtEvent")
    assert sent["forceOptIn"] is False
    assert "contactId" not in sent
    assert sent["contactEvent"]["date"] == 1741080600000


async def test_an_order_that_is_past_goes_with_the_history_even_in_a_sync(stage):
    target = await stage.target([Kind.ORDERS], Timing.LIVE)
    draft = replace(drafted(target.draft(order(1))), is_past=True)
    plan = target.plan([(draft, (await target.look_up([draft]))[draft.key])])

    assert plan.steps[-1].path.endswith("batchAddContactExtEvent")


async def test_the_buyer_of_an_order_who_was_deleted_in_salesmanago_is_not_entered_again(stage):
    buyer(stage, deleted=True)
    result = await integration(stage, orders=[order(1)]).run()

    assert result.balance.flows[Kind.ORDERS].reasons == {"stays_deleted": 1}
    assert stage.simulator.writes == []


async def test_an_event_that_is_there_already_is_recognised_without_the_ledger(stage):
    await integration(stage, orders=[order(1)]).run()
    result = await integration(stage, orders=[order(1)]).run()

    assert result.balance.total.count(Outcome.UNCHANGED) == 1
    assert stage.simulator.summary()["events"] == {"PURCHASE": 1}


async def test_the_same_number_of_another_shop_is_another_purchase(stage):
    await integration(stage, orders=[order(1)]).run()
    outlet = dataclasses.replace(SHOP, source_id="outlet")
    result = await integration(stage, orders=[order(1)]).run(mappings=outlet)

    assert result.balance.total.count(Outcome.CREATED) == 1
    assert [each["detail11"] for each in stage.world.events] == ["lampenladen", "outlet"]


async def test_a_shop_that_moves_does_not_double_its_history(stage):
    running = integration(stage, orders=[order(1), order(2)])
    await running.run()
    moved = dataclasses.replace(SHOP, source_url="https://lampen.example")
    result = await running.run(mappings=moved, settings={"location": "lampen"})

    assert result.balance.total.count(Outcome.UPDATED) == 2
    assert [(each["location"], each["shopDomain"]) for each in stage.world.events] == [("lampen", "lampen.example")] * 2


async def test_purchases_of_the_vendors_own_plug_in_are_recognised_by_their_number(stage):
    row = buyer(stage)
    stage.world.events.append(
        {"id": "e1", "contactId": row["id"], "contactExtEventType": "PURCHASE", "externalId": "O1", "value": 29.95}
    )
    result = await integration(stage, orders=[order(1)]).run()

    assert result.balance.total.count(Outcome.UNCHANGED) == 1
    assert len(stage.world.events) == 1


async def test_a_cart_and_an_order_of_the_same_number_are_two_things(stage):
    same: dict[str, Sequence[Record]] = {"orders": [order(1, id="77")], "carts": [cart(1, id="77")]}
    await integration(stage, **same).run()
    again = await integration(stage, **same).run()

    assert stage.simulator.summary()["events"] == {"CART": 1, "PURCHASE": 1}
    assert again.balance.total.count(Outcome.UNCHANGED) == 2


async def test_a_purchase_its_refund_and_a_larger_refund_are_two_events(stage):
    running = integration(stage, orders=[order(1)])
    for refunded in (None, "5.00", "7.50"):
        record = order(1, refunded=Money.of(refunded, "EUR") if refunded else None)
        running.shelves[Kind.ORDERS].records[0] = record
        await running.run(RunMode.CHANGES)

    found = {each["contactExtEventType"]: each["value"] for each in stage.world.events}
    assert len(stage.world.events) == 2
    assert (float(found["PURCHASE"]), float(found["RETURN"])) == (29.95, 7.5)


async def test_an_order_that_is_cancelled_after_it_was_sent_is_taken_back_once(stage):
    running = integration(stage, orders=[order(1)])
    await running.run()
    for _ in range(2):
        running.shelves[Kind.ORDERS].records[0] = order(1, status=OrderStatus.CANCELLED)
        await running.run(RunMode.CHANGES)

    assert stage.simulator.summary()["events"] == {"CANCELLATION": 1, "PURCHASE": 1}


@pytest.mark.parametrize(("returned", "taken_back"), [("5.00", 24.95), ("29.95", None)])
async def test_a_cancellation_takes_back_only_what_has_not_gone_back_yet(stage, returned, taken_back):
    running = integration(stage, orders=[order(1, refunded=Money.of(returned, "EUR"))])
    await running.run()
    for _ in range(2):
        running.shelves[Kind.ORDERS].records[0] = order(1, status=OrderStatus.CANCELLED)
        await running.run(RunMode.CHANGES)

    found = [float(each["value"]) for each in stage.world.events if each["contactExtEventType"] == "CANCELLATION"]
    assert found == ([taken_back] if taken_back else [])


async def test_failures_inside_a_success_are_found(stage):
    """A buyer vanishes between being entered and the event: the batch is a success with one failure in it."""
    world = stage.world
    running = integration(stage, orders=[order(number) for number in range(1, 6)])
    answer = {"success": True, "message": [], "contactIds": {}}
    for number in range(1, 6):
        if number != 3:
            buyer(stage, number)
    stage.simulator.fail(status=200, path="batchupsert", times=2, body=json.dumps(answer))

    result = await running.run()

    assert result.balance.total.count(Outcome.CREATED) == 4
    assert result.balance.flows[Kind.ORDERS].reasons == {"event_refused": 1}
    assert len(world.events) == 4


async def test_what_a_batch_neither_took_nor_named_stays_in_doubt(stage):
    stage.simulator.fail(
        status=200,
        path="batchAddContactExtEvent",
        body=json.dumps({"success": True, "createdAmount": 1, "failedAmount": 1, "failedContacts": None}),
    )
    result = await integration(stage, orders=[order(1), order(2)]).run()

    assert result.balance.total.count(Outcome.IN_DOUBT) == 2


async def test_a_refused_batch_that_was_taken_in_part_doubles_nothing(stage):
    """Nothing says whether a refusal leaves the events before the bad one: the simulator keeps them."""
    orders = [order(number) for number in range(1, 9)]
    orders[4] = order(5, total=Money.of("99999999999999999999.00", "EUR"), lines=())
    result = await integration(stage, orders=orders).run()

    assert result.balance.total.count(Outcome.CREATED) + result.balance.total.count(Outcome.UNCHANGED) == 7
    assert result.balance.flows[Kind.ORDERS].reasons == {"refused": 1}
    assert sorted(each["externalId"] for each in stage.world.events) == [f"O{n}" for n in range(1, 9) if n != 5]


async def test_a_lost_answer_to_one_event_leaves_one_order_in_doubt(stage):
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, path="addContactExtEvent")
    running = integration(stage, orders=[order(1), order(2)])

    await running.run(RunMode.CHANGES)
    result = await running.run(RunMode.CHANGES, keys={Kind.ORDERS: ("O1",)})

    assert result.balance.total.count(Outcome.IN_DOUBT) == 0
    assert stage.simulator.summary()["events"] == {"PURCHASE": 2}


async def test_an_account_that_lists_no_events_still_doubles_nothing_by_itself(stage):
    stage.world.lists_events = False
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, path="batchAddContactExtEvent")
    running = integration(stage, orders=[order(1), order(2)])
    for _ in range(3):
        await running.run(RunMode.HISTORICAL)

    assert stage.simulator.summary()["events"] == {"PURCHASE": 2}


async def test_the_visitor_of_a_cart_is_entered_without_tags(stage):
    await integration(stage, carts=[cart(1)]).run()

    row = stage.world.contacts["klient0001@example.com"]
    assert (row["name"], row["tags"], row["optedOut"]) == ("Grażyna Żółć", [], True)


async def test_contacts_and_orders_together_leave_the_contacts_own_data(stage):
    running = integration(stage, contacts=[contact(1, "yes", first_name="Maria")], orders=[order(1)])
    await running.run(subscribe_who_agreed=True)

    row = stage.world.contacts["klient0001@example.com"]
    assert (row["name"], row["optedOut"]) == ("Maria Żółć", False)
    assert row["tags"] == ["REJESTRACJA", "LAMPY", "STOJĄCE", "BIAŁE"]


async def test_a_preview_shows_the_requests_of_one_order_among_many(stage):
    target = await stage.target([Kind.ORDERS], Timing.HISTORICAL)
    drafts = [drafted(target.draft(order(number))) for number in (1, 2)]
    known = await target.look_up(drafts)
    plan = target.plan([(each, known[each.key]) for each in drafts])

    shown = [step.for_record("O2") for step in plan.steps]
    assert [len(step.body.items) for step in shown] == [1, 1]
    assert stage.simulator.writes == []
