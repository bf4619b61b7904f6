"""What became of every record: one row per integration, kind and source id. The engine's LedgerPort.

Times are aware, UTC. Every method is one transaction and raises StorageError.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime

import msgspec

from app.core.ledger import Entry, FlowMark, Intent, Landing
from app.core.outcomes import Balance, Outcome
from app.core.records import Kind
from app.storage.balances import balance_of, reopen
from app.storage.database import Database
from app.storage.entries import COLUMNS, entry_of, packed
from app.storage.entry_rows import PastOutcome, end, intend, past_outcomes, recognise, store, touch, unfold
from app.storage.integration_rows import delete_rows, rename_rows
from app.storage.logjson import Redact
from app.storage.recognition import recognised
from app.storage.rows import like
from app.storage.second_looks import left_out, looked_again_at, set_looked_again

_PAGE = 250
_KEYS_PER_QUERY = 500
"""SQLite before 3.32 takes 999 parameters at most."""
_IN_TARGET = "integration = ? AND kind = ? AND state = 'settled' AND outcome IN ('created', 'updated', 'unchanged')"
_OPEN = "state = 'settled' AND outcome IN ('failed', 'held', 'in_doubt')"
_SET_MARK = "INSERT OR REPLACE INTO flow_mark (run_id, kind, cursor, read, total, is_done) VALUES (?, ?, ?, ?, ?, ?)"


class Ledger:
    """The target's words reach the file without secrets: ``redact`` looks at them once more."""

    def __init__(self, database: Database, redact: Redact = str) -> None:
        self._database = database
        self._redact = redact

    # For the engine -------------------------------------------------------------------------------------------------

    async def load(self, integration: str, kind: Kind, keys: Sequence[str]) -> Mapping[str, Entry]:
        """The entries that exist, by key."""

        def work(connection: sqlite3.Connection) -> dict[str, Entry]:
            found: dict[str, Entry] = {}
            for start in range(0, len(keys), _KEYS_PER_QUERY):
                chunk = keys[start : start + _KEYS_PER_QUERY]
                marks = ", ".join("?" * len(chunk))
                query = f"SELECT {COLUMNS} FROM entry WHERE integration = ? AND kind = ? AND key IN ({marks})"  # noqa: S608
                for row in connection.execute(query, (integration, kind.value, *chunk)):
                    found[row[2]] = entry_of(row)
            return found

        return await self._database.read(work)

    async def recognised(
        self, integration: str, kind: Kind, record_hashes: Mapping[str, bytes], run_id: str
    ) -> Mapping[str, bool]:
        """Keys of what the target holds of just these records; whether the run has met them already."""
        return await self._database.read(lambda c: recognised(c, integration, kind, record_hashes, run_id))

    async def intend(self, intent: Intent) -> None:
        """To be written before anything of it is sent: what never lands is found by ``unsettled``."""
        await self._database.write(lambda connection: intend(connection, intent))

    async def land(self, landing: Landing) -> None:
        """Outcomes, the end of their intents, and the place reached, together."""
        entries = self._clean(landing.entries)

        def work(connection: sqlite3.Connection) -> None:
            store(connection, entries)
            touch(connection, landing.integration, landing.kind, landing.unchanged, landing.run_id, landing.at)
            recognise(connection, landing.integration, landing.kind, landing.record_hashes)
            end(connection, landing.intents)
            connection.execute(_SET_MARK, _mark_row(landing.run_id, landing.mark))
            reopen(connection, {landing.run_id, *(entry.run_id for entry in entries)})

        await self._database.write(work)

    async def record(self, entries: Sequence[Entry]) -> None:
        """Insert or replace entries."""
        if entries:
            clean = self._clean(entries)
            await self._database.write(lambda connection: _store(connection, clean))

    async def checkpoint(self, run_id: str, mark: FlowMark, entries: Sequence[Entry] = ()) -> None:
        """Store entries and the place reached, together."""
        clean = self._clean(entries)

        def work(connection: sqlite3.Connection) -> None:
            _store(connection, clean)
            connection.execute(_SET_MARK, _mark_row(run_id, mark))
            reopen(connection, {run_id})

        await self._database.write(work)

    async def balance(self, run_id: str) -> Balance:
        """Read numbers come from the marks, outcomes and reasons from the entries that the run touched.

        Entries not settled count as in doubt, "interrupted". A run that has ended keeps the balance of its end, also
        after later runs have touched the same records.
        """
        return await self._database.read(lambda connection: balance_of(connection, run_id))

    async def touched(self, run_id: str, kind: Kind) -> int:
        """How many entries of a kind the run has touched, settled or not."""
        query = (
            "SELECT (SELECT count(*) FROM entry WHERE run_id = ?1 AND kind = ?2) + "
            "(SELECT count(*) FROM entry WHERE seen_run = ?1 AND kind = ?2 AND seen_run <> '')"
        )
        return await self._database.read(lambda c: int(c.execute(query, (run_id, kind.value)).fetchone()[0]))

    async def unsettled(self, integration: str, kind: Kind) -> Sequence[Entry]:
        """Entries still planned or sent, because an earlier run was cut off; what was intended becomes "sent"."""
        place, values = "integration = ? AND kind = ?", (integration, kind.value)

        def work(connection: sqlite3.Connection) -> tuple[Entry, ...]:
            unfold(connection, place, values)
            query = f"SELECT {COLUMNS} FROM entry INDEXED BY entry_unsettled WHERE {place} AND state <> 'settled'"  # noqa: S608
            return tuple(map(entry_of, connection.execute(f"{query} ORDER BY key", values)))

        return await self._database.write(work)

    async def keys(self, integration: str, kind: Kind, *, after: str = "", limit: int = 5_000) -> Sequence[str]:
        """Keys of records that the target holds (settled as created, updated or unchanged), in order, from ``after``
        exclusive."""
        query = f"SELECT key FROM entry WHERE {_IN_TARGET} AND key > ? ORDER BY key LIMIT ?"  # noqa: S608 - constants
        values = (integration, kind.value, after, limit)
        return await self._database.read(lambda c: tuple(key for (key,) in c.execute(query, values)))

    async def held(self, integration: str, kind: Kind) -> int:
        """How many keys ``keys`` would give."""
        query = f"SELECT count(*) FROM entry WHERE {_IN_TARGET}"  # noqa: S608 - constants only
        return await self._database.read(lambda c: int(c.execute(query, (integration, kind.value)).fetchone()[0]))

    async def open_issues(self, integration: str, kinds: Sequence[Kind]) -> AsyncIterator[Sequence[Entry]]:
        """Entries failed, held or in doubt, in pages of 250. Settling them meanwhile does not disturb the pages."""
        condition = f"integration = ? AND kind = ? AND key > ? AND {_OPEN} ORDER BY key LIMIT {_PAGE}"
        for kind in kinds:
            after, is_first = "", True
            while True:
                # The empty key of a record without an id comes before every other.
                first = condition.replace("key >", "key >=") if is_first else condition
                page = await self._select(first, (integration, kind.value, after), "entry_open_issue")
                if page:
                    yield page
                if len(page) < _PAGE:
                    break
                after, is_first = page[-1].key, False

    async def left_out(
        self, integration: str, kind: Kind, reasons: Sequence[str], *, since: datetime, but_run: str, limit: int
    ) -> Sequence[str]:
        """Keys skipped for one of these reasons since then, by another run than ``but_run``; the latest first."""
        return await self._database.read(
            lambda c: left_out(c, integration, kind, reasons, since=since, but_run=but_run, limit=limit)
        )

    async def looked_again_at(self, integration: str, kind: Kind) -> datetime | None:
        """When the records left out were last looked at again."""
        return await self._database.read(lambda c: looked_again_at(c, integration, kind))

    async def set_looked_again(self, integration: str, kind: Kind, at: datetime) -> None:
        await self._database.write(lambda c: set_looked_again(c, integration, kind, at))

    # For the window and the command line ----------------------------------------------------------------------------

    async def entries(
        self,
        integration: str,
        *,
        run_id: str | None = None,
        kind: Kind | None = None,
        outcomes: Collection[Outcome] | None = None,
        reason: str | None = None,
        search: str | bytes | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Sequence[Entry]:
        """In the order of kind and key. ``search`` is part of a key, target id, place or message, or a keyed hash."""
        condition, values = _condition(integration, run_id, kind, outcomes, reason, search)
        return await self._select(f"{condition} ORDER BY kind, key LIMIT ? OFFSET ?", (*values, limit, offset))

    async def count(
        self,
        integration: str,
        *,
        run_id: str | None = None,
        kind: Kind | None = None,
        outcomes: Collection[Outcome] | None = None,
        reason: str | None = None,
        search: str | bytes | None = None,
    ) -> int:
        condition, values = _condition(integration, run_id, kind, outcomes, reason, search)
        query = f"SELECT count(*) FROM entry WHERE {condition}"  # noqa: S608 - values are bound
        return await self._database.read(lambda c: int(c.execute(query, values).fetchone()[0]))

    async def find(self, integration: str, hashed: bytes) -> Sequence[Entry]:
        """Every entry whose number, address or id has this keyed hash."""
        return await self.entries(integration, search=hashed, limit=1_000)

    async def history(self, integration: str, kind: Kind, key: str) -> Sequence[PastOutcome]:
        """Newest first: the present outcome and up to 20 that it replaced."""
        return await self._database.read(lambda connection: past_outcomes(connection, integration, kind, key))

    async def rename(self, integration: str, new_key: str) -> None:
        """Carries entries, history, runs, marks and product mapping over to another integration key."""
        await self._database.write(lambda connection: rename_rows(connection, integration, new_key))

    async def delete(self, integration: str) -> None:
        """Forgets everything that the integration has done; its configuration stays."""
        await self._database.write(lambda connection: delete_rows(connection, integration))
        await self._database.scrub()

    def _clean(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        return [
            msgspec.structs.replace(entry, message=self._redact(entry.message)) if entry.message else entry
            for entry in entries
        ]

    async def _select(self, condition: str, values: Sequence[object], index: str = "") -> Sequence[Entry]:
        # Without statistics SQLite prefers the primary key and would walk every settled entry as well.
        table = f"entry INDEXED BY {index}" if index else "entry"
        query = f"SELECT {COLUMNS} FROM {table} WHERE {condition}"  # noqa: S608 - values are bound
        return await self._database.read(lambda c: tuple(map(entry_of, c.execute(query, tuple(values)))))


def _store(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    store(connection, entries)
    reopen(connection, {entry.run_id for entry in entries})


def _mark_row(run_id: str, mark: FlowMark) -> tuple[object, ...]:
    return (run_id, mark.kind.value, mark.cursor, mark.read, mark.total, mark.is_done)


def _condition(
    integration: str,
    run_id: str | None,
    kind: Kind | None,
    outcomes: Collection[Outcome] | None,
    reason: str | None,
    search: str | bytes | None,
) -> tuple[str, tuple[object, ...]]:
    parts: list[tuple[str, tuple[object, ...]]] = [("integration = ?", (integration,))]
    if run_id is not None:
        parts.append(_met_by(run_id, outcomes))
    elif outcomes is not None:
        parts.append(_with_outcome(outcomes))
    if kind is not None:
        parts.append(("kind = ?", (kind.value,)))
    if reason is not None:
        parts.append(("reason = ?", (reason,)))
    if isinstance(search, bytes):
        parts.append(("instr(search, ?) > 0", (packed((search,)),)))
    elif search:
        fields = "key || char(10) || target_id || char(10) || place || char(10) || message"
        parts.append((f"{fields} LIKE ? ESCAPE '\\'", (like(search),)))
    return " AND ".join(part for part, _ in parts), tuple(value for _, values in parts for value in values)


def _with_outcome(outcomes: Collection[Outcome]) -> tuple[str, tuple[object, ...]]:
    marks = ", ".join("?" * len(outcomes))
    return f"state = 'settled' AND outcome IN ({marks})", tuple(each.value for each in outcomes)


def _met_by(run_id: str, outcomes: Collection[Outcome] | None) -> tuple[str, tuple[object, ...]]:
    """What a run touched; what it found unchanged keeps the outcome of an earlier one."""
    seen = "seen_run = ? AND seen_run <> ''"
    if outcomes is None:
        return f"(run_id = ? OR {seen})", (run_id, run_id)
    condition, values = _with_outcome(outcomes)
    if Outcome.UNCHANGED not in outcomes:
        return f"run_id = ? AND {condition}", (run_id, *values)
    return f"((run_id = ? AND {condition}) OR ({seen}))", (run_id, *values, run_id)
