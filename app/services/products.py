"""The product mapping: rows from the source, numbers of the target, tables in and out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from app.core.configuration import Integration, ProductRow
from app.core.errors import ConfigError
from app.core.events import now
from app.core.records import Kind, Product
from app.core.texts import Text, text
from app.sdk.source import ReadRequest
from app.sdk.target import ListsProducts
from app.services.accounts import Accounts
from app.services.integrations import Integrations
from app.services.mappingcheck import row_problems
from app.services.matching import ALL_PRODUCTS, matched
from app.services.producttable import TableChange, change_from, table_of
from app.services.routes import Integrating
from app.services.systems import Systems
from app.services.tables import read_table, write_table
from app.storage.products import ProductsStore


class ProductMapping:
    def __init__(
        self,
        systems: Systems,
        accounts: Accounts,
        integrations: Integrations,
        integrating: Integrating,
        products: ProductsStore,
    ) -> None:
        self._systems = systems
        self._accounts = accounts
        self._integrations = integrations
        self._integrating = integrating
        self._products = products

    async def rows(self, key: str) -> tuple[ProductRow, ...]:
        """The row of all products first, then as saved. Raises ConfigError for an unknown integration."""
        await self._integrations.stored(key)
        return _with_default(await self._products.rows(key))

    async def load_from_source(self, key: str) -> tuple[ProductRow, ...]:
        """Reads the source's products; numbers that are there stay. Nothing is saved.

        Raises ConfigError where the source cannot list products, and whatever reading raises.
        """
        integration = await self._integrations.stored(key)
        before = {row.key: row for row in await self.rows(key)}
        found: dict[str, ProductRow] = {}
        async for product in self._source_products(integration):
            for row in _rows_of(product):
                found[row.key] = _keeping_number(row, before.get(row.key))
        kept = {row.key: row for row in before.values() if row.number and row.key not in found}
        return _with_default((*kept.values(), *found.values()))

    async def save(self, key: str, rows: Sequence[ProductRow]) -> None:
        """Replaces the table. Raises ConfigError for rows without a key or with a doubled one."""
        await self._integrations.stored(key)
        keys = [row.key for row in rows]
        if not all(keys) or len(set(keys)) != len(keys):
            raise ConfigError(
                text("A product stands in the table twice, or has neither SKU nor number."),
                remedy=text("Correct the rows that are marked."),
                field="products",
            )
        await self._products.replace(key, _with_default(rows))

    async def match(self, key: str, rows: Sequence[ProductRow]) -> tuple[ProductRow, ...]:
        """Fills rows without a number: by SKU, by EAN, by similar name with its percentage, to be confirmed."""
        integration = await self._integrations.stored(key)
        async with self._integrating.opened(integration, read_only=True) as opened:
            target = opened.open_target()
            if not isinstance(target, ListsProducts):
                raise ConfigError(
                    text("{system} does not list its products.", system=opened.target.manifest.name),
                    remedy=text("Enter the numbers, or take them from a spreadsheet."),
                )
            products = await target.remote_products()
        return await asyncio.to_thread(matched, tuple(rows), products)

    async def check(self, key: str, rows: Sequence[ProductRow]) -> Mapping[str, Text]:
        """A text for each row that needs a look, by its key."""
        integration = await self._integrations.stored(key)
        target = await self._accounts.stored(integration.target)
        numbers = self._systems.of(target.system).product_numbers
        return await asyncio.to_thread(row_problems, tuple(rows), numbers)

    async def export_table(self, key: str, path: str | Path) -> int:
        """Writes CSV or Excel and returns the number of rows. Raises ConfigError, StorageError."""
        rows = await self.rows(key)
        header, lines = table_of(rows)
        await asyncio.to_thread(write_table, Path(path), header, lines)
        return len(rows)

    async def read_table(self, key: str, path: str | Path) -> TableChange:
        """What a file would change; nothing is saved before ``accept``. Raises ConfigError."""
        before = await self.rows(key)
        table = await asyncio.to_thread(read_table, Path(path))
        return await asyncio.to_thread(change_from, table, before)

    async def accept(self, key: str, change: TableChange) -> None:
        await self.save(key, change.rows)

    async def _source_products(self, integration: Integration) -> AsyncIterator[Product]:
        async with self._integrating.opened(integration, read_only=True) as opened:
            if opened.source.manifest.reads_kind(Kind.PRODUCTS) is None:
                raise ConfigError(
                    text("{system} does not list its products.", system=opened.source.manifest.name),
                    remedy=text('Fill "All products", or take the products from a spreadsheet.'),
                )
            request = ReadRequest(kind=Kind.PRODUCTS, until=now())
            async for page in opened.open_source().read(request):
                for record in page.records:
                    if isinstance(record, Product):
                        yield record


def _rows_of(product: Product) -> Iterator[ProductRow]:
    """A product with variants is sold as its variants."""
    if not product.variants:
        yield ProductRow(key=product.sku or product.id, sku=product.sku, ean=product.ean, name=product.name)
        return
    for variant in product.variants:
        name = " – ".join(part for part in (product.name, variant.name) if part)
        sku = variant.sku
        yield ProductRow(key=sku or variant.id or product.id, sku=sku, ean=variant.ean, name=name)


def _keeping_number(row: ProductRow, before: ProductRow | None) -> ProductRow:
    if before is None:
        return row
    return replace(row, number=before.number, match=before.match, confidence=before.confidence)


def _with_default(rows: Sequence[ProductRow]) -> tuple[ProductRow, ...]:
    default = next((row for row in rows if row.key == ALL_PRODUCTS), ProductRow(key=ALL_PRODUCTS))
    return (default, *(row for row in rows if row.key != ALL_PRODUCTS))
