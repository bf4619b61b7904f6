"""A practice shop and a practice Brevo account: history, changes, who left, who bounced, and all of it balances."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.connectors.brevo.manifest import MANIFEST as BREVO
from app.connectors.brevo.settings import TargetOptions
from app.connectors.brevo.shop import Patience
from app.connectors.brevo.target import BrevoTarget
from app.connectors.woocommerce.manifest import MANIFEST
from app.connectors.woocommerce.world import BOUNCE_KEY, CONSENT_KEY, World
from app.core.events import RunMode, RunState, discard
from app.core.ledger import RunRecord
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.core.rules import GuestOrders, Rules
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.run import Engine
from app.sdk.manifest import flows_between
from app.sdk.settings import parse
from app.sdk.target import Mappings
from tests.connectors.standard import Opened, opened, read_all
from tests.connectors.woocommerce.conftest import guest, mug
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash

_SHOP = Mappings(source_system="woocommerce", source_name="Practice shop", source_id="practice-shop")
_QUICK = Patience(pause_s=0, looks=3)
_OPTIONS = {"subscribe_to_list": "2"}


@dataclass
class Pair:
    shop: Opened
    brevo: Opened
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
        return self.brevo.simulator.world

    async def run(self, mode: RunMode = RunMode.CHANGES) -> Any:
        self.number += 1
        moment = datetime.now(UTC)
        kinds = flows_between(MANIFEST, BREVO)
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
        sender, receiver = (self.brevo, self.shop) if kind.runs_back else (self.shop, self.brevo)
        reads = sender.manifest.reads_kind(kind)
        assert reads is not None
        brevo = BrevoTarget(self.brevo.access, parse(TargetOptions, _OPTIONS), _SHOP, _QUICK)
        return Route(
            kind=kind,
            source=sender.source(),
            target=self.shop.target() if kind.runs_back else brevo,
            http=receiver.access.http,
            source_account=sender.manifest.system,
            target_account=receiver.manifest.system,
            has_changes=reads.has_changes,
            granularity=reads.granularity,
            sweeps=reads.sweeps,
        )


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with opened(MANIFEST, records=60) as shop, opened(BREVO, records=0) as brevo:
        made = Pair(shop, brevo)
        made.world.clock = lambda: datetime.now(UTC) - timedelta(minutes=1)
        made.lists.per_second = made.lists.per_hour = 100_000
        yield made


def _meta(row: Any, key: str) -> list[str]:
    return [each["value"] for each in row["meta_data"] if each["key"] == key]


async def _agreed(pair: Pair) -> tuple[Any, Any, Any]:
    people = [each for each in await read_all(pair.shop.source(), Kind.CONTACTS) if each.consent.is_given]
    accounts = [each for each in people if not each.is_guest and each.group == "customer"]
    return accounts[0], accounts[1], next(each for each in people if each.is_guest)


async def test_a_history_arrives_whole_and_a_second_run_writes_nothing(pair):
    first = await pair.run(RunMode.HISTORICAL)
    writes = len(pair.brevo.simulator.writes)
    second = await pair.run(RunMode.HISTORICAL)
    assert first.is_finished
    assert first.balance.balances
    assert first.balance.total.count(Outcome.CREATED) > 50
    assert first.balance.total.count(Outcome.FAILED) == first.balance.total.count(Outcome.HELD) == 0
    assert second.balance.balances
    assert len(pair.brevo.simulator.writes) == writes
    assert pair.shop.simulator.writes == []


async def test_who_agreed_is_subscribed_and_nobody_else(pair):
    await pair.run(RunMode.CHANGES)
    people = await read_all(pair.shop.source(), Kind.CONTACTS)
    agreed = {each.email for each in people if each.consent.is_given}
    summary = pair.brevo.simulator.summary()
    assert 0 < summary["subscribed"] == len(agreed)
    assert summary["resubscribed"] == 0


async def test_who_left_or_bounced_in_brevo_is_so_in_the_shop_after_the_next_sync_and_stays_so(pair):
    await pair.run(RunMode.CHANGES)
    left, bounced, stranger = await _agreed(pair)
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
    assert _meta(customers[int(left.id)], CONSENT_KEY) == ["no"]
    assert _meta(customers[int(bounced.id)], CONSENT_KEY) == ["no"]
    assert len(_meta(customers[int(bounced.id)], BOUNCE_KEY)) == 1
    now = {each.email: each for each in await read_all(pair.shop.source(), Kind.CONTACTS)}
    assert not any(now[each.email].consent.is_given for each in (left, bounced, stranger))
    assert pair.brevo.simulator.summary()["resubscribed"] == 0


async def test_a_sync_brings_new_orders_and_takes_out_who_was_deleted_in_the_shop(pair):
    await pair.run(RunMode.HISTORICAL)
    before = pair.brevo.simulator.summary()
    left, *_ = await _agreed(pair)
    for row in [each for each in pair.world.orders.values() if each["customer_id"] == int(left.id)]:
        pair.world.delete_order(row["id"])
    pair.world.delete_customer(int(left.id))
    pair.world.add_order([mug()], guest=guest("neu@example.com"), status="completed")
    result = await pair.run()
    after = pair.brevo.simulator.summary()
    assert result.balance.balances
    assert after["orders"] == before["orders"] + 1
    assert pair.lists.by_email(left.email) is None
    assert pair.lists.by_email("neu@example.com") is not None
    assert [each for each in pair.shop.simulator.writes if each.method == "DELETE"] == []
