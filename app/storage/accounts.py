"""Accounts as the person configured them, without secrets."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from app.core.configuration import Account
from app.core.errors import ConfigError
from app.core.texts import text
from app.storage.database import Database, Work
from app.storage.moments import moment_from, stored
from app.storage.rows import as_json, readable

_COLUMNS = "key, title, system, settings, api_address, is_practice, created_at, checked_at, check_passed"
_SAVE = f"""INSERT INTO account ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET title = excluded.title, system = excluded.system, settings = excluded.settings,
        api_address = excluded.api_address, is_practice = excluded.is_practice, created_at = excluded.created_at,
        checked_at = excluded.checked_at, check_passed = excluded.check_passed"""  # noqa: S608 - constants only


class AccountsStore:
    """Every method is one transaction and raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[Account]:
        """In the order in which they were made."""
        query = f"SELECT {_COLUMNS} FROM account ORDER BY rowid"  # noqa: S608 - constants only
        return await self._database.read(lambda c: tuple(map(_account, c.execute(query))))

    async def get(self, key: str) -> Account | None:
        query = f"SELECT {_COLUMNS} FROM account WHERE key = ?"  # noqa: S608 - constants only

        def work(connection: sqlite3.Connection) -> Account | None:
            row = connection.execute(query, (key,)).fetchone()
            return _account(row) if row else None

        return await self._database.read(work)

    async def keys(self) -> frozenset[str]:
        return await self._database.read(lambda c: frozenset(key for (key,) in c.execute("SELECT key FROM account")))

    async def is_key_unique(self, key: str) -> bool:
        """Whether no account has this key yet."""
        return key not in await self.keys()

    async def save(self, account: Account) -> None:
        """Inserts, or replaces the account with the same key."""
        await self._database.write(saving_account(account))

    async def delete(self, key: str) -> None:
        """With its sealed secrets, pushes and practice state. Raises ConfigError while integrations use it."""

        def work(connection: sqlite3.Connection) -> None:
            query = "SELECT title FROM integration WHERE source = ?1 OR target = ?1 ORDER BY rowid"
            users = [title for (title,) in connection.execute(query, (key,))]
            if users:
                raise ConfigError(
                    text("This account is still in use by: {integrations}.", integrations=", ".join(users)),
                    remedy=text("Delete these integrations first, or choose another account for them."),
                )
            connection.execute("DELETE FROM secret WHERE account = ?", (key,))
            connection.execute("DELETE FROM box WHERE shelf = 'pushes' AND owner = ?", (key,))
            connection.execute("DELETE FROM practice WHERE account = ?", (key,))
            connection.execute("DELETE FROM account WHERE key = ?", (key,))

        await self._database.write(work)


def saving_account(account: Account) -> Work[object]:
    """``save`` as a part of a larger transaction."""
    row = _row(account)
    return lambda connection: connection.execute(_SAVE, row)


def _row(account: Account) -> tuple[object, ...]:
    return (
        account.key,
        account.title,
        account.system,
        as_json(dict(account.settings)),
        account.api_address,
        account.is_practice,
        stored(account.created_at),
        stored(account.checked_at),
        account.check_passed,
    )


def _account(row: Sequence[Any]) -> Account:
    key, title, system, settings, api_address, is_practice, created_at, checked_at, check_passed = row
    return readable(
        lambda: Account(
            key=key,
            title=title,
            system=system,
            settings=dict(json.loads(settings)),
            api_address=api_address,
            is_practice=bool(is_practice),
            created_at=moment_from(created_at),
            checked_at=moment_from(checked_at),
            check_passed=None if check_passed is None else bool(check_passed),
        ),
        title,
    )
