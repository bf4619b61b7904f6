"""Whatever is paid and paid back, in whatever order: nothing is lost and nothing counts twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.connectors.digistore24.purchases import Beside, orders_of
from app.core.records import Order
from app.core.rules import money_refusal

BEGIN = datetime(2026, 1, 5, 9, 30)  # noqa: DTZ001 - as the API writes its times
cents = st.integers(1, 50_000).map(lambda each: Decimal(each) / 100)


def row(number: int, kind: str, amount: Decimal, days: int) -> dict[str, Any]:
    sign = 1 if kind == "payment" else -1
    at = BEGIN + timedelta(days=days)
    return {"id": number, "type": kind, "amount": str(sign * amount), "currency": "EUR", "created_at": str(at)}


@st.composite
def purchases(draw: st.DrawFn) -> dict[str, Any]:
    """A plan with payments every month, and what went back of each: never more than was paid."""
    paid = draw(st.lists(cents, min_size=1, max_size=6))
    rows = [row(1_000 + place, "payment", amount, 30 * place) for place, amount in enumerate(paid)]
    for place, amount in enumerate(paid):
        if draw(st.booleans()):
            back = draw(st.integers(1, int(amount * 100)).map(lambda each: Decimal(each) / 100))
            kind = draw(st.sampled_from(["refund", "chargeback"]))
            rows.append(row(2_000 + place, kind, back, 30 * place + draw(st.integers(1, 29))))
    items = draw(st.integers(1, 3))
    return {
        "id": "A1B2C3D4",
        "currency": "EUR",
        "amount": str(paid[0]),
        "vat_rate": draw(st.sampled_from(["19.00", "8.10", "0.00", None])),
        "created_at": str(BEGIN),
        "billing_type": draw(st.sampled_from(["single_payment", "subscription", "installment"])),
        "billing_status": "paying",
        "transaction_list": draw(st.permutations(rows)),
        "items": [
            {
                "id": place,
                "no": place,
                "product_id": 512345,
                "product_name": "Kurs",
                "quantity": draw(st.integers(1, 4)),
            }
            for place in range(1, items + 1)
        ],
    }


@given(purchases())
def test_all_payments_and_all_that_went_back_arrive_once(purchase: dict[str, Any]) -> None:
    orders = orders_of(purchase, Beside())
    assert all(isinstance(each, Order) for each in orders)
    told = [each for each in orders if isinstance(each, Order)]
    amounts = [Decimal(each["amount"]) for each in purchase["transaction_list"]]
    assert sum(each.total.amount for each in told) == sum(amount for amount in amounts if amount > 0)
    went_back = sum(reversal.amount.amount for each in told for reversal in each.reversals)
    assert went_back == -sum(amount for amount in amounts if amount < 0)
    assert len({each.id for each in told}) == len(told)


@given(purchases())
def test_no_order_is_held_for_its_amounts(purchase: dict[str, Any]) -> None:
    for each in orders_of(purchase, Beside()):
        assert isinstance(each, Order)
        assert each.parts_total == each.total
        assert money_refusal(each) is None or len(each.reversals) > 1


@given(purchases())
def test_the_order_of_rows_changes_nothing(purchase: dict[str, Any]) -> None:
    turned = {**purchase, "transaction_list": list(reversed(purchase["transaction_list"]))}
    assert orders_of(purchase, Beside()) == orders_of(turned, Beside())
