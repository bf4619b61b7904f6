"""What practice accounts hold, from one start of the program to the next."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from app.storage.database import Database
from app.storage.rows import as_json


class PracticeStore:
    """Every method is one transaction and raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, account: str) -> Any:
        """None without a state, or with one that cannot be read any more: practice then begins anew."""

        def work(connection: sqlite3.Connection) -> Any:
            row = connection.execute("SELECT snapshot FROM practice WHERE account = ?", (account,)).fetchone()
            try:
                return json.loads(row[0]) if row else None
            except ValueError:
                return None

        return await self._database.read(work)

    async def save(self, account: str, state: Any) -> None:
        snapshot = as_json(state)
        await self._database.write(
            lambda c: c.execute(
                "INSERT OR REPLACE INTO practice (account, snapshot) VALUES (?, ?)", (account, snapshot)
            )
        )

    async def delete(self, account: str) -> None:
        await self._database.write(lambda c: c.execute("DELETE FROM practice WHERE account = ?", (account,)))
