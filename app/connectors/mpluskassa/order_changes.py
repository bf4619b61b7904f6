"""What becomes of an order that is in the register already: paid meanwhile, cancelled, refunded.

An order without an invoice is cancelled, an invoice is credited, and a part of either is left to a person: the register
credits whole invoices only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.connectors.mpluskassa.order_body import Content, OrderBody
from app.connectors.mpluskassa.sales import CANCELLED
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.wire import NO_TEXTS, PAGE_SIZE, Wire, listed
from app.core.outcomes import Outcome
from app.sdk.plan import Draft, Known, Plan, RecordPlan, Step

_NOT_CANCELLED = {None, "", "ORDER-CANCEL-STATE-NOTHING"}


async def uncredited_invoices(wire: Wire, order: Row) -> list[str]:
    """Ids of the order's invoices that no credit note takes back yet.

    A credit note names its invoice and is an invoice itself, so that the customer's invoices since the order are read.
    """
    own = [str(each) for each in listed(order, "invoiceIds", "id")]
    if not own:
        return []
    asked: dict[str, object] = {"articlePluNumbers": NO_TEXTS, "articleBarcodes": NO_TEXTS, "includeLineList": False}
    if order.get("relationNumber"):
        asked["relationNumbers"] = [order["relationNumber"]]
    if order.get("financialDate"):
        asked["fromFinancialDate"] = order["financialDate"]
    credited: set[str] = set()
    notes: set[str] = set()
    async for rows, _ in wire.marked("getInvoices", ("invoiceList", "invoice"), 0, PAGE_SIZE, **asked):
        for row in rows:
            if row.get("creditedInvoiceId"):
                credited.add(str(row["creditedInvoiceId"]))
                notes.add(str(row.get("invoiceId")))
    return [each for each in own if each not in credited | notes]


@dataclass(frozen=True, slots=True)
class OrderChanges:
    body: OrderBody

    def plan(self, draft: Draft, known: Known) -> Plan:
        order, content = known.facts["order"], draft.content
        match content["fate"]:
            case "sold":
                return self._of_sold(draft, known, order)
            case "partly_refunded":
                return _still(draft, known, Outcome.HELD, "partial_refund")
            case _:
                return self._of_ended(draft, known, order)

    def _of_sold(self, draft: Draft, known: Known, order: Row) -> Plan:
        if order.get("cancelState") == CANCELLED:
            return _still(draft, known, Outcome.SKIPPED, "cancelled_in_register")
        if not is_same(order, draft.content):
            return _still(draft, known, Outcome.SKIPPED, "order_differs")
        if draft.content["paid"] and _is_unpaid(order):
            return _sent(draft, known, (self.body.payment(draft.key, known.target_id, draft.content),))
        return _still(draft, known, Outcome.UNCHANGED, "order_exists")

    def _of_ended(self, draft: Draft, known: Known, order: Row) -> Plan:
        if listed(order, "invoiceIds", "id"):
            invoices: Sequence[str] = known.facts["invoices"]
            if not invoices:
                return _still(draft, known, Outcome.UNCHANGED, "already_so")
            return _sent(draft, known, tuple(self.body.credit(draft.key, each) for each in invoices))
        if order.get("cancelState") == CANCELLED:
            return _still(draft, known, Outcome.UNCHANGED, "already_so")
        if order.get("cancelState") not in _NOT_CANCELLED:
            return _still(draft, known, Outcome.HELD, "partly_cancelled")
        return _sent(draft, known, (self.body.cancellation(draft.key, known.target_id),))


def is_same(order: Mapping[str, object], content: Content) -> bool:
    """The register's own total decides; one that names none is taken at the word of its id."""
    return order.get("totalInclAmount") in {None, content["total"]}


def _is_unpaid(order: Row) -> bool:
    return not order.get("fullyPaid") and not order.get("prepaidAmount") and not listed(order, "invoiceIds", "id")


def _still(draft: Draft, known: Known, outcome: Outcome, reason: str) -> Plan:
    return Plan((RecordPlan(draft=draft, outcome=outcome, reason=reason, target_id=known.target_id),))


def _sent(draft: Draft, known: Known, steps: tuple[Step, ...]) -> Plan:
    return Plan((RecordPlan(draft=draft, outcome=Outcome.UPDATED, target_id=known.target_id),), steps)
