"""The register's ways to write amounts, quantities, dates and addresses.

Money is a whole number of cents, a quantity a whole number with its decimal places, a moment a local time without a
zone (developers.mpluskassa.nl, tutorial "Prices and quantities").
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.connectors.mpluskassa.soap import Row
from app.core.money import Money, smallest_unit

MOST_DECIMAL_PLACES = 5
LARGEST_NUMBER = 2**63 - 1


def money(units: object, currency: str) -> Money:
    """From cents, or what the currency has in their place."""
    return Money(Decimal(int(str(units or 0))) * smallest_unit(currency), currency)


def units(amount: Money) -> int:
    """In cents, rounded half up."""
    return int((amount.amount / smallest_unit(amount.currency)).quantize(Decimal(1), ROUND_HALF_UP))


def quantity(number: object, places: object = 0) -> Decimal:
    return Decimal(int(str(number or 0))).scaleb(-int(str(places or 0)))


def scaled(amount: Decimal) -> tuple[int, int]:
    """A number and its decimal places, as few as there can be: 1.50 is (15, 1)."""
    rounded = amount.quantize(Decimal(1).scaleb(-MOST_DECIMAL_PLACES), ROUND_HALF_UP)
    _, digits, exponent = (rounded.normalize() if rounded else Decimal(0)).as_tuple()
    number, places = int("".join(map(str, digits))), int(exponent)
    if places > 0:
        number, places = number * 10**places, 0
    return (-number if rounded < 0 else number), -places


def day(parts: Row | None) -> date | None:
    """None for what is missing, or no day of the calendar: an empty date comes as zeros."""
    try:
        return date(int(parts["year"]), int(parts["mon"]), int(parts["day"])) if parts else None
    except (KeyError, TypeError, ValueError):
        return None


def day_parts(at: date) -> Row:
    return {"day": at.day, "mon": at.month, "year": at.year}


def moment(parts: Row | None, zone: ZoneInfo) -> datetime | None:
    """A local time of the register; ``isdst`` tells the second of the two hours at the end of summer time apart."""
    found = day(parts)
    if parts is None or found is None:
        return None
    try:
        clock = {"hour": int(parts["hour"]), "minute": int(parts["min"]), "second": min(59, int(parts["sec"]))}
        at = datetime(found.year, found.month, found.day, **clock, tzinfo=zone)
    except (KeyError, TypeError, ValueError):
        return datetime(found.year, found.month, found.day, tzinfo=zone)
    return at if parts.get("isdst") or at.dst() == at.replace(fold=1).dst() else at.replace(fold=1)


def moment_parts(at: datetime, zone: ZoneInfo) -> Row:
    local = at.astimezone(zone)
    return {
        "sec": local.second,
        "min": local.minute,
        "hour": local.hour,
        **day_parts(local.date()),
        "isdst": bool(local.dst()),
        "timezone": 0,
    }


def is_number(words: str) -> bool:
    """Whether the words are a number that the register could have given, without leading zeros."""
    digits = words.isascii() and words.isdecimal() and not words.startswith("0")
    return digits and int(words) <= LARGEST_NUMBER


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty: an update names only what is known, so that it blanks nothing."""
    return {name: value for name, value in values.items() if value is not None and value != ""}


def one_line(*parts: str) -> str:
    return " ".join(part.strip() for part in parts if part.strip())
