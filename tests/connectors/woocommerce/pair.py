"""A practice shop and a practice newsletter with the real engine between them, both ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.connectors.woocommerce.manifest import MANIFEST
from app.connectors.woocommerce.world import World
from app.core.events import RunMode, RunState, discard
from app.core.ledger import RunRecord
from app.core.records import Kind
from app.core.rules import GuestOrders, Rules
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.run import Engine
from app.sdk.manifest import flows_between
from app.sdk.target import Mappings, Target
from tests.connectors.standard import Opened, read_all
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash

SHOP = Mappings(source_system="woocommerce", source_name="Practice shop", source_id="practice-shop")


@dataclass
class Pair:
    shop: Opened
    newsletter: Opened
    open_target: Callable[[], Target]
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
        kinds = flows_between(MANIFEST, self.newsletter.manifest)
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
        return Route(
            kind=kind,
            source=sender.source(),
            target=self.shop.target() if kind.runs_back else self.open_target(),
            http=receiver.access.http,
            source_account=sender.manifest.system,
            target_account=receiver.manifest.system,
            has_changes=reads.has_changes,
            granularity=reads.granularity,
            sweeps=reads.sweeps,
        )


def meta(row: Any, key: str) -> list[str]:
    return [each["value"] for each in row["meta_data"] if each["key"] == key]


async def agreed(pair: Pair) -> tuple[Any, Any, Any]:
    people = [each for each in await read_all(pair.shop.source(), Kind.CONTACTS) if each.consent.is_given]
    accounts = [each for each in people if not each.is_guest and each.group == "customer"]
    return accounts[0], accounts[1], next(each for each in people if each.is_guest)
