"""Read only: the source through our client into records, against the raw loop that decodes JSON."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.events import now
from app.core.records import Kind
from app.sdk.source import ReadRequest
from tests.benchmarks.bench import Bench
from tests.benchmarks.engine_runs import Work, clients
from tests.benchmarks.measuring import Figure, Goal, Sample, cpu, interleaved, rate
from tests.benchmarks.raw import raw_reading
from tests.benchmarks.shop import BenchSource

NAME = "reading"
TITLE = "read only"


async def read_sample(bench: Bench, records: int, *, is_profiled: bool = True) -> Sample:
    """Every record of the source, read ahead as a run does."""
    from app.engine.reading import read_ahead

    watch = bench.stopwatch(is_profiled=is_profiled)
    count = 0
    async with clients(bench, Work(records=records)) as (source, _):
        pages = BenchSource(source, records).read(ReadRequest(kind=Kind.ORDERS, until=now()))
        with watch.running():
            async for page in read_ahead(pages):
                count += len(page.records)
    assert count == records
    return watch.sample(records)


async def measure(bench: Bench) -> Sequence[Figure]:
    records = bench.records(20_000)
    await bench.behave(orders=records)
    series = await interleaved(
        bench.rounds, {"engine": lambda: read_sample(bench, records), "raw": lambda: raw_reading(bench, records)}
    )
    return [
        Figure(
            what="records/s of the raw loop",
            value=series.ratio(rate, "engine", "raw"),
            goal=Goal(at_least=0.60),
            facts=series.facts(),
        ),
        Figure(what="CPU per record of the raw loop", value=series.ratio(cpu, "engine", "raw")),
        Figure(what="records/s", value=series.median(rate, "engine"), unit="/s"),
    ]
