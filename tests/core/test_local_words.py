"""Numbers, money and times follow the person's language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.core.local_words import local_moment, local_money, local_number
from app.core.money import Money
from app.core.texts import use_language


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    use_language("en")


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "148,206.83 GBP"), ("de", "148.206,83 GBP"), ("pl", "148\N{NO-BREAK SPACE}206,83 GBP")],
)
def test_money_is_written_as_the_language_does_and_keeps_its_cents(language: str, shown: str) -> None:
    use_language(language)
    assert local_money(Money(Decimal("148206.83"), "GBP")) == shown


def test_money_has_the_decimals_of_its_currency() -> None:
    assert local_money(Money(Decimal(1200), "JPY")) == "1,200 JPY"
    assert local_money(Money(Decimal("-12.5"), "EUR")) == "-12.50 EUR"


def test_a_rate_keeps_one_decimal() -> None:
    use_language("de")
    assert local_number(Decimal("41.3"), 1) == "41,3"


def test_a_moment_names_day_and_minute_in_the_order_of_the_language() -> None:
    at = datetime(2026, 11, 21, 12, 30, tzinfo=UTC).astimezone()
    use_language("de")
    assert local_moment(at).startswith(f"{at:%d.%m.%y}")
    use_language("en")
    assert local_moment(at).startswith(f"{at.month}/{at.day}/{at:%y}")
