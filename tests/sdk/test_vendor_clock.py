"""How far the vendor's clock is from this computer's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.sdk.vendor_clock import VendorClock

_WALL = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class _Steady:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def _clock(steady: _Steady | None = None) -> VendorClock:
    return VendorClock(wall=lambda: _WALL, steady=steady or _Steady())


@pytest.mark.parametrize(("date", "minutes"), [("12:05:00 GMT", 5), ("11:00:00 GMT", -60), ("12:00:00 GMT", 0)])
def test_the_date_of_an_answer_tells_the_difference(date: str, minutes: int) -> None:
    clock = _clock()
    clock.heard({"date": f"Sat, 21 Nov 2026 {date}"})
    assert clock.ahead_by == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "headers",
    [{}, {"date": "yesterday"}, {"date": "Sat, 21 Nov 2026 11:00:00 GMT", "age": "3600"}, {"date": "99999999999"}],
)
def test_answers_that_tell_nothing_of_the_moment_are_not_heard(headers: dict[str, str]) -> None:
    clock = _clock()
    clock.heard(headers)
    assert clock.ahead_by is None


def test_a_later_answer_counts_after_a_minute() -> None:
    steady = _Steady()
    clock = _clock(steady)
    clock.heard({"date": "Sat, 21 Nov 2026 12:05:00 GMT"})
    clock.heard({"date": "Sat, 21 Nov 2026 13:00:00 GMT"})
    assert clock.ahead_by == timedelta(minutes=5)
    steady.seconds = 61
    clock.heard({"date": "Sat, 21 Nov 2026 13:00:00 GMT"})
    assert clock.ahead_by == timedelta(hours=1)
