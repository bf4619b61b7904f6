"""A simulated account behind a real socket, and the real engine that drives the connector."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from app.connectors.salesmanago.contacts import Patience
from app.connectors.salesmanago.manifest import MANIFEST
from app.connectors.salesmanago.settings import SalesmanagoSettings, TargetOptions
from app.connectors.salesmanago.simulator import build_simulator
from app.connectors.salesmanago.target import SalesmanagoTarget
from app.connectors.salesmanago.world import World
from app.core.events import RunMode, RunState, discard
from app.core.ledger import RunRecord
from app.core.records import Kind, Record
from app.core.rules import GuestOrders, Rules
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.run import Engine
from app.sdk.access import Access
from app.sdk.http import HttpClient
from app.sdk.pacing import Pace
from app.sdk.settings import parse
from app.sdk.simulator import Simulator, serve
from app.sdk.target import Mappings
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash
from tests.engine.warehouse import ShelfSource

SHOP = Mappings(
    source_system="idosell",
    source_name="Lampenladen",
    source_id="lampenladen",
    source_url="https://lampenladen.example",
)
QUICK = Patience(first_s=0, longest_s=0, total_s=1)


@dataclass(slots=True)
class Stage:
    """One simulated account and everything to open it with."""

    simulator: Simulator
    address: str
    stack: AsyncExitStack

    @property
    def world(self) -> World:
        assert isinstance(self.simulator.world, World)
        return self.simulator.world

    async def access(
        self, *, read_only: bool = False, pace: Pace | None = None, inbox=None, emit=discard, **changes: object
    ) -> Access[SalesmanagoSettings]:
        values = {
            **self.simulator.settings,
            **self.simulator.secrets,
            "endpoint": self.address,
            "currency": "EUR",
            **changes,
        }
        settings = parse(SalesmanagoSettings, values)
        http = HttpClient(
            MANIFEST.base_url(settings),
            pace=pace or Pace(per_second=10_000, parallel=1),
            options=replace(MANIFEST.http_options(settings), backoff_s=0.01),
            read_only=read_only,
            emit=emit,
        )
        await self.stack.enter_async_context(http)
        more = {} if inbox is None else {"inbox": inbox}
        return Access(settings=settings, client=http, account="my-sm", **more)

    async def target(self, kinds: Sequence[Kind], timing, *, mappings: Mappings = SHOP, **options: object):
        target = SalesmanagoTarget(await self.access(), parse(TargetOptions, options), mappings, QUICK)
        await target.open(kinds, timing)
        return target


def looks_up(kind: Kind) -> bool:
    writes = MANIFEST.writes_kind(kind)
    assert writes is not None, kind
    return writes.looks_up


@dataclass
class Integration:
    """Shelves of records that run into the account as a shop's would."""

    stage: Stage
    shelves: dict[Kind, ShelfSource]
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    number: int = 0

    async def run(self, mode=RunMode.HISTORICAL, *, keys=None, mappings=SHOP, settings=None, **options):
        self.number += 1
        access = await self.stage.access(**(settings or {}))
        target = SalesmanagoTarget(access, parse(TargetOptions, options), mappings, QUICK)
        moment = datetime.now(UTC)
        run = RunRecord(
            id=f"run{self.number}",
            integration="shop",
            mode=mode,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=tuple(self.shelves),
        )
        routes = tuple(
            Route(
                kind=kind,
                source=shelf,
                target=target,
                http=access.http,
                source_account="shelf",
                target_account="my-sm",
                looks_up=looks_up(kind),
            )
            for kind, shelf in self.shelves.items()
        )
        engine = Engine(
            Job(run=run, routes=routes, rules=Rules(guest_orders=GuestOrders.SEND), keys=keys or {}),
            ledger=self.ledger,
            runs=MemoryRuns(self.ledger),
            keyed_hash=keyed_hash,
            emit=discard,
            control=Control(),
        )
        return await engine.run()


def integration(stage: Stage, **records: Sequence[Record]) -> Integration:
    """``integration(stage, contacts=[...], orders=[...])``."""
    return Integration(stage, {Kind(name): ShelfSource(list(each), page_size=40) for name, each in records.items()})


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """An account without contacts."""
    simulator = build_simulator(0)
    async with AsyncExitStack() as stack, serve(simulator) as address:
        try:
            yield Stage(simulator, address, stack)
        finally:
            await stack.aclose()
