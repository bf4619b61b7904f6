from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QLocale
from pytestqt.qtbot import QtBot

from app.core.events import Level, LogEvent, ProgressEvent, RequestEvent
from app.core.outcomes import Balance
from app.core.texts import Text, text, verbatim
from app.ui.log_feed import LogFeed
from app.ui.wording import about_time_left, moment, progress_words, role_words, time_left
from tests.ui.fake_systems import FILE, MAIL, SHOP


@pytest.fixture(autouse=True)
def _english_numbers() -> None:
    QLocale.setDefault(QLocale("en_US"))


def progress(done: int, total: int | None, seconds_left: float | None = None, waiting_for: Text | None = None) -> str:
    return progress_words(
        ProgressEvent(
            run_id="r",
            integration="i",
            kind=None,
            done=done,
            total=total,
            per_second=1,
            seconds_left=seconds_left,
            balance=Balance(),
            waiting_for=waiting_for or Text(""),
        )
    )


def test_progress_is_told_in_words() -> None:
    assert progress(61, 100, 240) == "61 % · 4 minutes left"
    assert progress(100, 100) == "99 %"
    assert progress(12_345, None) == "12,345 records"
    assert progress(1, 2, waiting_for=text("Waiting for the shop.")) == "Waiting for the shop."


def test_the_time_left_is_rounded_to_what_can_be_known() -> None:
    assert [time_left(each) for each in (20, 61, 3_700, 8_000)] == [
        "less than a minute left",
        "1 minute left",
        "1 hour left",
        "2 hours left",
    ]


def test_less_than_a_minute_is_about_already() -> None:
    assert about_time_left(20) == "less than a minute left"
    assert about_time_left(240) == "about 4 minutes left"


def test_a_recent_moment_is_named() -> None:
    now = datetime.now(UTC)
    assert moment(now).startswith("today ")
    assert moment(now - timedelta(days=1)).startswith("yesterday ")
    assert moment(datetime(2020, 1, 31, 12, tzinfo=UTC)).startswith("1/31/20, ")


def test_the_role_of_a_system_is_told_in_words() -> None:
    assert [role_words(each) for each in (SHOP, MAIL, FILE)] == [
        "Shop · source",
        "Newsletter · target",
        "File · source",
    ]


def test_events_become_lines_and_requests_are_details(qtbot: QtBot) -> None:
    feed = LogFeed()
    request = RequestEvent(
        method="GET", url="https://shop.invalid/v2", status=200, duration_ms=34.4, sent_bytes=0, received_bytes=9
    )
    note = LogEvent(level=Level.OK, message=verbatim("250 orders sent"), facts={"record": "7"})
    plain = LogEvent(level=Level.INFO, message=verbatim("Started"))
    lines = feed.lines([request, note, plain])
    assert [(line.level, line.message, line.has_details) for line in lines] == [
        ("debug", "GET https://shop.invalid/v2 → 200 · 34 ms", True),
        ("ok", "250 orders sent", True),
        ("info", "Started", False),
    ]
    assert feed.event(lines[1].entry_id) is note
    assert feed.event(10_000) is None
