"""Money keeps its cents and its currency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import CurrencyMismatchError, Money, currency_code, decimal_from, decimals_of

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


@given(st.lists(amounts, max_size=30))
def test_a_sum_is_exact_to_the_cent(values: list[Decimal]) -> None:
    total = sum((Money(value, "EUR") for value in values), Money.zero("EUR"))
    assert total.minor_units() == sum(int(value * 100) for value in values)


@given(amounts, st.sampled_from(("EUR", "GBP", "PLN", "JPY", "KWD")))
def test_an_amount_survives_being_written_and_read(value: Decimal, currency: str) -> None:
    written = str(Money(value, currency))
    digits, _, code = written.partition(" ")
    assert Money.of(digits, code) == Money(value, currency).rounded()


@given(amounts, st.integers(min_value=1, max_value=50))
def test_the_smallest_units_of_the_parts_make_those_of_the_whole(value: Decimal, pieces: int) -> None:
    one = Money(value, "EUR")
    assert sum((one for _ in range(pieces)), Money.zero("EUR")) == one * Decimal(pieces)


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(CurrencyMismatchError):
        Money.of("1", "EUR") + Money.of("1", "GBP")


@pytest.mark.parametrize("raw", ["", "EURO", "E1R", "Unspecified", "€"])
def test_what_is_no_currency_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match="not a currency"):
        currency_code(raw)


@pytest.mark.parametrize("raw", ["", "abc", "NaN", "Infinity", "1,5"])
def test_what_is_no_number_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match="number"):
        decimal_from(raw)


@pytest.mark.parametrize(("currency", "units"), [("EUR", 1250), ("JPY", 13), ("KWD", 12500)])
def test_minor_units_follow_the_currency(currency: str, units: int) -> None:
    assert Money.of("12.50", currency).minor_units() == units


def test_half_a_cent_is_rounded_up() -> None:
    assert Money.of("0.125", "EUR").minor_units() == 13
    assert str(Money.of("0.125", "EUR")) == "0.13 EUR"


def test_a_float_from_json_keeps_the_digits_it_was_written_with() -> None:
    assert decimal_from(0.1) == Decimal("0.1")


def test_currencies_without_an_entry_have_two_decimals() -> None:
    assert decimals_of("PLN") == 2
