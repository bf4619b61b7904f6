"""What every row of the table is given: the server, a folder on a disk, and how thorough to be."""

from __future__ import annotations

import asyncio
import cProfile
import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import Stopwatch
from tests.benchmarks.server import Behaviour

REPOSITORY = Path(__file__).parents[2]


class BenchServer:
    """The server's process, steered from outside of what is measured."""

    def __init__(self, address: str) -> None:
        self.address = address

    def behave(self, **behaviour: Any) -> Behaviour:
        """From now on; what was counted is forgotten."""
        chosen = Behaviour(**behaviour)
        self._call("/control", json.dumps(asdict(chosen)).encode())
        return chosen

    def stats(self) -> dict[str, Any]:
        return self._call("/stats")

    def _call(self, path: str, body: bytes | None = None) -> Any:
        headers = {"Connection": "close"}
        request = urllib.request.Request(self.address + path, data=body, headers=headers)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return json.load(answer)


@contextmanager
def bench_server() -> Iterator[BenchServer]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.server"],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield BenchServer(json.loads(process.stdout.readline())["address"])
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    server: BenchServer
    folder: Path
    """Where data folders are made: on a real disk, because the ledger waits for it."""
    rounds: int = 3
    scale: float = 1.0
    """Multiplies how many records are measured; below 1 for a quick look."""
    profiler: cProfile.Profile | None = None
    peer_python: str = sys.executable
    """An interpreter that has the optional extra ``bench``."""

    def records(self, number: int, at_least: int = 250) -> int:
        return max(at_least, int(number * self.scale))

    def stopwatch(self, *, is_profiled: bool = False) -> Stopwatch:
        return Stopwatch(self.profiler if is_profiled else None)

    @contextmanager
    def data_folder(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="koppler-bench-", dir=self.folder) as name:
            yield Path(name)

    @contextmanager
    def with_own_server(self) -> Iterator[Bench]:
        """For what mostly waits, so that several rounds can wait at the same time."""
        with bench_server() as server:
            yield replace(self, server=server, profiler=None)

    async def behave(self, **behaviour: Any) -> None:
        await asyncio.to_thread(self.server.behave, **behaviour)

    async def stats(self) -> dict[str, Any]:
        return await asyncio.to_thread(self.server.stats)
