"""A practice shop and a practice Brevo account: history, changes, who left, who bounced, and all of it balances."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from app.connectors.brevo.manifest import MANIFEST as BREVO
from app.connectors.brevo.settings import TargetOptions
from app.connectors.brevo.shop import Patience
from app.connectors.brevo.target import BrevoTarget
from app.connectors.woocommerce.manifest import MANIFEST
from app.connectors.woocommerce.world import BOUNCE_KEY, CONSENT_KEY
from app.core.events import RunMode
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.sdk.settings import parse
from tests.connectors.standard import opened, read_all
from tests.connectors.woocommerce.conftest import guest, mug
from tests.connectors.woocommerce.pair import SHOP, Pair, agreed, meta

_QUICK = Patience(pause_s=0, looks=3)
_OPTIONS = {"subscribe_to_list": "2"}


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with opened(MANIFEST, records=60) as shop, opened(BREVO, records=0) as brevo:
        made = Pair(shop, brevo, lambda: BrevoTarget(brevo.access, parse(TargetOptions, _OPTIONS), SHOP, _QUICK))
        made.world.clock = lambda: datetime.now(UTC) - timedelta(minutes=1)
        made.lists.per_second = made.lists.per_hour = 100_000
        yield made


async def test_a_history_arrives_whole_and_a_second_run_writes_nothing(pair):
    first = await pair.run(RunMode.HISTORICAL)
    writes = len(pair.newsletter.simulator.writes)
    second = await pair.run(RunMode.HISTORICAL)
    assert first.is_finished
    assert first.balance.balances
    assert first.balance.total.count(Outcome.CREATED) > 50
    assert first.balance.total.count(Outcome.FAILED) == first.balance.total.count(Outcome.HELD) == 0
    assert second.balance.balances
    assert len(pair.newsletter.simulator.writes) == writes
    assert pair.shop.simulator.writes == []


async def test_who_agreed_is_subscribed_and_nobody_else(pair):
    await pair.run(RunMode.CHANGES)
    people = await read_all(pair.shop.source(), Kind.CONTACTS)
    given = {each.email for each in people if each.consent.is_given}
    summary = pair.newsletter.simulator.summary()
    assert 0 < summary["subscribed"] == len(given)
    assert summary["resubscribed"] == 0


async def test_who_left_or_bounced_in_brevo_is_so_in_the_shop_after_the_next_sync_and_stays_so(pair):
    await pair.run(RunMode.CHANGES)
    left, bounced, stranger = await agreed(pair)
    pair.lists.unsubscribe(left.email)
    pair.lists.unsubscribe(stranger.email, by_hand=True)
    pair.lists.bounce(bounced.email)
    second = await pair.run()
    writes = len(pair.shop.simulator.writes)
    third = await pair.run()
    assert second.balance.balances
    assert third.balance.balances
    assert len(pair.shop.simulator.writes) == writes
    customers = pair.world.customers
    assert meta(customers[int(left.id)], CONSENT_KEY) == ["no"]
    assert meta(customers[int(bounced.id)], CONSENT_KEY) == ["no"]
    assert len(meta(customers[int(bounced.id)], BOUNCE_KEY)) == 1
    now = {each.email: each for each in await read_all(pair.shop.source(), Kind.CONTACTS)}
    assert not any(now[each.email].consent.is_given for each in (left, bounced, stranger))
    assert pair.newsletter.simulator.summary()["resubscribed"] == 0


async def test_a_sync_brings_new_orders_and_takes_out_who_was_deleted_in_the_shop(pair):
    await pair.run(RunMode.HISTORICAL)
    before = pair.newsletter.simulator.summary()
    left, *_ = await agreed(pair)
    for row in [each for each in pair.world.orders.values() if each["customer_id"] == int(left.id)]:
        pair.world.delete_order(row["id"])
    pair.world.delete_customer(int(left.id))
    pair.world.add_order([mug()], guest=guest("neu@example.com"), status="completed")
    result = await pair.run()
    after = pair.newsletter.simulator.summary()
    assert result.balance.balances
    assert after["orders"] == before["orders"] + 1
    assert pair.lists.by_email(left.email) is None
    assert pair.lists.by_email("neu@example.com") is not None
    assert [each for each in pair.shop.simulator.writes if each.method == "DELETE"] == []
