"""Amounts of money: a ``Decimal`` and its ISO 4217 currency, never a float and never a guessed currency."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import msgspec

_CURRENCY = re.compile(r"[A-Z]{3}\Z")
# ISO 4217 currencies without two decimals; every other currency has two.
_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND"), 0),
    **dict.fromkeys(("VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


class CurrencyMismatchError(ValueError):
    """Two currencies met in one sum."""


def currency_code(raw: str) -> str:
    """The upper-case code. Raises ValueError for anything that is not three letters."""
    code = raw.strip().upper()
    if not _CURRENCY.match(code):
        raise ValueError(f"not a currency code: {raw!r}")
    return code


def decimals_of(currency: str) -> int:
    return _EXPONENTS.get(currency, 2)


_UNITS = {decimals: Decimal(1).scaleb(-decimals) for decimals in (0, 2, 3)}


def smallest_unit(currency: str) -> Decimal:
    """``0.01`` for EUR, ``1`` for JPY."""
    return _UNITS[decimals_of(currency)]


def decimal_from(raw: str | float | Decimal) -> Decimal:
    """A finite decimal; a float goes through its shortest text, as a JSON number was written.

    Raises ValueError for text that is no number.
    """
    try:
        value = raw if isinstance(raw, Decimal) else Decimal(str(raw).strip())
    except InvalidOperation:
        raise ValueError(f"not a number: {raw!r}") from None
    if not value.is_finite():
        raise ValueError(f"not a finite number: {raw!r}")
    return value


class Money(msgspec.Struct, frozen=True, gc=False, array_like=True):
    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: str | float | Decimal, currency: str) -> Money:
        """Raises ValueError for a bad number or currency."""
        return cls(decimal_from(amount), currency_code(currency))

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0), currency_code(currency))

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self.same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self.same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.rounded().amount} {self.currency}"

    def same(self, other: Money) -> Decimal:
        """The other's amount. Raises CurrencyMismatchError where its currency is not this one's."""
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency}")
        return other.amount

    def rounded(self) -> Money:
        """To the currency's own decimals, half up."""
        return Money(self.amount.quantize(smallest_unit(self.currency), ROUND_HALF_UP), self.currency)

    def minor_units(self, decimals: int | None = None) -> int:
        """Whole minor units, half up: cents for EUR. ``decimals`` overrides the currency's own number of decimals."""
        places = _EXPONENTS.get(self.currency, 2) if decimals is None else decimals
        exact = self.amount.scaleb(places)
        whole = int(exact)
        # Nearly every amount is whole already, and rounding takes longer than everything else here.
        return whole if whole == exact else int(exact.to_integral_value(ROUND_HALF_UP))

    def is_negative(self) -> bool:
        return self.amount < 0
