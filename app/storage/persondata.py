"""Everything that the data folder holds about one person: found, and erased so that no byte of it remains."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.core.person import PersonWords
from app.storage.database import Database
from app.storage.erasedmarks import add_marks, marks_in, marks_of, own_marks
from app.storage.hashes import FolderHash
from app.storage.personerasure import erase_person
from app.storage.personfiles import FileFate, FileFound, PersonFiles
from app.storage.persontraces import Found, PersonSearch


@dataclass(frozen=True, slots=True)
class PersonHoldings:
    """``rows`` by table, ``records`` by kind as the ledger names it, and the files beside the database."""

    rows: Mapping[str, int] = field(default_factory=dict)
    records: Mapping[str, int] = field(default_factory=dict)
    files: Sequence[FileFound] = ()
    is_marked: bool = False
    """Erased before, with a mark that keeps them from being sent again."""

    @property
    def count(self) -> int:
        """Files that cannot be searched count for nothing."""
        return sum(self.rows.values()) + sum(each.count for each in self.files)

    @property
    def unreadable(self) -> Sequence[FileFound]:
        return [each for each in self.files if each.fate is FileFate.UNREADABLE]


class PersonData:
    """Every method raises StorageError."""

    def __init__(self, database: Database, files: PersonFiles, keyed_hash: FolderHash) -> None:
        self._database = database
        self._files = files
        self._hash = keyed_hash

    async def find(self, person: PersonWords) -> PersonHoldings:
        found = await self._database.read(lambda connection: PersonSearch(connection, person).find())
        files = await asyncio.to_thread(self._files.find, person)
        return _holdings(found, files, is_marked=await self.is_marked(person))

    async def erase(self, person: PersonWords, *, keeps_mark: bool) -> PersonHoldings:
        """Gives what was erased. The files come first: were the program killed in between, the person would still be
        found in the database, and erased with the next attempt."""
        files = await asyncio.to_thread(self._files.erase, person)

        def work(connection: sqlite3.Connection) -> Found:
            found = erase_person(connection, person)
            if keeps_mark:
                add_marks(connection, marks_of(self._hash, person, found))
            return found

        found = await self._database.write(work)
        await self._database.rebuild()
        return _holdings(found, files, is_marked=keeps_mark and bool(marks_of(self._hash, person, found)))

    async def is_marked(self, person: PersonWords) -> bool:
        def look(connection: sqlite3.Connection) -> bool:
            return not marks_in(connection).isdisjoint(own_marks(connection, self._hash, person))

        return await self._database.read(look)

    async def unmark(self, person: PersonWords) -> bool:
        """Lets records of this address or number be sent again; False where there was no mark of it."""

        def work(connection: sqlite3.Connection) -> bool:
            own = own_marks(connection, self._hash, person)
            query = "DELETE FROM erased_mark WHERE hash = ?"
            return sum(connection.execute(query, (mark,)).rowcount for mark in own) > 0

        return await self._database.write(work)


def _holdings(found: Found, files: Sequence[FileFound], *, is_marked: bool) -> PersonHoldings:
    records: dict[str, int] = {}
    for place in found.places:
        records[place.kind] = records.get(place.kind, 0) + 1
    return PersonHoldings(found.rows, records, files, is_marked)
