from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.core.texts import use_language
from app.ui.shell import Level, LogFilter, LogLine, LogPane, LogRing
from app.ui.shell.announcer import Announcer
from app.ui.shell.log_lines import RING_SIZE
from app.ui.theme import ThemeChoice, apply_theme
from tests.ui.accessibility import unnamed_controls
from tests.ui.cut_words import patiently_whole

START = datetime(2026, 11, 21, 14, 2, 11, tzinfo=UTC)


def line(number: int, message: str = "", level: Level = "info", *, has_details: bool = False) -> LogLine:
    time = START + timedelta(seconds=number)
    return LogLine(number, time, level, message or f"Order {number} sent", has_details)


def lines(count: int, start: int = 0) -> list[LogLine]:
    return [line(number) for number in range(start, start + count)]


def shown(pane: LogPane) -> list[int]:
    return [entry.entry_id for entry in pane.view.lines()]


def text_of(pane: LogPane) -> list[str]:
    return pane.view.toPlainText().split("\n")


@pytest.fixture
def pane(qtbot: QtBot, qapp: QApplication) -> LogPane:
    apply_theme(qapp, ThemeChoice.LIGHT)
    widget = LogPane()
    qtbot.addWidget(widget)
    widget.resize(900, 220)
    widget.show()
    return widget


def test_lines_appear_with_the_next_batch_and_in_order(pane: LogPane, qtbot: QtBot) -> None:
    pane.append(lines(3))
    pane.append(lines(2, start=3))
    assert shown(pane) == []
    qtbot.waitUntil(lambda: shown(pane) == [0, 1, 2, 3, 4])
    assert [words[-12:] for words in text_of(pane)] == [f"Order {number} sent" for number in range(5)]


def test_time_level_and_message_stand_in_columns(pane: LogPane) -> None:
    pane.append([line(1, "Test stopped.", "error"), line(2, "3 sent", "ok")])
    pane.flush()
    first, second = text_of(pane)
    assert first.startswith(START.astimezone().replace(second=12).strftime("%H:%M:%S ERROR"))
    assert first.index("Test stopped.") == second.index("3 sent")


def test_only_the_newest_five_thousand_lines_are_kept(pane: LogPane) -> None:
    for start in range(0, RING_SIZE + 1500, 500):
        pane.append(lines(500, start))
        pane.flush()
    assert len(pane.lines()) == len(shown(pane)) == pane.view.blockCount() == RING_SIZE
    assert (shown(pane)[0], shown(pane)[-1]) == (1500, RING_SIZE + 1499)
    assert text_of(pane)[0].endswith("Order 1500 sent")


def test_one_burst_beyond_the_ring_keeps_its_end(pane: LogPane) -> None:
    pane.append(lines(3 * RING_SIZE))
    pane.flush()
    assert shown(pane) == list(range(2 * RING_SIZE, 3 * RING_SIZE))


def test_a_message_of_several_lines_stays_one_entry(pane: LogPane) -> None:
    pane.append([line(0, "first\nsecond\nthird"), line(1)])
    pane.flush()
    assert pane.view.blockCount() == 2
    assert text_of(pane)[0].endswith("first second third")


@pytest.mark.parametrize(
    ("key", "expected"),
    [("debug", [0, 1, 2, 3, 4]), ("info", [1, 2, 3, 4]), ("warning", [3, 4]), ("error", [4])],
)
def test_a_level_chip_shows_that_level_and_worse(pane: LogPane, qtbot: QtBot, key: str, expected: list[int]) -> None:
    levels: tuple[Level, ...] = ("debug", "info", "ok", "warning", "error")
    pane.append([line(number, level=level) for number, level in enumerate(levels)])
    pane.flush()
    chip = next(chip for chip in pane.header.levels.chips() if chip.key == key)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert shown(pane) == expected


def test_typing_a_filter_finds_lines_whatever_their_case(pane: LogPane, qtbot: QtBot) -> None:
    pane.append([line(0, "Order 541431 rejected"), line(1, "KRÄUTERTEE sent"), line(2, "Next run in 15 min")])
    pane.flush()
    pane.header.filter.setText("kräuter")  # QTest types ASCII only
    qtbot.waitUntil(lambda: shown(pane) == [1])
    pane.append([line(3, "Kräutertee again"), line(4, "Something else")])
    pane.flush()
    assert shown(pane) == [1, 3]
    qtbot.keyClick(pane.header.filter, Qt.Key.Key_Escape)
    assert shown(pane) == [0, 1, 2, 3, 4]


def test_scrolling_up_pauses_and_scrolling_to_the_end_follows_again(pane: LogPane) -> None:
    pane.append(lines(100))
    pane.flush()
    bar = pane.view.verticalScrollBar()
    assert pane.is_following()
    assert bar.value() == bar.maximum()
    bar.setValue(10)
    assert not pane.is_following()
    pane.append(lines(50, start=100))
    pane.flush()
    assert bar.value() == 10
    assert len(shown(pane)) == 100
    assert pane.header.follow.text() == "paused · 50 new"
    bar.setValue(bar.maximum())
    assert pane.is_following()
    assert len(shown(pane)) == 150
    assert bar.value() == bar.maximum()
    assert pane.header.follow.text() == "following"


def test_the_state_can_be_switched_by_its_button(pane: LogPane, qtbot: QtBot) -> None:
    pane.append(lines(3))
    pane.flush()
    with qtbot.waitSignal(pane.following_changed) as changed:
        qtbot.mouseClick(pane.header.follow, Qt.MouseButton.LeftButton)
    assert changed.args == [False]
    pane.append(lines(1, start=3))
    pane.flush()
    assert shown(pane) == [0, 1, 2]
    qtbot.keyClick(pane.header.follow, Qt.Key.Key_Space)
    assert shown(pane) == [0, 1, 2, 3]


