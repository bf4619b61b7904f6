"""The product mapping of an integration."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from app.core.configuration import Match, ProductRow
from app.storage.database import Database, Work

_COLUMNS = "integration, key, position, sku, ean, name, number, match, confidence"
_MATCHES = {match.value: match for match in Match}


class ProductsStore:
    """Every method is one transaction and raises StorageError. Made for 100,000 rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self, integration: str) -> tuple[ProductRow, ...]:
        """In the order in which they were saved."""
        query = (
            "SELECT key, sku, ean, name, number, match, confidence FROM product WHERE integration = ? ORDER BY position"
        )

        def work(connection: sqlite3.Connection) -> tuple[ProductRow, ...]:
            return tuple(
                ProductRow(
                    key=key, sku=sku, ean=ean, name=name, number=number, match=_MATCHES[match], confidence=confidence
                )
                for key, sku, ean, name, number, match, confidence in connection.execute(query, (integration,))
            )

        return await self._database.read(work)

    async def replace(self, integration: str, rows: Sequence[ProductRow]) -> None:
        """The whole table. Of two rows with one key the last wins."""
        await self._database.write(replacing_products(integration, rows))

    async def update(self, integration: str, rows: Sequence[ProductRow]) -> None:
        """Replaces these rows at their places; new ones come at the end."""

        def work(connection: sqlite3.Connection) -> None:
            query = "SELECT key, position FROM product WHERE integration = ?"
            places: dict[str, int] = dict(connection.execute(query, (integration,)))
            end = max(places.values(), default=-1) + 1
            for row in rows:
                if row.key not in places:
                    places[row.key] = end
                    end += 1
            _insert(connection, integration, ((places[row.key], row) for row in rows))

        await self._database.write(work)

    async def delete(self, integration: str, keys: Iterable[str]) -> None:
        pairs = [(integration, key) for key in keys]
        await self._database.write(
            lambda c: c.executemany("DELETE FROM product WHERE integration = ? AND key = ?", pairs)
        )

    async def numbers(self, integration: str) -> Mapping[str, str]:
        """Numbers in the target by product key, ``*`` included. A number that was only guessed from a similar name
        and not confirmed does not count."""
        query = "SELECT key, number FROM product WHERE integration = ? AND number <> '' AND match <> ?"
        values = (integration, Match.NAME.value)
        return await self._database.read(lambda c: dict(c.execute(query, values)))


def replacing_products(integration: str, rows: Sequence[ProductRow]) -> Work[object]:
    """``replace`` as a part of a larger transaction."""

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM product WHERE integration = ?", (integration,))
        _insert(connection, integration, enumerate(rows))

    return work


def _insert(connection: sqlite3.Connection, integration: str, placed: Iterable[tuple[int, ProductRow]]) -> None:
    connection.executemany(
        f"INSERT OR REPLACE INTO product ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constants
        (
            (integration, row.key, place, row.sku, row.ean, row.name, row.number, row.match.value, row.confidence)
            for place, row in placed
        ),
    )
