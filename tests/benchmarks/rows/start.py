"""From the start of the process `koppler run` to the first request at the shop and at the target, for a small shop and
a large one. Practice systems in a process of their own note when they are first asked."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.bootstrap import opened
from app.core.records import Kind
from app.storage.environment import variable_for
from app.storage.folder import DataFolder
from tests.benchmarks.bench import Bench
from tests.benchmarks.engine_runs import WrongResultError
from tests.benchmarks.measuring import Figure, Goal
from tests.benchmarks.simulators import SOURCE, TARGET, simulators

NAME = "start"
TITLE = "first request after start"
_INTEGRATION = "benchmark"
_PATIENCE_S = 30.0


async def measure(bench: Bench) -> Sequence[Figure]:
    figures = []
    for size, records in (("small shop", 200), ("large shop", bench.records(20_000, at_least=1_000))):
        async with simulators(records) as found:
            with bench.data_folder() as folder:
                await _set_up(folder / "template", found)
                samples = [await _start(folder, found) for _ in range(max(bench.rounds, 3))]
        for system, goal in (("source", 0.6), ("target", 0.8)):
            taken = [sample[system] for sample in samples]
            figures.append(
                Figure(
                    what=f"{system}, {size}", value=statistics.median(taken), unit="s", goal=Goal(at_most=goal),
                    facts={"samples": samples},
                )
            )  # fmt: skip
        written = [sample["first write"] for sample in samples if "first write" in sample]
        figures.append(Figure(what=f"first write, {size}", value=statistics.median(written or [0]), unit="s"))
    return figures


async def _set_up(root: Path, found: Mapping[str, Any]) -> None:
    async with opened(DataFolder(root), environ={}) as services:
        services.secrets.use_session()
        keys = []
        for system in (SOURCE, TARGET):
            given = found[system]
            view = await services.accounts.create(
                system, system, given["settings"], given["secrets"], given["address"], key=system
            )
            keys.append(view.key)
        await services.integrations.create("Benchmark", keys[0], keys[1], (Kind.ORDERS,), {}, key=_INTEGRATION)


async def _start(folder: Path, found: Mapping[str, Any]) -> dict[str, float]:
    """Seconds until each side was first asked; the run is ended as soon as it has written something."""
    root = folder / "run"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(folder / "template", root)
    environ = os.environ | {
        variable_for(system, name): value
        for system in (SOURCE, TARGET)
        for name, value in found[system]["secrets"].items()
    }
    command = [sys.executable, "-m", "app", "--data-dir", str(root), "run", _INTEGRATION, "--historical", "--json"]
    first: dict[str, dict[str, float]] = {SOURCE: {}, TARGET: {}}
    with (folder / "output").open("wb") as output:
        began = time.time()
        process = await asyncio.create_subprocess_exec(
            *command, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            while not _is_complete(first) and process.returncode is None and time.time() - began < _PATIENCE_S:
                await asyncio.sleep(0.5)
                for system in (SOURCE, TARGET):
                    first[system] = await asyncio.to_thread(_asked, found[system]["address"]) | first[system]
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if "request" not in first[TARGET] or "request" not in first[SOURCE]:
        raise WrongResultError((folder / "output").read_text(errors="replace")[-2_000:])
    taken = {"source": first[SOURCE]["request"] - began, "target": first[TARGET]["request"] - began}
    if "write" in first[TARGET]:
        taken["first write"] = first[TARGET]["write"] - began
    return taken


def _is_complete(first: Mapping[str, Mapping[str, float]]) -> bool:
    return "request" in first[SOURCE] and "write" in first[TARGET]


def _asked(address: str) -> dict[str, float]:
    with urllib.request.urlopen(f"{address}/_bench/first", timeout=10) as answer:  # noqa: S310 - loopback
        first: dict[str, float] = json.load(answer)
        return first
