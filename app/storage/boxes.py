"""Sealed boxes: words with personal data that must outlive the program for a while, encrypted with the vault's key.

Pushes of a vendor wait here until they are read, and addresses that somebody has to work off by hand. Beside the sealed
words a box carries keyed hashes of the people in it, so that one person's boxes are found and erased unopened.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.storage.database import Database
from app.storage.entries import packed
from app.storage.hashes import FolderHash, hash_of_words
from app.storage.moments import moment_from, stored
from app.storage.sealing import Sealed
from app.storage.secrets import Vault


class Shelf(StrEnum):
    PUSHES = "pushes"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """``at`` is aware, UTC."""

    id: int
    at: datetime
    words: bytes = field(repr=False)


class SealedBoxes:
    """Of one shelf. Methods raise StorageError, and SecretStoreError while the vault cannot be used."""

    def __init__(self, shelf: Shelf, database: Database, vault: Vault, keyed_hash: FolderHash) -> None:
        self._shelf = shelf
        self._database = database
        self._vault = vault
        self._hash = keyed_hash

    async def refuse_closed(self) -> None:
        """Raises SecretStoreError where nothing could be sealed now."""
        await self._vault.seal(b"", self._shelf)

    async def put(self, owner: str, name: str, words: bytes, *, people: Iterable[str], at: datetime) -> bool:
        """On the disk when it returns. False where a box of this name was there already; that one stays as it is."""
        key_id, sealed = await self._vault.seal(words, self._shelf, owner)
        row = (
            self._shelf.value,
            owner,
            self._hash(name.encode()),
            stored(at),
            packed(dict.fromkeys(hash_of_words(self._hash, each) for each in people if each.strip())),
            key_id,
            sealed.nonce,
            sealed.words,
        )
        query = (
            "INSERT OR IGNORE INTO box (shelf, owner, name, at, people, key_id, nonce, sealed) VALUES (?,?,?,?,?,?,?,?)"
        )
        return await self._database.write(lambda connection: connection.execute(query, row).rowcount > 0)

    async def of(
        self, owner: str, *, since: datetime | None = None, until: datetime | None = None
    ) -> tuple[Sequence[Box], int]:
        """Oldest first; ``since`` inclusive, ``until`` exclusive. Beside them, how many were sealed with another key:
        in a folder that came from another computer they must not keep everything else from being read."""
        query = "SELECT id, at, key_id, nonce, sealed FROM box WHERE shelf = ? AND owner = ? ORDER BY at, id"

        def work(connection: sqlite3.Connection) -> list[tuple[int, int, bytes, bytes, bytes]]:
            return list(connection.execute(query, (self._shelf.value, owner)))

        found, lost = list[Box](), 0
        for number, at, key_id, nonce, words in await self._database.read(work):
            moment = moment_from(at)
            if (since is not None and moment < since) or (until is not None and moment >= until):
                continue
            opened = await self._vault.unseal(key_id, Sealed(nonce, words), self._shelf, owner)
            if opened is None:
                lost += 1
            else:
                found.append(Box(id=number, at=moment, words=opened))
        return found, lost

    async def owners(self) -> Sequence[str]:
        query = "SELECT DISTINCT owner FROM box WHERE shelf = ? ORDER BY owner"
        values = (self._shelf.value,)
        return await self._database.read(lambda connection: [owner for (owner,) in connection.execute(query, values)])

    async def count(self, owner: str) -> int:
        """Without opening anything."""
        query = "SELECT count(*) FROM box WHERE shelf = ? AND owner = ?"
        values = (self._shelf.value, owner)
        return await self._database.read(lambda connection: int(connection.execute(query, values).fetchone()[0]))

    async def renew(self, owner: str, number: int, at: datetime) -> bool:
        """Puts a box back as if it had come at that moment; False for one that is not there."""
        query = "UPDATE box SET at = ? WHERE id = ? AND shelf = ? AND owner = ?"
        values = (stored(at), number, self._shelf.value, owner)
        return await self._database.write(lambda connection: connection.execute(query, values).rowcount > 0)

    async def remove(self, owner: str, numbers: Iterable[int]) -> int:
        query = "DELETE FROM box WHERE id = ? AND shelf = ? AND owner = ?"
        rows = [(number, self._shelf.value, owner) for number in numbers]
        return await self._database.write(lambda connection: connection.executemany(query, rows).rowcount)

    async def expire(self, owner: str, before: datetime) -> int:
        query = "DELETE FROM box WHERE shelf = ? AND owner = ? AND at < ?"
        values = (self._shelf.value, owner, stored(before))
        return await self._database.write(lambda connection: connection.execute(query, values).rowcount)
