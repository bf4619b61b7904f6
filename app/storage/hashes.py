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

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.storage.database import Database

_NAME = "hash_key"
_LENGTH = 16
"""Bytes; 128 bits keep two different records of one shop apart beyond any doubt."""


@dataclass(frozen=True, slots=True)
class HmacHash:
    """HMAC-SHA-256, cut to 16 bytes."""

    _key: bytes = field(repr=False)

    def __call__(self, words: bytes) -> bytes:
        return hmac.digest(self._key, words, "sha256")[:_LENGTH]


async def load_keyed_hash(database: Database) -> HmacHash:
    """With the data folder's own key, which is made when it is missing. Raises StorageError."""

    def work(connection: sqlite3.Connection) -> bytes:
        connection.execute(
            "INSERT OR IGNORE INTO identity (name, value) VALUES (?, ?)", (_NAME, secrets.token_bytes(32))
        )
        found = connection.execute("SELECT value FROM identity WHERE name = ?", (_NAME,)).fetchone()[0]
        return bytes(found)

    return _derived(await database.write(work))


def keyed_hash_in(connection: sqlite3.Connection) -> HmacHash | None:
    """With the key that this very file holds: a backup of a folder that began anew has another one. None without."""
    try:
        row = connection.execute("SELECT value FROM identity WHERE name = ?", (_NAME,)).fetchone()
    except sqlite3.OperationalError:  # a file from before there were keys
        return None
    return _derived(bytes(row[0])) if row else None


def hash_of_words(keyed_hash: HmacHash, words: str) -> bytes:
    """How the ledger hashes a number or an address, so that case and outer blanks do not matter."""
    return keyed_hash(words.strip().casefold().encode())


def _derived(root: bytes) -> HmacHash:
    return HmacHash(HKDF(SHA256(), 32, salt=None, info=b"koppler look-up hashes 1").derive(root))
