"""The same work with dlt and with the Singer SDK: read the pages, send every order, in batches of 500.

What counts is the wall time of a whole run: of the engine's, of dlt's ``pipeline.run``, of Singer's tap and target with
the start of their two processes, without which Singer does not work. Beside it stands the bench server's clock, from
the first page that is asked for to the last write, which knows nothing of starting and ending. dlt and Singer keep no
ledger, look nothing up and know no consent. They run in processes of their own, under ``--peer-python`` where their
dependencies are in an environment of their own.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Sequence

from tests.benchmarks.bench import REPOSITORY, Bench
from tests.benchmarks.engine_runs import Work, WrongResultError, engine_sample
from tests.benchmarks.measuring import Figure, Goal, Sample, Variant, interleaved, rate

NAME = "peers"
TITLE = "peers on the same work"
_PEERS = {"dlt": ("peer_dlt", "dlt", 4), "Singer": ("peer_singer", "singer_sdk", 9)}


async def measure(bench: Bench) -> Sequence[Figure]:
    work = Work(records=bench.records(20_000, at_least=1_000), size=500)
    is_there = {name: await _has(bench, package) for name, (_, package, _) in _PEERS.items()}

    async def engine() -> Sample:
        await bench.behave(orders=work.records)
        return await engine_sample(bench, work, is_profiled=False)

    def peer(module: str) -> Variant:
        async def run() -> Sample:
            await bench.behave(orders=work.records)
            return await _peer_sample(bench, module, work)

        return run

    variants = {"engine": engine} | {name: peer(_PEERS[name][0]) for name in _PEERS if is_there[name]}
    series = await interleaved(bench.rounds, variants) if any(is_there.values()) else None
    figures = []
    for name, (_, package, at_least) in _PEERS.items():
        goal = Goal(at_least=at_least)
        if series is None or not is_there[name]:
            figures.append(Figure(what=name, goal=goal, skipped=f"{package} is not installed (extra bench)"))
            continue
        figures += [
            Figure(
                what=f"records/s of {name}", value=series.ratio(rate, "engine", name), goal=goal, facts=series.facts()
            ),
            Figure(what=f"{name}, on the server's clock", value=series.ratio(_seconds, name, "engine")),
        ]
    return figures


def _seconds(sample: Sample) -> float:
    server = sample.facts["server"]
    return float(server["last_write_at"] - server["first_read_at"])


async def _has(bench: Bench, package: str) -> bool:
    command = [bench.peer_python, "-c", f"import requests, importlib.util as u; assert u.find_spec('{package}')"]
    process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.DEVNULL)
    return await process.wait() == 0


async def _peer_sample(bench: Bench, module: str, work: Work) -> Sample:
    arguments = ["-m", f"tests.benchmarks.{module}", bench.server.address, str(work.records), str(work.size)]
    process = await asyncio.create_subprocess_exec(
        bench.peer_python, *arguments, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    output, _ = await process.communicate()
    stats = await bench.stats()
    if stats["records"] != work.records:
        raise WrongResultError(f"{module} sent {stats['records']} of {work.records}")
    taken = json.loads(output.splitlines()[-1])
    return Sample(records=work.records, wall_s=taken["wall_s"], cpu_s=taken["cpu_s"], facts={"server": stats})
