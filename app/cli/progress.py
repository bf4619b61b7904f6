"""How far a run has come, on standard error: a bar at a terminal, else a plain line every two seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console

from app.core.events import Event, Level, LogEvent, ProgressEvent
from app.core.labels import KIND_NAMES
from app.core.local_words import local_number
from app.core.records import Kind
from app.core.texts import _

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_INTERVAL_S = 2.0


class RunProgress:
    """Subscribe ``hear`` to the events. Use as a context manager."""

    def __init__(self, console: Console, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._bar: Progress | None = None
        self._tasks: dict[Kind, TaskID] = {}
        self._told_at = 0.0

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def hear(self, event: Event) -> None:
        if isinstance(event, ProgressEvent) and event.kind is not None:
            if self._bar is not None:
                self._move(self._bar, event.kind, event)
            elif self._clock() - self._told_at >= _INTERVAL_S:
                self._told_at = self._clock()
                self._console.print(_line(event, event.kind), markup=False)
        elif isinstance(event, LogEvent) and event.level >= Level.ERROR:
            self._console.print(str(event.message), markup=False)

    def _move(self, bar: Progress, kind: Kind, event: ProgressEvent) -> None:
        if kind not in self._tasks:
            self._tasks[kind] = bar.add_task(str(KIND_NAMES[kind]), total=event.total, rate="")
        rate = _("{rate} per second").format(rate=_rate(event.per_second))
        words = str(event.waiting_for) or (rate if event.per_second else "")
        bar.update(self._tasks[kind], completed=event.done, total=event.total, rate=words)


def _rate(per_second: float) -> str:
    return local_number(Decimal(str(round(per_second, 1))), 1)


def _line(event: ProgressEvent, kind: Kind) -> str:
    total = "?" if event.total is None else str(event.total)
    parts = [
        _("{kind}: {done} of {total}").format(kind=KIND_NAMES[kind], done=event.done, total=total),
        _("{rate} per second").format(rate=_rate(event.per_second)),
    ]
    if event.seconds_left is not None and event.per_second:
        parts.append(_("{seconds} s left").format(seconds=round(event.seconds_left)))
    if event.waiting_for:
        parts.append(str(event.waiting_for))
    return ", ".join(parts)
