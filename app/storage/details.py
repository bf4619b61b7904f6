"""Details of runs: what a target or the disk said about single records, and why a run ended."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from app.core.events import RunState
from app.storage.moments import stored

_WAITING = (RunState.RUNNING, RunState.PAUSED, RunState.WAITING, RunState.STOPPED, RunState.INTERRUPTED)
"""What such a run says is still to be acted upon."""
_ENDED = f"state NOT IN ({', '.join(repr(state.value) for state in _WAITING)})"
_EXPIRING = {
    "entry": ("message = ''", "message <> ''", "at"),
    "past_outcome": ("message = ''", "message <> ''", "at"),
    "run": ("message = '', remedy = ''", f"(message <> '' OR remedy <> '') AND {_ENDED}", "started_at"),
}


def clear_details(connection: sqlite3.Connection, limit: datetime | None = None) -> int:
    """Clears those from before the limit, or all of them, in whatever tables this file has; returns how many rows.
    Within the caller's transaction."""
    return sum(
        connection.execute(f"UPDATE {table} SET {change} WHERE {condition}", values).rowcount  # noqa: S608 - constants
        for table, change, condition, values in _statements(connection, limit)
    )


def has_details(connection: sqlite3.Connection, limit: datetime | None = None) -> bool:
    return any(
        connection.execute(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1", values).fetchone()  # noqa: S608
        for table, _change, condition, values in _statements(connection, limit)
    )


def _statements(
    connection: sqlite3.Connection, limit: datetime | None
) -> list[tuple[str, str, str, tuple[object, ...]]]:
    known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    at = stored(limit)
    return [
        (table, change, condition, ()) if at is None else (table, change, f"{condition} AND {moment} < ?", (at,))
        for table, (change, condition, moment) in _EXPIRING.items()
        if table in known
    ]
