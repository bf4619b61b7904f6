"""Going easy on a shop: a lower rate than it permits, and only at certain hours of the day."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

_LOOKS_EVERY_S = 30.0
"""A computer that was suspended must not go on waiting for what has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """From one full hour of the day to another, over midnight where the second is the smaller one; this computer's
    time."""

    begin: int
    end: int

    def until_open_s(self, at: datetime) -> float:
        """Seconds until the next moment that lies within; 0 within."""
        if self._contain(at.time()):
            return 0.0
        opening = at.replace(hour=self.begin, minute=0, second=0, microsecond=0)
        if opening <= at:
            opening += timedelta(days=1)
        return (opening - at).total_seconds()

    @property
    def share(self) -> float:
        """Of a day."""
        return ((self.end - self.begin) % 24 or 24) / 24

    def _contain(self, at: time) -> bool:
        if self.begin == self.end:
            return True
        if self.begin < self.end:
            return self.begin <= at.hour < self.end
        return at.hour >= self.begin or at.hour < self.end


def local_now() -> datetime:
    return datetime.now().astimezone()


class Leisure:
    """Asked before every request beside the vendor's own pace."""

    def __init__(
        self, per_minute: int | None, hours: Hours | None, *, clock: Callable[[], datetime] = local_now
    ) -> None:
        self._interval = timedelta(minutes=1) / per_minute if per_minute else timedelta(0)
        self._hours = hours
        self._clock = clock
        self._next_at: datetime | None = None

    @property
    def held_s(self) -> float:
        """Seconds until the next request may leave."""
        at = self._clock()
        closed_s = self._hours.until_open_s(at) if self._hours else 0.0
        return max(closed_s, (self._next_at - at).total_seconds() if self._next_at else 0.0, 0.0)

    async def turn(self) -> None:
        while (wait_s := self._still_held_s()) > 0:  # noqa: ASYNC110 - the hours of the day are nobody's event
            await asyncio.sleep(min(wait_s, _LOOKS_EVERY_S))
        self._next_at = max(self._next_at or self._clock(), self._clock()) + self._interval

    def _still_held_s(self) -> float:
        at = self._clock()
        if self._next_at is not None and self._next_at - at > self._interval:  # the clock was set back
            self._next_at = at + self._interval
        return self.held_s

    def duration(self, requests: float) -> timedelta:
        """How long so many requests take, counting the hours in which none leaves."""
        busy = self._interval * requests
        return busy / self._hours.share if self._hours else busy
