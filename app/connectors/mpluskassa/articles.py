"""What the register holds of articles, by their numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.connectors.mpluskassa.goods import articles_of
from app.connectors.mpluskassa.readers import WHOLE_PRODUCTS
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.wire import NO_TEXTS, Wire, listed
from app.sdk.reading import batches

_MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Articles:
    wire: Wire

    async def products(self, numbers: Collection[str]) -> Mapping[str, Row]:
        """The whole product of each article, by article number; absent where the register has none."""
        found: dict[str, Row] = {}
        wanted = sorted(set(numbers), key=int)
        for part in batches(wanted, _MOST_AT_ONCE):
            asked = {"articleNumbers": [int(each) for each in part], "pluNumbers": NO_TEXTS, **WHOLE_PRODUCTS}
            answer = await self.wire.request("getProducts", asked)
            for product in listed(answer, "productList", "product"):
                found |= {str(article["articleNumber"]): product for article in articles_of(product)}
        return {number: found[number] for number in wanted if number in found}

    async def missing(self, numbers: Collection[str]) -> frozenset[str]:
        return frozenset(numbers) - (await self.products(numbers)).keys()


def article_in(product: Row, number: str) -> Row:
    return next(each for each in articles_of(product) if str(each["articleNumber"]) == number)
