"""A database file that nobody has open, changed as a whole: the new one takes the place of the old when it is ready."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

SIDE_FILES = ("-wal", "-shm", "-journal")


def rewrite(path: Path, change: Callable[[sqlite3.Connection], object]) -> None:
    """``change`` runs in one transaction; the new file is built without the unused parts of the old one, and keeps
    its time: the age of a backup decides when the next one is made and when this one goes.

    Blocks; raises sqlite3.Error and OSError, and leaves the old file as it was then.
    """
    fresh = path.with_name(f"{path.name}.partial")
    state = path.stat()
    try:
        # Reading through SQLite brings a write-ahead log beside the file along.
        with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)) as old:
            os.close(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
            with closing(sqlite3.connect(fresh, isolation_level=None)) as new:
                old.backup(new)
                _change(new, change)
        with fresh.open("rb+") as stream:
            os.fsync(stream.fileno())
        os.utime(fresh, ns=(state.st_atime_ns, state.st_mtime_ns))
        fresh.replace(path)
    finally:
        for end in ("", *SIDE_FILES):
            fresh.with_name(fresh.name + end).unlink(missing_ok=True)
    for end in SIDE_FILES:
        path.with_name(path.name + end).unlink(missing_ok=True)


def _change(connection: sqlite3.Connection, change: Callable[[sqlite3.Connection], object]) -> None:
    connection.execute("PRAGMA journal_mode = MEMORY")
    connection.execute("BEGIN IMMEDIATE")
    change(connection)
    connection.execute("COMMIT")
    connection.execute("VACUUM")
    connection.execute("PRAGMA journal_mode = DELETE")
