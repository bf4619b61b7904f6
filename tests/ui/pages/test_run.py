from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.errors import ConfigError
from app.core.events import Level, LogEvent, ProgressEvent, RecordEvent, RunMode, RunState, SummaryEvent
from app.core.outcomes import Balance, FlowBalance, Outcome
from app.core.records import Kind
from app.core.texts import text, use_language
from app.ui.pages.run import RunPage
from app.ui.pages.run.inspect import InspectSheet
from app.ui.pages.run.problems import ProblemColumn
from app.ui.pages.run.removals import RemovalSheet
from app.ui.widgets import ConfirmSheet
from tests.ui.accessibility import unnamed_controls
from tests.ui.cut_words import patiently_whole
from tests.ui.fake_runs import FakeHandle, problem, run_view
from tests.ui.fakes import FakeWindow

SMALLEST_PAGE_PX = 828
"""Beside the rail in a window of 1024 pixels."""
FINISHED = {Outcome.CREATED: 300, Outcome.UPDATED: 20, Outcome.UNCHANGED: 31, Outcome.SKIPPED: 68, Outcome.FAILED: 3}


def open_run(window: FakeWindow, qtbot: QtBot, run_id: str = "run-7") -> RunPage:
    page = RunPage(window.context, run_id)
    window.show(page)
    qtbot.waitUntil(lambda: page.model.view is not None or bool(page.error_words()))
    return page


@pytest.fixture
def finished(window: FakeWindow, qtbot: QtBot, tea_key: str) -> RunPage:
    runs = window.services.runs
    runs.views["run-7"] = run_view(counts=FINISHED)
    runs.found = [
        problem("541431", message="currency is not a 3-letter code"),
        problem("9", Outcome.SKIPPED, "guest_order"),
    ]
    page = open_run(window, qtbot)
    qtbot.waitUntil(lambda: bool(page.problem_table.problems))
    return page


@pytest.fixture
def running(window: FakeWindow, qtbot: QtBot, tea_key: str) -> RunPage:
    runs = window.services.runs
    runs.views["run-7"] = run_view(state=RunState.RUNNING)
    runs.handles["tea"] = FakeHandle("run-7", "tea")
    page = open_run(window, qtbot)
    qtbot.waitUntil(page.pause_button.isVisible)
    return page


def progress(done: int, total: int | None, counts: dict[Outcome, int], **more: object) -> ProgressEvent:
    flow = FlowBalance(done, counts)
    given = {"current_key": "1042", **more}
    return ProgressEvent(
        run_id="run-7",
        integration="tea",
        kind=Kind.ORDERS,
        done=done,
        total=total,
        per_second=41,
        seconds_left=240,
        balance=Balance({Kind.ORDERS: flow}),
        **given,  # type: ignore[arg-type]
    )


def tiles(page: RunPage) -> list[str]:
    return [tile.number() for tile in page.progress.tiles]


def test_the_five_numbers_add_up_to_what_was_read(finished: RunPage) -> None:
    assert tiles(finished) == ["320", "31", "68", "3", "0"]
    assert finished.progress.sum.text() == "Together 422: every record that was read."
    assert finished.progress.percent.text() == "100 %"
    assert finished.balance.isVisible()
    assert finished.balance.table_model.index(0, 9).data() == "adds up"
    assert "68 × Guest checkout" in finished.balance.reasons.text()


def test_a_balance_that_does_not_add_up_is_never_called_complete(
    window: FakeWindow, qtbot: QtBot, tea_key: str
) -> None:
    window.services.runs.views["run-7"] = run_view(counts={Outcome.CREATED: 9}, read=10)
    page = open_run(window, qtbot)
    qtbot.waitUntil(lambda: bool(page.progress.sum.text()))
    assert page.progress.percent.text() != "100 %"
    assert "9 of 10 read; 1 are under way" in page.progress.sum.text()


def test_progress_shows_counts_rate_time_left_and_the_present_record(running: RunPage, window: FakeWindow) -> None:
    window.engine.tell(progress(158, 259, {Outcome.CREATED: 150, Outcome.SKIPPED: 8}))
    assert running.progress.percent.text() == "61 %"
    assert running.progress.words.text() == "158 of 259 orders · about 4 minutes left · 41 records/s"
    assert running.progress.current.words() == "now 1042"
    assert tiles(running) == ["150", "0", "8", "0", "0"]


def test_everything_read_but_not_yet_balanced_stays_below_the_whole(running: RunPage, window: FakeWindow) -> None:
    window.engine.tell(progress(259, 259, {Outcome.CREATED: 259}))
    assert running.progress.percent.text() == "99 %"
    assert running.model.share == pytest.approx(0.99)


