"""Decode, map and hash: from the bytes of a page to what the ledger compares, without network and without ledger."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.rules import Rules
from app.engine.planning import Planner
from app.sdk.http import HttpClient
from app.sdk.pacing import Pace
from app.storage.hashes import load_keyed_hash
from tests.benchmarks.bench import Bench
from tests.benchmarks.engine_runs import database_on_disk
from tests.benchmarks.measuring import Figure, Goal, Sample, cpu, interleaved
from tests.benchmarks.sample_orders import PAGE_SIZE, order_size, render_page
from tests.benchmarks.shop import BenchTarget, orders_of

NAME = "mapping"
TITLE = "decode + map + hash"


async def measure(bench: Bench) -> Sequence[Figure]:
    pages = bench.records(20_000) // PAGE_SIZE
    contents = [render_page(page * PAGE_SIZE, PAGE_SIZE) for page in range(pages)]
    async with (
        database_on_disk(bench) as database,
        HttpClient(bench.server.address, pace=Pace(per_second=1)) as unused,
    ):
        planner = Planner(BenchTarget(unused), Rules(), await load_keyed_hash(database))

        async def all_of_it() -> Sample:
            watch = bench.stopwatch(is_profiled=True)
            with watch.running():
                for content in contents:
                    for order in orders_of(content):
                        planner.sight(order)
            return watch.sample(pages * PAGE_SIZE)

        async def decoding() -> Sample:
            watch = bench.stopwatch()
            with watch.running():
                for content in contents:
                    orders_of(content)
            return watch.sample(pages * PAGE_SIZE)

        series = await interleaved(bench.rounds, {"all": all_of_it, "decode": decoding})
    return [
        Figure(
            what=f"CPU per 100,000 orders of {order_size()} bytes",
            value=series.median(cpu, "all") * 100_000,
            unit="s",
            goal=Goal(at_most=2.5),
            facts=series.facts(),
        ),
        Figure(what="of it: bytes into records", value=series.median(cpu, "decode") * 100_000, unit="s"),
    ]
