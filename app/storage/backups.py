"""Copies of the database: made before every upgrade and once a week, restored when it is damaged."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.core.errors import StorageError
from app.core.events import now
from app.core.texts import text
from app.storage.details import clear_details
from app.storage.faults import file_error, storage_error
from app.storage.flushing import flush
from app.storage.migrations import APPLICATION_ID, EXPIRING_TABLES, LATEST, version_of

_KEPT = 4
_SIDE_FILES = ("", "-wal", "-shm")
_LONGEST_LOG_LIFE = timedelta(days=90)


class Backups:
    """Every method blocks for file access; :class:`~app.storage.database.Database` calls them on its own thread."""

    def __init__(self, folder: Path, kept: int = _KEPT) -> None:
        self._folder = folder
        self._kept = kept

    def all(self) -> tuple[Path, ...]:
        """Newest first."""
        return tuple(sorted(self._folder.glob("koppler-*.db"), reverse=True))

    def newest(self) -> Path | None:
        return next(iter(self.all()), None)

    def set_aside_folders(self) -> tuple[Path, ...]:
        """Each with a database that was in use before a restore or a new beginning."""
        return tuple(sorted(place for place in self._folder.glob("damaged-*") if place.is_dir()))

    def age_of_newest(self) -> timedelta | None:
        newest = self.newest()
        return None if newest is None else now() - datetime.fromtimestamp(newest.stat().st_mtime, UTC)

    def newest_sound(self) -> Path | None:
        """The newest one that can be restored; reads every file that it has to pass over."""
        return next((each for each in self.all() if _fault_in(each) == ""), None)

    def make(self, connection: sqlite3.Connection) -> Path:
        """A consistent copy without the log and the details of runs, which would outlive their time in it."""
        name = f"koppler-{now():%Y%m%d-%H%M%S-%f}-v{version_of(connection)}.db"
        partial = self._folder / f"{name}.partial"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(partial, os.O_CREAT | os.O_WRONLY, 0o600))
            with closing(sqlite3.connect(partial, isolation_level=None)) as copy:
                connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
                strip(copy)
                copy.execute("VACUUM")
            partial.replace(self._folder / name)
        except OSError as error:
            raise file_error(error, self._folder) from error
        except sqlite3.Error as error:
            raise storage_error(error, self._folder) from error
        finally:
            partial.unlink(missing_ok=True)
        self._forget_old()
        return self._folder / name

    def restore(self, backup: Path, database: Path) -> Path | None:
        """Puts a checked copy of the backup in the database's place, and says where the old file is kept; None where
        there was none. The database must be closed."""
        _refuse_unless_sound(backup)
        partial = _restoring(database)
        try:
            shutil.copyfile(backup, partial)
            partial.chmod(0o600)
            flush(partial)
            kept = self.set_aside(database)
            partial.replace(database)
        except OSError as error:
            raise file_error(error, database) from error
        return kept

    def finish_restoring(self, database: Path) -> None:
        """Completes a restore that was cut off after the old file had left its place."""
        partial = _restoring(database)
        if not partial.is_file():
            return
        if database.exists():  # cut off earlier: the copy may be incomplete, the old file is where it was
            partial.unlink()
        else:
            # A write-ahead log that was left behind belongs to the old file: SQLite would play it into the new one.
            self.set_aside(database)
            partial.replace(database)

    def set_aside(self, database: Path) -> Path | None:
        """Moves the database, its log and its index into a folder of their own, for a later rescue; gives that folder,
        None where there was nothing to move."""
        if not any(database.with_name(database.name + ending).exists() for ending in _SIDE_FILES):
            return None
        place = self._folder / f"damaged-{now():%Y%m%d-%H%M%S-%f}"
        try:
            place.mkdir(mode=0o700, parents=True)
            # The database first: a crash between two moves must not leave it without its write-ahead log unnoticed.
            for ending in _SIDE_FILES:
                source = database.with_name(database.name + ending)
                if source.exists():
                    source.replace(place / source.name)
        except OSError as error:
            raise file_error(error, database) from error
        return place

    def _forget_old(self) -> None:
        for old in self.all()[self._kept :]:
            old.unlink(missing_ok=True)

    def forget(self, place: Path) -> None:
        """A folder that was set aside."""
        shutil.rmtree(place, ignore_errors=True)

    def forget_damaged(self) -> None:
        """A file set aside holds log lines too: it goes when the last of them would have expired."""
        limit = now() - _LONGEST_LOG_LIFE
        for place in self._folder.glob("damaged-*"):
            if datetime.fromtimestamp(place.stat().st_mtime, UTC) < limit:
                self.forget(place)


def _restoring(database: Path) -> Path:
    return database.with_name(database.name + ".restoring")


def strip(copy: sqlite3.Connection) -> None:
    """Takes out what expires in the database: in a backup it would outlive its time."""
    known = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in known.intersection(EXPIRING_TABLES):
        copy.execute(f"DELETE FROM {table}")  # noqa: S608 - a constant name
    clear_details(copy)


def made_at(backup: Path) -> datetime:
    """When a backup was made, by its name; by its time of change where it was renamed. Raises StorageError."""
    try:
        stamp = "-".join(backup.name.split("-")[1:4])
        return datetime.strptime(stamp, "%Y%m%d-%H%M%S-%f").replace(tzinfo=UTC)
    except ValueError:
        pass
    try:
        return datetime.fromtimestamp(backup.stat().st_mtime, UTC)
    except OSError as error:
        raise file_error(error, backup) from error


def _fault_in(backup: Path) -> str:
    """Why the file cannot be restored; empty for a sound one of this program."""
    try:
        with closing(sqlite3.connect(backup.absolute().as_uri() + "?mode=ro", uri=True)) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            if found != "ok":
                return found
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                return "a database of another program"
            version = version_of(connection)
            return f"schema {version}, this program knows {LATEST}" if version > LATEST else ""
    except sqlite3.Error as error:
        return str(error) or type(error).__name__


def _refuse_unless_sound(backup: Path) -> None:
    if found := _fault_in(backup):
        raise StorageError(
            text('The backup "{name}" cannot be used.', name=backup.name),
            remedy=text("Choose an older backup. Nothing has been changed."),
            detail=found,
        )
