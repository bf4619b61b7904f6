"""What buttons copy: without secrets, and without addresses where it is a log line or an error."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.core.errors import StorageError
from app.core.events import Level, LogEvent
from app.core.outcomes import Outcome
from app.core.texts import text, verbatim
from app.ui.clipboard import copy_masked, copy_without_secrets
from app.ui.log_feed import LogFeed
from app.ui.pages.log.desk import LogDesk
from app.ui.pages.run.inspect import InspectSheet
from app.ui.shell.log_pane import LogPane
from app.ui.widgets.toast import Toast
from tests.ui.fake_runs import problem
from tests.ui.fakes import FakeWindow

SECRET, ADDRESS = "canary-0badf00d77-key", "paula@example.com"
SAID = f"the key {SECRET} of {ADDRESS} was refused"


@pytest.fixture(autouse=True)
def _known_secret(window: FakeWindow) -> None:
    window.services.redact.learn([SECRET])
    QGuiApplication.clipboard().clear()


def copied(qtbot: QtBot) -> str:
    qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()))
    return QGuiApplication.clipboard().text()


def test_details_of_errors_lose_secrets_and_addresses(window: FakeWindow, qtbot: QtBot) -> None:
    copy_masked(window.context, SAID, window.host)
    assert copied(qtbot) == "the key ••• of p•••@example.com was refused"


def test_a_preview_loses_secrets_alone(window: FakeWindow, qtbot: QtBot) -> None:
    copy_without_secrets(window.context, SAID, window.host)
    assert copied(qtbot) == f"the key ••• of {ADDRESS} was refused"


def test_lines_of_the_log_and_their_details_are_cleaned(window: FakeWindow, qtbot: QtBot) -> None:
    feed, pane = LogFeed(), LogPane()
    window.show(pane)
    desk = LogDesk(window.context, feed, pane)
    event = LogEvent(level=Level.ERROR, message=verbatim(SAID), facts={"target_says": SAID})
    lines = feed.lines([event])
    pane.append(lines)
    pane.flush()
    qtbot.mouseClick(pane.header.copy, Qt.MouseButton.LeftButton)
    line = copied(qtbot)
    assert SECRET not in line
    assert ADDRESS not in line
    QGuiApplication.clipboard().clear()
    sheet = desk.open_line(lines[0].entry_id)
    assert sheet is not None
    sheet.copy.click()
    words = copied(qtbot)
    assert "the key ••• of p•••@example.com was refused" in words
    assert SECRET not in words
    assert ADDRESS not in words


def test_a_record_that_failed_is_copied_without_its_address(window: FakeWindow, qtbot: QtBot) -> None:
    found = problem("1001", outcome=Outcome.FAILED, message=SAID)
    sheet = InspectSheet(window.host, found, label=ADDRESS)
    sheet.copy_wanted.connect(lambda words: copy_masked(window.context, words, window.host))
    sheet.copy.click()
    words = copied(qtbot)
    assert "1001" in words
    assert SECRET not in words
    assert ADDRESS not in words


def test_what_could_not_be_copied_is_not_called_copied(window: FakeWindow, qtbot: QtBot) -> None:
    pane = LogPane()
    window.show(pane)
    desk = LogDesk(window.context, LogFeed(), pane)
    assert desk.parent() is None
    window.engine.failure = StorageError(text("The database is damaged."))
    with qtbot.waitSignal(pane.copy_wanted):
        pane.copy()
    qtbot.waitUntil(lambda: not window.context.tasks._running)
    assert pane.window().findChildren(Toast) == []
    window.engine.failure = None
    pane.append(LogFeed().lines([LogEvent(level=Level.INFO, message=verbatim(SAID))]))
    pane.flush()
    pane.copy()
    qtbot.waitUntil(lambda: len(pane.window().findChildren(Toast)) == 1)
    assert SECRET not in copied(qtbot)
