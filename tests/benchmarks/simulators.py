"""A practice shop and a practice target without rate limits, in a process of their own: for measuring the window, not
the simulators. Prints one JSON line, serves until its input ends."""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from dataclasses import replace

from app.sdk.registry import Registry
from app.sdk.simulator import Simulator, serve

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


async def main(records: int) -> None:
    async with AsyncExitStack() as stack:
        found = {}
        for system in (SOURCE, TARGET):
            simulator = unlimited(system, records)
            address = await stack.enter_async_context(serve(simulator))
            found[system] = {"address": address, "settings": simulator.settings, "secrets": simulator.secrets}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
