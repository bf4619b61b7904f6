"""IdoSell as a source: which reader answers for which kind of record, and what the person's choices leave out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial

from app.connectors.idosell.answers import misunderstood
from app.connectors.idosell.assortment import Assortment
from app.connectors.idosell.catalogue import Catalogue, CategoryReader
from app.connectors.idosell.client import Api
from app.connectors.idosell.consents import Consents
from app.connectors.idosell.contacts import ContactReader
from app.connectors.idosell.marketplaces import is_masked
from app.connectors.idosell.orders import CartReader, OrderParser, OrderReader, OrderSearch
from app.connectors.idosell.products import ProductReader
from app.connectors.idosell.settings import IdoSellSettings, IdoSellSourceOptions, MarketplaceOrders
from app.connectors.idosell.shop import Shop, read_shop, read_shops
from app.connectors.idosell.stock import StockReader
from app.core.errors import ConfigError, ProtocolError
from app.core.records import Cart, Contact, Kind, Order, Record
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.reading import MISUNDERSTOOD, Once, understood
from app.sdk.source import Page, ReadRequest, Source
from app.sdk.target import Suggestion

Reader = ContactReader | OrderReader | CartReader | ProductReader | StockReader | CategoryReader


class IdoSellSource(Source):
    def __init__(self, access: Access[IdoSellSettings], options: IdoSellSourceOptions) -> None:
        self._settings, self._options = access.settings, options
        self._api = Api(access.http, access.settings.api_version)
        shop: Once[Shop] = Once(partial(read_shop, self._api, access.settings))
        catalogue = Catalogue(self._api, shop, options.catalogue_language)
        consents = Consents(self._api, shop)
        with_subscribers = options.include_subscribers_without_account
        self._contacts = ContactReader(self._api, shop, consents, with_subscribers=with_subscribers)
        search, parser = OrderSearch(self._api, shop), OrderParser(shop, catalogue, self._contacts, consents)
        self._orders, self._carts = OrderReader(search, parser), CartReader(search, parser)
        assortment = Assortment(self._api, shop, catalogue, is_one_shops=bool(access.settings.shop_id))
        self._products, self._stock = ProductReader(assortment), StockReader(assortment)
        self._categories = CategoryReader(catalogue)

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
            case Kind.ORDERS:
                return await self._orders.count(request)
            case Kind.PRODUCTS:
                return await self._products.count(request)
            case Kind.CATEGORIES:
                return await self._categories.count()
            case _:
                return None

    def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        raise _unknown(kind)

    def screen(self, record: Record) -> Refusal | None:
        """Marketplaces, and clients who belong to another shop of the panel alone."""
        sends = self._options.marketplace_orders is MarketplaceOrders.SEND
        match record:
            case Order() if not sends and (record.custom.get("marketplace") or is_masked(record.email)):
                return skip("marketplace_order")
            case Contact() | Cart() if not sends and is_masked(record.email):
                return skip("masked_address")
            case Order() if not self._is_here(record.custom.get("shop", "")):
                return skip("other_shop")
            case Contact() if not self._is_here(record.custom.get("shops", "")):
                return skip("other_shop")
            case _:
                return None

    def _is_here(self, shops: str) -> bool:
        """Where the panel has one shop, or says nothing, everybody is here."""
        return not self._settings.shop_id or not shops or self._settings.shop_id in shops.split(",")

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        if name != "shops":
            return ()
        return [Suggestion(shop.id, shop.name) for shop in await read_shops(self._api, self._settings)]

    def _reader(self, kind: Kind) -> Reader:
        match kind:
            case Kind.CONTACTS:
                return self._contacts
            case Kind.ORDERS:
                return self._orders
            case Kind.CARTS:
                return self._carts
            case Kind.PRODUCTS:
                return self._products
            case Kind.STOCK:
                return self._stock
            case Kind.CATEGORIES:
                return self._categories
            case _:
                raise _unknown(kind)


def _unexpected(error: Exception) -> ProtocolError:
    """Without the error's words, which may repeat what stood in the answer."""
    return misunderstood(type(error).__name__)


def _unknown(kind: Kind) -> ConfigError:
    return ConfigError(text('IdoSell cannot be read for "{kind}".', kind=kind.value), field="flows")


def open_source(access: Access[IdoSellSettings], options: IdoSellSourceOptions) -> Source:
    return IdoSellSource(access, options)
