"""What a run created, for undoing it. The engine's CreationsPort."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence

from app.core.events import RunMode, RunState
from app.core.ledger import Entry, RunRecord
from app.core.records import Kind
from app.core.texts import text
from app.storage.database import Database
from app.storage.entries import COLUMNS, entry_of
from app.storage.moments import stored

_PAGE = 100
_CREATED = "integration = ? AND created_by = ?"
_RESTING = (RunState.PAUSED, RunState.WAITING, RunState.STOPPED, RunState.INTERRUPTED)
_CONTINUABLE = (RunMode.HISTORICAL, RunMode.CHANGES)


class Creations:
    """Every method is one transaction and raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def any(self, integration: str, run_id: str) -> bool:
        """Whether a record stands in the ledger as created by the run."""
        query = f"SELECT 1 FROM entry WHERE {_CREATED} LIMIT 1"  # noqa: S608 - constants only
        return await self._database.read(lambda c: c.execute(query, (integration, run_id)).fetchone() is not None)

    async def counts(self, integration: str, run_id: str) -> Mapping[Kind, int]:
        """How many records of each kind stand in the ledger as created by the run, in the order of kinds."""
        query = f"SELECT kind, count(*) FROM entry WHERE {_CREATED} GROUP BY kind"  # noqa: S608 - constants only

        def work(connection: sqlite3.Connection) -> dict[Kind, int]:
            found = {Kind(kind): int(number) for kind, number in connection.execute(query, (integration, run_id))}
            return {kind: found[kind] for kind in Kind if kind in found}

        return await self._database.read(work)

    async def created(
        self, integration: str, run_id: str, kind: Kind, *, after: str = "", limit: int = _PAGE
    ) -> Sequence[Entry]:
        """Entries that the run created in the target, by key, from ``after`` exclusive."""
        # No record with an empty key was ever created.
        condition = f"{_CREATED} AND kind = ? AND key > ? ORDER BY key LIMIT ?"
        query = f"SELECT {COLUMNS} FROM entry WHERE {condition}"  # noqa: S608 - constants only
        values = (integration, run_id, kind.value, after, limit)
        return await self._database.read(lambda c: tuple(map(entry_of, c.execute(query, values))))

    async def updated_since(self, run: RunRecord, kind: Kind) -> Collection[str]:
        """Keys of records that another run updated after this one had begun."""
        past = "integration = ? AND kind = ? AND outcome = 'updated' AND run_id <> ? AND at >= ?"
        query = f"SELECT DISTINCT key FROM past_outcome WHERE {past}"  # noqa: S608 - constants only
        values = (run.integration, kind.value, run.id, stored(run.started_at))
        return await self._database.read(lambda c: frozenset(key for (key,) in c.execute(query, values)))

    async def forget_history(self, integration: str, kinds: Sequence[Kind]) -> None:
        """The history of these kinds is not in the target any more: no sync may take it for granted, and no run that
        was begun before may go on from its place."""
        states, modes = (", ".join(f"'{each.value}'" for each in group) for group in (_RESTING, _CONTINUABLE))
        close = (
            "UPDATE run SET state = ?, message = ?, remedy = ? "  # noqa: S608 - constants only
            f"WHERE integration = ? AND state IN ({states}) AND mode IN ({modes})"
        )
        message = str(text("It cannot be continued, as what it or an earlier run had sent was undone."))
        remedy = str(text("Begin a new import."))

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(close, (RunState.FAILED.value, message, remedy, integration))
            connection.executemany(
                "DELETE FROM watermark WHERE integration = ? AND kind = ?",
                [(integration, kind.value) for kind in kinds],
            )

        await self._database.write(work)
