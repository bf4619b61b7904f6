"""BigCommerce as a source: which reader answers for which kind of record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial

from app.connectors.bigcommerce.catalogue import Catalogue
from app.connectors.bigcommerce.client import Api
from app.connectors.bigcommerce.customers import ContactReader
from app.connectors.bigcommerce.orders import CartReader, OrderParser, OrderReader
from app.connectors.bigcommerce.products import CategoryReader, ProductReader, StockReader
from app.connectors.bigcommerce.settings import BigCommerceSettings, BigCommerceSourceOptions
from app.connectors.bigcommerce.shop import Shop, read_shop
from app.connectors.bigcommerce.subscribers import Consents
from app.core.errors import ConfigError, ProtocolError
from app.core.records import Kind
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.reading import MISUNDERSTOOD, Once, understood
from app.sdk.source import Page, ReadRequest, Source


class BigCommerceSource(Source):
    def __init__(self, access: Access[BigCommerceSettings], options: BigCommerceSourceOptions) -> None:
        api = Api(access.http, access.settings.store_hash)
        shop: Once[Shop] = Once(partial(read_shop, api))
        catalogue = Catalogue(api, shop)
        consents = Consents(api)
        parser = OrderParser(api, shop, catalogue, consents, options.archived_orders)
        self._contacts = ContactReader(api, consents, with_subscribers=options.include_subscribers_without_account)
        self._orders = OrderReader(api, parser)
        self._carts = CartReader(api, parser)
        self._products = ProductReader(api, catalogue, shop)
        self._categories = CategoryReader(catalogue)
        self._stock = StockReader(api)

    def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        return understood(self._reader(request.kind).read(request), _unexpected)

    def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        return understood(self._reader(kind).fetch(ids), _unexpected)

    async def count(self, request: ReadRequest) -> int | None:
        try:
            return await self._count(request)
        except MISUNDERSTOOD as error:
            raise _unexpected(error) from error

    async def _count(self, request: ReadRequest) -> int | None:
        match request.kind:
            case Kind.CONTACTS:
                return await self._contacts.count(request)
            case Kind.ORDERS:
                return await self._orders.count(request)
            case Kind.PRODUCTS:
                return await self._products.count(request)
            case Kind.CATEGORIES:
                return await self._categories.count()
            case _:
                return None

    def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        match kind:
            case Kind.CONTACTS:
                return understood(self._contacts.all_ids(), _unexpected)
            case Kind.PRODUCTS:
                return understood(self._products.all_ids(), _unexpected)
            case _:
                raise _unknown(kind)

    def _reader(
        self, kind: Kind
    ) -> ContactReader | OrderReader | CartReader | ProductReader | CategoryReader | StockReader:
        match kind:
            case Kind.CONTACTS:
                return self._contacts
            case Kind.ORDERS:
                return self._orders
            case Kind.CARTS:
                return self._carts
            case Kind.PRODUCTS:
                return self._products
            case Kind.CATEGORIES:
                return self._categories
            case Kind.STOCK:
                return self._stock
            case _:
                raise _unknown(kind)


def _unexpected(error: Exception) -> ProtocolError:
    return ProtocolError(
        text("The shop answered in a form that its documentation does not know."),
        remedy=text("Try again later; if it stays, report it with the log."),
        detail=f"{type(error).__name__}: {error}"[:500],
    )


def _unknown(kind: Kind) -> ConfigError:
    return ConfigError(text('BigCommerce cannot be read for "{kind}".', kind=kind.value), field="flows")


def open_source(access: Access[BigCommerceSettings], options: BigCommerceSourceOptions) -> Source:
    return BigCommerceSource(access, options)
