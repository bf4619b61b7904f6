"""Money in ActiveCampaign's two units: decimals for GraphQL, integer cents for Deep Data.

A mistake by a factor of 100 cannot be corrected in bulk, so the two never meet: GraphQL content holds ``Decimal``, REST
content holds ``int``.
"""

from __future__ import annotations

from decimal import Decimal

from app.core.money import Money

LARGEST_INT = 2_147_483_647
"""The vendor's own plugin caps integers here: cents beyond 21,474,836.47 overflow."""
_CENT_DECIMALS = 2
"""The reference speaks of cents for every currency, so a yen is written as 100. How currencies without two decimals are
shown is not documented; the manifest says so."""


def major_units(money: Money) -> Decimal:
    """Rounded to the currency's own decimals: 91.11, or 5000 for yen."""
    return money.rounded().amount


def cents(money: Money) -> int:
    return money.minor_units(_CENT_DECIMALS)


def net_of(total: Money, refunded: Money | None) -> Money:
    """What the shopper has paid in the end: a refund changes it by exactly its sum. Raises CurrencyMismatchError."""
    return total - refunded if refunded else total
