"""Whatever the wire does to an undo: in the end what may go is gone, the rest is there, and the numbers add up."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.events import RunState
from app.core.outcomes import Outcome
from app.engine.undo_survey import Survey
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace
from app.sdk.simulator import Fault, serve
from tests.engine.conftest import Bench
from tests.engine.returns import ReturningWarehouse, Returns
from tests.engine.warehouse import order
from tests.engine.wire import faults_of


async def until_finished(returns: Returns) -> None:
    result = await returns.undo()
    for _ in range(40):
        if result.is_finished:
            assert result.balance.balances
            return
        assert result.run.state in {RunState.WAITING, RunState.PAUSED}, result.run.message
        result = await returns.go_on()
    raise AssertionError("never finished")


@settings(max_examples=25)
@given(st.lists(faults_of("DELETE"), max_size=5), st.integers(1, 15), st.sets(st.integers(1, 15), max_size=3))
def test_everything_untouched_goes_and_everything_touched_stays(
    troubles: list[Fault], number: int, touched: set[int]
) -> None:
    async def story() -> None:
        warehouse = ReturningWarehouse()
        options = HttpOptions(backoff_s=0.0005, tries=2)
        async with (
            serve(warehouse.simulator) as url,
            HttpClient(url, pace=Pace(per_second=100_000, parallel=3), options=options) as http,
        ):
            bench = Bench(warehouse, http, http)
            bench.patience = (0,)
            bench.source.records = [order(each) for each in range(1, number + 1)]
            assert (await bench.run()).is_finished
            keys = {str(each) for each in touched if each <= number}
            for key in keys:
                warehouse.items[key] = {**warehouse.items[key], "status": "touched"}
            returns = Returns(bench, warehouse)
            survey = await returns.survey()
            assert survey.count == number - len(keys)

            async def ready(run_id: str = "run1") -> Survey:
                assert run_id == survey.run.id
                return survey

            returns.survey = ready  # type: ignore[method-assign]
            warehouse.simulator.faults = [
                Fault(**{name: getattr(each, name) for name in Fault.__slots__}) for each in troubles
            ]
            await until_finished(returns)
            assert set(warehouse.items) == keys
            outcomes = [entry.outcome for entry in bench.ledger.entries.values()]
            assert outcomes.count(Outcome.SKIPPED) == number - len(keys)
            assert outcomes.count(Outcome.UNCHANGED) == len(keys)

    asyncio.run(story())
