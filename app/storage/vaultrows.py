"""The vault's rows: where its key is kept, and what was sealed with it."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from app.storage.database import Database, Work
from app.storage.sealing import ScryptCost, Sealed, SealingKey, UnsealError


class KeyPlace(StrEnum):
    KEYSTORE = "keystore"
    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a place


@dataclass(frozen=True, slots=True)
class Wrapped:
    """The vault's key, sealed with the key that a passphrase gives."""

    salt: bytes
    cost: ScryptCost
    sealed: Sealed


@dataclass(frozen=True, slots=True)
class VaultRecord:
    folder_id: str
    """The user name in the keystore: every data folder has its own key."""
    place: KeyPlace = KeyPlace.KEYSTORE
    wrapped: Wrapped | None = None


@dataclass(frozen=True, slots=True)
class SecretRow:
    key_id: bytes
    sealed: Sealed


_NONCE_BYTES = 12


class VaultRows:
    """Every method is one transaction and raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self) -> VaultRecord:
        found = await self._database.read(_record)
        if found is None:
            found = await self._database.write(_first_record)
        return found

    async def save(self, record: VaultRecord) -> None:
        await self._database.write(lambda connection: _save(connection, record))

    async def reseal(self, record: VaultRecord, old: SealingKey, new: SealingKey) -> None:
        """Saves the record, and what the old key has sealed with the new one. What it cannot open stays as it is."""

        def work(connection: sqlite3.Connection) -> None:
            query = "SELECT account, field, nonce, sealed FROM secret WHERE key_id = ?"
            for account, name, nonce, words in connection.execute(query, (old.id,)).fetchall():
                with suppress(UnsealError):
                    sealed = new.seal(old.unseal(Sealed(nonce, words), account, name), account, name)
                    connection.execute(
                        "UPDATE secret SET key_id = ?, nonce = ?, sealed = ? WHERE account = ? AND field = ?",
                        (new.id, sealed.nonce, sealed.words, account, name),
                    )
            boxes = "SELECT id, shelf, owner, nonce, sealed FROM box WHERE key_id = ?"
            for number, shelf, owner, nonce, words in connection.execute(boxes, (old.id,)).fetchall():
                with suppress(UnsealError):
                    sealed = new.seal(old.unseal(Sealed(nonce, words), shelf, owner), shelf, owner)
                    connection.execute(
                        "UPDATE box SET key_id = ?, nonce = ?, sealed = ? WHERE id = ?",
                        (new.id, sealed.nonce, sealed.words, number),
                    )
            _save(connection, record)

        await self._database.write(work)

    async def has_sealed(self) -> bool:
        """Whether anything was sealed: a secret, or words in a box."""
        query = "SELECT 1 FROM (SELECT 1 FROM secret LIMIT 1) UNION ALL SELECT 1 FROM (SELECT 1 FROM box LIMIT 1)"
        return await self._database.read(lambda connection: connection.execute(query).fetchone() is not None)

    async def of(self, account: str) -> Mapping[str, SecretRow]:
        query = "SELECT field, key_id, nonce, sealed FROM secret WHERE account = ? ORDER BY field"

        def work(connection: sqlite3.Connection) -> dict[str, SecretRow]:
            rows = connection.execute(query, (account,))
            return {field: SecretRow(key_id, Sealed(nonce, words)) for field, key_id, nonce, words in rows}

        return await self._database.read(work)

    async def put(self, account: str, values: Mapping[str, str], key: SealingKey | None) -> None:
        """Seals the values; empty ones are removed. Without a key only removals are possible."""
        await self._database.write(putting_secrets(account, values, key))

    async def delete(self, account: str) -> None:
        await self._database.write(lambda c: c.execute("DELETE FROM secret WHERE account = ?", (account,)))


def _save(connection: sqlite3.Connection, record: VaultRecord) -> None:
    wrapped = record.wrapped
    row = (
        (
            record.place.value,
            wrapped.salt,
            json.dumps(asdict(wrapped.cost)),
            wrapped.sealed.nonce + wrapped.sealed.words,
        )
        if wrapped
        else (record.place.value, None, None, None)
    )
    connection.execute("INSERT OR REPLACE INTO vault (one, place, salt, cost, wrapped) VALUES (1, ?, ?, ?, ?)", row)


def putting_secrets(account: str, values: Mapping[str, str], key: SealingKey | None) -> Work[object]:
    """``VaultRows.put`` as a part of a larger transaction."""
    rows = []
    for field, value in values.items():
        if value and key is not None:
            sealed = key.seal(value.encode(), account, field)
            rows.append((account, field, key.id, sealed.nonce, sealed.words))
    removed = [(account, field) for field, value in values.items() if not value]

    def work(connection: sqlite3.Connection) -> None:
        connection.executemany("DELETE FROM secret WHERE account = ? AND field = ?", removed)
        connection.executemany(
            "INSERT OR REPLACE INTO secret (account, field, key_id, nonce, sealed) VALUES (?, ?, ?, ?, ?)", rows
        )

    return work


def _record(connection: sqlite3.Connection) -> VaultRecord | None:
    identity = connection.execute("SELECT value FROM identity WHERE name = 'folder_id'").fetchone()
    if identity is None:
        return None
    record = VaultRecord(identity[0].decode())
    row = connection.execute("SELECT place, salt, cost, wrapped FROM vault").fetchone()
    if row is None:
        return record
    place, salt, cost, words = row
    if words is None:
        return replace(record, place=KeyPlace(place))
    sealed = Sealed(words[:_NONCE_BYTES], words[_NONCE_BYTES:])
    return replace(record, place=KeyPlace(place), wrapped=Wrapped(salt, ScryptCost(**json.loads(cost)), sealed))


def _first_record(connection: sqlite3.Connection) -> VaultRecord:
    folder_id = secrets.token_hex(8)
    connection.execute("INSERT INTO identity (name, value) VALUES ('folder_id', ?)", (folder_id.encode(),))
    return VaultRecord(folder_id)
