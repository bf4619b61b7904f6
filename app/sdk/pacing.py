"""Staying just below a vendor's limit, shared by everything that uses one account.

Pacing ahead of the limit gets 98 % of the permitted rate without a refusal; waiting for refusals gets a fraction of it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

Learn = Callable[[Mapping[str, str]], "Hint | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What a vendor's headers say: ``remaining`` requests until ``reset_s`` seconds from now, ``reserve`` to keep."""

    remaining: int
    reset_s: float
    reserve: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A connector's documented limit. ``parallel`` requests at most are under way at once."""

    per_second: float
    parallel: int = 4
    learn: Learn | None = None
    """Reads a vendor's rate-limit headers (lower-case names)."""


class Pacer:
    """Spaces requests evenly at 0.98 of the rate; a refusal holds everybody and lowers the rate to 0.95."""

    def __init__(self, pace: Pace, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace = pace
        self._clock = clock
        self._interval_s = 1 / (pace.per_second * 0.98)
        self._next_at = 0.0
        self._slots = asyncio.Semaphore(pace.parallel)
        self._was_refused = False

    @property
    def per_second(self) -> float:
        return 1 / self._interval_s

    @property
    def held_s(self) -> float:
        """Seconds until the next request may leave; 0 where it may leave at once."""
        return max(0.0, self._next_at - self._clock())

    def slow_to(self, per_second: float) -> None:
        """The person's own, lower limit ("gently"); never raises the rate above the vendor's."""
        self._interval_s = max(self._interval_s, 1 / per_second)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Waits for this request's turn and holds one of the parallel slots."""
        async with self._slots:
            await self._wait()
            yield

    async def _wait(self) -> None:
        at = max(self._clock(), self._next_at)
        self._next_at = at + self._interval_s
        delay = at - self._clock()
        if delay > 0:
            await asyncio.sleep(delay)

    def refused(self, retry_after_s: float) -> None:
        """The vendor asked to slow down: everybody waits, then continues a little slower."""
        self._next_at = max(self._next_at, self._clock() + retry_after_s)
        if not self._was_refused:
            self._was_refused = True
            self._interval_s *= 0.98 / 0.95

    def observe(self, headers: Mapping[str, str]) -> None:
        hint = self._pace.learn(headers) if self._pace.learn else None
        if hint and hint.remaining <= hint.reserve and hint.reset_s > 0:
            self._next_at = max(self._next_at, self._clock() + hint.reset_s)
