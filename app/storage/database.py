"""One SQLite file, one thread that writes, two that read.

Every transaction is a function of a connection, so that it runs as a whole on its thread: nothing is half-written when
it raises, when its caller is cancelled, or when the program is killed.

``synchronous`` is FULL, not NORMAL: in WAL mode NORMAL may lose the last commits at a power loss. An intent must be on
the disk before its request leaves, else a record could arrive in a target that the ledger has never heard of, and a
checkpoint must not be forgotten once the target has confirmed. Only the log is written with NORMAL.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from app.core.errors import AppError, StorageError
from app.core.texts import text
from app.storage.backups import Backups
from app.storage.faults import DamagedDatabaseError, file_error, is_damage, storage_error
from app.storage.migrations import APPLICATION_ID, LATEST, migrate, version_of

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]

_READERS = 2
# Eight times as much makes a large import no faster (the system's own cache holds the file), but it is memory that a
# long import fills.
_WRITER_CACHE_KIB, _READER_CACHE_KIB = 2000, 1000
# Checking reads the whole file (about 1 s per 500 MB): always for small ones, after an unclean end for large ones.
_ALWAYS_CHECKED_BYTES = 64 * 1024 * 1024


class Database:
    """``busy_timeout_s`` is how long to wait for another program (virus scan, backup) that holds the file."""

    def __init__(self, path: Path, backups: Backups, *, busy_timeout_s: float = 5.0) -> None:
        self.path = path
        self.backups = backups
        self._busy_timeout_s = busy_timeout_s
        self._writing: ThreadPoolExecutor | None = None
        self._reading: ThreadPoolExecutor | None = None
        self._writer: sqlite3.Connection | None = None
        self._readers: list[sqlite3.Connection] = []
        self._own = threading.local()
        self._is_durable = True
        """How the writer's connection stands."""

    @property
    def is_open(self) -> bool:
        return self._writer is not None

    async def open(self) -> None:
        """Creates or upgrades the file; an upgrade makes a backup first.

        Raises DamagedDatabaseError for a damaged file and StorageError for a newer or foreign one, a full disk or a
        missing permission; the file is unchanged then.
        """
        if self.is_open:
            return
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="database-writer")
        self._reading = ThreadPoolExecutor(_READERS, "database-reader")
        try:
            self._writer = await self._on_thread(self._writing, self._prepare)
        except BaseException:  # cancellation too must not leave threads behind
            await self.close()
            raise

    async def close(self) -> None:
        """Waits for what has begun; the write-ahead log is folded into the file."""
        await asyncio.shield(asyncio.to_thread(self._shut_down))

    async def write(self, work: Work[Result], *, is_durable: bool = True) -> Result:
        """Runs one transaction; ``is_durable`` False may lose it at a power loss, never at a crash of the program.

        Cancelling gives up a transaction that has not begun; one that has begun is completed.
        """
        return await self._on_thread(self._writing, lambda: self._transact(work, is_durable=is_durable))

    async def read(self, work: Work[Result]) -> Result:
        """Runs on a consistent snapshot; ``work`` cannot change anything."""
        return await self._on_thread(self._reading, lambda: self._look(work))

    async def scrub(self) -> None:
        """Folds the write-ahead log into the file and empties it, so that deleted content is nowhere any more."""
        await self._on_thread(self._writing, lambda: _fold(self._connection()))

    async def rebuild(self) -> None:
        """Writes the whole file anew: not even the unused parts of its pages hold what was deleted. Takes a second for
        100 MB, and as much free space. Raises StorageError also where another program keeps the write-ahead log."""
        await self._on_thread(self._writing, lambda: _rebuild(self._connection()))

    async def back_up(self) -> Path:
        return await self._on_thread(self._reading, lambda: self.backups.make(self._reader()))

    async def back_up_when_older(self, days: int = 7) -> Path | None:
        """A backup now, unless there is one younger than that."""
        age = await asyncio.to_thread(self.backups.age_of_newest)
        return None if age is not None and age < timedelta(days=days) else await self.back_up()

    async def restore(self, backup: Path) -> Path | None:
        """Closes, keeps the present file aside, puts the backup in its place and opens it; gives the folder with the
        file that was set aside."""
        await self.close()
        kept = await asyncio.to_thread(self.backups.restore, backup, self.path)
        await self.open()
        return kept

    async def start_over(self) -> Path | None:
        """Closes, keeps the present file aside and opens an empty one; gives the folder with the old file."""
        await self.close()
        kept = await asyncio.to_thread(self.backups.set_aside, self.path)
        await self.open()
        return kept

    # On a thread of the database ------------------------------------------------------------------------------------

    async def _on_thread(self, threads: ThreadPoolExecutor | None, call: Callable[[], Result]) -> Result:
        if threads is None:
            raise StorageError(text("The database is closed."), remedy=text("Start the program again."))

        def translated() -> Result:
            try:
                return call()
            except sqlite3.Error as error:
                raise self._fault(error) from error
            except OSError as error:
                raise file_error(error, self.path) from error

        return await asyncio.get_running_loop().run_in_executor(threads, translated)

    def _fault(self, error: sqlite3.Error) -> AppError:
        if is_damage(error):
            return DamagedDatabaseError(self.path, self.backups.newest(), f"{type(error).__name__}: {error}")
        return storage_error(error, self.path)

    def _prepare(self) -> sqlite3.Connection:
        self._is_durable = True
        self.backups.finish_restoring(self.path)
        was_left_open = _size(self.path.with_name(self.path.name + "-wal")) > 0
        self._refuse_emptied()
        # Created private; the write-ahead log and its index inherit the file's permissions.
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = self._connect()
        try:
            self._check(connection, is_thorough=was_left_open or _size(self.path) < _ALWAYS_CHECKED_BYTES)
            if 0 < version_of(connection) < LATEST:
                self.backups.make(connection)
            _use_wal(connection)
            if version_of(connection) < LATEST:
                migrate(connection)
            self.backups.forget_damaged()
        except BaseException:  # whatever went wrong, the file is let go
            connection.close()
            raise
        return connection

    def _refuse_emptied(self) -> None:
        """A file cut to nothing by a power loss must not look like a first start."""
        if self.path.exists() and _size(self.path) == 0 and self.backups.newest() is not None:
            raise DamagedDatabaseError(self.path, self.backups.newest(), "the file is empty")

    def _check(self, connection: sqlite3.Connection, *, is_thorough: bool) -> None:
        version = version_of(connection)
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise StorageError(
                text('"{path}" is a database of another program.', path=str(self.path)),
                remedy=text("Move it away, or choose another data folder."),
            )
        if version > LATEST:
            raise StorageError(
                text("This data folder was last used by a newer version of Koppler."),
                remedy=text("Install the newest version, or choose another data folder. Nothing has been changed."),
                detail=f"schema {version}, this program knows {LATEST}",
            )
        if is_thorough and (found := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise DamagedDatabaseError(self.path, self.backups.newest(), str(found))

    def _connect(self, cache_kib: int = _WRITER_CACHE_KIB) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=self._busy_timeout_s, isolation_level=None, check_same_thread=False
        )
        for pragma in (
            "foreign_keys = ON",
            "synchronous = FULL",
            "fullfsync = ON",  # macOS: plain fsync leaves data in the drive's own cache
            "secure_delete = ON",  # what expires is overwritten, not only forgotten
            "temp_store = MEMORY",
            f"cache_size = -{cache_kib}",
            "wal_autocheckpoint = 4000",  # pages, 16 MB: a large import gains a fifth over the default of 1,000
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _connection(self) -> sqlite3.Connection:
        if self._writer is None:
            raise StorageError(text("The database is closed."), remedy=text("Start the program again."))
        return self._writer

    def _reader(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None or connection not in self._readers:
            connection = self._connect(_READER_CACHE_KIB)
            connection.execute("PRAGMA query_only = ON")
            self._own.connection = connection
            self._readers.append(connection)
        return connection

    def _transact(self, work: Work[Result], *, is_durable: bool) -> Result:
        connection = self._connection()
        if is_durable is not self._is_durable:
            connection.execute(f"PRAGMA synchronous = {'FULL' if is_durable else 'NORMAL'}")
            self._is_durable = is_durable
        return _within(connection, "BEGIN IMMEDIATE", work)

    def _look(self, work: Work[Result]) -> Result:
        return _within(self._reader(), "BEGIN", work)

    def _shut_down(self) -> None:
        for threads in (self._reading, self._writing):
            if threads is not None:
                threads.shutdown(wait=True)
        self._reading = self._writing = None
        for connection in self._readers:
            connection.close()
        self._readers = []
        if self._writer is not None:
            self._writer.close()  # the last connection: SQLite folds the write-ahead log in and removes it
            self._writer = None


def _within(connection: sqlite3.Connection, begin: str, work: Work[Result]) -> Result:
    connection.execute(begin)
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:  # nothing may end a transaction half-way
        if connection.in_transaction:  # a full disk makes SQLite roll back by itself
            connection.execute("ROLLBACK")
        raise
    return result


def _use_wal(connection: sqlite3.Connection) -> None:
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StorageError(
            text("The disk that holds the data folder cannot keep the database safe."),
            remedy=text("Choose a data folder on a disk of this computer."),
            detail=f"journal mode {mode}",
        )


def _fold(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _rebuild(connection: sqlite3.Connection) -> None:
    connection.execute("VACUUM")
    is_busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if is_busy:  # somebody reads on from the write-ahead log, which therefore still holds what was deleted
        raise StorageError(
            text("Another program reads the database, so what was deleted is still in a file beside it."),
            remedy=text("Close the other program. The file is emptied when Koppler closes."),
        )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
