"""Prices come to what was paid, whatever discounts, fees and quantities an order has."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.konnektive.lines import UnpricedError, priced, spread
from app.core.money import Money
from app.core.records import OrderLine
from tests.connectors.konnektive.conftest import euros, line, order

cents = st.integers(0, 100_000).map(lambda each: Decimal(each) / 100)


@st.composite
def orders(draw: st.DrawFn) -> Any:
    """Totals that need not follow from the lines: discounts and fees lie between."""
    lines = []
    for place in range(draw(st.integers(1, 5))):
        price, quantity = Money(draw(cents), "EUR"), Decimal(draw(st.sampled_from(["1", "2", "3", "7", "0.75"])))
        lines.append(OrderLine(id=str(place), name="Kurs", quantity=quantity, unit_price=price, product_id="512345"))
    shipping, goods = draw(cents), draw(cents)
    return order(total=Money(shipping + goods, "EUR"), shipping=Money(shipping, "EUR"), lines=tuple(lines))


@given(orders(), st.booleans())
def test_prices_and_shipping_are_the_total_to_the_cent(bought: Any, is_unit_price: bool) -> None:
    lines = priced(bought, tax=None, is_unit_price=is_unit_price)
    counted = sum(each.price * (each.quantity if is_unit_price else 1) + each.shipping for each in lines)
    assert counted == bought.total.amount
    assert all(each.price >= 0 and each.shipping >= 0 and each.quantity >= 1 for each in lines)
    assert all(each.price == each.price.quantize(Decimal("0.01")) for each in lines)


@given(st.lists(cents, min_size=1, max_size=6), cents)
def test_parts_are_the_whole_and_none_is_negative(weights: list[Decimal], amount: Decimal) -> None:
    parts = spread(amount, weights, Decimal("0.01"))
    assert sum(parts) == amount
    assert min(parts) >= 0


@pytest.mark.parametrize(
    "bought",
    [
        order(total=euros("10.00"), shipping=euros("12.00")),
        order(total=euros("10.00"), lines=(line("20.00"), line("-10.00"))),
        order(lines=()),
    ],
)
def test_what_cannot_be_priced_is_refused(bought: Any) -> None:
    with pytest.raises(UnpricedError):
        priced(bought, tax=None, is_unit_price=True)
