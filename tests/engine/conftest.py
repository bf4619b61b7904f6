from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from app.core.events import Event, RunMode, RunState, discard
from app.core.ledger import RunRecord
from app.core.records import Kind
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.life import Patience, RunResult
from app.engine.preview import PreviewResult, preview
from app.engine.run import Engine
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace
from app.sdk.simulator import serve
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash
from tests.engine.warehouse import ShelfSource, Warehouse, WarehouseTarget


@dataclass
class Bench:
    """One integration from a shelf to a warehouse, with everything around it in memory."""

    warehouse: Warehouse
    http: HttpClient
    preview_http: HttpClient
    source: ShelfSource = field(default_factory=ShelfSource)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    events: list[Event] = field(default_factory=list)
    looks_up: bool = True
    sweeps: bool = False
    has_changes: bool = True
    kind: Kind = Kind.ORDERS
    patience: tuple[float, ...] = (0, 0, 0)
    number: int = 0
    listener: Callable[[Event], None] = discard
    terms: bytes = b""
    target: WarehouseTarget | None = None
    told_clock: object = None
    """Stands for the client of the source, where a test tells how its clock differs."""

    def __post_init__(self) -> None:
        self.runs = MemoryRuns(self.ledger)
        self.control = Control()

    def route(self, http: HttpClient) -> Route:
        return Route(
            kind=self.kind,
            source=self.source,
            target=self.target or WarehouseTarget(http, self.warehouse),
            http=http,
            source_http=self.told_clock,  # type: ignore[arg-type]
            source_account="shelf",
            target_account="warehouse",
            looks_up=self.looks_up,
            sweeps=self.sweeps,
            has_changes=self.has_changes,
            terms=self.terms,
        )

    def job(self, mode: RunMode, **more: object) -> Job:
        self.number += 1
        moment = datetime.now(UTC)
        run = RunRecord(
            id=f"run{self.number}",
            integration="shop",
            mode=mode,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=(self.kind,),
            limit=more.pop("limit", None),  # type: ignore[arg-type]
            since=more.pop("since", None),  # type: ignore[arg-type]
        )
        return Job(run=run, routes=(self.route(self.http),), **more)  # type: ignore[arg-type]

    async def run(self, mode: RunMode = RunMode.HISTORICAL, **more: object) -> RunResult:
        return await self.engine(self.job(mode, **more)).run()

    async def continue_last(self) -> RunResult:
        run = await self.runs.last_unfinished("shop")
        assert run is not None
        job = Job(run=replace(run, state=RunState.RUNNING), routes=(self.route(self.http),))
        self.control = Control()
        return await self.engine(job).run()

    def engine(self, job: Job) -> Engine:
        return Engine(
            job,
            ledger=self.ledger,
            runs=self.runs,
            keyed_hash=keyed_hash,
            emit=self.hear,
            control=self.control,
            patience=Patience(self.patience),
        )

    def hear(self, event: Event) -> None:
        self.events.append(event)
        self.listener(event)

    async def preview(self, limit: int = 100) -> PreviewResult:
        job = replace(self.job(RunMode.PREVIEW), routes=(self.route(self.preview_http),))
        return await preview(job, ledger=self.ledger, keyed_hash=keyed_hash, limit=limit)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    warehouse = Warehouse()
    options = HttpOptions(backoff_s=0.001, tries=2)
    pace = Pace(per_second=100_000, parallel=3)
    async with (
        serve(warehouse.simulator) as url,
        HttpClient(url, pace=pace, options=options) as http,
        HttpClient(url, pace=pace, options=options, read_only=True) as preview_http,
    ):
        yield Bench(warehouse, http, preview_http)
