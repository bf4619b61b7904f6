"""A sign of life while a run works, and after ten silent seconds the reason for the silence."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterable

from app.core.texts import Text
from app.engine.job import Job
from app.engine.progress import Progress
from app.sdk.waits import Waits

_INTERVAL_S = 1.0
_SILENCE_S = 10.0


class Heartbeat:
    def __init__(
        self, progress: Progress, waits: Iterable[Waits], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._progress = progress
        self._waits = tuple(waits)
        self._clock = clock
        self._steps = -1
        self._moved_at = clock()

    def beat(self) -> None:
        """Tells how far the run is; asked every second."""
        if self._progress.steps != self._steps:
            self._steps, self._moved_at = self._progress.steps, self._clock()
        is_silent = self._clock() - self._moved_at >= _SILENCE_S
        self._progress.tell(waiting_for=self._why() if is_silent else Text(""))

    def _why(self) -> Text:
        return next((words for waits in self._waits if (words := waits.words())), Text(""))

    async def go_on(self) -> None:
        while True:
            await asyncio.sleep(_INTERVAL_S)
            self.beat()


@contextlib.asynccontextmanager
async def beating(progress: Progress, job: Job) -> AsyncIterator[None]:
    """While the context lasts."""
    clients = {id(http): http for route in job.routes for http in (route.http, route.source_http) if http is not None}
    task = asyncio.create_task(Heartbeat(progress, [http.waits for http in clients.values()]).go_on())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
