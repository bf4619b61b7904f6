"""Going easy on a shop: fewer requests, and only at certain hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.sdk.leisure import Hours, Leisure
from app.sdk.options import CommonOptions
from app.sdk.settings import SettingsError, parse


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 4, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "moment", "seconds"),
    [
        (Hours(begin=22, end=6), at(23), 0),
        (Hours(begin=22, end=6), at(5, 59), 0),
        (Hours(begin=22, end=6), at(6), 16 * 3600),
        (Hours(begin=22, end=6), at(21, 30), 1800),
        (Hours(begin=1, end=5), at(0), 3600),
        (Hours(begin=1, end=5), at(5), 20 * 3600),
        (Hours(begin=7, end=7), at(12), 0),
    ],
)
def test_outside_its_hours_an_import_waits_until_they_begin(hours: Hours, moment: datetime, seconds: int) -> None:
    assert hours.until_open_s(moment) == seconds


async def test_requests_are_spread_over_the_minute() -> None:
    moment = at(12)
    leisure = Leisure(30, None, clock=lambda: moment)
    await leisure.turn()
    assert leisure.held_s == 2


def test_the_duration_counts_the_hours_in_which_nothing_is_asked() -> None:
    assert Leisure(60, None).duration(600) == timedelta(minutes=10)
    assert Leisure(60, Hours(begin=22, end=6)).duration(600) == timedelta(minutes=30)


def test_full_speed_asks_nobody_to_wait() -> None:
    assert CommonOptions().leisure() is None
    assert parse(CommonOptions, {"history_per_minute": 30}).leisure() is not None


@pytest.mark.parametrize("values", [{"history_from_hour": 22}, {"history_to_hour": 6}])
def test_one_hour_without_the_other_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(SettingsError) as refused:
        parse(CommonOptions, values)
    assert refused.value.field == "history_to_hour"


def test_an_address_for_mails_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError) as refused:
        parse(CommonOptions, {"error_mails": ["boss@example.com", "nobody"]})
    assert refused.value.field == "error_mails"


async def test_a_clock_that_was_set_back_holds_no_request_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = at(12)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        nonlocal moment
        slept.append(seconds)
        moment += timedelta(seconds=seconds)

    leisure = Leisure(30, None, clock=lambda: moment)
    await leisure.turn()
    moment -= timedelta(days=30)
    monkeypatch.setattr("app.sdk.leisure.asyncio.sleep", sleep)
    await leisure.turn()
    assert slept == [2]
