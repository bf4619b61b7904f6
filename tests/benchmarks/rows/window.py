"""The window while an import runs at full speed: how long it does not answer, and how much slower the run is for it.

The stalls come from :mod:`tests.benchmarks.window_stalls` (5,000 log lines a second, a person who walks through the
pages), the time from :mod:`tests.benchmarks.window_run`, with the window and without it in turn.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from tests.benchmarks.bench import REPOSITORY, Bench
from tests.benchmarks.engine_runs import WrongResultError
from tests.benchmarks.measuring import Figure, Goal, Sample, Variant, interleaved, wall

NAME = "window"
TITLE = "window during a run"
_BUSY_PHASES = ("lines and run, run page", "lines and run, walking")


async def measure(bench: Bench) -> Sequence[Figure]:
    records = bench.records(400, at_least=40)

    def variant(*options: str) -> Variant:
        async def run() -> Sample:
            found = await _output("window_run", "--records", str(records), *options)
            return Sample(records=int(found["settled"]), wall_s=found["run_s"], cpu_s=found["cpu_s"], facts=found)

        return run

    series = await interleaved(bench.rounds, {"window": variant(), "headless": variant("--headless")})
    seconds = max(4, int(10 * bench.scale))
    stalls = await _output("window_stalls", "--seconds", str(seconds), "--records", str(bench.records(20_000)))
    phases = [stalls["phases"][name] for name in _BUSY_PHASES]
    return [
        Figure(
            what="time of a run without window",
            value=series.ratio(wall, "window", "headless"),
            goal=Goal(at_most=1.15),
            facts=series.facts(),
        ),
        Figure(
            what="stalls p99", value=max(each["p99_ms"] for each in phases), unit="ms", goal=Goal(at_most=50),
            facts=stalls,
        ),
        Figure(what="stalls max", value=max(each["max_ms"] for each in phases), unit="ms", goal=Goal(at_most=100)),
        Figure(what="of the idle machine, max", value=stalls["phases"]["idle"]["max_ms"], unit="ms"),
    ]  # fmt: skip


async def _output(module: str, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    output, complaints = await process.communicate()
    if not output:
        raise WrongResultError(complaints.decode(errors="replace")[-2_000:])
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found
