"""Integrations as the person configured them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.core.configuration import Integration
from app.core.errors import ConfigError
from app.core.fields import FieldRule
from app.core.records import Kind
from app.core.texts import text
from app.storage.database import Database, Work
from app.storage.integration_rows import delete_mapping, delete_rows, rename_rows
from app.storage.moments import moment_from, stored
from app.storage.rows import as_json, readable

_COLUMNS = "key, title, source, target, flows, options, fields, is_active, is_draft, created_at"
_SAVE = f"""INSERT INTO integration ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET title = excluded.title, source = excluded.source, target = excluded.target,
        flows = excluded.flows, options = excluded.options, fields = excluded.fields, is_active = excluded.is_active,
        is_draft = excluded.is_draft, created_at = excluded.created_at"""  # noqa: S608 - constants only


class IntegrationsStore:
    """Every method is one transaction and raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[Integration]:
        """In the order in which they were made."""
        return await self._select("1", ())

    async def get(self, key: str) -> Integration | None:
        found = await self._select("key = ?", (key,))
        return found[0] if found else None

    async def keys(self) -> frozenset[str]:
        query = "SELECT key FROM integration"
        return await self._database.read(lambda c: frozenset(key for (key,) in c.execute(query)))

    async def using(self, account: str) -> Sequence[Integration]:
        """Those that have the account as source or target."""
        return await self._select("source = ?1 OR target = ?1", (account,))

    async def save(self, integration: Integration) -> None:
        """Inserts, or replaces the one with the same key. Raises ConfigError for an account that does not exist.

        A draft may leave source and target empty.
        """
        await self._database.write(saving_integration(integration))

    async def rename(self, key: str, new_key: str) -> None:
        """Changes the key everywhere: mapping, ledger and runs go along. Raises ConfigError for a key in use."""

        def work(connection: sqlite3.Connection) -> None:
            if connection.execute("SELECT 1 FROM integration WHERE key = ?", (new_key,)).fetchone():
                raise ConfigError(
                    text('There is already an integration "{key}".', key=new_key),
                    remedy=text("Choose another name."),
                    field="key",
                )
            connection.execute("UPDATE integration SET key = ? WHERE key = ?", (new_key, key))
            rename_rows(connection, key, new_key)

        await self._database.write(work)

    async def delete(self, key: str) -> None:
        """With its mapping, ledger and runs; what was sent stays in the target."""

        def work(connection: sqlite3.Connection) -> None:
            delete_rows(connection, key)
            delete_mapping(connection, key)
            connection.execute("DELETE FROM integration WHERE key = ?", (key,))

        await self._database.write(work)
        await self._database.scrub()

    async def _select(self, condition: str, values: tuple[object, ...]) -> Sequence[Integration]:
        query = f"SELECT {_COLUMNS} FROM integration WHERE {condition} ORDER BY rowid"  # noqa: S608 - values are bound
        return await self._database.read(lambda c: tuple(map(_integration, c.execute(query, values))))


def saving_integration(integration: Integration) -> Work[object]:
    """``save`` as a part of a larger transaction; raises the same."""
    row = _row(integration)

    def work(connection: sqlite3.Connection) -> None:
        for account in {integration.source, integration.target} - {""}:
            if connection.execute("SELECT 1 FROM account WHERE key = ?", (account,)).fetchone() is None:
                raise ConfigError(
                    text('There is no account "{account}".', account=account),
                    remedy=text("Set the account up first, then save the integration."),
                    field="source" if account == integration.source else "target",
                )
        if _leads_elsewhere(connection, integration):
            delete_rows(connection, integration.key)
        connection.execute(_SAVE, row)

    return work


def _leads_elsewhere(connection: sqlite3.Connection, integration: Integration) -> bool:
    """Another account has received nothing yet: what was sent to the one before must not count as sent to it."""
    query = "SELECT source, target FROM integration WHERE key = ?"
    before = connection.execute(query, (integration.key,)).fetchone()
    ends = (integration.source or None, integration.target or None)
    return before is not None and None not in before and tuple(before) != ends


def _row(integration: Integration) -> tuple[object, ...]:
    return (
        integration.key,
        integration.title,
        integration.source or None,
        integration.target or None,
        as_json([kind.value for kind in integration.flows]),
        as_json(dict(integration.options)),
        as_json([asdict(rule) for rule in integration.fields]),
        integration.is_active,
        integration.is_draft,
        stored(integration.created_at),
    )


def _integration(row: Sequence[Any]) -> Integration:
    key, title, source, target, flows, options, fields, is_active, is_draft, created_at = row
    return readable(
        lambda: Integration(
            key=key,
            title=title,
            source=source or "",
            target=target or "",
            flows=tuple(Kind(kind) for kind in json.loads(flows)),
            options=dict(json.loads(options)),
            fields=tuple(FieldRule(**rule) for rule in json.loads(fields)),
            is_active=bool(is_active),
            is_draft=bool(is_draft),
            created_at=moment_from(created_at),
        ),
        title,
    )
