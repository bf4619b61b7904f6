"""From events to lines of the live log; keeps the events behind the lines, for a click."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import count

from app.core.events import Event, Level, LogEvent, RequestEvent
from app.core.texts import _
from app.ui.shell import Level as LineLevel
from app.ui.shell import LogLine
from app.ui.shell.log_lines import RING_SIZE

_LEVELS: Mapping[Level, LineLevel] = {
    Level.DEBUG: "debug",
    Level.INFO: "info",
    Level.OK: "ok",
    Level.WARNING: "warning",
    Level.ERROR: "error",
}


class LogFeed:
    """Ids are this window's own: they name a line for as long as it is shown."""

    def __init__(self) -> None:
        self._ids = count(1)
        self._events: OrderedDict[int, LogEvent | RequestEvent] = OrderedDict()

    def lines(self, events: Sequence[Event]) -> list[LogLine]:
        return [self._line(event) for event in events if isinstance(event, LogEvent | RequestEvent)]

    def event(self, entry_id: int) -> LogEvent | RequestEvent | None:
        return self._events.get(entry_id)

    def requests_around(self, event: LogEvent, within: timedelta, most: int) -> list[RequestEvent]:
        """The requests made shortly before and after an event, nearest first."""
        found = [each for each in self._events.values() if isinstance(each, RequestEvent)]
        near = [each for each in found if abs(each.at - event.at) <= within]
        return sorted(near, key=lambda each: abs(each.at - event.at))[:most]

    def forget(self) -> None:
        self._events.clear()

    def _line(self, event: LogEvent | RequestEvent) -> LogLine:
        entry_id = next(self._ids)
        self._events[entry_id] = event
        if len(self._events) > RING_SIZE:
            self._events.popitem(last=False)
        if isinstance(event, RequestEvent):
            # A request is a detail; what went wrong with one is told by a line of its own.
            return LogLine(entry_id, event.at, "debug", _request_words(event), has_details=True)
        has_details = bool(event.facts or event.key or event.run_id)
        return LogLine(entry_id, event.at, _LEVELS[event.level], str(event.message), has_details=has_details)


def _request_words(event: RequestEvent) -> str:
    answer = str(event.status) if event.status else event.error or _("no answer")
    return f"{event.method} {event.url} → {answer} · {event.duration_ms:.0f} ms"
