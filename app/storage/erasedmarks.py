"""One-way marks of people who were erased, so that an import never sends them again while the shop still holds them.

A mark is a keyed hash, made once more from the ledger's own: neither a search over the ledger's hashes nor a look into
the file leads from it to a person. Who knows the address and holds the whole data folder can test whether it is marked;
nothing else is possible.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from app.core.events import now
from app.core.person import AskedBy, PersonWords
from app.storage.database import Database
from app.storage.hashes import FolderHash, hash_of_words
from app.storage.moments import stored
from app.storage.persontraces import Found

_ADDRESS, _NUMBER = b"erased address 1\0", b"erased number 1\0"


@dataclass(frozen=True, slots=True)
class ErasedPeople:
    """The marks of one data folder as they stood when they were loaded."""

    keyed_hash: FolderHash
    marks: frozenset[bytes] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.marks)

    def has(self, integration: str, email: str, number: str = "") -> bool:
        """Whether a record with this address, or this integration's order with that number, is of somebody who was
        erased."""
        if not self.marks:
            return False
        own = {address_mark(self.keyed_hash, email)} if email else set[bytes]()
        if number:
            own.add(number_mark(self.keyed_hash, integration, number))
        return not own.isdisjoint(self.marks)


def address_mark(keyed_hash: FolderHash, email: str) -> bytes:
    return keyed_hash(_ADDRESS + hash_of_words(keyed_hash, email))


def number_mark(keyed_hash: FolderHash, integration: str, number: str) -> bytes:
    """Another shop counts its orders from one as well."""
    return keyed_hash(_NUMBER + integration.encode() + b"\0" + hash_of_words(keyed_hash, number))


def own_marks(connection: sqlite3.Connection, keyed_hash: FolderHash, person: PersonWords) -> frozenset[bytes]:
    """By the very words; a name has none, since many may bear it."""
    match person.asked_by:
        case AskedBy.EMAIL:
            return frozenset({address_mark(keyed_hash, person.words)})
        case AskedBy.NUMBER:
            integrations = connection.execute("SELECT key FROM integration UNION SELECT integration FROM entry")
            return frozenset(number_mark(keyed_hash, key, person.words) for (key,) in integrations)
        case AskedBy.NAME:
            return frozenset()


def marks_of(keyed_hash: FolderHash, person: PersonWords, found: Found) -> frozenset[bytes]:
    """By the address wherever the ledger knows it, for that is in every record of the person; else by the number."""
    if found.hashes:
        return frozenset(keyed_hash(_ADDRESS + each) for each in found.hashes)
    if person.asked_by is not AskedBy.NUMBER:
        return frozenset()
    return frozenset(number_mark(keyed_hash, place.integration, person.words) for place in found.places)


def add_marks(connection: sqlite3.Connection, marks: Iterable[bytes]) -> None:
    at = stored(now())
    query = "INSERT OR IGNORE INTO erased_mark (hash, at) VALUES (?, ?)"
    connection.executemany(query, [(mark, at) for mark in sorted(marks)])


def marks_in(connection: sqlite3.Connection) -> frozenset[bytes]:
    return frozenset(bytes(mark) for (mark,) in connection.execute("SELECT hash FROM erased_mark"))


async def load_erased_people(database: Database, keyed_hash: FolderHash) -> ErasedPeople:
    """Raises StorageError."""
    return ErasedPeople(keyed_hash, await database.read(marks_in))
