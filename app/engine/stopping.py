"""Stopping within seconds, whatever the run waits for at that moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from app.engine.control import Control, StopRequested

Result = TypeVar("Result")


async def stoppable(
    work: Coroutine[Any, Any, Result], control: Control, *, grace_s: float, acknowledge: Callable[[], None]
) -> Result:
    """The result of ``work``. After a stop, requests under way have ``grace_s`` seconds to be answered; what then still
    waits, for a limit or a silent server, is cut off, and its records are looked up when the run goes on.
    ``acknowledge`` is called as soon as the stop is heard.

    Raises StopRequested, and what ``work`` raises.
    """
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(control.stopped())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            acknowledge()
            await asyncio.wait({working}, timeout=grace_s)
        if not working.done():
            working.cancel()
            await asyncio.wait({working})
        if working.cancelled() and control.is_stopped:
            raise StopRequested
        return working.result()
    finally:
        stopping.cancel()
        if not working.done():
            working.cancel()
            await asyncio.wait({working})
