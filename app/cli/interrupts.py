"""Ctrl+C and the wish of a scheduler to end: first politely, at the next checkpoint; the second time at once."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM") if hasattr(signal, name))


@contextmanager
def on_interrupt(politely: Callable[[], None]) -> Iterator[None]:
    """Calls ``politely`` on the running loop; a second signal cancels the task that entered the context."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, task, count = asyncio.get_running_loop(), asyncio.current_task(), 0

    def handle(_signal: int, _frame: FrameType | None) -> None:
        nonlocal count
        count += 1
        if count == 1:
            loop.call_soon_threadsafe(politely)
        elif task is not None:
            loop.call_soon_threadsafe(task.cancel)

    before = {each: signal.signal(each, handle) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
