"""Practice accounts: simulators in this process, started when needed, remembered from one start to the next."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.core.configuration import Account
from app.sdk.registry import Registry
from app.storage.practice import PracticeStore

if TYPE_CHECKING:
    from app.sdk.simulator import Simulator

RECORDS = 200


@dataclass(frozen=True, slots=True)
class _Running:
    simulator: Simulator
    address: str
    server: AsyncExitStack


class Practice:
    def __init__(self, registry: Registry, store: PracticeStore, *, records: int = RECORDS) -> None:
        self._registry = registry
        self._store = store
        self._records = records
        self._running: dict[str, _Running] = {}
        self._starting = asyncio.Lock()

    async def address(self, account: Account) -> str:
        """Starts the simulator where it does not run yet. Raises StorageError."""
        return (await self._started(account)).address

    async def simulator(self, account: Account) -> Simulator:
        return (await self._started(account)).simulator

    async def summary(self, account: Account) -> Mapping[str, Any]:
        """What the practice system holds, in its own words."""
        return (await self.simulator(account)).summary()

    def make(self, system: str) -> Simulator:
        """One that is not served: for its settings."""
        return self._registry.of(system).simulator(self._records)

    async def save(self) -> None:
        """Keeps the state of every running simulator; after a run, and at the end of the program."""
        for key, running in self._running.items():
            await self._store.save(key, running.simulator.snapshot())

    async def forget(self, account: Account) -> None:
        running = self._running.pop(account.key, None)
        if running is not None:
            await running.server.aclose()
        await self._store.delete(account.key)

    async def drop_forgotten(self) -> None:
        """Ends simulators whose state was erased: they begin anew when they are needed."""
        for key in tuple(self._running):
            if await self._store.load(key) is None:
                await self._running.pop(key).server.aclose()

    async def aclose(self) -> None:
        """Saves and stops what runs."""
        try:
            await self.save()
        finally:
            while self._running:
                _, running = self._running.popitem()
                await running.server.aclose()

    async def _started(self, account: Account) -> _Running:
        async with self._starting:
            if account.key not in self._running:
                self._running[account.key] = await self._start(account)
            return self._running[account.key]

    async def _start(self, account: Account) -> _Running:
        from app.sdk.simulator import serve  # late: most runs have no use for a web server

        simulator = await asyncio.to_thread(self.make, account.system)
        state = await self._store.load(account.key)
        if state:
            try:
                simulator.restore(state)
            except (KeyError, TypeError, ValueError, AttributeError):  # of another version: practice begins anew
                simulator = await asyncio.to_thread(self.make, account.system)
        server = AsyncExitStack()
        address = await server.enter_async_context(serve(simulator))
        return _Running(simulator, address, server)
