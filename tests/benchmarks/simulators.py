"""A practice shop and a practice target without rate limits, in a process of their own: for measuring the window, not
the simulators. Prints one JSON line, serves until its input ends.

``GET /_bench/first`` tells when the first request and the first write came, in seconds since 1970, and forgets them.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from app.core.records import Kind
from app.sdk.pacing import Pace
from app.sdk.registry import Registry
from app.sdk.simulator import Simulator, serve
from app.services import Services

SOURCE, TARGET = "bigcommerce", "activecampaign"
_NO_LIMIT = 1_000_000


def unlimited(system: str, records: int) -> Simulator:
    simulator = Registry.discover().of(system).simulator(records)
    world = simulator.world
    if hasattr(world, "per_second"):
        world.per_second = _NO_LIMIT
    if hasattr(world, "quota"):
        world.quota = replace(world.quota, requests=_NO_LIMIT, has_headers=False)
    return simulator


class Noting:
    """The simulator, with a note of when it was first asked for something."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._first: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/_bench/first":
            first, self._first = self._first, {}
            self._simulator.journal.clear()
            await JSONResponse(first)(scope, receive, send)
            return
        arrived = time.time()
        self._first.setdefault("request", arrived)
        await self._simulator(scope, receive, send)
        if "write" not in self._first and self._simulator.writes:
            self._first["write"] = arrived


@asynccontextmanager
async def simulators(records: int) -> AsyncIterator[dict[str, Any]]:
    """The process of this module; gives address, settings and secrets of each system."""
    command = [sys.executable, "-m", "tests.benchmarks.simulators", str(records)]
    process = await asyncio.to_thread(
        lambda: subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield json.loads(await asyncio.to_thread(process.stdout.readline))
    finally:
        process.stdin.close()
        await asyncio.to_thread(process.wait)
        process.stdout.close()


def unpaced() -> Registry:
    fast = Pace(per_second=100_000, parallel=6)
    return Registry({each.system: replace(each, pace=fast) for each in Registry.discover()})


async def set_up(services: Services, found: Mapping[str, Any], kinds: Sequence[Kind]) -> str:
    """The key of an integration between the two simulators."""
    services.secrets.use_session()
    keys = []
    for system in (SOURCE, TARGET):
        given = found[system]
        view = await services.accounts.create(system, system, given["settings"], given["secrets"], given["address"])
        keys.append(view.key)
    return (await services.integrations.create("Benchmark", keys[0], keys[1], kinds, {}, key="benchmark")).key


async def main(records: int) -> None:
    async with AsyncExitStack() as stack:
        found = {}
        for system in (SOURCE, TARGET):
            simulator = unlimited(system, records)
            address = await stack.enter_async_context(serve(Noting(simulator)))
            found[system] = {"address": address, "settings": simulator.settings, "secrets": simulator.secrets}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
