"""Batches of 500: the engine with its ledger on a disk against the raw loop."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.bench import Bench
from tests.benchmarks.contest import against_raw
from tests.benchmarks.engine_runs import Work
from tests.benchmarks.measuring import Figure, Goal, cpu, rate

NAME = "batches"
TITLE = "batches of 500"


async def measure(bench: Bench) -> Sequence[Figure]:
    work = Work(records=bench.records(20_000, at_least=1_000), size=500)
    series = await against_raw(bench, work)
    return [
        Figure(
            what="records/s of the raw loop",
            value=series.ratio(rate, "engine", "raw"),
            goal=Goal(at_least=0.60),
            facts=series.facts(),
        ),
        Figure(
            what="CPU per 10,000 records", value=series.median(cpu, "engine") * 10_000, unit="s", goal=Goal(at_most=1.0)
        ),
        Figure(what="records/s of the loop over our client", value=series.ratio(rate, "engine", "ours")),
        Figure(what="CPU per record of the raw loop", value=series.ratio(cpu, "engine", "raw")),
        Figure(what="records/s", value=series.median(rate, "engine"), unit="/s"),
    ]
