"""The log: kept for some days, searchable, then gone from the file as well.

Events arrive without secrets; ``redact`` removes them once more, by value, from everything that is written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from app.core.events import Level, RequestEvent, now
from app.core.texts import Text
from app.storage.database import Database
from app.storage.logjson import LoggedEvent, Redact, from_json, to_json
from app.storage.moments import stored
from app.storage.preferences import FEWEST_DAYS, MOST_DAYS
from app.storage.report import report_line, write_report
from app.storage.rows import like, readable

_MOST_LINES = 500_000
"""About 250 MB; a very long run must not fill the disk."""
_INSERT = (
    "INSERT INTO log_line (at, level, account, integration, run_id, key, template, words, event) "
    "VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM log_template WHERE message = ?), ?, ?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Empty values leave nothing out. ``words`` are found in messages (also in today's language), keys and facts."""

    levels: Collection[Level] = ()
    words: str = ""
    account: str = ""
    integration: str = ""
    run_id: str = ""
    key: str = ""
    since: datetime | None = None
    has_requests: bool = True


EVERYTHING = LogFilter()


@dataclass(frozen=True, slots=True)
class LogRow:
    id: int
    event: LoggedEvent


class LogStore:
    """Every method raises StorageError."""

    def __init__(self, database: Database, redact: Redact = str) -> None:
        self._database = database
        self._redact = redact

    async def append(self, events: Sequence[LoggedEvent]) -> None:
        """In one transaction, which a power loss may undo: speed counts more for the log."""
        if not events:
            return
        rows = [self._row(event) for event in events]

        def work(connection: sqlite3.Connection) -> None:
            templates = {(row[6],) for row in rows}
            connection.executemany("INSERT OR IGNORE INTO log_template (message) VALUES (?)", templates)
            connection.executemany(_INSERT, rows)

        await self._database.write(work, is_durable=False)

    async def query(
        self, chosen: LogFilter = EVERYTHING, *, before: int | None = None, limit: int = 200
    ) -> Sequence[LogRow]:
        """Newest first; the next page begins ``before`` the last id of this one."""
        return await self._database.read(lambda connection: _select(connection, chosen, limit=limit, before=before))

    async def details(self, line_id: int) -> LogRow | None:
        """None when it has expired."""
        query = "SELECT id, event FROM log_line WHERE id = ?"

        def work(connection: sqlite3.Connection) -> LogRow | None:
            row = connection.execute(query, (line_id,)).fetchone()
            return _log_row(*row) if row else None

        return await self._database.read(work)

    async def expire(self, days: int) -> int:
        """Removes lines older than 1 to 90 days from the database and its write-ahead log; backups hold none.

        Returns how many. Raises ValueError for other numbers of days.
        """
        if not FEWEST_DAYS <= days <= MOST_DAYS:
            raise ValueError(f"{days} days")
        limit = stored(now() - timedelta(days=days))

        def work(connection: sqlite3.Connection) -> int:
            gone = connection.execute("DELETE FROM log_line WHERE at < ?", (limit,)).rowcount
            newest = connection.execute("SELECT max(id) FROM log_line").fetchone()[0] or 0
            gone += connection.execute("DELETE FROM log_line WHERE id <= ?", (newest - _MOST_LINES,)).rowcount
            if gone:
                unused = "id NOT IN (SELECT template FROM log_line)"
                connection.execute(f"DELETE FROM log_template WHERE {unused}")  # noqa: S608 - constant
            return gone

        gone = await self._database.write(work)
        if gone:
            await self._database.scrub()
        return gone

    async def save_report(self, path: Path, chosen: LogFilter = EVERYTHING) -> int:
        """Writes the chosen lines, oldest first, as text in the person's language; replaces the file only when it is
        complete. Returns the number of lines."""
        return await write_report(path, self._oldest_first(chosen))

    async def _oldest_first(self, chosen: LogFilter) -> AsyncIterator[str]:
        after = 0
        while True:
            page = partial(_select, chosen=chosen, limit=1_000, after=after)
            rows = await self._database.read(page)
            for row in rows:
                yield report_line(row.event)
                after = row.id
            if len(rows) < 1_000:
                return

    def _row(self, event: LoggedEvent) -> tuple[object, ...]:
        if isinstance(event, RequestEvent):
            own = (int(Level.DEBUG), event.account, "", "", "", "")
            words = f"{event.method} {event.url} {event.status} {event.error}"
        else:
            own = (
                int(event.level),
                event.account,
                event.integration,
                event.run_id,
                self._redact(event.key),
                self._redact(event.message.message),
            )
            words = "\n".join((str(event.message), event.key, *map(str, event.facts.values())))
        return (stored(event.at), *own, self._redact(words).casefold(), to_json(event, self._redact))


def _select(
    connection: sqlite3.Connection,
    chosen: LogFilter,
    *,
    limit: int,
    before: int | None = None,
    after: int | None = None,
) -> Sequence[LogRow]:
    parts: list[tuple[str, tuple[object, ...]]] = [("1", ())]
    if before is not None:
        parts.append(("id < ?", (before,)))
    if after is not None:
        parts.append(("id > ?", (after,)))
    if chosen.levels:
        parts.append((f"level IN ({_marks(chosen.levels)})", tuple(int(level) for level in chosen.levels)))
    names = ("account", "integration", "run_id", "key")
    parts.extend((f"{name} = ?", (wanted,)) for name in names if (wanted := getattr(chosen, name)))
    if chosen.since is not None:
        parts.append(("at >= ?", (stored(chosen.since),)))
    if not chosen.has_requests:
        parts.append(("event NOT LIKE '{\"request\":%'", ()))
    if chosen.words:
        templates = _templates_with(connection, chosen.words)
        words = f"(words LIKE ? ESCAPE '\\' OR template IN ({_marks(templates)}))"
        parts.append((words, (like(chosen.words.casefold()), *templates)))
    condition = " AND ".join(part for part, _ in parts)
    values = tuple(value for _, each in parts for value in each)
    order = "DESC" if after is None else "ASC"
    query = f"SELECT id, event FROM log_line WHERE {condition} ORDER BY id {order} LIMIT ?"  # noqa: S608 - bound
    return tuple(_log_row(*row) for row in connection.execute(query, (*values, limit)))


def _templates_with(connection: sqlite3.Connection, words: str) -> Sequence[int]:
    """Lines are stored in the language of their time: messages that today read like the words count as well."""
    wanted = words.casefold()
    rows = connection.execute("SELECT id, message FROM log_template").fetchall()
    return [number for number, message in rows if wanted in str(Text(message)).casefold()]


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _log_row(line_id: int, words: str) -> LogRow:
    event = readable(lambda: from_json(words), f"log line {line_id}")
    return LogRow(line_id, event)