def test_enter_opens_the_details_of_the_line_the_caret_is_on(pane: LogPane, qtbot: QtBot) -> None:
    pane.append([line(7, has_details=True), line(8)])
    pane.flush()
    pane.view.setFocus()
    qtbot.keyClick(pane.view, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(pane.line_activated) as activated:
        qtbot.keyClick(pane.view, Qt.Key.Key_Return)
    assert activated.args == [7]
    qtbot.keyClick(pane.view, Qt.Key.Key_Down)
    with qtbot.assertNotEmitted(pane.line_activated):
        qtbot.keyClick(pane.view, Qt.Key.Key_Return)


def test_a_click_opens_the_details_and_selecting_text_does_not(pane: LogPane, qtbot: QtBot) -> None:
    pane.append([line(7, has_details=True)])
    pane.flush()
    viewport = pane.view.viewport()
    with qtbot.waitSignal(pane.line_activated):
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(30, 8))
    with qtbot.assertNotEmitted(pane.line_activated):
        qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=QPoint(30, 8))
        qtbot.mouseMove(viewport, QPoint(160, 8))
        qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(160, 8))


def test_copy_takes_what_is_shown_with_full_dates(pane: LogPane, qtbot: QtBot) -> None:
    pane.append([line(0, "First"), line(1, "Second", "warning")])
    pane.flush()
    with qtbot.waitSignal(pane.copy_wanted) as wanted:
        qtbot.mouseClick(pane.header.copy, Qt.MouseButton.LeftButton)
    copied = wanted.args[0].split("\n")
    assert copied[0].startswith(START.astimezone().strftime("%Y-%m-%d %H:%M:%S"))
    assert copied[1].endswith("WARNING  Second")


def test_what_is_selected_by_hand_is_copied_with_masked_addresses(pane: LogPane) -> None:
    pane.append([line(0, "refused for paula@example.com")])
    pane.flush()
    pane.view.selectAll()
    pane.view.copy()
    copied = QGuiApplication.clipboard().text()
    assert "refused for p•••@example.com" in copied
    assert "paula@" not in copied


def test_a_report_is_asked_for(pane: LogPane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pane.report_requested):
        qtbot.mouseClick(pane.header.save, Qt.MouseButton.LeftButton)


def test_the_folded_log_still_shows_the_latest_line(pane: LogPane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pane.collapsed_changed):
        qtbot.mouseClick(pane.header.fold, Qt.MouseButton.LeftButton)
    assert pane.maximumHeight() < 50
    assert not pane.view.isVisible()
    pane.append(lines(4))
    pane.flush()
    assert pane.strip.latest().endswith("Order 3 sent")
    qtbot.mouseClick(pane.strip.unfold, Qt.MouseButton.LeftButton)
    assert shown(pane) == [0, 1, 2, 3]


def test_a_change_of_theme_recolours_what_is_there(pane: LogPane, qapp: QApplication) -> None:
    pane.append([line(0, "Stopped", "error")])
    pane.flush()
    before = pane.view.grab().toImage()
    apply_theme(qapp, ThemeChoice.DARK)
    assert shown(pane) == [0]
    assert pane.view.grab().toImage() != before


def test_a_change_of_language_keeps_lines_filter_and_pause(pane: LogPane, qtbot: QtBot) -> None:
    pane.append([line(0), line(1, level="error")])
    pane.flush()
    qtbot.mouseClick(pane.header.levels.chips()[-1], Qt.MouseButton.LeftButton)
    pane.retranslate()
    assert pane.header.levels.selected() == "error"
    assert shown(pane) == [1]


def test_everything_in_the_pane_has_a_name(pane: LogPane) -> None:
    assert unnamed_controls(pane) == []


def test_the_ring_tells_its_latest_line_and_filters() -> None:
    ring = LogRing(size=3)
    assert ring.latest() is None
    ring.add(lines(5))
    assert [entry.entry_id for entry in ring.shown_by(LogFilter())] == [2, 3, 4]
    assert ring.latest() == line(4)


def test_at_most_one_line_in_five_seconds_is_read_out(qtbot: QtBot) -> None:
    speaker = QWidget()
    qtbot.addWidget(speaker)
    now_s = [100.0]
    announcer = Announcer(speaker, clock=lambda: now_s[0])
    spoken: list[str] = []
    announcer.announced.connect(spoken.append)
    announcer.offer([line(0, "Started")])
    announcer.offer([line(1, "Page 1"), line(2, "Order rejected", "error"), line(3, "Page 2")])
    now_s[0] += 4.9
    announcer.speak_when_due()
    assert spoken == ["Started"]
    now_s[0] += 0.2
    announcer.speak_when_due()
    assert spoken == ["Started", "Order rejected"]
    now_s[0] += 60
    announcer.speak_when_due()
    assert spoken == ["Started", "Order rejected"]


@pytest.mark.parametrize("language", ["en", "de", "pl"])
def test_its_head_fits_into_the_smallest_window(
    qtbot: QtBot, qapp: QApplication, language: str, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(lambda: use_language("en"))
    use_language(language)
    apply_theme(qapp, ThemeChoice.LIGHT)
    pane = LogPane()
    qtbot.addWidget(pane)
    pane.setFixedSize(828, 160)
    pane.show()
    patiently_whole(qtbot, pane)
