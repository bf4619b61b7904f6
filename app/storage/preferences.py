"""What the person prefers: language, theme, days of log, places of windows. Values are JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from app.core.errors import ConfigError
from app.core.texts import text
from app.storage.database import Database, Work
from app.storage.rows import as_json

LANGUAGE, THEME, LOG_DAYS, WINDOW = "language", "theme", "log_days", "window"
_PUT = "INSERT OR REPLACE INTO preference (name, value) VALUES (?, ?)"
FEWEST_DAYS, DEFAULT_DAYS, MOST_DAYS = 1, 14, 90


class Preferences:
    """Every method is one transaction and raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Mapping[str, Any]:
        return await self._database.read(_all)

    async def get(self, name: str, default: Any = None) -> Any:
        """The default, too, for a value that cannot be read any more."""
        return (await self.all()).get(name, default)

    async def set(self, name: str, value: Any) -> None:
        """None forgets it. Raises ConfigError for days of log outside of 1 to 90."""
        if name == LOG_DAYS and value is not None and not _is_days(value):
            raise ConfigError(
                text("The log can be kept from {fewest} to {most} days.", fewest=FEWEST_DAYS, most=MOST_DAYS),
                remedy=text("Choose a number of days in between."),
                field=LOG_DAYS,
            )

        await self._database.write(setting_preference(name, value))

    async def put_damaged_aside(self) -> tuple[str, ...]:
        """Keeps every value that cannot be read under ``NAME.damaged`` and lets its default count; gives the names."""
        return await self._database.write(_put_damaged_aside)

    async def log_days(self) -> int:
        found = await self.get(LOG_DAYS, DEFAULT_DAYS)
        return found if _is_days(found) else DEFAULT_DAYS


def setting_preference(name: str, value: Any) -> Work[object]:
    """``set`` as a part of a larger transaction, unchecked."""
    if value is None:
        return lambda connection: connection.execute("DELETE FROM preference WHERE name = ?", (name,))
    row = (name, as_json(value))
    return lambda connection: connection.execute(_PUT, row)


def peek(database: Path) -> Mapping[str, Any]:
    """The preferences without an open :class:`Database`: the first window, or the message that the database is damaged,
    already speaks the person's language. Blocks for one small read; empty where nothing can be read."""
    if not database.is_file():
        return {}
    try:
        with closing(sqlite3.connect(database.absolute().as_uri() + "?mode=ro", uri=True, timeout=0.5)) as connection:
            return _all(connection)
    except sqlite3.Error:
        return {}
    except OSError:  # a folder that may not be read: opening it will say so
        return {}


def _all(connection: sqlite3.Connection) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for name, raw in _raw(connection):
        with suppress(ValueError):  # one damaged value costs one preference, not the start of the program
            found[name] = json.loads(raw)
    return found


def _raw(connection: sqlite3.Connection) -> Iterator[tuple[str, bytes]]:
    """Bytes, because SQLite refuses a whole row whose text is no UTF-8."""
    for name, raw in connection.execute("SELECT name, CAST(value AS BLOB) FROM preference"):
        yield name, bytes(raw or b"")


def _put_damaged_aside(connection: sqlite3.Connection) -> tuple[str, ...]:
    damaged: list[str] = []
    for name, raw in tuple(_raw(connection)):
        try:
            json.loads(raw)
        except ValueError:
            kept = as_json(raw.decode("utf-8", "replace"))
            connection.execute(_PUT, (f"{name}.damaged", kept))
            connection.execute("DELETE FROM preference WHERE name = ?", (name,))
            damaged.append(name)
    return tuple(damaged)


def _is_days(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and FEWEST_DAYS <= value <= MOST_DAYS
