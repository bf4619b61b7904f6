"""Aware times as whole microseconds since 1970 (UTC): they sort, and come back exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@overload
def stored(moment: datetime) -> int: ...
@overload
def stored(moment: datetime | None) -> int | None: ...
def stored(moment: datetime | None) -> int | None:
    """Raises TypeError for a time without a zone."""
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


@overload
def moment_from(value: int) -> datetime: ...
@overload
def moment_from(value: int | None) -> datetime | None: ...
def moment_from(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)
