"""Keyed hashes for look-ups: the ledger can answer "why" for an address without ever holding it.

The key is random, made once per data folder and kept in the database itself: hashing must work with a locked keystore,
and a key lost with the keystore would make the ledger forget what the target holds. Who copies the whole data folder
can therefore test guesses ("is anna@example.com in it?"): the hashes are pseudonyms, not anonymous. Nothing but such a
test is possible, and outside of this folder the hashes mean nothing.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from dataclasses import dataclass, field
from hashlib import blake2b

from app.storage.database import Database

_NAME = "folder_hash_key"
_HMAC_NAME = "hash_key"
_LENGTH = 16
"""Bytes; 128 bits keep two different records of one shop apart beyond any doubt."""


@dataclass(frozen=True, slots=True)
class FolderHash:
    """Keyed BLAKE2b of 16 bytes; in a folder that began with it HMAC-SHA-256, which takes three times as long."""

    _key: bytes = field(repr=False)
    _is_hmac: bool = False
    _keyed: blake2b = field(init=False, repr=False, compare=False)
    """With the key worked in already, which takes as long as a short text: a run hashes five times for each record."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_keyed", blake2b(digest_size=_LENGTH, key=self._key))

    def __call__(self, words: bytes) -> bytes:
        if self._is_hmac:
            return hmac.digest(self._key, words, "sha256")[:_LENGTH]
        state = self._keyed.copy()
        state.update(words)
        return state.digest()


async def load_keyed_hash(database: Database) -> FolderHash:
    """With the data folder's own key, which is made when it is missing. Raises StorageError."""

    def work(connection: sqlite3.Connection) -> FolderHash:
        found = keyed_hash_in(connection)
        if found is None:
            root = secrets.token_bytes(32)
            connection.execute("INSERT INTO identity (name, value) VALUES (?, ?)", (_NAME, root))
            found = FolderHash(_derived(root))
        return found

    return await database.write(work)


def keyed_hash_in(connection: sqlite3.Connection) -> FolderHash | None:
    """With the key that this very file holds: a backup of a folder that began anew has another one. None without."""
    query = "SELECT name, value FROM identity WHERE name IN (?, ?)"
    try:
        row = connection.execute(query, (_NAME, _HMAC_NAME)).fetchone()
    except sqlite3.OperationalError:  # a file from before there were keys
        return None
    return FolderHash(_derived(bytes(row[1])), row[0] == _HMAC_NAME) if row else None


def hash_of_words(keyed_hash: FolderHash, words: str) -> bytes:
    """How the ledger hashes a number or an address, so that case and outer blanks do not matter."""
    return keyed_hash(words.strip().casefold().encode())


def _derived(root: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869) to 32 bytes; written out, as importing it takes longer than everything else here."""
    pseudorandom = hmac.digest(bytes(32), root, "sha256")
    return hmac.digest(pseudorandom, b"koppler look-up hashes 1\x01", "sha256")
