"""The engine with its ledger on a disk, the raw loop, and the raw loop over our own client, in turn."""

from __future__ import annotations

from tests.benchmarks.bench import Bench
from tests.benchmarks.engine_runs import Work, engine_sample
from tests.benchmarks.measuring import Sample, Series, interleaved
from tests.benchmarks.raw import raw_sample, raw_sample_of_our_client


async def against_raw(bench: Bench, work: Work) -> Series:
    """Under the names ``engine``, ``raw`` and ``ours``."""

    async def engine() -> Sample:
        await bench.behave(orders=work.records)
        return await engine_sample(bench, work)

    async def raw() -> Sample:
        await bench.behave(orders=work.records)
        return await raw_sample(bench, work)

    async def ours() -> Sample:
        await bench.behave(orders=work.records)
        return await raw_sample_of_our_client(bench, work)

    return await interleaved(bench.rounds, {"engine": engine, "raw": raw, "ours": ours})
