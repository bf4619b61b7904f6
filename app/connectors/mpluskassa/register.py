"""The state of a practice register, and what every part of it shares: running numbers and the time of a change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.values import moment, moment_parts
from app.core.events import now

State = dict[str, Any]
Operation = Callable[[Row], Row]
Operations = Mapping[str, Operation]

ZONE = ZoneInfo("Europe/Amsterdam")
MOST_ROWS = 1_000


@dataclass(slots=True)
class Register:
    """``state`` is JSON: tables by name, rows by their number as text."""

    state: State
    clock: Callable[[], datetime] = now
    too_old_for: set[str] = field(default_factory=set)
    """Operations that this installation does not know."""
    keys: dict[str, Row] = field(default_factory=dict)
    """Answers by their idempotency key."""

    def table(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.state[name]
        return found

    def row(self, name: str, number: object) -> dict[str, Any] | None:
        return self.table(name).get(str(number))

    def marked(self, row: dict[str, Any]) -> int:
        """Every change gives the row a new, higher marker."""
        self.state["marker"] += 1
        row["syncMarker"] = self.state["marker"]
        return int(row["syncMarker"])

    def stamp(self) -> Row:
        return moment_parts(self.clock(), ZONE)

    def following(self, name: str) -> int:
        """The next free number of a table."""
        return max((int(each) for each in self.table(name)), default=0) + 1


def page(rows: Iterable[Row], request: Row) -> list[Row]:
    """By sync marker, ascending, as many as wanted."""
    since = int(request.get("syncMarker") or 0)
    limit = min(int(request.get("syncMarkerLimit") or MOST_ROWS), MOST_ROWS)
    found = sorted((row for row in rows if int(row["syncMarker"]) >= since), key=lambda row: int(row["syncMarker"]))
    return found[:limit] if "syncMarkerLimit" in request or "syncMarker" in request else found[:MOST_ROWS]


def is_changed_since(parts: Row | None, since: Row | None) -> bool:
    wanted, at = moment(since, ZONE), moment(parts, ZONE)
    return wanted is None or (at is not None and at >= wanted)


def quiet(name: str, words: str = "", **more: object) -> Row:
    """A result with its message, which must be there and is mostly empty."""
    return {"result": name, "errorMessage": words, **more}
