"""What the shop says of itself: currency, whether its prices include tax, and how far its clock is from UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from app.connectors.woocommerce.reading import ChangeWindow
from app.connectors.woocommerce.values import Row, amount, moment, words
from app.connectors.woocommerce.wire import MOST_ROWS, Api
from app.core.errors import PermissionMissingError
from app.sdk.answers import RejectedError
from app.sdk.reading import Once
from app.sdk.source import ReadRequest

_STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Shop:
    currency: str
    """ISO 4217; empty where the shop does not tell it."""
    has_gross_prices: bool
    tax_percent: Mapping[str, Decimal] = field(default_factory=dict)
    """By tax class, in the shop's own country; classes with several rates are missing."""

    def percent_of(self, tax_class: str, tax_status: str) -> Decimal | None:
        """None where the rate is not known. An empty class is the standard one."""
        return Decimal(0) if tax_status == "none" else self.tax_percent.get(tax_class or _STANDARD)


async def read_shop(api: Api) -> Shop:
    """Settings need a key of somebody who may manage the shop; without them nothing is guessed."""
    general, tax = await _settings(api, "general"), await _settings(api, "tax")
    has_gross_prices = tax.get("woocommerce_prices_include_tax", "yes") == "yes"
    is_taxed = general.get("woocommerce_calc_taxes", "yes") == "yes"
    country = general.get("woocommerce_default_country", "").partition(":")[0]
    rates = await _tax_percent(api, country) if tax and is_taxed and not has_gross_prices else {}
    currency = general.get("woocommerce_currency", "").upper()
    return Shop(currency, has_gross_prices or (bool(general) and not is_taxed), rates)


async def _settings(api: Api, group: str) -> Mapping[str, str]:
    try:
        rows = (await api.rows(f"settings/{group}", {"_fields": "id,value"})).rows
    except (PermissionMissingError, RejectedError):
        return {}
    return {words(row.get("id")): words(row.get("value")) for row in rows}


async def _tax_percent(api: Api, country: str) -> Mapping[str, Decimal]:
    try:
        rows = (await api.rows("taxes", {"per_page": str(MOST_ROWS)})).rows
    except (PermissionMissingError, RejectedError):
        return {}
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.get("country") in {country, ""} and not row.get("state"):
            found.setdefault(words(row.get("class")) or _STANDARD, []).append(row)
    return {name: amount(same[0].get("rate")) for name, same in found.items() if len(same) == 1}


class ShopClock:
    """``dates_are_gmt`` was seen without effect on one old shop: then what lies between must be known."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._offset: Once[timedelta] = Once(self._read_offset)

    async def window(self, request: ReadRequest) -> ChangeWindow | None:
        """None where everything is read."""
        if request.since is None:
            return None
        return ChangeWindow(request.since, request.until, await self._offset.get())

    async def _read_offset(self) -> timedelta:
        fields = {"per_page": "1", "_fields": "id,date_created,date_created_gmt"}
        for resource in ("orders", "products"):
            for row in (await self._api.rows(resource, fields)).rows:
                at: datetime | None = moment(row, "date_created")
                if at is not None:
                    return at.utcoffset() or timedelta(0)
        return timedelta(0)
