"""The greatest memory of an import without a window, and how much more a hundred times as many orders need."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from tests.benchmarks.bench import REPOSITORY, Bench
from tests.benchmarks.engine_runs import WrongResultError
from tests.benchmarks.measuring import Figure, Goal

NAME = "memory"
TITLE = "memory, headless"


async def measure(bench: Bench) -> Sequence[Figure]:
    few = bench.records(10_000, at_least=1_000)
    many = bench.records(1_000_000, at_least=5_000)
    small = [await _run(bench, few) for _ in range(bench.rounds)]
    large = await _run(bench, many)
    usual = statistics.median(each["peak_mb"] for each in small)
    return [
        Figure(
            what=f"peak, {many:,} orders",
            value=large["peak_mb"],
            unit="MB",
            goal=Goal(at_most=80),
            facts={"few": small, "many": large},
        ),
        Figure(
            what=f"growth from {few:,} orders", value=large["peak_mb"] - usual, unit="MB", goal=Goal(at_most=5)
        ),
        Figure(what="of it before the first record", value=large["before_mb"], unit="MB"),
    ]  # fmt: skip


async def _run(bench: Bench, records: int) -> dict[str, Any]:
    await bench.behave(orders=records)
    arguments = ["-m", "tests.benchmarks.memory_run", bench.server.address, str(records), str(bench.folder)]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=subprocess.PIPE, cwd=REPOSITORY)
    output, _ = await process.communicate()
    if process.returncode:
        raise WrongResultError(f"the run over {records} orders ended with {process.returncode}")
    found: dict[str, Any] = json.loads(output)
    if not found["is_finished"] or found["settled"] != records:
        raise WrongResultError(str(found))
    return found
