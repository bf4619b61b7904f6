"""Undoing an import in the window: the count, the list, the typed number, and the run that follows."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.errors import UnreachableError
from app.core.events import RunMode, RunState
from app.core.outcomes import Outcome
from app.core.texts import text, use_language
from app.services.undoing import SurveyProgress
from app.ui.pages.run import RunPage
from app.ui.pages.run.undo import UndoColumn, UndoSheet
from tests.ui.accessibility import tab_chain, unnamed_controls
from tests.ui.cut_words import patiently_whole
from tests.ui.fake_runs import FakeHandle, problem, run_view, survey
from tests.ui.fakes import FakeWindow

KEPT = {"kept_in_use": 2, "kept_objection": 1}
SMALLEST_PAGE_PX = 828


@pytest.fixture
def page(window: FakeWindow, qtbot: QtBot, tea_key: str) -> RunPage:
    view = run_view(counts={Outcome.CREATED: 15})
    window.services.runs.views["run-7"] = view
    window.services.undoing.survey_found = survey(view.record, 12, KEPT)
    return opened(window, qtbot)


def opened(window: FakeWindow, qtbot: QtBot, run_id: str = "run-7") -> RunPage:
    page = RunPage(window.context, run_id)
    window.show(page)
    qtbot.waitUntil(lambda: page.model.view is not None)
    return page


def asked(page: RunPage, qtbot: QtBot) -> UndoSheet:
    page.undo_button.click()
    (sheet,) = page.findChildren(UndoSheet)
    qtbot.waitUntil(lambda: sheet.survey is not None)
    return sheet


def test_only_what_created_something_offers_to_be_undone(window: FakeWindow, qtbot: QtBot, page: RunPage) -> None:
    qtbot.waitUntil(page.undo_button.isVisible)
    window.services.runs.views["run-8"] = run_view("run-8", mode=RunMode.CHANGES)
    assert not opened(window, qtbot, "run-8").undo_button.isVisible()


def test_a_run_at_work_cannot_be_undone(window: FakeWindow, qtbot: QtBot, tea_key: str) -> None:
    view = run_view(state=RunState.RUNNING)
    window.services.runs.views["run-7"] = view
    window.services.runs.handles["tea"] = FakeHandle("run-7", "tea")
    window.services.undoing.survey_found = survey(view.record, 2)
    page = opened(window, qtbot)
    qtbot.waitUntil(page.pause_button.isVisible)
    assert not page.undo_button.isVisible()


def test_count_list_and_reasons_are_shown_before_anything_is_removed(
    window: FakeWindow, qtbot: QtBot, page: RunPage
) -> None:
    sheet = asked(page, qtbot)
    assert sheet.count_words.text() == "12 records will be removed: 12 orders"
    assert "2 × Kept: something else in the target hangs on it." in sheet.kept_words.text()
    fates = Counter(sheet.table.index(row, UndoColumn.FATE).data() for row in range(sheet.table.rowCount()))
    assert fates["will be removed"] == 12
    assert sheet.table.rowCount() == 15
    assert window.services.undoing.started == []


def test_a_long_look_shows_that_it_goes_on(page: RunPage) -> None:
    sheet = UndoSheet(page, "ActiveCampaign")
    sheet.show_progress(SurveyProgress(8, 169))
    assert sheet.bar.share() is not None
    assert sheet.silence.interval() == 2_000
    sheet.silence.timeout.emit()
    assert sheet.bar.share() is None
    assert sheet.progress_words.text() == "8 of 169 looked up; nothing is removed yet…"


def test_the_sheet_stays_on_the_screen_and_leaves_no_gaps(qtbot: QtBot, page: RunPage) -> None:
    sheet = asked(page, qtbot)
    layout = sheet.layout()
    assert layout is not None
    sheet.frame.view.horizontalScrollBar().rangeChanged.emit(0, 0)  # as when columns are fitted a moment later
    assert sheet.table.rowCount() == 15
    assert sheet.frame.maximumHeight() == sheet.frame.minimumHeight() == 220
    assert sheet.height() == layout.totalHeightForWidth(sheet.width())
    assert sheet.screen().availableGeometry().contains(sheet.geometry())


def test_the_button_waits_for_exactly_that_number(window: FakeWindow, qtbot: QtBot, page: RunPage) -> None:
    sheet = asked(page, qtbot)
    assert not sheet.remove.isEnabled()
    for words, is_right in (("1", False), ("13", False), ("twelve", False), (" 12 ", True), ("120", False)):
        sheet.number_field.setText(words)
        assert sheet.remove.isEnabled() is is_right, words
    assert sheet.remove.text() == "Remove 12 records"


def test_the_removal_is_a_run_whose_page_is_opened(window: FakeWindow, qtbot: QtBot, page: RunPage) -> None:
    sheet = asked(page, qtbot)
    qtbot.keyClicks(sheet.number_field, "12")
    qtbot.keyClick(sheet.number_field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(window.navigator.visits))
    assert window.navigator.visits[-1] == ("replace", "run", {"run_id": "run-undo"})
    ((found, typed),) = window.services.undoing.started
    assert (found.count, typed) == (12, 12)


def test_closing_the_sheet_removes_nothing(window: FakeWindow, qtbot: QtBot, page: RunPage) -> None:
    sheet = asked(page, qtbot)
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not page.findChildren(UndoSheet))
    assert window.services.undoing.started == []


def test_where_nothing_can_go_there_is_nothing_to_type(window: FakeWindow, qtbot: QtBot, page: RunPage) -> None:
    window.services.undoing.survey_found = survey(run_view().record, 0, KEPT)
    sheet = asked(page, qtbot)
    assert sheet.count_words.text() == "Nothing can be removed."
    assert not sheet.remove.isVisible()
    assert not sheet.number_field.isVisible()
    assert sheet.cancel.text() == "Close"


def test_an_unreachable_system_is_told_on_the_page(window: FakeWindow, qtbot: QtBot, page: RunPage) -> None:
    window.services.undoing.failure = UnreachableError(text("The shop cannot be reached."))
    page.undo_button.click()
    qtbot.waitUntil(lambda: bool(page.error_words()))
    assert "cannot be reached" in page.error_words()
    qtbot.waitUntil(lambda: not page.findChildren(UndoSheet))


def test_it_works_by_keyboard_and_every_control_has_a_name(qtbot: QtBot, page: RunPage) -> None:
    assert page.undo_button in tab_chain(page)
    page.undo_button.setFocus()
    qtbot.keyClick(page.undo_button, Qt.Key.Key_Space)
    (sheet,) = page.findChildren(UndoSheet)
    qtbot.waitUntil(lambda: sheet.survey is not None)
    assert unnamed_controls(sheet) == []
    assert sheet.focusWidget() is sheet.number_field
    assert sheet.number_field.accessibleName() == "Type 12 to go on"
    qtbot.keyClicks(sheet.number_field, "12")
    assert {sheet.number_field, sheet.cancel, sheet.remove} <= set(tab_chain(sheet))


@pytest.mark.parametrize("language", ["en", "de", "pl"])
def test_nothing_is_cut_in_the_sheet(
    window: FakeWindow, qtbot: QtBot, page: RunPage, language: str, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(lambda: use_language("en"))
    use_language(language)
    page = opened(window, qtbot)
    page.setFixedWidth(SMALLEST_PAGE_PX)
    sheet = asked(page, qtbot)
    patiently_whole(qtbot, sheet)
    patiently_whole(qtbot, page)
    QApplication.processEvents()


def test_an_undo_tells_what_was_removed_and_what_was_kept(window: FakeWindow, qtbot: QtBot, tea_key: str) -> None:
    runs = window.services.runs
    runs.views["run-9"] = run_view("run-9", mode=RunMode.UNDO, counts={Outcome.SKIPPED: 12, Outcome.UNCHANGED: 3})
    runs.found = [
        problem("1001", Outcome.SKIPPED, "undone"),
        problem("1002", Outcome.UNCHANGED, "kept_in_use"),
    ]
    page = opened(window, qtbot, "run-9")
    qtbot.waitUntil(lambda: bool(page.problem_table.problems))
    assert [tile.number() for tile in page.progress.tiles if tile.isVisible()] == ["12", "3", "0", "0"]
    assert page.progress.sum.text() == "Together 15: every record that the import had created."
    chips = {chip.key: chip.text() for chip in page.chips.chips() if chip.isVisible()}
    assert (chips[Outcome.SKIPPED], chips[Outcome.UNCHANGED]) == ("Removed 12", "Kept 3")
    assert page.problem_table.problems[0].entry.key == "1002"
    assert not page.retry_button.isVisible()
    assert not page.undo_button.isVisible()


def test_a_stopped_undo_can_be_continued(window: FakeWindow, qtbot: QtBot, tea_key: str) -> None:
    runs = window.services.runs
    runs.views["run-9"] = run_view("run-9", mode=RunMode.UNDO, state=RunState.STOPPED, message="Stopped.")
    runs.waiting = runs.views["run-9"]
    page = opened(window, qtbot, "run-9")
    qtbot.waitUntil(page.continue_button.isVisible)
    page.continue_button.click()
    qtbot.waitUntil(lambda: runs.continued == ["tea"])
