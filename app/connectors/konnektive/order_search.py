"""Finding orders again: by e-mail address, then by our id in a custom field.

Under which name a custom field comes back is not documented, so several are read; where none can be told, an order of
the same total is taken for possibly ours and left to a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from app.connectors.konnektive import values
from app.connectors.konnektive.orders import Terms
from app.connectors.konnektive.reversals import american_day, booked_of
from app.connectors.konnektive.wire import Row, query
from app.core.errors import DataError
from app.core.money import Money, decimal_from
from app.core.records import Order
from app.core.texts import text
from app.sdk.http import HttpClient
from app.sdk.plan import Draft, Known

_GONE_THERE = {"DECLINED", "PARTIAL"}
"""Not an order yet: a lead, or an attempt that failed."""
_DAY = timedelta(days=1)


class OrderSearch:
    """What Konnektive holds of orders. Reads only; raises what the client raises."""

    def __init__(self, http: HttpClient, terms: Terms, today: datetime) -> None:
        self._http = http
        self._terms = terms
        self._today = today

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        """By e-mail address, and what is not found so by last name: a buyer's address may have changed since. One
        query for each, from its oldest order on, as what was imported bears the day of its import."""
        found = await self._look_up_by("emailAddress", drafts)
        missing = [draft for draft in drafts if not found[draft.key].exists and _value(draft, "lastName") != "-"]
        renamed = await self._look_up_by("lastName", missing)
        return {**found, **{key: known for key, known in renamed.items() if known.exists}}

    async def _look_up_by(self, field: str, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        by_value: dict[str, list[Draft]] = {}
        for draft in drafts:
            by_value.setdefault(_value(draft, field), []).append(draft)
        found: dict[str, Known] = {}
        for value, same in by_value.items():
            rows = await self._rows(field, value, min(_order_of(draft).created_at for draft in same))
            for draft in same:
                found[draft.key] = await self._known(draft, rows)
        return found

    async def _rows(self, field: str, value: str, since: datetime) -> Sequence[Row]:
        asked = {
            field: value,
            "campaignId": self._terms.campaign.id,
            "startDate": american_day(since - _DAY),
            "endDate": american_day(self._today + _DAY),
            "dateRangeType": "dateCreated",
            "includeCustomFields": "1",
        }
        rows = await query(self._http, "order/query/", asked)
        there = [row for row in rows if str(row.get("orderStatus")).upper() not in _GONE_THERE]
        campaign = self._terms.campaign.id
        return [row for row in there if str(row.get("campaignId") or campaign) == campaign]

    async def _known(self, draft: Draft, rows: Sequence[Row]) -> Known:
        field = self._terms.options.order_id_field
        ours = [row for row in rows if draft.key in {custom_value(row, field), str(row.get("clientOrderId") or "")}]
        if not ours:
            return Known(facts={"is_possible": self._may_be_there(draft, rows)})
        row = ours[0]
        facts: dict[str, object] = {
            "status": str(row.get("orderStatus") or ""),
            "customer_id": str(row.get("customerId") or ""),
            "is_waiting": "QA" in str(row.get("orderStatus") or "").upper() or str(row.get("qaStatus")) == "PENDING",
        }
        number = str(row["orderId"])
        if draft.content["reversals"]:
            booked = booked_of(await query(self._http, "transactions/query/", {"orderId": number}))
            facts |= {
                "sale": booked.sale_id,
                "refunds": [[foreign, str(amount)] for foreign, amount in booked.refunds],
                "is_charged_back": booked.is_charged_back,
            }
        return Known(exists=True, target_id=number, matches=len(ours), facts=facts)

    def _may_be_there(self, draft: Draft, rows: Sequence[Row]) -> bool:
        """Under which name the field comes back is not documented. Where no row tells any, an order of the same total
        may be ours, and a person decides."""
        field = self._terms.options.order_id_field
        if any(custom_value(row, field) for row in rows):
            return False
        total = _order_of(draft).total
        return any(total_of(row) == total.rounded().amount for row in rows if not tells_fields(row))


def _value(draft: Draft, field: str) -> str:
    return str(draft.content["order"][field])


def _order_of(draft: Draft) -> Order:
    if not isinstance(draft.record, Order):
        raise DataError("refused", text("Only orders are looked up here."), detail=type(draft.record).__name__)
    return draft.record


def custom_value(row: Row, field: str) -> str:
    """From the row itself, or from a list or object of custom fields inside it."""
    if row.get(field):
        return str(row[field])
    inside = row.get("customFields") or row.get("custom") or ()
    if isinstance(inside, Mapping):
        return str(inside.get(field) or inside.get(field.removeprefix("custom")) or "")
    for each in inside if isinstance(inside, list) else ():
        if isinstance(each, Mapping) and str(each.get("name")) == field:
            return str(each.get("value") or "")
    return ""


def tells_fields(row: Row) -> bool:
    return "customFields" in row or any(field in row for field in values.CUSTOM_FIELDS)


def total_of(row: Row) -> Decimal | None:
    """What Konnektive counts for the order; None where the answer does not tell."""
    try:
        return decimal_from(str(row["totalAmount"]))
    except (KeyError, ValueError):
        return None


def difference_of(row: Row, total: Money) -> Money | None:
    """By how much Konnektive's total differs; None where it does not, or is not told."""
    there = total_of(row)
    if there is None or there == total.rounded().amount:
        return None
    return Money(there, total.currency)
