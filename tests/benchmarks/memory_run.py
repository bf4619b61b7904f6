"""One import without a window, for its memory: `python -m tests.benchmarks.memory_run ADDRESS RECORDS FOLDER`.

Everything that the command line would load is loaded. Prints the greatest resident size in megabytes as JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from pathlib import Path

import app.bootstrap
import app.cli.commands  # noqa: F401 - what the command line loads counts
from tests.benchmarks.bench import Bench, BenchServer
from tests.benchmarks.engine_runs import Work, books_on_disk, clients, job_of, run_engine


def peak_mb() -> float:
    """What this process itself has used at most; ru_maxrss would count what its parent used before the start."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


async def run(address: str, records: int, folder: Path) -> None:
    bench = Bench(server=BenchServer(address), folder=folder)
    work = Work(records=records, size=500)
    async with books_on_disk(bench) as books, clients(bench, work) as (source, target):
        before_mb = peak_mb()
        result = await run_engine(books, job_of(source, target, work))
    total = result.balance.total
    found = {"peak_mb": peak_mb(), "before_mb": before_mb, "settled": total.settled, "is_finished": result.is_finished}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