def test_without_a_total_there_is_no_percentage(running: RunPage, window: FakeWindow) -> None:
    window.engine.tell(progress(158, None, {Outcome.CREATED: 158}))
    assert not running.progress.percent.isVisible()
    assert running.progress.bar.share() is None
    assert running.progress.words.text().startswith("158 orders")


def test_it_says_what_it_waits_for(running: RunPage, window: FakeWindow) -> None:
    window.engine.tell(progress(1, 9, {}, waiting_for=text("The shop asks to slow down.")))
    assert running.progress.current.words() == "Waiting: The shop asks to slow down."


def test_events_of_other_runs_and_log_lines_change_nothing(running: RunPage, window: FakeWindow) -> None:
    window.engine.tell(LogEvent(level=Level.INFO, message=text("A line"), run_id="run-7"))
    assert running.model.progress is None


def test_pause_resume_and_stop_reach_the_run(running: RunPage, window: FakeWindow, qtbot: QtBot) -> None:
    handle = window.services.runs.handles["tea"]
    running.pause_button.click()
    qtbot.waitUntil(lambda: running.pause_button.text() == "Resume")
    assert handle.is_paused
    running.pause_button.click()
    qtbot.waitUntil(lambda: running.pause_button.text() == "Pause")
    running.stop_button.click()
    sheet = running.findChildren(ConfirmSheet)[0]
    assert not handle.is_stopped
    sheet.confirm_button.click()
    qtbot.waitUntil(lambda: handle.is_stopped)


def test_the_end_brings_the_balance_and_takes_the_buttons_away(
    running: RunPage, window: FakeWindow, qtbot: QtBot
) -> None:
    window.services.runs.views["run-7"] = run_view(counts=FINISHED)
    window.services.runs.handles.clear()
    balance = window.services.runs.views["run-7"].balance
    window.engine.tell(SummaryEvent(run_id="run-7", integration="tea", balance=balance, is_finished=True))
    qtbot.waitUntil(lambda: running.progress.percent.text() == "100 %")
    assert not running.pause_button.isVisible()
    assert running.balance.isVisible()


def test_failed_records_come_first_with_reason_words_of_the_target_and_next_step(finished: RunPage) -> None:
    table = finished.problem_table
    words = [str(table.index(0, column).data()) for column in ProblemColumn]
    assert words[:2] == ["Order", "541431"]
    assert words[ProblemColumn.TOTAL].replace(",", "") == "1234.50 EUR"
    assert words[ProblemColumn.WHY] == (
        "The target refused this record. Correct what the target names, then retry the failed records. "
        "The target says: currency is not a 3-letter code"
    )


def test_chips_choose_the_list(finished: RunPage, qtbot: QtBot) -> None:
    chips = {chip.key: chip for chip in finished.chips.chips()}
    assert chips[Outcome.SKIPPED].text() == "Skipped 68"
    chips[Outcome.SKIPPED].click()
    qtbot.waitUntil(lambda: [each.entry.key for each in finished.problem_table.problems] == ["9"])


def test_the_masked_address_is_shown_for_records_seen_live(running: RunPage, window: FakeWindow, qtbot: QtBot) -> None:
    window.services.runs.found = [problem("541431")]
    window.engine.tell(
        RecordEvent(
            run_id="run-7", kind=Kind.ORDERS, key="541431", outcome=Outcome.FAILED, label="a•••@example.com · 12 EUR"
        )
    )
    window.engine.tell(progress(3, 9, {Outcome.FAILED: 1}))
    qtbot.waitUntil(lambda: bool(running.problem_table.problems))
    assert running.problem_table.index(0, ProblemColumn.CUSTOMER).data() == "a•••@example.com · 12 EUR"


def test_inspect_tells_everything_and_sends_just_this_one_again(
    finished: RunPage, window: FakeWindow, qtbot: QtBot
) -> None:
    finished.table.view.setFocus()
    qtbot.keyClick(finished.table.view, Qt.Key.Key_Return)
    sheet = finished.findChildren(InspectSheet)[0]
    assert unnamed_controls(sheet) == []
    sheet.retry.click()
    qtbot.waitUntil(lambda: bool(window.services.runs.retried))
    assert window.services.runs.retried == [{Kind.ORDERS: ("541431",)}]
    assert window.navigator.visits[-1] == ("replace", "run", {"run_id": "run-retry"})


def test_retry_failed_starts_a_run_of_its_own(finished: RunPage, window: FakeWindow, qtbot: QtBot) -> None:
    finished.retry_button.click()
    qtbot.waitUntil(lambda: window.services.runs.retried == [None])


