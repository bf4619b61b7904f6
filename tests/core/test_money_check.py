"""The parts of an order come to its total to the cent, or it is held with the difference shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.reasons import ReasonTexts
from app.core.records import Adjustment, Discount, Order, OrderLine, OrderStatus
from app.core.rules import Refusal, Rules, money_refusal, refusal_of
from app.core.texts import use_language


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


def money(amount: str | Decimal, currency: str = "EUR") -> Money:
    return Money(Decimal(amount), currency)


def line(price: str | Decimal, quantity: str | int = 1, currency: str = "EUR") -> OrderLine:
    return OrderLine(id="1", name="Cup", quantity=Decimal(quantity), unit_price=money(price, currency))


def an_order(total: str | Decimal, *lines: OrderLine, currency: str = "EUR", **more: object) -> Order:
    values: dict[str, object] = {
        "id": "1",
        "number": "1",
        "email": "a@example.com",
        "status": OrderStatus.COMPLETED,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "total": money(total, currency),
        "lines": lines,
        **more,
    }
    return Order(**values)  # type: ignore[arg-type]


def told(order: Order) -> str:
    refusal = refusal_of(order, Rules())
    assert isinstance(refusal, Refusal)
    assert (refusal.outcome, refusal.reason) == (Outcome.HELD, "money_mismatch")
    words = ", ".join(f"{name}: {value}" for name, value in refusal.details.items())
    explanation = ReasonTexts().explained(refusal.reason, words)
    assert explanation.message == ""
    return str(explanation.words)


def test_a_total_that_its_lines_miss_is_held_and_the_difference_is_told() -> None:
    assert told(an_order("100.00", line("50.50", 2))) == (
        "The lines add up to 101.00 EUR, the total is 100.00 EUR: 1.00 EUR too much."
    )
    assert told(an_order("100.00", line("99.99"))) == (
        "The lines add up to 99.99 EUR, the total is 100.00 EUR: 0.01 EUR too little."
    )


def test_shipping_fees_and_discounts_are_named_with_the_difference() -> None:
    order = an_order(
        "1000.00",
        line("1000.00"),
        shipping=money("4.90"),
        discounts=(Discount(name="HERBST", amount=money("5.00")),),
        adjustments=(Adjustment(name="Fee", amount=money("0.60")),),
    )
    assert told(order) == (
        "Lines 1,000.00 EUR, shipping 4.90 EUR, other amounts 0.60 EUR and discounts 5.00 EUR add up to 1,000.50 EUR, "
        "the total is 1,000.00 EUR: 0.50 EUR too much."
    )


def test_amounts_of_the_difference_are_written_as_the_persons_language_does() -> None:
    use_language("de")
    assert "1.001,00 EUR" in told(an_order("1000.00", line("1001.00")))


def test_two_currencies_in_one_order_are_held_and_named() -> None:
    assert told(an_order("10.00", line("10.00", currency="PLN"))) == "Its amounts are in several currencies: EUR, PLN."


def test_more_paid_back_than_paid_is_held() -> None:
    order = an_order("10.00", refunded=money("10.01"))
    assert told(order) == "10.01 EUR were paid back, but the total is only 10.00 EUR."
    assert money_refusal(an_order("10.00", line("10.00"), refunded=money("10.00"))) is None


def test_an_order_without_lines_has_nothing_to_compare() -> None:
    assert money_refusal(an_order("10.00", shipping=money("4.90"))) is None


@pytest.mark.parametrize(("currency", "price", "total"), [("JPY", "333.4", "333"), ("KWD", "1.2344", "1.234")])
def test_half_a_unit_of_the_currency_is_rounding_and_no_difference(currency: str, price: str, total: str) -> None:
    assert money_refusal(an_order(total, line(price, currency=currency), currency=currency)) is None
    step = "1" if currency == "JPY" else "0.001"
    off = Decimal(total) + Decimal(step)
    assert money_refusal(an_order(off, line(price, currency=currency), currency=currency)) is not None


def test_tax_is_contained_in_the_prices_and_never_added() -> None:
    assert money_refusal(an_order("119.00", line("119.00"), tax=money("19.00"))) is None


def test_words_of_the_target_for_the_same_reason_stay_as_they_are() -> None:
    explanation = ReasonTexts().explained("money_mismatch", "total price: does not fit, sorry")
    assert str(explanation.words) == "The lines do not add up to the total."
    assert explanation.message == "total price: does not fit, sorry"
    odd = ReasonTexts().explained("money_mismatch", "sum: a, total: b, difference: c")
    assert odd.message == "sum: a, total: b, difference: c"


_amounts = st.decimals(min_value="0.0001", max_value="9999", places=4)
_quantities = st.decimals(min_value="-5", max_value="200", places=3)
_lines = st.lists(st.tuples(_amounts, _quantities), min_size=1, max_size=8)


@given(
    _lines,
    st.none() | _amounts,
    st.lists(_amounts, max_size=3),
    st.lists(_amounts | _amounts.map(lambda each: -each), max_size=3),
    st.integers(min_value=-500, max_value=500),
)
def test_exactly_the_orders_that_add_up_pass(
    lines: list[tuple[Decimal, Decimal]],
    shipping: Decimal | None,
    discounts: list[Decimal],
    adjustments: list[Decimal],
    cents_off: int,
) -> None:
    goods = sum((price * quantity for price, quantity in lines), Decimal(0))
    exact = goods + (shipping or 0) - sum(discounts, Decimal(0)) + sum(adjustments, Decimal(0))
    total = exact.quantize(Decimal("0.01")) + Decimal(cents_off).scaleb(-2)
    order = an_order(
        total,
        *(line(price, str(quantity)) for price, quantity in lines),
        shipping=None if shipping is None else money(shipping),
        discounts=tuple(Discount(name="d", amount=money(each)) for each in discounts),
        adjustments=tuple(Adjustment(name="a", amount=money(each)) for each in adjustments),
    )
    refusal = money_refusal(order)
    assert (refusal is None) == (abs(exact - total) <= Decimal("0.005"))
    if refusal is not None:
        difference = Money.of(refusal.details["difference"].split()[0], "EUR")
        assert difference == money(exact - total).rounded()
