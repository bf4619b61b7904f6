"""Taking an import back: what may go, and what has to stay."""

from __future__ import annotations

import pytest

from app.connectors.mailchimp.practice import AUDIENCE
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.sdk.plan import Plan
from app.sdk.target import Timing
from tests.connectors.mailchimp.conftest import STORE
from tests.connectors.mailchimp.records import agreed, cart, contact, order, product
from tests.connectors.standard import send

KINDS = [Kind.PRODUCTS, Kind.CONTACTS, Kind.ORDERS, Kind.CARTS]


async def imported(stage, **options):
    records = {
        Kind.PRODUCTS: [product(1)],
        Kind.CONTACTS: [agreed(1, tags=("Laden",)), contact(2)],
        Kind.ORDERS: [order(1)],
        Kind.CARTS: [cart(2)],
    }
    await stage.run(records, **options)
    target = stage.target(**options)
    await target.open(KINDS, Timing.HISTORICAL)
    return target


async def looked_back(target, record):
    draft = target.draft(record)
    return draft, (await target.look_back([draft]))[draft.key]


async def test_everything_that_an_import_made_can_go_orders_first(stage):
    target = await imported(stage, newsletter="subscribe")
    assert list(target.undo_order()) == [Kind.ORDERS, Kind.CARTS, Kind.PRODUCTS, Kind.CONTACTS]
    for record in (order(1), cart(2), product(1), agreed(1, tags=("Laden",)), contact(2)):
        draft, known = await looked_back(target, record)
        assert known.is_same, draft.kind
        removal = target.removal(draft, known, {})
        assert removal.steps, removal.reason
        await send(target, stage.account.access.http, Plan((), removal.steps))
    assert stage.world.orders[STORE] == stage.world.carts[STORE] == stage.world.products[STORE] == {}
    assert {each["status"] for each in stage.world.members[AUDIENCE].values()} == {"archived"}


async def test_a_product_and_a_person_stay_while_an_order_names_them(stage):
    target = await imported(stage, newsletter="subscribe")
    for record in (product(1), agreed(1, tags=("Laden",))):
        draft, known = await looked_back(target, record)
        assert target.removal(draft, known, {}).reason == "kept_in_use"
        assert target.removal(draft, known, {Kind.ORDERS: ["5001"]}).steps


@pytest.mark.parametrize("status", ["unsubscribed", "cleaned"])
async def test_an_objection_is_never_removed(stage, status):
    target = await imported(stage, newsletter="subscribe")
    stage.member("kunde0002@example.com")["status"] = status
    draft, known = await looked_back(target, contact(2))
    assert target.removal(draft, known, {}).reason == "kept_objection"


@pytest.mark.parametrize("change", [{"tags": [{"id": 9, "name": "VIP"}]}, {"merge_fields": {"FNAME": "Eva"}}])
async def test_whoever_was_changed_in_mailchimp_since_is_not_as_it_was_sent(stage, change):
    target = await imported(stage)
    row = stage.member("kunde0002@example.com")
    for name, value in change.items():
        row[name] = {**row[name], **value} if isinstance(value, dict) else value
    _, known = await looked_back(target, contact(2))
    assert known.exists
    assert not known.is_same


async def test_a_changed_order_is_not_as_it_was_sent(stage):
    target = await imported(stage)
    stage.order("5001")["financial_status"] = "refunded"
    _, known = await looked_back(target, order(1))
    assert (known.exists, known.is_same) == (True, False)


async def test_the_engine_takes_back_a_whole_import_and_a_new_one_brings_it_again(stage):
    records = {
        Kind.PRODUCTS: [product(1), product(2)],
        Kind.CONTACTS: [agreed(number) for number in range(1, 5)],
        Kind.ORDERS: [order(number) for number in range(1, 4)],
        Kind.CARTS: [cart(4)],
    }
    await stage.run(records, newsletter="subscribe")
    stage.member("kunde0004@example.com")["status"] = "unsubscribed"
    result = await stage.undo("run1", records, newsletter="subscribe")
    assert result.is_finished
    assert result.balance.total.reasons == {"undone": 9}
    assert stage.member("kunde0004@example.com")["status"] == "unsubscribed"
    assert stage.world.orders[STORE] == stage.world.carts[STORE] == stage.world.products[STORE] == {}
    again = await stage.run(records, newsletter="subscribe")
    assert again.balance.total.count(Outcome.CREATED) == 9
    assert stage.member("kunde0001@example.com")["status"] == "subscribed"
    assert stage.member("kunde0001@example.com")["tags"] == []
    assert stage.member("kunde0004@example.com")["status"] == "unsubscribed"


async def test_whoever_somebody_else_archived_does_not_come_in_again(stage):
    people = {Kind.CONTACTS: [agreed(1)]}
    await stage.run(people)
    await stage.undo("run1", people)
    stage.member("kunde0001@example.com")["tags"] = []
    again = await stage.run(people)
    assert again.balance.total.reasons == {"stays_deleted": 1}
