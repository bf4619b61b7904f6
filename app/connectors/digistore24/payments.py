"""The payments of an order, each with what went back of it.

An order is bought once: all payments within a day of its first belong to it, because upsells on the thank-you page are
paid apart. What a subscription or an instalment plan pays later is a payment of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from app.connectors.digistore24.times import moment_of
from app.connectors.digistore24.wire import Row
from app.core.money import decimal_from
from app.core.records import OrderEvent

_ZERO = Decimal(0)
_ONE_PURCHASE = timedelta(days=1)
SINGLE = "single_payment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    id: str
    event: OrderEvent
    amount: Decimal
    """Positive, also for what went back."""
    at: datetime
    pay_method: str


@dataclass(slots=True)
class Payment:
    """``number`` is 1 for the purchase itself."""

    number: int
    at: datetime
    parts: list[Transaction] = field(default_factory=list)
    reversals: list[Transaction] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        return sum((each.amount for each in self.parts), _ZERO)

    @property
    def went_back(self) -> Decimal:
        return sum((each.amount for each in self.reversals), _ZERO)

    @property
    def left(self) -> Decimal:
        return self.amount - self.went_back


_TYPES = {"payment": OrderEvent.PAYMENT, "refund": OrderEvent.REFUND, "chargeback": OrderEvent.CHARGEBACK}


def transactions_of(purchase: Row) -> Sequence[Transaction]:
    """Oldest first. A requested refund is none yet. Raises ValueError and KeyError for a row that makes no sense, also
    for one in another currency than the purchase."""
    found = []
    currency = str(purchase.get("currency"))
    for row in purchase.get("transaction_list") or ():
        event = _TYPES.get(str(row.get("type") or row.get("transaction_type")))
        at = moment_of(row.get("created_at"))
        if event is None or at is None:
            continue
        if str(row.get("currency") or currency) != currency:
            raise ValueError("another currency")
        found.append(
            Transaction(
                id=str(row["id"]),
                event=event,
                amount=abs(decimal_from(str(row.get("amount") or 0))),
                at=at,
                pay_method=str(row.get("pay_method") or ""),
            )
        )
    return sorted(found, key=lambda each: (each.at, len(each.id), each.id))


def payments_of(purchase: Row, transactions: Sequence[Transaction]) -> Sequence[Payment]:
    """At least one, also where nothing was paid yet."""
    created = moment_of(purchase.get("created_at"))
    paid = [each for each in transactions if each.event is OrderEvent.PAYMENT]
    begin = created or (paid[0].at if paid else None)
    if begin is None:
        raise ValueError("created_at is missing")
    is_single = str(purchase.get("billing_type") or SINGLE) == SINGLE
    first_at = paid[0].at if paid else begin
    payments = [Payment(1, begin)]
    for each in paid:
        if is_single or each.at - first_at <= _ONE_PURCHASE:
            payments[0].parts.append(each)
        else:
            payments.append(Payment(len(payments) + 1, each.at, [each]))
    for each in transactions:
        if each.event is not OrderEvent.PAYMENT:
            _payment_for(each, payments).reversals.append(each)
    return payments


def _payment_for(reversal: Transaction, payments: Sequence[Payment]) -> Payment:
    """The API does not name the payment that a refund belongs to: the latest one before it that still holds as much."""
    before = [each for each in payments if each.at <= reversal.at and each.left >= reversal.amount]
    holding = before or [each for each in payments if each.left >= reversal.amount]
    return holding[-1] if holding else payments[0]
