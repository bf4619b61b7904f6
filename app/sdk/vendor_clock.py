"""How far a vendor's clock is from this computer's, told by the Date header of its answers (RFC 9110)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from app.core.events import now

_LISTENS_EVERY_S = 60.0


class VendorClock:
    """``wall`` is this computer's clock, aware; ``steady`` counts seconds and never jumps."""

    def __init__(self, *, wall: Callable[[], datetime] = now, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._steady = steady
        self._heard_at: float | None = None
        self._ahead_by: timedelta | None = None

    @property
    def ahead_by(self) -> timedelta | None:
        """To the second; negative where this computer's clock is fast. None before the first answer that tells."""
        return self._ahead_by

    def heard(self, headers: Mapping[str, str]) -> None:
        """``headers`` in lower case. What comes out of a cache on the way tells of another moment."""
        if self._heard_at is not None and self._steady() - self._heard_at < _LISTENS_EVERY_S:
            return
        if "age" in headers or (theirs := _moment(headers.get("date", ""))) is None:
            return
        self._heard_at, self._ahead_by = self._steady(), theirs - self._wall()


def _moment(raw: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(raw)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else None
