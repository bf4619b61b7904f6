"""What was paid back. Orders themselves always say 0 (``refunded_amount``); the refunds have a list of their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from app.connectors.bigcommerce.client import Api, Row
from app.connectors.bigcommerce.reading import all_rows
from app.connectors.bigcommerce.values import as_filter
from app.core.money import decimal_from
from app.sdk.reading import batches, together
from app.sdk.source import ReadRequest

_REFUNDS = "orders/payment_actions/refunds"
_MOST_IDS = 100


async def refunded_by_order(api: Api, order_ids: Collection[int]) -> Mapping[int, Decimal]:
    """The amount paid back for each order that has a refund, in the order's own currency."""
    pages = await together(
        all_rows(api, _REFUNDS, {"order_id:in": ",".join(map(str, batch))})
        for batch in batches(sorted(order_ids), _MOST_IDS)
    )
    amounts: dict[int, Decimal] = {}
    for row in (row for page in pages for row in page):
        order_id = int(row["order_id"])
        amounts[order_id] = amounts.get(order_id, Decimal(0)) + paid_back(row)
    return amounts


async def orders_refunded_since(api: Api, request: ReadRequest) -> list[int]:
    """Ids in order. Whether a refund changes the order's own date of modification is not documented."""
    if request.since is None:
        return []
    query = {"created:min": as_filter(request.since), "created:max": as_filter(request.until)}
    return sorted({int(row["order_id"]) for row in await all_rows(api, _REFUNDS, query)})


def paid_back(refund: Row) -> Decimal:
    """The total without payments that the provider declined."""
    declined = (each for each in refund.get("payments") or [] if each.get("is_declined"))
    return decimal_from(refund.get("total_amount") or 0) - sum(
        (decimal_from(each.get("amount") or 0) for each in declined), Decimal(0)
    )
