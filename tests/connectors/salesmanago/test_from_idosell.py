"""The pair as a shop has it: IdoSell's practice panel into a SALESmanago account, and opt-outs back into the panel."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from app.connectors.idosell.manifest import MANIFEST as IDOSELL
from app.connectors.idosell.world import World as PanelWorld
from app.connectors.salesmanago.contacts import Patience
from app.connectors.salesmanago.manifest import MANIFEST as SALESMANAGO
from app.connectors.salesmanago.settings import TargetOptions
from app.connectors.salesmanago.target import SalesmanagoTarget
from app.connectors.salesmanago.world import World as AccountWorld
from app.core.events import RunMode, RunState, discard
from app.core.ledger import RunRecord
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.core.rules import GuestOrders, Rules
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.run import Engine
from app.sdk.access import Access
from app.sdk.manifest import flows_between
from app.sdk.settings import parse
from app.sdk.simulator import FaultKind
from app.sdk.target import Mappings
from tests.connectors.standard import Opened, opened
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash

FORWARD = (Kind.CONTACTS, Kind.ORDERS, Kind.CARTS)
BACK = (Kind.OPT_OUTS, Kind.BOUNCES)
_NOT_SENT = {"marketplace_order", "masked_address", "status_left_out", "cancelled_before", "other_currency"}


@dataclass
class Pair:
    shop: Opened
    marketing: Opened
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    number: int = 0

    async def run(self, mode: RunMode = RunMode.HISTORICAL, *kinds: Kind):
        self.number += 1
        moment = datetime.now(UTC)
        wanted = kinds or (*BACK, *FORWARD)
        run = RunRecord(
            id=f"run{self.number}",
            integration="pair",
            mode=mode,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=wanted,
        )
        engine = Engine(
            Job(
                run=run,
                routes=tuple(map(self._route, wanted)),
                rules=Rules(guest_orders=GuestOrders.SEND),
                removals_approved=True,
            ),
            ledger=self.ledger,
            runs=MemoryRuns(self.ledger),
            keyed_hash=keyed_hash,
            emit=discard,
            control=Control(),
        )
        return await engine.run()

    def _route(self, kind: Kind) -> Route:
        giver, taker = (self.marketing, self.shop) if kind.runs_back else (self.shop, self.marketing)
        reads, writes = giver.manifest.reads_kind(kind), taker.manifest.writes_kind(kind)
        assert reads is not None, kind
        assert writes is not None, kind
        return Route(
            kind=kind,
            source=giver.source(),
            target=taker.target() if kind.runs_back else self._target(taker.access),
            http=taker.access.http,
            source_account=giver.manifest.system,
            target_account=taker.manifest.system,
            looks_up=writes.looks_up,
            has_changes=reads.has_changes,
            granularity=reads.granularity,
        )

    def _target(self, access: Access) -> SalesmanagoTarget:
        options = parse(TargetOptions, {"subscribe_who_agreed": True})
        mappings = Mappings(source_system="idosell", source_id="shop", source_url="https://ceramika.example")
        return SalesmanagoTarget(access, options, mappings, Patience(first_s=0, longest_s=0, total_s=1))

    @property
    def people(self):
        world = self.marketing.simulator.world
        assert isinstance(world, AccountWorld)
        return world.contacts

    def approves(self, email: str) -> bool:
        world = self.shop.simulator.world
        assert isinstance(world, PanelWorld)
        rows = [row for row in world.clients.values() if row["clientEmail"].casefold() == email]
        return any(row["_words"].get("1", ["n"])[0] == "y" for row in rows)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(opened(IDOSELL, records=120))
        simulator = SALESMANAGO.simulator(0)
        marketing = await stack.enter_async_context(
            opened(SALESMANAGO, simulator=simulator, settings={"currency": "PLN"})
        )
        yield Pair(shop, marketing)


def test_every_flow_of_the_pair_is_offered():
    assert set(flows_between(IDOSELL, SALESMANAGO)) == {*FORWARD, *BACK}


async def test_a_history_arrives_balances_and_a_second_run_writes_nothing(pair):
    first = await pair.run()
    writes = len(pair.marketing.simulator.writes)
    second = await pair.run()

    assert first.is_finished
    assert first.balance.balances
    total = first.balance.total
    assert total.count(Outcome.FAILED) == total.count(Outcome.IN_DOUBT) == 0
    assert set(total.reasons) <= _NOT_SENT
    assert second.balance.total.count(Outcome.CREATED) == second.balance.total.count(Outcome.UPDATED) == 0
    assert len(pair.marketing.simulator.writes) == writes
    assert pair.shop.simulator.writes == []
    events = pair.marketing.simulator.world.events
    doubled = [
        key for key, times in Counter((e["externalId"], e["contactExtEventType"]) for e in events).items() if times > 1
    ]
    assert doubled == []
    assert len([each for each in events if each["contactExtEventType"] == "PURCHASE"]) > 20
    assert pair.marketing.simulator.summary()["resubscribed"] == 0


async def test_only_those_are_subscribed_who_agreed_in_the_shop(pair):
    await pair.run()

    subscribed = {email for email, row in pair.people.items() if not row["optedOut"]}
    shop = pair.shop.simulator.world
    agreed = {
        row["clientEmail"].casefold() for row in shop.clients.values() if pair.approves(row["clientEmail"].casefold())
    }
    agreed |= {email for email, row in shop.subscribers.items() if row["_words"]["1"][0] == "y"}
    assert subscribed
    assert subscribed <= agreed


async def test_accounts_subscribers_and_categories_have_their_tags(pair):
    await pair.run()

    readers = [row for email, row in pair.people.items() if email.startswith("czytelnik")]
    assert readers
    assert all(row["tags"] == ["NEWSLETTER"] and row["state"] == "PROSPECT" for row in readers)
    tags = {tag for row in pair.people.values() for tag in row["tags"]}
    assert {"REJESTRACJA", "CERAMIKA", "KUBKI", "TEKSTYLIA"} <= tags


async def test_an_opt_out_runs_back_once_and_its_echo_starts_no_loop(pair):
    await pair.run()
    email = next(
        email
        for email, row in pair.people.items()
        if not row["optedOut"] and pair.approves(email) and email.startswith("klient")
    )
    row = pair.people[email]
    row["optedOut"] = True
    pair.marketing.simulator.world.touch(row)
    row["modifiedOn"] -= 1000  # a second before the run begins: what changes while it runs is the next one's

    await pair.run(RunMode.CHANGES)
    assert not pair.approves(email)

    before = len(pair.shop.simulator.writes), len(pair.marketing.simulator.writes)
    for _ in range(3):
        result = await pair.run(RunMode.CHANGES)
        assert result.balance.balances
    after = len(pair.shop.simulator.writes), len(pair.marketing.simulator.writes)
    assert after[0] == before[0]
    assert after[1] <= before[1] + 1, "the shop's own record of the withdrawal may be told once"
    assert row["optedOut"]
    assert pair.marketing.simulator.world.resubscribed == []


async def test_a_changed_order_a_new_one_and_a_lost_answer_double_nothing(pair):
    await pair.run()
    world = pair.shop.simulator.world
    events = pair.marketing.simulator.world.events
    returned = {each["externalId"] for each in events if each["contactExtEventType"] == "RETURN"}
    number = next(each["externalId"] for each in events if each["externalId"] not in returned)
    world.change_order(number, orderStatus="canceled")
    pair.marketing.simulator.fail(kind=FaultKind.DROP_AFTER, path="ContactExtEvent")

    for _ in range(3):
        await pair.run(RunMode.CHANGES)

    kinds = Counter(each["contactExtEventType"] for each in events if each["externalId"] == number)
    assert kinds == {"PURCHASE": 1, "CANCELLATION": 1}
