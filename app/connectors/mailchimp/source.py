"""Mailchimp as a source: which reader answers for which kind of record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from app.connectors.mailchimp.account import Audience, Stores
from app.connectors.mailchimp.member_reader import MemberReader
from app.connectors.mailchimp.order_reader import OrderReader, read_skus
from app.connectors.mailchimp.product_reader import CategoryReader, ProductReader, StockReader
from app.connectors.mailchimp.settings import MailchimpSettings, SourceOptions
from app.connectors.mailchimp.wire import Wire
from app.core.errors import ConfigError
from app.core.records import Kind
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.reading import Once
from app.sdk.source import Page, ReadRequest
from app.sdk.target import Suggestion

_Reader = MemberReader | CategoryReader | ProductReader | StockReader | OrderReader


class MailchimpSource:
    def __init__(self, access: Access[MailchimpSettings], options: SourceOptions) -> None:
        wire = Wire(access)
        audience = Audience(wire, access)
        stores = Stores(wire, audience)
        store = Once(lambda: stores.to_read(options))

        async def skus() -> dict[tuple[str, str], str]:
            return dict(await read_skus(wire, await store.get()))

        self._stores = stores
        self._audience = audience
        people = {kind: MemberReader(wire, audience, kind) for kind in (Kind.CONTACTS, Kind.OPT_OUTS, Kind.BOUNCES)}
        self._readers: dict[Kind, _Reader] = {
            **people,
            Kind.CATEGORIES: CategoryReader(wire, store),
            Kind.PRODUCTS: ProductReader(wire, store),
            Kind.STOCK: StockReader(wire, store),
            Kind.ORDERS: OrderReader(wire, store, Once(skus)),
        }

    def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        return self._reader(request.kind).read(request)

    def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        return self._reader(kind).fetch(ids)

    async def count(self, request: ReadRequest) -> int | None:
        """Variants with a stock are not counted anywhere."""
        reader = self._reader(request.kind)
        return None if isinstance(reader, StockReader) else await reader.count(request)

    def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        reader = self._reader(kind)
        if isinstance(reader, StockReader | CategoryReader):
            raise _unknown(kind)
        return reader.all_ids()

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        match name:
            case "audiences":
                return await self._audience.suggestions()
            case "stores":
                return await self._stores.suggestions(only_ours=False)
            case _:
                return ()

    def _reader(self, kind: Kind) -> _Reader:
        if kind not in self._readers:
            raise _unknown(kind)
        return self._readers[kind]


def _unknown(kind: Kind) -> ConfigError:
    return ConfigError(text('Mailchimp cannot be read for "{kind}".', kind=kind.value), field="flows")
