"""Pause, resume and stop, from any thread's point of view: the flags are read between requests."""

from __future__ import annotations

import asyncio


class StopRequested(Exception):  # noqa: N818 - a request, not an error
    """The person stopped the run; everything before is settled."""


class Control:
    """Call from the engine's loop only; the window reaches it through its bridge."""

    def __init__(self) -> None:
        self._may_go = asyncio.Event()
        self._may_go.set()
        self._is_stopped = False

    @property
    def is_paused(self) -> bool:
        return not self._may_go.is_set()

    def pause(self) -> None:
        self._may_go.clear()

    def resume(self) -> None:
        self._may_go.set()

    def stop(self) -> None:
        self._is_stopped = True
        self._may_go.set()

    async def gate(self) -> None:
        """Waits while paused. Raises StopRequested."""
        if not self._may_go.is_set():
            await self._may_go.wait()
        if self._is_stopped:
            raise StopRequested

    async def sleep(self, seconds: float) -> None:
        """Waits, but not longer than until a stop. Raises StopRequested."""
        deadline = asyncio.get_running_loop().time() + seconds
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            await self.gate()
            await asyncio.sleep(min(0.2, left))
        await self.gate()
