"""The store of our own: made once, quiet while a history arrives, and never left quiet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.connectors.mailchimp.account import PLATFORM, own_store_id
from app.connectors.mailchimp.practice import AUDIENCE, OTHER_AUDIENCE
from app.connectors.mailchimp.practice import STORE as WOO
from app.connectors.mailchimp.wire import subscriber_hash
from app.core.errors import ConfigError
from app.core.events import now
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Kind, OrderStatus
from app.sdk.target import Mappings, Timing, WindsUp
from tests.connectors.mailchimp.conftest import SHOP, STORE
from tests.connectors.mailchimp.records import cart, contact, order, product


def states(stage):
    """What was said about pausing, in order."""
    return [
        each.json()["is_syncing"]
        for each in stage.simulator.writes
        if each.path.endswith(("/stores", STORE)) and "is_syncing" in each.json()
    ]


async def test_a_store_of_our_own_is_made_once_for_a_shop_and_an_audience(stage):
    await stage.run({Kind.ORDERS: [order(1)]})
    await stage.run({Kind.ORDERS: [order(2)]})
    assert len(stage.writes("POST", "/stores")) - len(stage.writes("POST", "/stores/")) == 1
    store = stage.world.stores[STORE]
    assert (store["platform"], store["list_id"], store["name"]) == (PLATFORM, AUDIENCE, "Teeladen")
    assert STORE.startswith("ci_")
    assert own_store_id(SHOP, "f6a7b8c9d0") != STORE
    assert len(stage.world.orders[WOO]) == 0


async def test_a_history_pauses_the_automations_and_takes_them_up_again(stage):
    await stage.run({Kind.PRODUCTS: [product(1)], Kind.ORDERS: [order(1)], Kind.CARTS: [cart(1)]})
    assert states(stage) == [True, False]
    assert stage.world.fired == []


async def test_a_sync_fires_the_mails_that_it_should(stage):
    paid = order(1, created_at=now(), updated_at=now())
    await stage.sync({Kind.ORDERS: [paid], Kind.CARTS: [cart(2, abandoned_at=now())]})
    assert states(stage) == [True, False]
    assert stage.world.fired == ["invoice 5001", "abandoned cart c2"]


async def test_an_order_of_before_that_a_sync_brings_fires_nothing(stage):
    await stage.run({Kind.ORDERS: [order(9)]})
    old = order(1, status=OrderStatus.PENDING)
    await stage.sync({Kind.ORDERS: [old], Kind.CARTS: [cart(2)]})
    assert stage.world.fired == []
    assert states(stage)[:3] == [True, False, True]
    assert stage.world.stores[STORE]["is_syncing"] is False


async def test_a_run_that_was_cut_off_leaves_the_store_quiet_and_the_next_one_mends_it(stage):
    """As after a crash: nobody has taken the automations up again."""
    await stage.run({Kind.ORDERS: [order(1)]})
    stage.world.stores[STORE]["is_syncing"] = True
    await stage.sync({Kind.CONTACTS: [contact(1)]})
    assert stage.world.stores[STORE]["is_syncing"] is False


async def test_a_sync_of_contacts_alone_makes_no_store(stage):
    await stage.sync({Kind.CONTACTS: [contact(1)]})
    assert STORE not in stage.world.stores
    assert not stage.writes("PATCH", "/stores")


async def test_a_run_that_fails_takes_the_automations_up_again(stage):
    stage.simulator.fail(status=401, path="/orders", method="POST", times=-1)
    result = await stage.run({Kind.ORDERS: [order(1)]})
    assert not result.is_finished
    assert stage.world.stores[STORE]["is_syncing"] is False


async def test_nothing_is_wound_up_where_nothing_was_paused(stage):
    target = stage.target()
    winding: object = target
    assert isinstance(winding, WindsUp)
    assert winding.wind_up() == []
    await target.open([Kind.CONTACTS], Timing.LIVE)
    assert target.wind_up() == []


async def test_the_currency_of_the_store_follows_the_choice(stage):
    await stage.run({Kind.ORDERS: [order(1)]}, store_currency="PLN")
    await stage.run({Kind.ORDERS: [order(2)]}, store_currency="EUR")
    assert stage.world.stores[STORE]["currency_code"] == "EUR"


async def test_an_order_keeps_the_currency_in_which_it_was_paid(stage):
    zloty = Money.of("24.80", "PLN")
    record = order(1, total=zloty, shipping=None, lines=())
    await stage.run({Kind.ORDERS: [record]})
    assert stage.order("5001")["currency_code"] == "PLN"


async def test_another_store_of_ours_may_be_chosen_and_a_missing_one_is_named(stage):
    other = own_store_id(Mappings(source_system="practice", source_id="practice-shop"), AUDIENCE)
    result = await stage.run({Kind.ORDERS: [order(1)]}, write_to_store=other)
    assert result.balance.total.count(Outcome.CREATED) == 1
    assert list(stage.world.orders[other]) == ["5001"]
    with pytest.raises(ConfigError) as told:
        await stage.target(write_to_store="ci_gone").open([Kind.ORDERS], Timing.LIVE)
    assert told.value.field == "write_to_store"


async def test_another_audience_gets_a_store_of_its_own_and_everything_again(stage):
    records = {Kind.PRODUCTS: [product(1)], Kind.CONTACTS: [contact(1)], Kind.ORDERS: [order(1)]}
    await stage.run(records)
    settings = stage.account.access.settings.model_copy(update={"audience": OTHER_AUDIENCE})
    stage.account = replace(stage.account, access=replace(stage.account.access, settings=settings))
    result = await stage.run(records)
    other = own_store_id(SHOP, OTHER_AUDIENCE)
    assert result.balance.total.count(Outcome.CREATED) == 3
    assert list(stage.world.orders[other]) == ["5001"]
    assert stage.world.stores[other]["list_id"] == OTHER_AUDIENCE
    assert subscriber_hash("kunde0001@example.com") in stage.world.members[OTHER_AUDIENCE]


async def test_a_preview_before_the_store_exists_shows_what_would_be_made(stage):
    target = stage.target()
    await target.open([Kind.ORDERS], Timing.HISTORICAL)
    draft = target.draft(order(1))
    known = await target.look_up([draft])
    assert known == {}
    assert [each.name for each in target.setup()] == ["store"]
    assert stage.simulator.writes == []
