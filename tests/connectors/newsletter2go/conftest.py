"""A simulated account behind a real socket, and the real engine over a shelf of records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from app.connectors.newsletter2go.manifest import MANIFEST
from app.connectors.newsletter2go.settings import TargetOptions
from app.connectors.newsletter2go.target import Newsletter2GoTarget
from app.connectors.newsletter2go.world import World
from app.core.events import RunMode, RunState, discard
from app.core.ledger import Entry, RunRecord
from app.core.outcomes import Outcome
from app.core.records import Kind, Record
from app.core.rules import Rules
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.run import Engine
from app.sdk.access import Access
from app.sdk.settings import parse
from app.sdk.simulator import Simulator
from app.sdk.target import Mappings
from tests.connectors.standard import opened
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash
from tests.engine.warehouse import ShelfSource

SHOP = Mappings(source_system="woocommerce", source_name="Lampenladen", source_id="lampen")


@dataclass
class Stage:
    """One account, and an integration into it whose ledger remembers."""

    simulator: Simulator
    access: Access[Any]
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    number: int = 0

    @property
    def world(self) -> World:
        assert isinstance(self.simulator.world, World)
        return self.simulator.world

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [(each.method, each.path.removeprefix("/")) for each in self.simulator.writes]

    def bodies(self, path: str) -> list[Any]:
        return [each.json() for each in self.simulator.writes if each.path.strip("/").startswith(path) and each.body]

    def target(self, mappings: Mappings = SHOP, **options: object) -> Newsletter2GoTarget:
        return Newsletter2GoTarget(self.access, parse(TargetOptions, options), mappings)

    async def run(
        self,
        shelves: dict[Kind, Sequence[Record]],
        *,
        mode: RunMode = RunMode.CHANGES,
        mappings: Mappings = SHOP,
        sweeps: bool = False,
        **options: object,
    ) -> Any:
        """The whole shelf is read each time, as by a source that cannot tell changes."""
        self.number += 1
        target = self.target(mappings, **options)
        moment = datetime.now(UTC)
        run = RunRecord(
            id=f"run{self.number}",
            integration="shop",
            mode=mode,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=tuple(shelves),
        )
        routes = tuple(
            Route(
                kind=kind,
                source=ShelfSource(list(records), page_size=200),
                target=target,
                http=self.access.http,
                source_account="shelf",
                target_account="my-n2g",
                sweeps=sweeps,
            )
            for kind, records in shelves.items()
        )
        engine = Engine(
            Job(run=run, routes=routes, rules=Rules()),
            ledger=self.ledger,
            runs=MemoryRuns(self.ledger),
            keyed_hash=keyed_hash,
            emit=discard,
            control=Control(),
        )
        return await engine.run()

    async def contacts(self, *records: Record, **options: object) -> dict[str, Entry]:
        await self.run({Kind.CONTACTS: records}, **options)  # type: ignore[arg-type]
        return {each.id: self.entry(Kind.CONTACTS, each.id) for each in records}

    def entry(self, kind: Kind, key: str) -> Entry:
        return self.ledger.entries["shop", kind, key]

    def outcome(self, kind: Kind, key: str) -> tuple[Outcome | None, str]:
        found = self.entry(kind, key)
        return found.outcome, found.reason


@asynccontextmanager
async def staged(records: int = 0) -> AsyncIterator[Stage]:
    async with opened(MANIFEST, records=records) as account:
        stage = Stage(account.simulator, account.access)
        yield stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """An account with two people in its address book."""
    async with staged() as found:
        yield found
