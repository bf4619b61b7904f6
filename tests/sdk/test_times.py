"""Times as vendors write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.sdk.times import moment_in

SUMMER = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("2026-05-03T10:48:23Z", datetime(2026, 5, 3, 10, 48, 23, tzinfo=UTC)),
        ("2018-05-18T12:40:33+0000", datetime(2018, 5, 18, 12, 40, 33, tzinfo=UTC)),
        (" 2026-05-03 10:48:23 ", datetime(2026, 5, 3, 10, 48, 23, tzinfo=UTC)),
        ("2026-05-03T10:48:23.120+02:00", datetime(2026, 5, 3, 10, 48, 23, 120_000, tzinfo=SUMMER)),
    ],
)
def test_a_time_keeps_its_offset_and_is_utc_without_one(words: str, moment: datetime) -> None:
    found = moment_in(words)
    assert found == moment
    assert found is not None
    assert found.utcoffset() == moment.utcoffset()


@pytest.mark.parametrize("words", ["", "0000-00-00", "0000-00-00 00:00:00", "yesterday", "2026-13-01T00:00:00Z"])
def test_what_is_no_time_is_none(words: str) -> None:
    assert moment_in(words) is None
