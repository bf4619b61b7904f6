"""Numbers, money and times as the person's language writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.core.money import Money
from app.core.texts import current_language


def local_number(value: int | Decimal, decimals: int = 0) -> str:
    from babel.numbers import format_decimal  # late: starting must not wait for it

    pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    return format_decimal(value, format=pattern, locale=current_language())


def local_money(money: Money) -> str:
    """``1,234.50 EUR``: to the currency's own decimals."""
    amount = money.rounded().amount
    exponent = amount.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    return f"{local_number(amount, max(decimals, 0))} {money.currency}"


@dataclass(frozen=True, slots=True)
class ShownMoney:
    """An amount inside a text: written in the language in which the text is shown."""

    money: Money

    def __str__(self) -> str:
        return local_money(self.money)


def local_moment(at: datetime) -> str:
    """Date and time in this computer's own zone; ``at`` is aware."""
    from babel.dates import format_datetime

    return format_datetime(at.astimezone(), "short", locale=current_language())
