"""A second run over everything when nothing has changed: no write, and hardly longer than reading alone."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.bench import Bench
from tests.benchmarks.engine_runs import Work, WrongResultError, books_on_disk, clients, job_of, run_engine
from tests.benchmarks.measuring import Figure, Goal, Sample, cpu, interleaved, wall
from tests.benchmarks.rows.reading import read_sample

NAME = "unchanged"
TITLE = "unchanged second run"


async def measure(bench: Bench) -> Sequence[Figure]:
    work = Work(records=bench.records(100_000, at_least=1_000), size=500)
    await bench.behave(orders=work.records)
    writes = []
    async with books_on_disk(bench) as books:
        async with clients(bench, work) as (source, target):
            await run_engine(books, job_of(source, target, work))

        async def again() -> Sample:
            await bench.behave(orders=work.records)
            watch = bench.stopwatch(is_profiled=True)
            async with clients(bench, work) as (source, target):
                job = job_of(source, target, work)
                with watch.running():
                    result = await run_engine(books, job)
            writes.append((await bench.stats())["writes"])
            if not result.is_finished or result.balance.total.read != work.records:
                raise WrongResultError(str(result.balance))
            return watch.sample(work.records)

        async def reading() -> Sample:
            return await read_sample(bench, work.records, is_profiled=False)

        series = await interleaved(bench.rounds, {"again": again, "reading": reading})
    return [
        Figure(what="write requests", value=max(writes), unit="", goal=Goal(at_most=0)),
        Figure(
            what="time of reading alone",
            value=series.ratio(wall, "again", "reading"),
            goal=Goal(at_most=1.2),
            note=f"{work.records:,} orders",
            facts=series.facts(),
        ),
        Figure(what="CPU of reading alone", value=series.ratio(cpu, "again", "reading")),
    ]
