"""SQLite's and the disk's complaints in the person's words."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from app.core.errors import AppError, StorageError
from app.core.texts import text

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_NO_ACCESS = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH}
DISK_FULL = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}


class DamagedDatabaseError(StorageError):
    """``backup`` is the newest one, if there is any; see ``Database.restore`` and ``Database.start_over``."""

    def __init__(self, database: Path, backup: Path | None, detail: str) -> None:
        if backup is None:
            remedy = text(
                "There is no backup. The window offers to begin anew when it starts; in a terminal: koppler restore "
                "--start-over. The damaged file is kept, and your shop and your target keep everything they hold."
            )
        else:
            remedy = text(
                'The window offers to restore the newest backup, "{backup}", when it starts; in a terminal: koppler '
                "restore. The damaged file is kept beside the backups.",
                backup=backup.name,
            )
        super().__init__(text('The database "{name}" is damaged.', name=database.name), remedy=remedy, detail=detail)
        self.database = database
        self.backup = backup


def code_of(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 where Python's own layer complained."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    return code_of(error) in _DAMAGED


def storage_error(error: sqlite3.Error, database: Path) -> AppError:
    """Everything but damage, which needs to know the backups."""
    code, detail = code_of(error), f"{type(error).__name__}: {error}"
    if code == sqlite3.SQLITE_FULL:
        return disk_full(database, detail)
    if code in _LOCKED:
        return StorageError(
            text("Another program holds the database, so nothing was saved."),
            remedy=text(
                'Close programs that have "{path}" open (backup, virus scan, database viewer) and try again.',
                path=str(database),
            ),
            detail=detail,
        )
    if code in _NO_ACCESS:
        return StorageError(
            text('The database "{path}" cannot be opened for writing.', path=str(database)),
            remedy=text("Check that the folder exists and that you may write to it."),
            detail=detail,
        )
    if code == sqlite3.SQLITE_IOERR:
        return StorageError(
            text("The disk could not be read or written, so nothing was saved."),
            remedy=text("Check the disk and its free space, then start the program again."),
            detail=detail,
        )
    return StorageError(
        text("The database refused this step, so nothing was saved."),
        remedy=text("Start the program again. If it happens again, please report it with the log."),
        detail=detail,
    )


def disk_full(place: Path, detail: str) -> StorageError:
    return StorageError(
        text("The disk is full, so nothing was saved."),
        remedy=text('Free some space on the disk that holds "{path}" and try again.', path=str(place)),
        detail=detail,
    )


def file_error(error: OSError, place: Path) -> StorageError:
    detail = f"{type(error).__name__}: {error.strerror or error}"
    if error.errno in DISK_FULL:
        return disk_full(place, detail)
    if isinstance(error, FileExistsError | NotADirectoryError):
        return StorageError(
            text('"{path}" cannot be the data folder: a file is in the way.', path=str(place)),
            remedy=text("Move the file away, or choose another data folder."),
            detail=detail,
        )
    return StorageError(
        text('"{path}" cannot be read or written.', path=str(place)),
        remedy=text("Check that the folder exists, that you may write to it and that its disk is connected."),
        detail=detail,
    )
