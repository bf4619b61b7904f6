"""Whatever the wire does: in the end everything is there once, and the numbers add up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.events import RunMode, RunState
from app.core.outcomes import Outcome
from app.engine.control import Control
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace
from app.sdk.simulator import Fault, serve
from tests.engine.conftest import Bench
from tests.engine.warehouse import Warehouse, order
from tests.engine.wire import faults_of


@asynccontextmanager
async def made() -> AsyncIterator[Bench]:
    warehouse = Warehouse()
    options = HttpOptions(backoff_s=0.0005, tries=2)
    async with (
        serve(warehouse.simulator) as url,
        HttpClient(url, pace=Pace(per_second=100_000, parallel=3), options=options) as http,
    ):
        yield Bench(warehouse, http, http)


async def until_finished(bench: Bench) -> None:
    """As a person would: continue for as long as the program says that it can be continued."""
    result = await bench.run(RunMode.HISTORICAL)
    for _ in range(40):
        if result.is_finished:
            return
        assert result.run.state in {RunState.WAITING, RunState.PAUSED}, result.run.message
        result = await bench.continue_last()
    raise AssertionError("never finished")


def in_doubt(bench: Bench) -> set[str]:
    return {entry.key for entry in bench.ledger.entries.values() if entry.outcome is Outcome.IN_DOUBT}


@settings(max_examples=40)
@given(
    st.lists(faults_of("POST"), max_size=5), st.integers(1, 25), st.booleans(), st.sets(st.integers(1, 25), max_size=3)
)
def test_everything_arrives_once_and_balances(
    troubles: list[Fault], number: int, is_strict: bool, refused: set[int]
) -> None:
    async def story() -> None:
        async with made() as bench:
            bench.patience = (0,)
            bench.source.records = [order(each) for each in range(1, number + 1)]
            bench.warehouse.is_strict = is_strict
            bench.warehouse.refused = {str(each) for each in refused}
            bench.warehouse.simulator.faults = [
                Fault(**{name: getattr(each, name) for name in Fault.__slots__}) for each in troubles
            ]
            await until_finished(bench)
            wanted = {str(each) for each in range(1, number + 1)} - bench.warehouse.refused
            assert set(bench.warehouse.items) >= wanted - in_doubt(bench)
            assert len(bench.warehouse.arrivals) == len(set(bench.warehouse.arrivals))
            bench.warehouse.simulator.faults.clear()
            bench.control = Control()
            await bench.run(RunMode.RETRY)
            assert set(bench.warehouse.items) == wanted
            assert not in_doubt(bench)
            assert len(bench.warehouse.arrivals) == len(set(bench.warehouse.arrivals))

    asyncio.run(story())
