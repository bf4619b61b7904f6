"""What a client waits for at the moment, so that a long silence can be explained.

It costs two dictionary operations per request; the words are made only when somebody asks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from app.core.texts import Text, text

_WORTH_TELLING_S = 2.0


class Waits:
    """``held_s`` tells for how many seconds the vendor's pace lets no request leave, ``leisure_held_s`` the person's
    own."""

    def __init__(
        self,
        host: str,
        held_s: Callable[[], float] = lambda: 0.0,
        leisure_held_s: Callable[[], float] = lambda: 0.0,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._leisure_held_s = leisure_held_s
        self._host = host
        self._held_s = held_s
        self._clock = clock
        self._numbers = count()
        self._asked: dict[int, float] = {}
        self._retries: dict[int, tuple[int, float]] = {}

    def asked(self) -> int:
        number = next(self._numbers)
        self._asked[number] = self._clock()
        return number

    def answered(self, number: int) -> None:
        self._asked.pop(number, None)

    @contextmanager
    def retrying(self, attempt: int, wait_s: float) -> Iterator[None]:
        number = next(self._numbers)
        self._retries[number] = (attempt, self._clock() + wait_s)
        try:
            yield
        finally:
            del self._retries[number]

    def words(self) -> Text:
        """Empty where nothing has been waited for longer than two seconds."""
        now = self._clock()
        if (held_s := self._leisure_held_s()) >= _WORTH_TELLING_S:
            return text(
                "By your setting the next request to {host} leaves in {minutes} min.",
                host=self._host,
                minutes=max(1, round(held_s / 60)),
            )
        if (held_s := self._held_s()) >= _WORTH_TELLING_S:
            return text(
                "{host} allows only so many requests; the next one leaves in {seconds} s.",
                host=self._host,
                seconds=round(held_s),
            )
        if self._retries:
            attempt, at = min(self._retries.values(), key=lambda retry: retry[1])
            return text(
                "{host} did not answer; attempt {number} follows in {seconds} s.",
                host=self._host,
                number=attempt,
                seconds=round(max(0.0, at - now)),
            )
        longest_s = now - min(self._asked.values(), default=now)
        if longest_s >= _WORTH_TELLING_S:
            return text("{host} has not answered for {seconds} s.", host=self._host, seconds=round(longest_s))
        return Text("")
