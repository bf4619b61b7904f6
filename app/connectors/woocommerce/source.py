"""WooCommerce as a source: which reader answers for which kind of record."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from functools import partial

from app.connectors.woocommerce.catalogue import Catalogue
from app.connectors.woocommerce.consents import consent_field_of
from app.connectors.woocommerce.customers import STAFF, ContactReader, OrderConsents
from app.connectors.woocommerce.orders import OrderReader
from app.connectors.woocommerce.people import UNFINISHED
from app.connectors.woocommerce.products import CategoryReader, ProductList, ProductReader, StockReader
from app.connectors.woocommerce.settings import WooCommerceSettings, WooCommerceSourceOptions
from app.connectors.woocommerce.shop import Shop, ShopClock, read_shop
from app.connectors.woocommerce.values import meta_entries, words
from app.connectors.woocommerce.wire import MOST_ROWS, api_of
from app.core.errors import ConfigError, ProtocolError
from app.core.records import Contact, Kind, Order, Record
from app.core.rules import Refusal, skip
from app.core.texts import _, text
from app.sdk.access import Access
from app.sdk.reading import Once, understood
from app.sdk.source import Page, ReadRequest, Screens, Source
from app.sdk.target import Suggestion, Suggests

Reader = ContactReader | OrderReader | ProductReader | CategoryReader | StockReader

META_KEYS = "meta_keys"


class WooCommerceSource(Source, Screens, Suggests):
    def __init__(self, access: Access[WooCommerceSettings], options: WooCommerceSourceOptions) -> None:
        api = api_of(access.http, access.settings)
        field = consent_field_of(access.settings)
        shop: Once[Shop] = Once(partial(read_shop, api))
        to_window = ShopClock(api).window
        catalogue = Catalogue(api, options.ean_meta_key)
        products = ProductList(api, to_window)
        self._api = api
        self._includes_staff = options.include_staff
        self._contacts = ContactReader(api, field, to_window, with_guests=options.contacts_from_orders)
        self._orders = OrderReader(api, catalogue, OrderConsents(api, field), to_window)
        self._products = ProductReader(api, products, catalogue, shop)
        self._categories = CategoryReader(catalogue)
        self._stock = StockReader(products)

    def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        return understood(self._reader(request.kind).read(request), _unexpected)

    def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        return understood(self._reader(kind).fetch(ids), _unexpected)

    async def count(self, request: ReadRequest) -> int | None:
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

    def screen(self, record: Record) -> Refusal | None:
        match record:
            case Order() if record.source_status in UNFINISHED:
                return skip("unfinished_checkout")
            case Contact() if record.group in STAFF and not self._includes_staff:
                return skip("staff_account")
            case _:
                return None

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        """Meta keys with how often they stand at the newest hundred customers and orders: names only, no values."""
        if name != META_KEYS:
            return ()
        found: dict[str, Counter[str]] = {}
        for resource, query in (("customers", {"role": "all", "orderby": "registered_date"}), ("orders", {})):
            whole = {**query, "order": "desc", "per_page": str(MOST_ROWS), "_fields": "id,meta_data"}
            rows = (await self._api.rows(resource, whole)).rows
            for key in [words(entry.get("key")) for row in rows for entry in meta_entries(row)]:
                found.setdefault(key, Counter())[resource] += 1
        often = sorted(found, key=lambda key: (-found[key].total(), key))
        return [Suggestion(key, _label(key, found[key])) for key in often if key]

    def _reader(self, kind: Kind) -> Reader:
        match kind:
            case Kind.CONTACTS:
                return self._contacts
            case Kind.ORDERS:
                return self._orders
            case Kind.PRODUCTS:
                return self._products
            case Kind.CATEGORIES:
                return self._categories
            case Kind.STOCK:
                return self._stock
            case _:
                raise _unknown(kind)


def _label(key: str, times: Counter[str]) -> str:
    return _("{key} (customers: {customers}, orders: {orders})").format(
        key=key, customers=times["customers"], orders=times["orders"]
    )


def _unexpected(error: Exception) -> ProtocolError:
    return ProtocolError(
        text("The shop answered in a form that WooCommerce's documentation does not know."),
        remedy=text("Try again later. If it stays, a plug-in of the shop may change its answers; report it."),
        detail=f"{type(error).__name__}: {error}"[:500],
    )


def _unknown(kind: Kind) -> ConfigError:
    return ConfigError(text('WooCommerce cannot be read for "{kind}".', kind=kind.value), field="flows")


def open_source(access: Access[WooCommerceSettings], options: WooCommerceSourceOptions) -> Source:
    return WooCommerceSource(access, options)
