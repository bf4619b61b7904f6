"""Pause, resume and stop, from any thread's point of view: the flags are read between requests."""

from __future__ import annotations

import asyncio
import time


class StopRequested(Exception):  # noqa: N818 - a request, not an error
    """The person stopped the run; everything before is settled."""


class Control:
    """Call from the engine's loop only; the window reaches it through its bridge."""

    def __init__(self) -> None:
        self._may_go = asyncio.Event()
        self._may_go.set()
        self._stop = asyncio.Event()

    @property
    def is_paused(self) -> bool:
        return not self._may_go.is_set()

    @property
    def is_stopped(self) -> bool:
        return self._stop.is_set()

    def pause(self) -> None:
        self._may_go.clear()

    def resume(self) -> None:
        self._may_go.set()

    def stop(self) -> None:
        self._stop.set()
        self._may_go.set()

    async def gate(self) -> None:
        """Waits while paused. Raises StopRequested."""
        if not self._may_go.is_set():
            await self._may_go.wait()
        if self._stop.is_set():
            raise StopRequested

    async def stopped(self) -> None:
        """Waits for a stop."""
        await self._stop.wait()

    async def sleep(self, seconds: float) -> None:
        """Waits, but not longer than until a stop. The first clock to say so ends it: while a computer sleeps, the
        loop's clock stands still on some systems, and the other one may be set back. Raises StopRequested."""
        clock = asyncio.get_running_loop().time
        deadline, wall_deadline = clock() + seconds, time.time() + seconds
        while (left := min(deadline - clock(), wall_deadline - time.time())) > 0:
            await self.gate()
            await asyncio.sleep(min(0.2, left))
        await self.gate()
