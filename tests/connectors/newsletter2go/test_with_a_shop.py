"""A practice shop and a practice Newsletter2Go account: history, changes, who left and who bounced, and it balances."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.connectors.newsletter2go.manifest import MANIFEST
from app.connectors.woocommerce.manifest import MANIFEST as SHOP
from app.connectors.woocommerce.world import World
from app.core.events import RunMode, RunState, discard
from app.core.ledger import RunRecord
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.core.rules import GuestOrders, Rules
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.run import Engine
from app.sdk.manifest import flows_between
from app.sdk.target import Mappings
from tests.connectors.standard import Opened, opened, read_all
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash

_SHOP = Mappings(source_system="woocommerce", source_name="Practice shop", source_id="practice-shop")


@dataclass
class Pair:
    shop: Opened
    newsletter: Opened
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    runs: MemoryRuns = field(init=False)
    number: int = 0

    def __post_init__(self) -> None:
        self.runs = MemoryRuns(self.ledger)

    @property
    def world(self) -> World:
        assert isinstance(self.shop.simulator.world, World)
        return self.shop.simulator.world

    @property
    def lists(self) -> Any:
        return self.newsletter.simulator.world

    async def run(self, mode: RunMode = RunMode.CHANGES) -> Any:
        self.number += 1
        moment = datetime.now(UTC)
        kinds = flows_between(SHOP, MANIFEST)
        run = RunRecord(
            id=f"run{self.number}",
            integration="shop",
            mode=mode,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=kinds,
        )
        engine = Engine(
            Job(
                run=run,
                routes=tuple(self._route(kind) for kind in kinds),
                rules=Rules(GuestOrders.SEND),
                removals_approved=True,
            ),
            ledger=self.ledger,
            runs=self.runs,
            keyed_hash=keyed_hash,
            emit=discard,
            control=Control(),
        )
        return await engine.run()

    def _route(self, kind: Kind) -> Route:
        sender, receiver = (self.newsletter, self.shop) if kind.runs_back else (self.shop, self.newsletter)
        reads = sender.manifest.reads_kind(kind)
        assert reads is not None
        newsletter = self.newsletter.target(_SHOP, new_people="add")
        return Route(
            kind=kind,
            source=sender.source(),
            target=self.shop.target() if kind.runs_back else newsletter,
            http=receiver.access.http,
            source_account=sender.manifest.system,
            target_account=receiver.manifest.system,
            has_changes=reads.has_changes,
            granularity=reads.granularity,
            sweeps=reads.sweeps,
        )


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with opened(SHOP, records=60) as shop, opened(MANIFEST, records=0) as newsletter:
        made = Pair(shop, newsletter)
        made.world.clock = lambda: datetime.now(UTC) - timedelta(minutes=1)
        yield made


async def _people(pair: Pair) -> list[Any]:
    return [each for each in await read_all(pair.shop.source(), Kind.CONTACTS) if each.consent.is_given]


async def test_a_history_brings_exactly_those_who_agreed_and_a_second_run_writes_nothing(pair):
    first = await pair.run(RunMode.HISTORICAL)
    writes = len(pair.newsletter.simulator.writes)
    second = await pair.run(RunMode.HISTORICAL)
    agreed = {each.email for each in await _people(pair)}
    held = {row["email"] for row in pair.lists.recipients["om355owj"].values()}
    assert first.is_finished
    assert first.balance.balances
    assert second.balance.balances
    assert first.balance.total.count(Outcome.CREATED) == len(agreed) > 3
    assert held - {"vera@example.com", "otto@example.com"} == agreed
    assert len(pair.newsletter.simulator.writes) == writes
    assert pair.shop.simulator.writes == []


async def test_who_left_or_bounced_is_so_in_the_shop_after_the_next_sync_and_stays_so(pair):
    await pair.run(RunMode.HISTORICAL)
    left, bounced, blocked = [each for each in await _people(pair) if not each.is_guest][:3]
    pair.lists.unsubscribe(left.email)
    pair.lists.bounce(bounced.email)
    pair.lists.blacklist(blocked.email)
    second = await pair.run()
    writes = len(pair.shop.simulator.writes)
    third = await pair.run()
    assert second.balance.balances
    assert third.balance.balances
    assert len(pair.shop.simulator.writes) == writes
    now = {each.email: each for each in await read_all(pair.shop.source(), Kind.CONTACTS)}
    assert not any(now[each.email].consent.is_given for each in (left, bounced, blocked))
    summary = pair.newsletter.simulator.summary()
    assert (summary["resubscribed"], summary["filterless_calls"]) == (0, 0)


async def test_a_deletion_goes_one_way_only(pair):
    await pair.run(RunMode.HISTORICAL)
    gone, kept = [each for each in await _people(pair) if not each.is_guest and each.group == "customer"][:2]
    for row in [each for each in pair.world.orders.values() if each["customer_id"] == int(gone.id)]:
        pair.world.delete_order(row["id"])
    pair.world.delete_customer(int(gone.id))
    pair.lists.delete_by_hand(kept.email)
    result = await pair.run()
    assert result.balance.balances
    assert pair.lists.by_email(gone.email) is None
    assert pair.lists.by_email(kept.email) is None
    assert int(kept.id) in pair.world.customers
    assert pair.newsletter.simulator.summary()["brought_back"] == 0
    assert [each for each in pair.shop.simulator.writes if each.method == "DELETE"] == []
