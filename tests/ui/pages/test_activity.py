import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.events import RunState
from app.core.outcomes import Outcome
from app.ui.pages.activity import ActivityPage
from app.ui.pages.activity.run_list import RunColumn
from tests.ui.accessibility import unnamed_controls
from tests.ui.fake_runs import run_view
from tests.ui.fakes import FakeWindow


@pytest.fixture
def page(window: FakeWindow, qtbot: QtBot) -> ActivityPage:
    views = (
        run_view("run-3", state=RunState.RUNNING),
        run_view("run-2", counts={Outcome.CREATED: 5, Outcome.FAILED: 1}),
        run_view("run-1", counts={Outcome.CREATED: 9}),
    )
    window.services.runs.views = {view.run_id: view for view in views}
    page = ActivityPage(window.context)
    window.show(page)
    qtbot.waitUntil(lambda: page.table_model.rowCount() == 3)
    return page


def words(page: ActivityPage, row: int) -> list[str]:
    return [str(page.table_model.index(row, column).data()) for column in RunColumn]


def test_every_run_stands_with_state_and_balance(page: ActivityPage) -> None:
    assert words(page, 1)[RunColumn.STATE] == "Finished, with open records"
    assert words(page, 1)[RunColumn.SENT :] == ["5", "0", "0", "1", "0"]
    assert words(page, 2)[RunColumn.STATE] == "Finished"


def test_chips_count_and_choose(page: ActivityPage) -> None:
    assert [chip.text() for chip in page.filters.chips()] == ["All 3", "Running 1", "Needs attention 1"]
    page.filters.chips()[2].click()
    assert [view.run_id for view in page.table_model.runs] == ["run-2"]


def test_enter_opens_the_run(page: ActivityPage, window: FakeWindow, qtbot: QtBot) -> None:
    page.table.view.setFocus()
    qtbot.keyClick(page.table.view, Qt.Key.Key_Return)
    assert window.navigator.last == ("run", {"run_id": "run-3"})


def test_before_the_first_run_it_says_what_will_stand_here(window: FakeWindow, qtbot: QtBot) -> None:
    page = ActivityPage(window.context)
    window.show(page)
    qtbot.waitUntil(page.empty.isVisible)
    assert not page.table.isVisible()


def test_everything_has_a_name(page: ActivityPage) -> None:
    assert unnamed_controls(page) == []
