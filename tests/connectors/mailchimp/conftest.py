"""A simulated account behind a real socket, and the real engine between a shelf of records and the target."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.connectors.mailchimp.account import own_store_id
from app.connectors.mailchimp.batches import Patience
from app.connectors.mailchimp.manifest import MANIFEST
from app.connectors.mailchimp.practice import AUDIENCE
from app.connectors.mailchimp.settings import TargetOptions
from app.connectors.mailchimp.target import MailchimpTarget
from app.connectors.mailchimp.wire import subscriber_hash
from app.connectors.mailchimp.world import World
from app.core.events import RunMode, RunState, discard
from app.core.ledger import Entry, RunRecord
from app.core.reasons import ReasonTexts
from app.core.records import Kind, Record
from app.core.rules import GuestOrders, Rules
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.life import RunResult
from app.engine.run import Engine
from app.engine.undo import UndoEngine
from app.engine.undo_survey import Survey, Surveyor
from app.sdk.plan import Plan
from app.sdk.settings import parse
from app.sdk.simulator import Exchange, Simulator
from app.sdk.target import Mappings
from tests.connectors.standard import Opened, opened
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash
from tests.engine.returns import MemoryCreations
from tests.engine.warehouse import ShelfSource

SHOP = Mappings(source_system="mpluskassa", source_name="Teeladen", source_id="teeladen")
QUICK = Patience(first_s=0, longest_s=0, total_s=1)
STORE = own_store_id(SHOP, AUDIENCE)


@dataclass
class Stage:
    """One simulated account, and the memory of one integration with it."""

    account: Opened
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    number: int = 0

    def __post_init__(self) -> None:
        self.runs = MemoryRuns(self.ledger)

    @property
    def simulator(self) -> Simulator:
        return self.account.simulator

    @property
    def world(self) -> World:
        assert isinstance(self.simulator.world, World)
        return self.simulator.world

    def target(self, mappings: Mappings = SHOP, **options: object) -> MailchimpTarget:
        return MailchimpTarget(self.account.access, parse(TargetOptions, options), mappings, QUICK)

    def member(self, email: str) -> dict[str, Any]:
        return self.world.members[AUDIENCE][subscriber_hash(email)]

    def order(self, order_id: str) -> dict[str, Any]:
        return self.world.orders[STORE][order_id]

    def entry(self, kind: Kind, key: str) -> Entry:
        return self.ledger.entries["shop", kind, key]

    async def run(
        self,
        records: Mapping[Kind, Sequence[Record]],
        mode: RunMode = RunMode.HISTORICAL,
        mappings: Mappings = SHOP,
        **options: object,
    ) -> RunResult:
        self.number += 1
        target, moment = self.target(mappings, **options), datetime.now(UTC)
        run = RunRecord(
            id=f"run{self.number}",
            integration="shop",
            mode=mode,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=tuple(records),
        )
        routes = self.routes(records, target)
        job = Job(
            run=run,
            routes=routes,
            rules=Rules(guest_orders=GuestOrders.SEND),
            removals_approved=True,
            began_at=moment - timedelta(days=30),
        )
        self.runs.runs[run.id] = run
        engine = Engine(
            job,
            ledger=self.ledger,
            runs=self.runs,
            keyed_hash=keyed_hash,
            emit=discard,
            control=Control(),
        )
        return await engine.run()

    def routes(self, records: Mapping[Kind, Sequence[Record]], target: MailchimpTarget) -> tuple[Route, ...]:
        return tuple(
            Route(
                kind=kind,
                source=ShelfSource(list(shelf), page_size=100),
                target=target,
                http=self.account.access.http,
                source_account="shelf",
                target_account="my-mc",
            )
            for kind, shelf in records.items()
        )

    async def undo(self, run_id: str, records: Mapping[Kind, Sequence[Record]], **options: Any) -> RunResult:
        """Takes back what the run created, as far as it may go."""
        routes, creations = self.routes(records, self.target(**options)), MemoryCreations(self.ledger, self.runs)
        rules = Rules(guest_orders=GuestOrders.SEND)
        surveyor = Surveyor(self.runs.runs[run_id], routes, rules, creations, keyed_hash)
        survey = Survey(
            run=self.runs.runs[run_id],
            verdicts=[each async for page in surveyor.verdicts() for each in page],
        )
        moment = datetime.now(UTC)
        run = RunRecord(
            id="undo",
            integration="shop",
            mode=RunMode.UNDO,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=survey.kinds,
        )
        engine = UndoEngine(
            run,
            routes,
            rules,
            survey.verdicts,
            ledger=self.ledger,
            runs=self.runs,
            creations=creations,
            keyed_hash=keyed_hash,
            reasons=ReasonTexts(MANIFEST.reasons),
            emit=discard,
        )
        return await engine.run()

    async def sync(self, records: Mapping[Kind, Sequence[Record]], **options: object) -> RunResult:
        return await self.run(records, RunMode.CHANGES, **options)  # type: ignore[arg-type]

    def writes(self, method: str = "", part: str = "") -> list[Exchange]:
        found = self.simulator.writes
        return [each for each in found if (not method or each.method == method) and part in each.path]


@asynccontextmanager
async def staged(records: int = 0, **changes: Any) -> AsyncIterator[Stage]:
    async with opened(MANIFEST, records=records, **changes) as account:
        yield Stage(account)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """An account with audiences, fields and stores, but without readers."""
    async with staged() as found:
        yield found


def step_names(plan: Plan) -> list[str]:
    return [each.name for each in plan.steps]
