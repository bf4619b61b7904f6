"""A campaign, its offers and its currency: what an order's products are checked against before anything is sent.

An order names the id of an offer of the campaign (campaignProductId), not that of the product behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.connectors.konnektive.wire import Row, query, rows_of, values_in
from app.core.errors import ConfigError
from app.core.money import Money, currency_code
from app.core.records import Product
from app.core.texts import text
from app.sdk.http import HttpClient

_CURRENCY_KEYS = ("currencyCode", "currency", "currencySymbol")
"""Under which name a campaign tells its currency is not documented; a sign instead of a code counts as not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    id: str
    name: str
    currency: str
    """Empty where the campaign does not tell."""
    offers: Mapping[str, Row]
    """By campaignProductId."""

    def products(self) -> Sequence[Product]:
        """The offers, for matching with the source's products."""
        return [
            Product(
                id=number,
                name=str(row.get("productName") or row.get("name") or number),
                sku=str(row.get("productSku") or row.get("clientProductId") or ""),
                price=_price(row, self.currency),
            )
            for number, row in self.offers.items()
        ]


def _price(row: Row, currency: str) -> Money | None:
    try:
        return Money.of(str(row["price"]), currency)
    except (KeyError, ValueError):
        return None


async def all_campaigns(http: HttpClient) -> Sequence[Campaign]:
    return [_campaign(row) for row in await query(http, "campaign/query/", {})]


async def the_campaign(http: HttpClient, number: str, field: str) -> Campaign:
    """Raises ConfigError at ``field`` where no campaign is named or the user sees none with this id."""
    if not number:
        raise ConfigError(
            text("No campaign is chosen."),
            remedy=text("Enter the id of a campaign in the integration, or in the account."),
            field=field,
        )
    asked = {"campaignId": number, "page": 1, "resultsPerPage": 25}
    rows = rows_of(await http.request("POST", "campaign/query/", body=asked, is_read=True))
    found = next((each for each in map(_campaign, rows) if each.id == number), None)
    if found is None:
        raise ConfigError(
            text("Konnektive shows this user no campaign with the id {number}.", number=number),
            remedy=text("Take the id from the list of campaigns, the column ID."),
            field=field,
        )
    return found


def _campaign(row: Row) -> Campaign:
    offers = {str(each.get("campaignProductId")): each for each in values_in(row.get("products"))}
    return Campaign(
        id=str(row.get("campaignId") or ""),
        name=str(row.get("campaignName") or ""),
        currency=_currency(row),
        offers=offers,
    )


def _currency(row: Row) -> str:
    for key in _CURRENCY_KEYS:
        try:
            return currency_code(str(row.get(key) or ""))
        except ValueError:
            continue
    return ""
