"""What the ledger costs: CPU of the same run with the ledger on a disk and with an in-memory port in its place."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.bench import Bench
from tests.benchmarks.engine_runs import Work, engine_sample
from tests.benchmarks.measuring import Figure, Goal, Sample, cpu, interleaved, rate

NAME = "ledger"
TITLE = "ledger against no ledger"


async def _figures(bench: Bench, name: str, work: Work, goal: Goal) -> list[Figure]:
    async def with_ledger() -> Sample:
        await bench.behave(orders=work.records)
        return await engine_sample(bench, work)

    async def without() -> Sample:
        await bench.behave(orders=work.records)
        return await engine_sample(bench, work, has_ledger=False, is_profiled=False)

    series = await interleaved(bench.rounds, {"ledger": with_ledger, "none": without})
    return [
        Figure(
            what=f"CPU, {name}", value=(series.ratio(cpu, "ledger", "none") - 1) * 100, unit="%", goal=goal,
            facts=series.facts(),
        ),
        Figure(what=f"records/s, {name}", value=series.ratio(rate, "ledger", "none")),
    ]  # fmt: skip


async def measure(bench: Bench) -> Sequence[Figure]:
    single = Work(records=bench.records(3_000))
    batch = Work(records=bench.records(20_000, at_least=1_000), size=500)
    return [
        *await _figures(bench, "single", single, Goal(at_most=12)),
        *await _figures(bench, "batch", batch, Goal(at_most=25)),
    ]
