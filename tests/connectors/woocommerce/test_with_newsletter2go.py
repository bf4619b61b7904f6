"""A practice shop and a practice Newsletter2Go account: who agreed goes in, who left or bounced comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from app.connectors.newsletter2go.manifest import MANIFEST as NEWSLETTER2GO
from app.connectors.woocommerce.manifest import MANIFEST
from app.connectors.woocommerce.world import BOUNCE_KEY, CONSENT_KEY
from app.core.events import RunMode
from app.core.outcomes import Outcome
from app.core.records import Kind
from tests.connectors.standard import opened, read_all
from tests.connectors.woocommerce.pair import SHOP, Pair, agreed, meta


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with opened(MANIFEST, records=60) as shop, opened(NEWSLETTER2GO, records=0) as letters:
        made = Pair(shop, letters, lambda: letters.target(SHOP, new_people="add"))
        made.world.clock = lambda: datetime.now(UTC) - timedelta(minutes=1)
        yield made


async def test_only_people_who_agreed_go_in_and_a_second_run_writes_nothing(pair):
    first = await pair.run(RunMode.HISTORICAL)
    writes = len(pair.newsletter.simulator.writes)
    second = await pair.run(RunMode.HISTORICAL)
    people = await read_all(pair.shop.source(), Kind.CONTACTS)
    given = {each.email for each in people if each.consent.is_given}
    assert first.is_finished
    assert first.balance.balances
    assert second.balance.balances
    assert first.balance.flows[Kind.CONTACTS].count(Outcome.CREATED) == len(given) > 0
    assert len(pair.newsletter.simulator.writes) == writes
    assert all(pair.lists.by_email(each.email) is None for each in people if not each.consent.is_given)


async def test_who_left_or_bounced_is_so_in_the_shop_after_the_next_sync_and_stays_so(pair):
    await pair.run()
    left, bounced, stranger = await agreed(pair)
    pair.lists.unsubscribe(left.email)
    pair.lists.unsubscribe(stranger.email)
    pair.lists.bounce(bounced.email)
    second = await pair.run()
    writes = len(pair.shop.simulator.writes)
    third = await pair.run()
    assert second.balance.balances
    assert third.balance.balances
    assert len(pair.shop.simulator.writes) == writes
    assert meta(pair.world.customers[int(left.id)], CONSENT_KEY) == ["no"]
    assert len(meta(pair.world.customers[int(bounced.id)], BOUNCE_KEY)) == 1
    now = {each.email: each for each in await read_all(pair.shop.source(), Kind.CONTACTS)}
    assert not any(now[each.email].consent.is_given for each in (left, bounced, stranger))


async def test_who_was_deleted_in_the_shop_is_deleted_there_and_never_the_other_way_round(pair):
    await pair.run()
    gone, kept, _ = await agreed(pair)
    for row in [each for each in pair.world.orders.values() if each["customer_id"] == int(gone.id)]:
        pair.world.delete_order(row["id"])
    pair.world.delete_customer(int(gone.id))
    pair.lists.delete_by_hand(kept.email)
    result = await pair.run()
    assert result.balance.balances
    assert pair.lists.by_email(gone.email) is None
    assert int(kept.id) in pair.world.customers
    assert [each for each in pair.shop.simulator.writes if each.method == "DELETE"] == []
