"""The e-commerce side of an account: whether it is active, which currency it counts, what it holds.

Everything here is in the bucket of 100 requests an hour, so nothing is asked twice
(https://developers.brevo.com/docs/activate-the-e-commerce-app,
https://developers.brevo.com/reference/get-config-display-currency).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.connectors.brevo.answers import ShopInactiveError
from app.connectors.brevo.wire import Row, Wire, number, rows_of, utc_stamp, words
from app.core.errors import ConfigError
from app.core.texts import text
from app.sdk.answers import RejectedError
from app.sdk.plan import Step

_ORDERS_PAGE, _PRODUCTS_PAGE = 100, 1000
_MOST_PAGES, _WORTH_A_PAGE = 10, 20
"""Of an hour's hundred requests, for reading what is there; and how many orders to send make one more page worth it."""
_CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    is_active: bool
    currency: str
    """Empty where neither Brevo nor the person tells it."""
    order_count: int
    needs_currency: bool

    def setup(self) -> Sequence[Step]:
        steps = []
        if not self.is_active:
            steps.append(
                Step(
                    name="activate",
                    method="POST",
                    path="ecommerce/activate",
                    keys=(),
                    is_repeatable=True,
                    purpose=text("Activate the e-commerce app of the account"),
                )
            )
        if self.needs_currency:
            steps.append(
                Step(
                    name="currency",
                    method="POST",
                    path="ecommerce/config/displayCurrency",
                    keys=(),
                    body={"code": self.currency},
                    is_repeatable=True,
                    purpose=text("Set the currency of the account"),
                )
            )
        return steps


async def open_shop(wire: Wire, chosen_currency: str) -> Shop:
    """Raises ConfigError where nobody tells the currency."""
    try:
        page = await wire.get("orders", {"limit": "1", "offset": "0"})
        told = await _currency(wire)
    except ShopInactiveError:
        return Shop(is_active=False, currency=chosen_currency, order_count=0, needs_currency=bool(chosen_currency))
    if not told and not chosen_currency:
        raise ConfigError(
            text("Brevo does not tell in which currency this account counts."),
            remedy=text('Enter it under "Currency of the account".'),
            field="account_currency",
        )
    if told and chosen_currency and told != chosen_currency:
        raise ConfigError(
            text("This Brevo account counts in {told}, not in {chosen}.", told=told, chosen=chosen_currency),
            remedy=text('Correct "Currency of the account", or change it in Brevo.'),
            field="account_currency",
        )
    return Shop(
        is_active=True,
        currency=told or chosen_currency,
        order_count=number(page.get("count")),
        needs_currency=not told,
    )


async def _currency(wire: Wire) -> str:
    try:
        page = await wire.find("ecommerce/config/displayCurrency")
    except RejectedError:  # what an account without one answers is not documented
        return ""
    return words((page or {}).get("code")).upper()


def _is_worth(orders: int) -> int:
    """Pages: looking first only spares requests where many orders are to be sent."""
    return min(_MOST_PAGES, 1 + orders // _WORTH_A_PAGE)


class HeldOrders:
    """What the account holds of orders, by Brevo's id for them. It is read once where that is worth its requests; else
    what has changed since the run began, and only where an answer was lost."""

    def __init__(self, wire: Wire, began_at: datetime, order_count: int) -> None:
        self._wire = wire
        self._began_at = began_at
        self._pages = math.ceil(order_count / _ORDERS_PAGE)
        self._all: dict[str, Row] | None = None
        self._asked: set[str] = set()
        self._lock = asyncio.Lock()

    async def find(self, ids: Sequence[str]) -> Mapping[str, Row]:
        async with self._lock:
            return await self._find(ids)

    async def _find(self, ids: Sequence[str]) -> Mapping[str, Row]:
        again = set(ids) & self._asked
        self._asked.update(ids)
        if again:
            found = await self.changed(ids)
            return {**{each: row for each, row in (self._all or {}).items() if each in ids}, **found}
        if self._all is None and self._pages > _is_worth(len(ids)):
            return {}
        if self._all is None:
            rows = await self._wire.rows("orders", "orders", {"sort": "asc"}, size=_ORDERS_PAGE)
            self._all = {words(row.get("id")): row for row in rows}
        return {each: self._all[each] for each in ids if each in self._all}

    async def changed(self, ids: Collection[str]) -> Mapping[str, Row]:
        """Of these, what has changed since the run began; no more pages than they can fill twice."""
        wanted, found, offset = set(ids), dict[str, Row](), 0
        query = {"modifiedSince": utc_stamp(self._began_at - _CLOCK_SKEW), "sort": "desc"}
        for _ in range(2 + 2 * len(wanted) // _ORDERS_PAGE):
            page = await self._wire.get("orders", {**query, "limit": str(_ORDERS_PAGE), "offset": str(offset)})
            rows = rows_of(page, "orders") if "orders" in page else []
            found |= {words(row.get("id")): row for row in rows if words(row.get("id")) in wanted}
            offset += len(rows)
            if len(rows) < _ORDERS_PAGE or wanted <= set(found):
                break
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an accepted batch is waited for, in seconds, and how often it is asked after."""

    pause_s: float = 3.0
    looks: int = 3


async def arrived(held: HeldOrders, ids: Collection[str], patience: Patience) -> Mapping[str, Row]:
    """What of an accepted batch is there. Its result goes to a web address only, so it is looked for."""
    found: Mapping[str, Row] = {}
    for look in range(patience.looks):
        if look:
            await asyncio.sleep(patience.pause_s * look)
        found = await held.changed(ids)
        if set(ids) <= set(found) or not found:
            break
    return found


class HeldProducts:
    """The account's products, read once: a thousand in one request."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._all: dict[str, Row] | None = None
        self._asked: set[str] = set()
        self._lock = asyncio.Lock()

    async def find(self, ids: Sequence[str]) -> Mapping[str, Row]:
        async with self._lock:
            return await self._find(ids)

    async def _find(self, ids: Sequence[str]) -> Mapping[str, Row]:
        if self._all is None or set(ids) & self._asked:
            rows = await self._wire.rows("products", "products", {"sort": "asc"}, size=_PRODUCTS_PAGE)
            self._all = {words(row.get("id")): row for row in rows}
        self._asked.update(ids)
        return {each: self._all[each] for each in ids if each in self._all}
