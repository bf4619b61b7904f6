"""One row of a vendor's answer read into a record: what cannot be read is named, and stops nobody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from app.core.records import Unreadable

AnyRecord = TypeVar("AnyRecord")
_LONGEST_MESSAGE = 200


class CurrencyMissingError(ValueError):
    """No currency is stated; it is never guessed."""


def fault_in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def readable(
    record_id: str,
    row: Mapping[str, Any],
    build: Callable[[], AnyRecord],
    told: Callable[[Exception], str] = fault_in_words,
) -> AnyRecord | Unreadable:
    """The record, or why this one could not be read. ``told`` puts the fault into words; where what stands in a field
    may be somebody's name, it leaves that out."""
    try:
        return build()
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        reason = "currency_missing" if isinstance(error, CurrencyMissingError) else "unreadable"
        return Unreadable(id=record_id, reason=reason, message=told(error)[:_LONGEST_MESSAGE], raw=row)
