"""Money that went back in the shop: booked in Konnektive as external, once, and never sent to a payment processor.

``externalRefund=1`` only books. ``refundMerchantTxnId`` carries the shop's own id of the refund, by which it is found
again among the transactions before it is booked (https://github.com/fitboxmedia/konnektive-api).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.connectors.konnektive.wire import Row
from app.core.money import Money, decimal_from
from app.core.records import Order, OrderEvent, Reversal
from app.sdk.plan import Ref, Step

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What Konnektive holds of an order's payments."""

    sale_id: str = ""
    refunds: tuple[tuple[str, Decimal], ...] = ()
    """The foreign id of each refund, empty where there is none, and its amount."""
    is_charged_back: bool = False

    @property
    def refunded(self) -> Decimal:
        return sum((amount for _, amount in self.refunds), _ZERO)


def booked_of(rows: Sequence[Row]) -> Booked:
    """From the rows of transactions/query: txnType SALE, CAPTURE or REFUND, responseType SUCCESS."""
    good = [row for row in rows if str(row.get("responseType") or "SUCCESS").upper() == "SUCCESS"]
    sales = [row for row in good if str(row.get("txnType")).upper() in {"SALE", "CAPTURE"}]
    refunds = [row for row in good if str(row.get("txnType")).upper() == "REFUND"]
    return Booked(
        sale_id=str(sales[0].get("transactionId") or "") if sales else "",
        refunds=tuple((str(row.get("merchantTxnId") or ""), abs(_amount(row.get("totalAmount")))) for row in refunds),
        is_charged_back=any(str(row.get("isChargedback")) in {"1", "true", "True"} for row in sales),
    )


def _amount(raw: object) -> Decimal:
    try:
        return decimal_from(str(raw or 0))
    except ValueError:
        return _ZERO


def wanted_reversals(order: Order, action_is_out: Mapping[str, bool]) -> Sequence[Reversal]:
    """Those that the action table books. A source that names only a sum has one refund for it."""
    told = order.reversals
    if not told and order.refunded:
        at = order.updated_at or order.created_at
        told = (Reversal(id=f"{order.id}-refunded-{order.refunded.rounded().amount}", amount=order.refunded, at=at),)
    kinds = {True: OrderEvent.CHARGEBACK.value, False: OrderEvent.REFUND.value}
    return [each for each in told if action_is_out[kinds[each.is_chargeback]]]


def missing(wanted: Sequence[Mapping[str, str]], booked: Booked) -> Sequence[Mapping[str, str]] | None:
    """What is still to be booked, oldest first; None where both do not fit together, so that a person decides.

    A refund is known by its id. That Konnektive gives the id back is not documented, and people book by hand: a refund
    of the same amount under another id counts as the same one.
    """
    refunds = [each for each in wanted if not each["is_chargeback"]]
    ours = {each["id"] for each in refunds}
    known = {number for number, _ in booked.refunds}
    others = [amount for number, amount in booked.refunds if number not in ours]
    still_open = []
    for each in refunds:
        if each["id"] in known:
            continue
        if Decimal(each["amount"]) in others:
            others.remove(Decimal(each["amount"]))
        else:
            still_open.append(each)
    left = _sum(refunds) - booked.refunded
    if left <= 0:
        still_open = []
    if _sum(still_open) > max(left, _ZERO):
        return None
    chargebacks = [] if booked.is_charged_back else [each for each in wanted if each["is_chargeback"]]
    return [*still_open, *chargebacks[:1]]


def _sum(reversals: Sequence[Mapping[str, str]]) -> Decimal:
    return sum((Decimal(each["amount"]) for each in reversals), _ZERO)


def content_of(reversals: Sequence[Reversal]) -> list[dict[str, str]]:
    """As it stands in a draft: text only, the same in every run."""
    ordered = sorted(reversals, key=lambda each: (each.at, each.id))
    return [
        {
            "id": each.id,
            "amount": format(each.amount.rounded().amount, "f"),
            "day": american_day(each.at),
            "is_chargeback": "1" if each.is_chargeback else "",
            "reason": each.reason,
        }
        for each in ordered
    ]


def american_day(moment: datetime) -> str:
    """``MM/DD/YYYY``, as every date goes in."""
    return moment.strftime("%m/%d/%Y")


def reversal_steps(key: str, wanted: Sequence[Mapping[str, str]], sale: str | Ref, total: Money) -> Sequence[Step]:
    return [_step(key, number, each, sale, total) for number, each in enumerate(wanted, 1)]


def _step(key: str, number: int, reversal: Mapping[str, str], sale: str | Ref, total: Money) -> Step:
    if reversal["is_chargeback"]:
        body = {
            "transactionId": sale,
            "markChargeback": "1",
            "chargebackAmount": reversal["amount"],
            "chargebackDate": reversal["day"],
            "chargebackReasonCode": (reversal["reason"] or "external")[:10],
            "chargebackNote": f"{reversal['id']} {reversal['reason']}".strip()[:500],
        }
        return Step(name=f"chargeback_{number}", method="POST", path="transactions/update/", keys=(key,), body=body)
    body = {
        "transactionId": sale,
        "refundAmount": reversal["amount"],
        "externalRefund": "1",
        "refundMerchantTxnId": reversal["id"][:500],
        **({"fullRefund": "1", "cancelPurchase": "1"} if Decimal(reversal["amount"]) == total.rounded().amount else {}),
    }
    return Step(name=f"refund_{number}", method="POST", path="transactions/refund/", keys=(key,), body=body)
