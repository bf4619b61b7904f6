"""What is sent for one order: its import with what has happened since, or only what is missing of that."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from app.connectors.konnektive.order_search import difference_of
from app.connectors.konnektive.reversals import Booked, missing, reversal_steps
from app.connectors.konnektive.settings import Review
from app.connectors.konnektive.wire import told
from app.core.outcomes import Outcome
from app.core.records import Order
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Json, Known, Plan, RecordPlan, Ref, Settled, Step

IMPORT = "order"


def plan_order(draft: Draft, known: Known, *, may_confirm: bool) -> Plan:
    """Pure. ``may_confirm``: nothing of the history lets the target write to people."""
    if known.exists:
        return _plan_known(draft, known)
    content = draft.content
    if known.facts.get("is_possible"):
        return _without_write(draft, Outcome.HELD, "possible_double")
    if not content["enters"]:
        return _without_write(draft, Outcome.SKIPPED, "over_before_import" if _is_over(content) else "event_left_out")
    if content["ends"]:
        return _without_write(draft, Outcome.SKIPPED, "over_before_import")
    steps = [_import_step(draft)]
    order_id = Ref("order_id")
    if content["review"] == Review.APPROVE.value:
        steps.append(_approval(draft.key, order_id))
    if content["note"]:
        steps.append(_note(draft.key, content["note"]))
    if content["reversals"]:
        steps.append(_find_sale(draft.key, order_id))
        steps += reversal_steps(draft.key, content["reversals"], Ref("sale_id"), _order(draft).total)
    if content["sends_confirmation"] and may_confirm:
        body = {"orderId": order_id}
        steps.append(Step(name="confirmation", method="POST", path="order/confirm/", keys=(draft.key,), body=body))
    return Plan((RecordPlan(draft=draft, outcome=Outcome.CREATED),), tuple(steps))


def _plan_known(draft: Draft, known: Known) -> Plan:
    """An imported order is never changed: only refunds, chargebacks, its end and its approval are added."""
    content, facts = draft.content, known.facts
    steps: list[Step] = []
    if facts.get("is_waiting") and content["review"] == Review.APPROVE.value:
        steps.append(_approval(draft.key, known.target_id))
    if content["reversals"]:
        open_ones = missing(content["reversals"], _booked(facts))
        if open_ones is None:
            return _without_write(draft, Outcome.HELD, "refund_differs", known.target_id)
        if open_ones and not facts.get("sale"):
            return _without_write(draft, Outcome.HELD, "no_payment_there", known.target_id)
        steps += reversal_steps(draft.key, open_ones, str(facts.get("sale")), _order(draft).total)
    if content["ends"] and str(facts.get("status")).upper() not in {"CANCELLED", "REFUNDED"}:
        steps.append(_cancellation(draft.key, known.target_id, content["ends"]))
    if not steps:
        return _without_write(draft, Outcome.UNCHANGED, "", known.target_id)
    record = RecordPlan(draft=draft, outcome=Outcome.UPDATED, target_id=known.target_id)
    return Plan((record,), tuple(steps))


def _is_over(content: Mapping[str, Json]) -> bool:
    return bool(content["ends"] or content["reversals"])


def _booked(facts: Mapping[str, Json]) -> Booked:
    return Booked(
        sale_id=str(facts.get("sale") or ""),
        refunds=tuple((number, Decimal(amount)) for number, amount in facts.get("refunds") or ()),
        is_charged_back=bool(facts.get("is_charged_back")),
    )


def _without_write(draft: Draft, outcome: Outcome, reason: str, target_id: str = "") -> Plan:
    return Plan((RecordPlan(draft=draft, outcome=outcome, reason=reason, target_id=target_id),))


def _import_step(draft: Draft) -> Step:
    """Only what a later step needs is asked of the answer: a promise more is a run that ends more easily."""
    customer: dict[str, tuple[str | int, ...]] = (
        {"customer_id": ("message", "customerId")} if draft.content["note"] else {}
    )
    return Step(
        name=IMPORT,
        method="POST",
        path="order/import/",
        keys=(draft.key,),
        body=draft.content["order"],
        saves={"order_id": ("message", "orderId"), **customer},
        purpose=text("Enters the order, paid elsewhere"),
    )


def _approval(key: str, order_id: str | Ref) -> Step:
    return Step(
        name="approval",
        method="POST",
        path="order/qa/",
        keys=(key,),
        body={"orderId": order_id, "action": "APPROVE"},
        is_repeatable=True,
        purpose=text("Approves the order, so that it does not wait for review"),
    )


def _note(key: str, message: str) -> Step:
    body = {"customerId": Ref("customer_id"), "message": message}
    return Step(name="note", method="POST", path="customer/addnote/", keys=(key,), body=body)


def _find_sale(key: str, order_id: str | Ref) -> Step:
    return Step(
        name="sale",
        method="POST",
        path="transactions/query/",
        keys=(key,),
        body={"orderId": order_id, "txnType": "SALE", "page": "1", "resultsPerPage": "25"},
        saves={"sale_id": ("message", "data", 0, "transactionId")},
        is_repeatable=True,
        purpose=text("Reads the payment that the refund belongs to"),
    )


def _cancellation(key: str, order_id: str, reason: str) -> Step:
    return Step(
        name="cancellation",
        method="POST",
        path="order/cancel/",
        keys=(key,),
        body={"orderId": order_id, "cancelReason": reason[:100], "fullRefund": "0", "afterNextBill": "0"},
        purpose=text("Ends the order"),
    )


def settle_order(plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
    """What became of the order; another total than the order's own is told. Raises ProtocolError."""
    (record,) = plan.records
    answer = answers.get(IMPORT)
    if answer is None:
        return {record.key: Settled(outcome=record.outcome, target_id=record.target_id, reason=record.reason)}
    row = told(answer)
    status = str(row.get("orderStatus") or "")
    if status.upper() == "DECLINED":
        return {record.key: Settled(outcome=Outcome.FAILED, reason="refused", message=status)}
    total = _order(record.draft).total
    there = difference_of(row, total)
    if there is None:
        return {record.key: Settled(outcome=record.outcome, target_id=str(row["orderId"]))}
    message = f"order: {total}, Konnektive: {there}"
    return {
        record.key: Settled(
            outcome=record.outcome, target_id=str(row["orderId"]), reason="total_differs", message=message
        )
    }


def _order(draft: Draft) -> Order:
    assert isinstance(draft.record, Order)  # noqa: S101 - only drafts of orders come here
    return draft.record
