"""Named places of a run, counted; at the chosen one the process ends itself as a power cut would."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from app.sdk.http import HttpClient

Result = TypeVar("Result")

_WRITES: Mapping[str, str] = {
    "intend": "intent",
    "land": "outcome",
    "record": "entry",
    "checkpoint": "checkpoint",
    "begin": "begin of the run",
    "update": "state of the run",
    "set_watermark": "watermark",
}
"""Methods of the engine's ports that change something, and what a step before or after them is called."""
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class Steps:
    """``fatal`` is the step at whose ``nth`` time the process is killed; empty for none."""

    def __init__(self, fatal: str = "", nth: int = 1) -> None:
        self.counts: Counter[str] = Counter()
        self._fatal = fatal
        self._nth = nth

    def reach(self, name: str) -> None:
        self.counts[name] += 1
        if name == self._fatal and self.counts[name] == self._nth:
            os.kill(os.getpid(), signal.SIGKILL)

    async def around(self, name: str, work: Callable[[], Awaitable[Result]]) -> Result:
        """``work`` with a step before, one as soon as it has begun, and one after it."""
        self.reach(f"before {name}")
        task = asyncio.ensure_future(work())
        await asyncio.sleep(0)
        self.reach(f"during {name}")
        try:
            result = await task
        except asyncio.CancelledError:
            task.cancel()
            raise
        self.reach(f"after {name}")
        return result


class WatchedPort:
    """A ledger or a book of runs with steps around everything that writes."""

    def __init__(self, port: object, steps: Steps) -> None:
        self._port = port
        self._steps = steps

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name not in _WRITES or not inspect.iscoroutinefunction(found):
            return found
        return partial(self._watched, _WRITES[name], found)

    async def _watched(
        self, label: str, method: Callable[..., Awaitable[object]], *arguments: Any, **named: Any
    ) -> object:
        state = getattr(arguments[0], "state", None) if arguments else None
        words = f"{label} ({state})" if state is not None and label != "entry" else label
        return await self._steps.around(words, lambda: method(*arguments, **named))


class WatchedClient(HttpClient):
    """The account's HTTP client with steps around every request."""

    steps: Steps = Steps()

    async def request(self, method: str, path: str, **more: Any) -> Any:
        is_read = method in _SAFE_METHODS or bool(more.get("is_read"))
        label = f"{self._account} {'read' if is_read else 'write'}"
        return await self.steps.around(label, lambda: HttpClient.request(self, method, path, **more))
