"""Staying just below a vendor's limit, shared by everything that uses one account.

Pacing ahead of the limit gets 98 % of the permitted rate without a refusal; waiting for refusals gets a fraction of it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_SHARE = 0.98
"""Of the permitted rate, and what is left of it once the vendor has refused a request."""
_SHARE_AFTER_REFUSAL = 0.95
_MADE_UP_FOR = 0.1
"""Of an interval."""

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
    apart: tuple[Bucket, ...] = ()
    """Requests that the vendor counts by themselves."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A limit of its own: a hold of the others does not hold these, nor theirs the others."""

    takes: Callable[[str, str], bool]
    """By method and path, relative to the account's address. The first bucket that takes a request counts it."""
    pace: Pace


class Pacer:
    """Spaces requests evenly at 0.98 of the rate. A refusal holds everybody; then one request goes alone to see whether
    the vendor answers again, and the rest follow at 0.95 of the rate."""

    def __init__(self, pace: Pace, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace = pace
        self._clock = clock
        self._apart = tuple((bucket, Pacer(bucket.pace, clock=clock)) for bucket in pace.apart)
        self._waiting = 0
        self._interval_s = 1 / (pace.per_second * _SHARE)
        self._next_at = 0.0
        self._held_until = 0.0
        self._slots = asyncio.Semaphore(pace.parallel)
        self._gate = asyncio.Lock()
        self._was_refused = False
        self._must_probe = False
        self._probe_ended: asyncio.Event | None = None

    @property
    def per_second(self) -> float:
        return 1 / self._interval_s

    @property
    def held_s(self) -> float:
        """Seconds until the next request may leave; 0 where it may leave at once."""
        return max(0.0, self._next_at - self._clock(), self._held_until - self._clock())

    @property
    def is_awaited(self) -> bool:
        return self._waiting > 0

    @property
    def longest_held_s(self) -> float:
        """The same over all buckets in which somebody waits."""
        return max(self.held_s, *(each.held_s for _, each in self._apart if each.is_awaited), 0.0)

    def of(self, method: str, path: str) -> Pacer:
        """Whoever paces this request: that of its bucket, or this one."""
        return next((pacer for bucket, pacer in self._apart if bucket.takes(method, path)), self)

    def slow_to(self, per_second: float) -> None:
        """The person's own, lower limit ("gently"); never raises the rate above the vendor's."""
        self._interval_s = max(self._interval_s, 1 / per_second)
        for _, each in self._apart:
            each.slow_to(per_second)

    def turn(self) -> _Turn:
        """Waits for this request's turn and holds one of the parallel slots. Use as an async context manager."""
        return _Turn(self)

    async def enter(self) -> asyncio.Event | None:
        """Gives what tells the others of the end, where this request goes alone."""
        self._waiting += 1
        try:
            await self._slots.acquire()
            try:
                async with self._gate:
                    return await self._admitted()
            except BaseException:  # cancelled while waiting: the slot is somebody else's
                self._slots.release()
                raise
        finally:
            self._waiting -= 1

    def leave(self, probe: asyncio.Event | None) -> None:
        if probe is not None:
            self._must_probe = False
            self._probe_ended = None
            probe.set()
        self._slots.release()

    async def _admitted(self) -> asyncio.Event | None:
        at = self._clock()
        while True:
            while (delay_s := self.held_s) > 0:
                at = self._clock() + delay_s
                await asyncio.sleep(delay_s)
            if self._probe_ended is None:
                break
            await self._probe_ended.wait()
            at = self._clock()
        # A timer wakes a little late. As much is made up for, so that the rate is kept; more would become a burst.
        at = max(at, self._clock() - self._interval_s * _MADE_UP_FOR)
        self._next_at = at + self._interval_s
        if self._must_probe:
            self._probe_ended = asyncio.Event()
        return self._probe_ended

    def refused(self, retry_after_s: float) -> None:
        """The vendor asked to slow down: everybody waits, then continues a little slower."""
        self._held_until = max(self._held_until, self._clock() + retry_after_s)
        self._must_probe = True
        if not self._was_refused:
            self._was_refused = True
            self._interval_s *= _SHARE / _SHARE_AFTER_REFUSAL

    def observe(self, headers: Mapping[str, str]) -> None:
        hint = self._pace.learn(headers) if self._pace.learn else None
        if hint and hint.remaining <= hint.reserve and hint.reset_s > 0:
            self._held_until = max(self._held_until, self._clock() + hint.reset_s)


class _Turn:
    """Its end ends a probe. Whoever sees a refusal in the answer calls ``refused`` before anybody else can run."""

    __slots__ = ("_pacer", "_probe")

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self._probe: asyncio.Event | None = None

    async def __aenter__(self) -> None:
        self._probe = await self._pacer.enter()

    async def __aexit__(self, *_: object) -> None:
        self._pacer.leave(self._probe)
