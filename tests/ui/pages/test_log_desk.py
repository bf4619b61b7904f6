from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.core.events import Level, LogEvent, PersonErasedEvent, RequestEvent
from app.core.records import Kind
from app.core.texts import text
from app.ui.log_feed import LogFeed
from app.ui.pages.log import LogDesk
from app.ui.shell import LogPane
from tests.ui.accessibility import unnamed_controls
from tests.ui.fakes import FakeWindow

AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def request(path: str, seconds: float, status: int = 200) -> RequestEvent:
    return RequestEvent(
        method="POST",
        url=f"https://made-up.invalid/{path}",
        status=status,
        duration_ms=34.2,
        sent_bytes=120,
        received_bytes=9,
        at=AT + timedelta(seconds=seconds),
        account="mail",
    )


REFUSED = LogEvent(
    level=Level.ERROR,
    message=text("Order {number}: refused", number="541431"),
    at=AT,
    integration="tea",
    run_id="run-7",
    kind=Kind.ORDERS,
    key="541431",
    facts={"target_says": "currency is not a 3-letter code", "next_step": "Correct it in the source and run again."},
)


@pytest.fixture
def feed() -> LogFeed:
    return LogFeed()


@pytest.fixture
def desk(window: FakeWindow, feed: LogFeed) -> LogDesk:
    pane = LogPane()
    window.show(pane)
    return LogDesk(window.context, feed, pane, pane)


def test_a_line_shows_its_record_and_the_requests_of_that_moment(desk: LogDesk, feed: LogFeed) -> None:
    lines = feed.lines([request("near", -0.5, 422), request("long-ago", -60), REFUSED])
    sheet = desk.open_line(lines[2].entry_id)
    assert sheet is not None
    words = sheet.shown_words()
    assert words.startswith("Order 541431: refused")
    assert "Order: 541431" in words
    assert "The target says: currency is not a 3-letter code" in words
    assert "What to do: Correct it in the source and run again." in words
    assert "POST https://made-up.invalid/near → 422, 34 ms" in words
    assert "long-ago" not in words
    assert unnamed_controls(sheet) == []


def test_a_request_shows_its_numbers(desk: LogDesk, feed: LogFeed) -> None:
    sheet = desk.open_line(feed.lines([request("orders", 0)])[0].entry_id)
    assert sheet is not None
    assert "Request: POST https://made-up.invalid/orders" in sheet.shown_words()
    assert "Sent: 120 bytes" in sheet.shown_words()
    assert not sheet.open_run.isVisible()


def test_details_can_be_copied_and_the_run_opened(
    desk: LogDesk, feed: LogFeed, window: FakeWindow, qtbot: QtBot
) -> None:
    sheet = desk.open_line(feed.lines([REFUSED])[0].entry_id)
    assert sheet is not None
    sheet.copy.click()
    qtbot.waitUntil(lambda: "541431" in QGuiApplication.clipboard().text())
    sheet.open_run.click()
    assert window.navigator.last == ("run", {"run_id": "run-7"})


def test_a_line_that_has_left_the_pane_is_said_to_be_gone(desk: LogDesk, window: FakeWindow) -> None:
    assert desk.open_line(4711) is None
    assert window.notices.toasts == ["This line is gone from the live log. A saved report still holds it."]


def test_a_report_is_saved_where_the_person_wants_it(
    desk: LogDesk, window: FakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    desk.ask_where()
    dialog = window.host.window().findChildren(QFileDialog)[0]
    dialog.fileSelected.emit(str(tmp_path / "report.txt"))
    dialog.reject()
    qtbot.waitUntil(lambda: window.services.log.reports == [tmp_path / "report.txt"])
    qtbot.waitUntil(lambda: window.notices.toasts == ["3 lines saved in report.txt."])


def test_the_live_log_forgets_its_lines_when_a_person_was_erased(
    desk: LogDesk, feed: LogFeed, window: FakeWindow
) -> None:
    pane = desk._pane
    lines = feed.lines([REFUSED])
    pane.append(lines)
    pane.flush()
    pane.append(feed.lines([request("orders/541431", 0)]))
    window.engine.tell(PersonErasedEvent())
    pane.flush()
    assert pane.lines() == []
    assert "541431" not in pane.view.toPlainText() + pane.strip.latest()
    assert desk.open_line(lines[0].entry_id) is None
    pane.append(feed.lines([REFUSED]))
    pane.flush()
    assert len(pane.lines()) == 1
