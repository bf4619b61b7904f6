"""The register as a source.

Reading by sync marker is not reading by time, so that most kinds are read whole and compared; only products can be
asked for by the moment of their change (developers.mpluskassa.nl, tutorial "Sync markers").
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from app.connectors.mpluskassa.lists import suggestions
from app.connectors.mpluskassa.readers import CategoryReader, ProductReader, Reader, RelationReader, StockReader
from app.connectors.mpluskassa.sale_reader import SaleReader
from app.connectors.mpluskassa.settings import MplusSettings, SourceOptions
from app.connectors.mpluskassa.wire import Wire
from app.core.errors import ConfigError, ProtocolError
from app.core.records import Kind
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.reading import understood
from app.sdk.source import Page, ReadRequest
from app.sdk.target import Suggestion


class MplusSource:
    def __init__(self, access: Access[MplusSettings], options: SourceOptions) -> None:
        self._wire = Wire(access)
        relations = RelationReader(self._wire)
        self._readers: dict[Kind, Reader] = {
            Kind.CATEGORIES: CategoryReader(self._wire),
            Kind.PRODUCTS: ProductReader(self._wire),
            Kind.STOCK: StockReader(self._wire, options),
            Kind.CONTACTS: relations,
            Kind.ORDERS: SaleReader(self._wire, options.register_sales, relations),
        }

    def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        return understood(self._reader(request.kind).read(request), _unexpected)

    def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        return understood(self._reader(kind).fetch(ids), _unexpected)

    async def count(self, request: ReadRequest) -> int | None:
        """The register does not say."""
        return None

    def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        return understood(self._reader(kind).all_ids(), _unexpected)

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        return await suggestions(self._wire, name)

    def _reader(self, kind: Kind) -> Reader:
        if kind not in self._readers:
            raise ConfigError(text('MplusKASSA cannot be read for "{kind}".', kind=kind.value), field="flows")
        return self._readers[kind]


def _unexpected(error: Exception) -> ProtocolError:
    return ProtocolError(
        text("The register answered in a form that its description does not know."),
        remedy=text("Try again later; if it stays, report it with the log."),
        detail=f"{type(error).__name__}: {error}"[:500],
    )
