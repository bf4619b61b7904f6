"""50 ms latency on both sides: the engine against the raw concurrent loop, and against what a first script does, one
request after another with ``requests``."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Sequence
from typing import Any

import httpx
import msgspec

from tests.benchmarks.bench import Bench
from tests.benchmarks.engine_runs import Work, engine_sample
from tests.benchmarks.measuring import Figure, Goal, Sample, interleaved, rate
from tests.benchmarks.raw import raw_body, raw_sample
from tests.benchmarks.sample_orders import PAGE_SIZE

NAME = "latency"
TITLE = "50 ms latency on both sides"
_PARALLEL = 16


async def measure(bench: Bench) -> Sequence[Figure]:
    work = Work(records=bench.records(2_000), parallel=_PARALLEL, looks_up=True)
    sequential_records = bench.records(60, at_least=20)

    async def behave() -> None:
        await bench.behave(orders=work.records, latency_s=0.05)

    async def engine() -> Sample:
        await behave()
        return await engine_sample(bench, work)

    async def raw() -> Sample:
        await behave()
        return await raw_sample(bench, work)

    async def sequential() -> Sample:
        await behave()
        return await asyncio.to_thread(_sequential, bench, sequential_records)

    series = await interleaved(bench.rounds, {"engine": engine, "raw": raw, "sequential": sequential})
    client = "requests" if _has_requests() else "httpx, because requests is not installed"
    return [
        Figure(
            what="records/s of the raw concurrent loop",
            value=series.ratio(rate, "engine", "raw"),
            goal=Goal(at_least=0.90),
            facts=series.facts(),
        ),
        Figure(
            what="records/s of a sequential loop",
            value=series.ratio(rate, "engine", "sequential"),
            goal=Goal(at_least=10),
            note=f"sequential with {client}",
        ),
        Figure(what="records/s", value=series.median(rate, "engine"), unit="/s"),
    ]


def _has_requests() -> bool:
    return importlib.util.find_spec("requests") is not None


def _sequential(bench: Bench, records: int) -> Sample:
    """The page that holds the records, then one record after another."""
    if _has_requests():
        session: Any = importlib.import_module("requests").Session()
        session.trust_env = False
    else:
        session = httpx.Client(trust_env=False)
    watch = bench.stopwatch()
    with session, watch.running():
        assert records <= PAGE_SIZE
        answer = session.get(f"{bench.server.address}/orders", params={"page": "0"})
        for order in msgspec.json.decode(answer.content)["orders"][:records]:
            session.post(f"{bench.server.address}/orders", json=raw_body(order)).raise_for_status()
    return watch.sample(records)