def test_the_lists_can_be_exported(finished: RunPage, window: FakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    finished.run(finished.export_file(tmp_path / "left.xlsx"))
    qtbot.waitUntil(lambda: window.notices.toasts == ["2 rows exported to left.xlsx."])


def test_a_stopped_run_continues_where_it_stopped(window: FakeWindow, qtbot: QtBot, tea_key: str) -> None:
    runs = window.services.runs
    runs.views["run-7"] = runs.waiting = run_view(
        state=RunState.PAUSED, counts={Outcome.CREATED: 5}, message="The key was refused.", remedy="Renew it."
    )
    page = open_run(window, qtbot)
    qtbot.waitUntil(page.continue_button.isVisible)
    assert page.message.accessibleName() == "The key was refused. Renew it."
    page.continue_button.click()
    qtbot.waitUntil(lambda: runs.continued == ["tea"])


def test_a_continued_run_keeps_the_numbers_of_kinds_that_were_through(
    window: FakeWindow, qtbot: QtBot, tea_key: str
) -> None:
    runs = window.services.runs
    runs.views["run-7"] = run_view(state=RunState.RUNNING, counts={Outcome.CREATED: 5})
    runs.handles["tea"] = FakeHandle("run-7", "tea")
    page = open_run(window, qtbot)
    qtbot.waitUntil(page.pause_button.isVisible)
    carts = Balance({Kind.CARTS: FlowBalance(2, {Outcome.CREATED: 2})})
    window.engine.tell(replace(progress(2, 8, {}), kind=Kind.CARTS, balance=carts))
    assert tiles(page) == ["7", "0", "0", "0", "0"]


def test_a_large_removal_shows_its_list_and_wants_a_typed_word(window: FakeWindow, qtbot: QtBot, tea_key: str) -> None:
    runs = window.services.runs
    runs.views["run-7"] = runs.waiting = run_view(
        mode=RunMode.CHANGES, state=RunState.PAUSED, counts={Outcome.HELD: 2}, message="2 removals wait."
    )
    runs.found = [problem(str(number), Outcome.HELD, "large_removal", Kind.CONTACTS) for number in (4, 5)]
    page = open_run(window, qtbot)
    qtbot.waitUntil(page.removal_banner.isVisible)
    assert not page.continue_button.isVisible()
    page.list_button.click()
    qtbot.waitUntil(lambda: bool(page.findChildren(RemovalSheet)))
    sheet = page.findChildren(RemovalSheet)[0]
    assert not sheet.remove.isEnabled()
    qtbot.keyClicks(sheet.word_field, "remove")
    sheet.remove.click()
    qtbot.waitUntil(lambda: runs.confirmed == ["run-7"])
    assert window.navigator.visits[-1] == ("replace", "run", {"run_id": "run-removal"})


def test_a_refused_retry_is_shown_with_its_remedy(finished: RunPage, window: FakeWindow, qtbot: QtBot) -> None:
    window.engine.failure = ConfigError(text("It is running already."), remedy=text("Wait until it has finished."))
    finished.retry_button.click()
    qtbot.waitUntil(lambda: finished.error_words() == "It is running already. Wait until it has finished.")


def test_a_run_that_is_forgotten_says_so(window: FakeWindow, qtbot: QtBot, tea_key: str) -> None:
    page = open_run(window, qtbot, "long-gone")
    assert page.error_words() == "There is no such run any more. Choose another one."


def test_everything_has_a_name(finished: RunPage) -> None:
    assert unnamed_controls(finished) == []


@pytest.mark.parametrize("language", ["en", "de", "pl"])
def test_nothing_is_cut_in_the_smallest_window(
    window: FakeWindow, qtbot: QtBot, tea_key: str, language: str, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(lambda: use_language("en"))
    use_language(language)
    runs = window.services.runs
    runs.views["run-7"] = run_view(counts=dict.fromkeys(Outcome, 1_234))
    runs.found = [problem("541431", Outcome.IN_DOUBT), problem("9", Outcome.FAILED)]
    page = open_run(window, qtbot)
    page.setFixedWidth(SMALLEST_PAGE_PX)
    qtbot.waitUntil(lambda: bool(page.problem_table.problems))
    patiently_whole(qtbot, page)


def test_columns_without_a_word_make_room_for_the_reason(finished: RunPage, qtbot: QtBot) -> None:
    assert finished.table.view.isColumnHidden(ProblemColumn.CUSTOMER)
    assert not finished.table.view.isColumnHidden(ProblemColumn.TOTAL)
