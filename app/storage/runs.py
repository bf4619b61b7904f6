"""The book of runs: state, place reached, closing balance, and up to when changes were read. The engine's RunsPort."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.core.events import RunMode, RunState, now
from app.core.ledger import FlowMark, RunRecord
from app.core.records import Kind
from app.storage.balances import close, reopen
from app.storage.database import Database
from app.storage.entry_rows import unfold
from app.storage.logjson import Redact
from app.storage.moments import moment_from, stored

_COLUMNS = "id, integration, mode, state, started_at, until, ended_at, since, kinds, at_most, message, remedy"
_CONTINUABLE_STATES = (RunState.PAUSED, RunState.WAITING, RunState.STOPPED, RunState.INTERRUPTED)
# A preview writes nothing, a trial and a retry are begun anew: none of them may hide a long import waiting behind it.
_CONTINUABLE_MODES = (RunMode.HISTORICAL, RunMode.CHANGES, RunMode.UNDO)
_BEGIN = (
    f"INSERT INTO run ({_COLUMNS}) VALUES ({', '.join('?' * 12)}) ON CONFLICT (id) DO UPDATE SET "  # noqa: S608
    "state = excluded.state, message = excluded.message, remedy = excluded.remedy, ended_at = excluded.ended_at"
)
_ORDER = {kind.value: place for place, kind in enumerate(Kind)}


class Runs:
    """Every method is one transaction and raises StorageError. Times are aware."""

    def __init__(self, database: Database, redact: Redact = str) -> None:
        self._database = database
        self._redact = redact

    async def begin(self, run: RunRecord) -> None:
        """Writes the run down, or goes on with one that was begun before."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(_BEGIN, _row(run))
            connection.executemany(
                "INSERT OR IGNORE INTO flow_mark (run_id, kind, cursor, read, total, is_done) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [(run.id, m.kind.value, m.cursor, m.read, m.total, m.is_done) for m in run.marks],
            )
            reopen(connection, {run.id})

        await self._database.write(work)

    async def update(self, run: RunRecord) -> None:
        """State, message, remedy and end; marks are the ledger's. A run that ends keeps its balance, in which what was
        intended and has not landed counts as in doubt."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE run SET state = ?, message = ?, remedy = ?, ended_at = ? WHERE id = ?",
                (run.state.value, self._redact(run.message), self._redact(run.remedy), stored(run.ended_at), run.id),
            )
            if run.state is RunState.RUNNING:
                reopen(connection, {run.id})
            else:
                unfold(connection, "run_id = ?", (run.id,))
                close(connection, run.id)

        await self._database.write(work)

    async def last_unfinished(self, integration: str) -> RunRecord | None:
        """The newest historical import, sync or undo that can be continued, with its marks."""
        states = ", ".join(f"'{state.value}'" for state in _CONTINUABLE_STATES)
        modes = ", ".join(f"'{mode.value}'" for mode in _CONTINUABLE_MODES)
        condition = f"integration = ? AND state IN ({states}) AND mode IN ({modes})"
        found = await self._select(condition, (integration,), limit=1)
        return found[0] if found else None

    async def watermark(self, integration: str, kind: Kind) -> datetime | None:
        """Up to when changes have been read completely; None before the first finished run."""

        def work(connection: sqlite3.Connection) -> datetime | None:
            query = "SELECT at FROM watermark WHERE integration = ? AND kind = ?"
            row = connection.execute(query, (integration, kind.value)).fetchone()
            return moment_from(row[0]) if row else None

        return await self._database.read(work)

    async def set_watermark(self, integration: str, kind: Kind, at: datetime) -> None:
        row = (integration, kind.value, stored(at))
        await self._database.write(
            lambda c: c.execute("INSERT OR REPLACE INTO watermark (integration, kind, at) VALUES (?, ?, ?)", row)
        )

    async def set_until(self, run_id: str, until: datetime) -> None:
        """Corrects the upper end of what a run reads."""
        row = (stored(until), run_id)
        await self._database.write(lambda c: c.execute("UPDATE run SET until = ? WHERE id = ?", row))

    async def get(self, run_id: str) -> RunRecord | None:
        found = await self._select("id = ?", (run_id,), limit=1)
        return found[0] if found else None

    async def recent(self, integration: str | None = None, limit: int = 50) -> Sequence[RunRecord]:
        """Newest first; of every integration with None."""
        if integration is None:
            return await self._select("1", (), limit=limit)
        return await self._select("integration = ?", (integration,), limit=limit)

    async def of_modes(self, integration: str, modes: Collection[RunMode]) -> Sequence[RunRecord]:
        """All of them, newest first."""
        chosen = ", ".join(f"'{mode.value}'" for mode in modes)
        return await self._select(f"integration = ? AND mode IN ({chosen})", (integration,), limit=-1)

    async def mark_interrupted(self) -> Sequence[RunRecord]:
        """To be called once at the start: runs still marked as running or waiting were cut off. Returns them."""
        cut_off = await self._select(f"state IN ('{RunState.RUNNING}', '{RunState.WAITING}')", (), limit=-1)

        def work(connection: sqlite3.Connection) -> None:
            unfold(connection)
            for run in cut_off:
                connection.execute("UPDATE run SET state = ? WHERE id = ?", (RunState.INTERRUPTED.value, run.id))
                close(connection, run.id)

        if cut_off:
            await self._database.write(work)
        return tuple(replace(run, state=RunState.INTERRUPTED) for run in cut_off)

    async def delete_older(self, days: int) -> int:
        """Forgets runs that began earlier, but never the last of an integration nor one that can be continued, nor an
        import: it says from which day on the target holds the history.

        Entries of the ledger stay: they are the memory of what the target holds. Returns how many were forgotten.
        """
        limit = stored(now() - timedelta(days=days))
        keep = ", ".join(f"'{state.value}'" for state in (RunState.RUNNING, *_CONTINUABLE_STATES))
        has_later = "SELECT 1 FROM run AS later WHERE later.integration = run.integration AND later.started_at > "
        is_import = f"mode = '{RunMode.HISTORICAL}'"
        condition = (
            f"started_at < ? AND state NOT IN ({keep}) AND NOT {is_import} AND EXISTS ({has_later} run.started_at)"
        )

        def work(connection: sqlite3.Connection) -> int:
            chosen = f"SELECT id FROM run WHERE {condition}"  # noqa: S608 - values are bound
            connection.execute(f"DELETE FROM flow_mark WHERE run_id IN ({chosen})", (limit,))  # noqa: S608
            return connection.execute(f"DELETE FROM run WHERE {condition}", (limit,)).rowcount  # noqa: S608

        return await self._database.write(work)

    async def _select(self, condition: str, values: Sequence[object], *, limit: int) -> Sequence[RunRecord]:
        query = f"SELECT {_COLUMNS} FROM run WHERE {condition} ORDER BY started_at DESC, rowid DESC LIMIT ?"  # noqa: S608

        def work(connection: sqlite3.Connection) -> tuple[RunRecord, ...]:
            rows = connection.execute(query, (*values, limit)).fetchall()
            return tuple(_run(row, _marks(connection, row[0])) for row in rows)

        return await self._database.read(work)


def _row(run: RunRecord) -> tuple[object, ...]:
    return (
        run.id,
        run.integration,
        run.mode.value,
        run.state.value,
        stored(run.started_at),
        stored(run.until),
        stored(run.ended_at),
        stored(run.since),
        json.dumps([kind.value for kind in run.kinds]),
        run.limit,
        run.message,
        run.remedy,
    )


def _run(row: Sequence[Any], marks: tuple[FlowMark, ...]) -> RunRecord:
    return RunRecord(
        id=row[0],
        integration=row[1],
        mode=RunMode(row[2]),
        state=RunState(row[3]),
        started_at=moment_from(row[4]),
        until=moment_from(row[5]),
        ended_at=moment_from(row[6]),
        since=moment_from(row[7]),
        kinds=tuple(Kind(kind) for kind in json.loads(row[8])),
        limit=row[9],
        marks=marks,
        message=row[10],
        remedy=row[11],
    )


def _marks(connection: sqlite3.Connection, run_id: str) -> tuple[FlowMark, ...]:
    query = "SELECT kind, cursor, read, total, is_done FROM flow_mark WHERE run_id = ?"
    rows = sorted(connection.execute(query, (run_id,)), key=lambda row: _ORDER[row[0]])
    return tuple(FlowMark(kind=Kind(k), cursor=c, read=r, total=t, is_done=bool(d)) for k, c, r, t, d in rows)
