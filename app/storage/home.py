"""The computer on which a data folder is at home, known by a keyed hash of its number."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from app.storage.database import Database

_NAME = "computer"


class HomeStore:
    """Every method is one transaction and raises StorageError. ``computer`` is empty where it cannot be told."""

    def __init__(self, database: Database, keyed_hash: Callable[[bytes], bytes], computer: str) -> None:
        self._database = database
        self._here = keyed_hash(b"computer " + computer.encode()) if computer else b""

    async def is_elsewhere(self) -> bool:
        """The folder was last at home on another computer. One without a home is at home here from now on."""
        if not self._here:
            return False
        home = await self._database.read(_home)
        if home is None:
            await self.settle()
        return home not in {None, self._here}

    async def settle(self) -> None:
        """At home here from now on."""
        if self._here:
            row = (_NAME, self._here)
            await self._database.write(
                lambda c: c.execute("INSERT OR REPLACE INTO identity (name, value) VALUES (?, ?)", row)
            )


def _home(connection: sqlite3.Connection) -> bytes | None:
    row = connection.execute("SELECT value FROM identity WHERE name = ?", (_NAME,)).fetchone()
    return bytes(row[0]) if row else None
