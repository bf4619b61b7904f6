"""The other files that may hold a person: backups, databases set aside, practice files, what a crash left behind.

Databases are searched and rewritten like the folder's own, each with the key it holds itself. A rewritten file takes
the place of the old one only when it is complete; one that cannot be read is deleted when a person is erased, since
nobody can tell that it is free of them.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.core.person import PersonWords, Traces
from app.storage.backups import Backups
from app.storage.faults import file_error
from app.storage.folder import DataFolder
from app.storage.personerasure import erase_person
from app.storage.persontraces import PersonSearch
from app.storage.rewriting import SIDE_FILES, rewrite

_BLOCK_CHARACTERS = 1_000_000
_OVERLAP_CHARACTERS = 1_000


class FileSort(StrEnum):
    BACKUP = "backup"
    SET_ASIDE = "set_aside"
    PRACTICE = "practice"
    """Made-up customers that a practice account reads; made anew when it is needed."""
    LEFTOVER = "leftover"
    """What an interrupted restore or backup left."""
    FOREIGN = "foreign"
    """Somebody put it into the folder: it is theirs, and never touched."""


class FileFate(StrEnum):
    CLEAN = "clean"
    FOUND = "found"
    UNREADABLE = "unreadable"
    """A database that cannot be searched."""
    REWRITTEN = "rewritten"
    DELETED = "deleted"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class FileFound:
    name: str
    """Relative to its folder."""
    sort: FileSort
    fate: FileFate
    count: int = 0
    """Rows of a database; 1 for another file."""


class PersonFiles:
    """Every method blocks for file access and raises StorageError."""

    def __init__(self, folder: DataFolder, backups: Backups, cache: Path) -> None:
        self._folder = folder
        self._backups = backups
        self._cache = cache

    def find(self, person: PersonWords) -> tuple[FileFound, ...]:
        """Those with traces, and those that cannot be searched."""
        return tuple(each for each, _path in self._found(person))

    def erase(self, person: PersonWords) -> tuple[FileFound, ...]:
        done = []
        for found, path in self._found(person):
            try:
                done.append(self._erased(found, path, person))
            except OSError as error:
                raise file_error(error, path) from error
        return tuple(done)

    def _found(self, person: PersonWords) -> Iterator[tuple[FileFound, Path]]:
        for path, sort in self._databases():
            count = _rows_in(path, person)
            if count is None:
                yield FileFound(self._name(path), sort, FileFate.UNREADABLE), path
            elif count:
                yield FileFound(self._name(path), sort, FileFate.FOUND, count), path
        for path, sort in self._others():
            if _is_in_file(path, Traces(person)):
                yield FileFound(self._name(path), sort, FileFate.FOUND, 1), path

    def _erased(self, found: FileFound, path: Path, person: PersonWords) -> FileFound:
        if found.sort is FileSort.FOREIGN:
            return FileFound(found.name, found.sort, FileFate.LEFT, found.count)
        if found.sort in {FileSort.BACKUP, FileSort.SET_ASIDE}:
            if found.fate is FileFate.FOUND and _rewritten(path, person):
                return FileFound(found.name, found.sort, FileFate.REWRITTEN, found.count)
            if found.sort is FileSort.SET_ASIDE:
                shutil.rmtree(path.parent)
                return FileFound(found.name, found.sort, FileFate.DELETED, found.count)
        path.unlink(missing_ok=True)
        return FileFound(found.name, found.sort, FileFate.DELETED, found.count)

    def _databases(self) -> Iterator[tuple[Path, FileSort]]:
        for path in self._backups.all():
            yield path, FileSort.BACKUP
        for place in self._backups.set_aside_folders():
            yield place / self._folder.database.name, FileSort.SET_ASIDE

    def _others(self) -> Iterator[tuple[Path, FileSort]]:
        own = {self._folder.database.with_name(self._folder.database.name + end) for end in ("", *SIDE_FILES)}
        own |= {self._folder.lock, *self._backups.all()}
        aside = self._backups.set_aside_folders()
        for path in sorted(self._folder.root.rglob("*")):
            if path.is_file() and path not in own and path.parent not in aside:
                yield path, FileSort.LEFTOVER if self._is_leftover(path) else FileSort.FOREIGN
        if self._cache.is_dir():
            for path in sorted(each for each in self._cache.rglob("*") if each.is_file()):
                yield path, FileSort.PRACTICE

    def _is_leftover(self, path: Path) -> bool:
        name = self._folder.database.name
        if path.parent == self._folder.root:
            return path.name.startswith((f"{name}.restoring", f"{name}-"))
        return path.parent == self._folder.backups and (".partial" in path.name or path.name.startswith("koppler-"))

    def _name(self, path: Path) -> str:
        base = self._folder.root if path.is_relative_to(self._folder.root) else self._cache
        return str(path.relative_to(base))


def _rows_in(path: Path, person: PersonWords) -> int | None:
    """None where the file cannot be searched."""
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)) as connection:
            if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                return None
            return PersonSearch(connection, person).find().count
    except (sqlite3.Error, ValueError):  # ValueError: a page of rubbish that still passes for rows
        return None


def _rewritten(path: Path, person: PersonWords) -> bool:
    """The same database without the person; False where that failed and the file must go."""
    try:
        rewrite(path, lambda connection: erase_person(connection, person))
    except (sqlite3.Error, ValueError):
        return False
    return True


def _is_in_file(path: Path, traces: Traces) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            tail = ""
            while block := stream.read(_BLOCK_CHARACTERS):
                if traces.are_in(tail + block):
                    return True
                tail = block[-_OVERLAP_CHARACTERS:]
    except OSError as error:
        raise file_error(error, path) from error
    return False
