"""Log lines and details of runs are kept for some days, then gone from every file: database, backups, files set aside.

Details are what a target or the disk said about single records and runs. What became of a record, and why in our own
words, stays: it is the memory of what the target holds.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.core.events import now
from app.storage.backups import Backups, strip
from app.storage.database import Database
from app.storage.details import clear_details, has_details
from app.storage.faults import file_error
from app.storage.log import LogStore
from app.storage.moments import stored
from app.storage.rewriting import rewrite


class Expiry:
    """Every method raises StorageError, and ValueError for other than 1 to 90 days."""

    def __init__(self, database: Database, log: LogStore, backups: Backups) -> None:
        self._database = database
        self._log = log
        self._backups = backups

    async def expire(self, days: int) -> int:
        """Removes what is older; returns the number of log lines."""
        gone = await self._log.expire(days)
        limit = now() - timedelta(days=days)
        cleared = await self._database.write(lambda connection: clear_details(connection, limit))
        if gone or cleared:
            # Overwriting what is deleted is not enough: balancing its pages leaves copies in their unused parts.
            await self._database.rebuild()
        await asyncio.to_thread(self._expire_files, limit)
        return gone

    def _expire_files(self, limit: datetime) -> None:
        for backup in self._backups.all():
            if _changed_at(backup) < limit:
                _strip_old(backup)
        for place in self._backups.set_aside_folders():
            self._expire_set_aside(place, limit)

    def _expire_set_aside(self, place: Path, limit: datetime) -> None:
        path = next(iter(sorted(place.glob("*.db"))), None)
        try:
            is_clean = path is not None and _is_whole(path) and _has_lost_old(path, limit)
        except sqlite3.Error:
            is_clean = False
        except OSError as error:
            raise file_error(error, place) from error
        # Nobody can take old lines out of what cannot be read: by now even the newest has expired.
        if not is_clean and _changed_at(place) < limit:
            self._backups.forget(place)


def _expire_in(connection: sqlite3.Connection, limit: datetime) -> None:
    connection.execute("DELETE FROM log_line WHERE at < ?", (stored(limit),))
    connection.execute("DELETE FROM log_template WHERE id NOT IN (SELECT template FROM log_line)")
    clear_details(connection, limit)


def _has_lost_old(path: Path, limit: datetime) -> bool:
    if _has_expired(path, limit):
        rewrite(path, lambda connection: _expire_in(connection, limit))
    return True


def _has_expired(path: Path, limit: datetime) -> bool:
    with closing(_reading(path)) as connection:
        line = connection.execute("SELECT 1 FROM log_line WHERE at < ? LIMIT 1", (stored(limit),)).fetchone()
        return line is not None or has_details(connection, limit)


def _strip_old(backup: Path) -> None:
    """One from an earlier version of the program, which left details in."""
    try:
        with closing(_reading(backup)) as connection:
            pattern = connection.execute("SELECT 1 FROM log_template LIMIT 1").fetchone()
            is_clean = pattern is None and not has_details(connection)
        if not is_clean:
            rewrite(backup, strip)
    except sqlite3.Error:  # older than the log, or no database: restoring it will say so
        return
    except OSError as error:
        raise file_error(error, backup) from error


def _is_whole(path: Path) -> bool:
    try:
        with closing(_reading(path)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)


def _changed_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise file_error(error, path) from error
