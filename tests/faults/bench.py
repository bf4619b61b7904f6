"""One integration from the kiosk to the depot, on the real database, with a proxy on either side."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from app.core.events import Event, RunMode, RunState
from app.core.ledger import RunRecord
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.engine.control import Control
from app.engine.job import Job, Route
from app.engine.life import Patience, RunResult
from app.engine.ports import KeyedHash
from app.engine.run import Engine
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace
from app.sdk.simulator import serve
from app.storage.backups import Backups
from app.storage.database import Database
from app.storage.hashes import load_keyed_hash
from app.storage.ledger import Ledger
from app.storage.runs import Runs
from tests.faults.toxics import Proxy, between
from tests.faults.vendor import Depot, DepotSource, DepotTarget, Kiosk, KioskSource, KioskTarget, busy

ROUGH = HttpOptions(tries=2, backoff_s=0.001, read_timeout_s=0.15, whole_timeout_s=0.3, classify=busy)
"""Little patience, so that what never comes is given up soon."""
CALM = HttpOptions(tries=2, backoff_s=0.001, classify=busy)
"""For lines that work: a slow machine must not look like a fault."""
PACE = Pace(per_second=100_000, parallel=3)
KINDS = (Kind.OPT_OUTS, Kind.ORDERS)
Item = TypeVar("Item")


def everyday(items: Iterable[Item], number: int, *, starting_at: int = 0) -> list[Item]:
    """So many of them, spread evenly; all with ``HYPOTHESIS_PROFILE=thorough``."""
    found = list(items)
    if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" or number >= len(found):
        return found
    places = {(starting_at + step * len(found) // number) % len(found) for step in range(number)}
    return [found[place] for place in sorted(places)]


@dataclass
class Bench:
    kiosk: Kiosk
    depot: Depot
    proxies: Mapping[str, Proxy]
    database: Database
    keyed_hash: KeyedHash
    patience: Patience = Patience((0,))
    options: HttpOptions = ROUGH
    events: list[Event] = field(default_factory=list)
    control: Control = field(default_factory=Control)
    number: int = 0

    @property
    def book(self) -> Runs:
        return Runs(self.database)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.database)

    async def run(self, mode: RunMode = RunMode.HISTORICAL) -> RunResult:
        self.number += 1
        moment = datetime.now(UTC)
        run = RunRecord(
            id=f"run{self.number}",
            integration="daily",
            mode=mode,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=KINDS,
        )
        return await self._work(run, self.book)

    async def continue_last(self) -> RunResult | None:
        """None where nothing is left to continue."""
        run = await self.book.last_unfinished("daily")
        return await self._work(replace(run, state=RunState.RUNNING), _Begun(self.database)) if run else None

    async def _work(self, run: RunRecord, book: Runs) -> RunResult:
        async with AsyncExitStack() as stack:
            kiosk, depot = [
                await stack.enter_async_context(HttpClient(proxy.address, pace=PACE, options=self.options))
                for proxy in self.proxies.values()
            ]
            engine = Engine(
                Job(run=run, routes=_routes(kiosk, depot)),
                ledger=self.ledger,
                runs=book,
                keyed_hash=self.keyed_hash,
                emit=self.events.append,
                control=self.control,
                patience=self.patience,
            )
            return await engine.run()

    def mend(self) -> None:
        """The fault is gone."""
        for proxy in self.proxies.values():
            proxy.toxics.clear()
        self.options = CALM
        self.control = Control()
        self.patience = Patience((0, 0))

    async def finish(self) -> RunResult:
        """What a person does: continue what can be continued, then retry what is open."""
        result = await self.continue_last()
        if result is None:
            result = await self.run(RunMode.HISTORICAL)
        assert result.is_finished, result.run.message
        if [entry async for page in self.ledger.open_issues("daily", KINDS) for entry in page]:
            result = await self.run(RunMode.RETRY)
        return result

    async def prove_once(self) -> None:
        """Everything arrived once, nothing is in doubt, and another run finds nothing to do."""
        again = await self.run(RunMode.HISTORICAL)
        counts = again.balance.total.counts
        assert again.is_finished, again.run.message
        assert set(counts) <= {Outcome.UNCHANGED}, counts
        wanted = {str(number): f"{total} EUR" for number, total in self.kiosk.orders.items()}
        assert self.depot.items == wanted
        assert sorted(self.depot.arrivals, key=int) == sorted(set(self.depot.arrivals), key=int)
        assert sorted(self.kiosk.left) == sorted(self.depot.leavers)
        assert self.depot.shelves == 1


class _Begun(Runs):
    """A run that goes on is in the book already."""

    async def begin(self, run: RunRecord) -> None:
        await self.update(run)


def _routes(kiosk: HttpClient, depot: HttpClient) -> tuple[Route, ...]:
    return (
        Route(
            kind=Kind.OPT_OUTS,
            source=DepotSource(depot),
            target=KioskTarget(kiosk),
            http=kiosk,
            source_account="depot",
            target_account="kiosk",
        ),
        Route(
            kind=Kind.ORDERS,
            source=KioskSource(kiosk),
            target=DepotTarget(depot),
            http=depot,
            source_account="kiosk",
            target_account="depot",
            sweeps=True,
        ),
    )


@asynccontextmanager
async def opened(folder: Path, *, orders: int = 6, busy_timeout_s: float = 5.0) -> AsyncIterator[Bench]:
    """With ``orders`` sent by an earlier run; then one was deleted, as many again were made, and somebody left."""
    kiosk, depot = Kiosk({number: f"{number}.50" for number in range(1, orders + 1)}), Depot()
    database = Database(folder / "koppler.db", Backups(folder / "backups"), busy_timeout_s=busy_timeout_s)
    await database.open()
    try:
        async with (
            serve(kiosk.application()) as kiosk_address,
            serve(depot.application()) as depot_address,
            between(kiosk_address) as kiosk_proxy,
            between(depot_address) as depot_proxy,
        ):
            proxies = {"kiosk": kiosk_proxy, "depot": depot_proxy}
            bench = Bench(kiosk, depot, proxies, database, await load_keyed_hash(database), options=CALM)
            assert (await bench.run()).is_finished
            _let_time_pass(bench, orders)
            yield bench
    finally:
        await database.close()


def _let_time_pass(bench: Bench, orders: int) -> None:
    del bench.kiosk.orders[2]
    bench.kiosk.orders |= {number: f"{number}.25" for number in range(orders + 1, 2 * orders + 1)}
    bench.depot.leavers.append("3")
    bench.depot.shelves = 0
    bench.depot.arrivals.clear()
    bench.options = ROUGH
    for proxy in bench.proxies.values():
        proxy.requests.clear()
