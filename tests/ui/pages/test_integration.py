import asyncio
from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.errors import ConfigError
from app.core.events import ProgressEvent, RunMode, RunState
from app.core.outcomes import Balance, Outcome
from app.core.records import Kind
from app.core.texts import text
from app.services.coverage import Covered
from app.services.status import Action, Status, next_step
from app.services.why import Answer, WhyEntry
from app.ui.pages.integration import IntegrationPage
from app.ui.pages.integration.connection import ConnectionTab
from app.ui.pages.integration.flows import FlowsPanel
from app.ui.pages.integration.import_sheet import ImportSheet
from app.ui.pages.integration.overview import OverviewPanel
from app.ui.pages.name_sheet import NameSheet
from app.ui.widgets import ConfirmSheet, Table
from tests.ui.accessibility import unnamed_controls
from tests.ui.fake_runs import problem, run_view
from tests.ui.fakes import FakeWindow


@pytest.fixture
def page(window: FakeWindow, qtbot: QtBot, tea_key: str) -> IntegrationPage:
    runs = window.services.runs
    runs.synced_at = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
    runs.views["run-7"] = run_view(counts={Outcome.CREATED: 3})
    window.services.integrations.stands[tea_key] = {
        "status": Status.UP_TO_DATE,
        "next_step": next_step(Action.SYNC),
        "facts": text("4,812 contacts"),
        "last_run": runs.views["run-7"],
    }
    page = IntegrationPage(window.context, tea_key)
    window.show(page)
    qtbot.waitUntil(lambda: page.model.view is not None)
    return page


def overview(page: IntegrationPage) -> OverviewPanel:
    panel = page.panel("overview")
    assert isinstance(panel, OverviewPanel)
    return panel


def test_the_overview_shows_how_it_stands_and_when_it_last_synced(page: IntegrationPage) -> None:
    panel = overview(page)
    assert panel.status.text() == "Up to date"
    assert panel.facts.text().startswith("4,812 contacts\nHistorical import")
    assert panel.sync_words.text().startswith("Sends what changed since")
    assert panel.step_button.text() == "Sync changes"


def test_progress_of_a_run_is_painted_without_asking_again(page: IntegrationPage, window: FakeWindow) -> None:
    running = run_view(state=RunState.RUNNING)
    window.services.integrations.stands["tea"].update(status=Status.RUNNING, last_run=running)
    page.model.view = window.services.integrations.view("tea")
    window.engine.tell(
        ProgressEvent(
            run_id="run-7",
            integration="tea",
            kind=Kind.ORDERS,
            done=1,
            total=4,
            per_second=1,
            seconds_left=None,
            balance=Balance(),
        )
    )
    assert overview(page).bar.isVisible()
    assert overview(page).bar.share() == pytest.approx(0.25)
    assert "25 %" in overview(page).facts.text()


def test_sync_starts_a_run_and_opens_it(page: IntegrationPage, window: FakeWindow, qtbot: QtBot) -> None:
    overview(page).sync_button.click()
    qtbot.waitUntil(lambda: window.services.runs.started == [("tea", RunMode.CHANGES)])
    qtbot.waitUntil(lambda: window.navigator.last == ("run", {"run_id": "run-1"}))


def test_a_historical_import_begins_at_the_beginning(page: IntegrationPage, window: FakeWindow, qtbot: QtBot) -> None:
    overview(page).import_button.click()
    sheet = page.findChildren(ImportSheet)[0]
    sheet.start.click()
    qtbot.waitUntil(lambda: window.services.runs.started == [("tea", RunMode.HISTORICAL)])
    assert window.services.runs.choices == [{"since": None}]


def test_or_on_a_day_in_the_persons_own_zone(page: IntegrationPage, window: FakeWindow, qtbot: QtBot) -> None:
    overview(page).import_button.click()
    sheet = page.findChildren(ImportSheet)[0]
    sheet.choice.set_value("date")
    assert not sheet.start.isEnabled()
    sheet.day.set_value(date(2026, 1, 5))
    sheet.start.click()
    qtbot.waitUntil(lambda: bool(window.services.runs.choices))
    since = window.services.runs.choices[0]["since"]
    assert (since.year, since.month, since.day, since.hour) == (2026, 1, 5, 0)
    assert since.tzinfo is not None


def test_the_sheet_tells_how_many_records_the_import_covers(
    page: IntegrationPage, window: FakeWindow, qtbot: QtBot
) -> None:
    coverage = window.services.coverage
    overview(page).import_button.click()
    sheet = page.findChildren(ImportSheet)[0]
    qtbot.waitUntil(lambda: sheet.covered.text() == "It covers more than 1000 contacts · 158 orders.")
    assert coverage.asked == [None]

    sheet.choice.set_value("date")
    assert sheet.covered.text() == ""
    coverage.found = (Covered(kind=Kind.ORDERS, count=1),)
    sheet.day.set_value(date(2026, 1, 5))
    qtbot.waitUntil(lambda: sheet.covered.text() == "It covers 1 order.")
    assert [each.day for each in coverage.asked if each] == [5]


def test_a_count_that_nobody_wants_any_more_ends(page: IntegrationPage, window: FakeWindow, qtbot: QtBot) -> None:
    coverage = window.services.coverage
    answer_at_once = coverage.of
    ended: list[datetime | None] = []

    async def answer_some(key: str, since: datetime | None = None) -> tuple[Covered, ...]:
        if since is not None:
            return await answer_at_once(key, since)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(since)
        return ()

    coverage.of = answer_some  # type: ignore[method-assign]
    overview(page).import_button.click()
    sheet = page.findChildren(ImportSheet)[0]
    with qtbot.waitSignal(sheet.asked):
        pass
    sheet.choice.set_value("date")
    sheet.day.set_value(date(2026, 1, 5))
    qtbot.waitUntil(lambda: "158 orders" in sheet.covered.text())
    assert ended == [None]


def test_a_source_that_cannot_be_asked_says_so_where_the_number_would_stand(
    page: IntegrationPage, window: FakeWindow, qtbot: QtBot
) -> None:
    window.services.coverage.error = ConfigError(text("The key was refused."))
    overview(page).import_button.click()
    sheet = page.findChildren(ImportSheet)[0]
    qtbot.waitUntil(lambda: sheet.covered.text() == "It cannot be counted now: The key was refused.")
    assert sheet.start.isEnabled()


def test_half_a_day_is_an_error_only_once_the_field_is_left(page: IntegrationPage, qtbot: QtBot) -> None:
    overview(page).import_button.click()
    sheet = page.findChildren(ImportSheet)[0]
    sheet.choice.set_value("date")
    qtbot.keyClicks(sheet.day, "2026-")
    assert sheet.day_row.error() == ""
    sheet.day.editingFinished.emit()
    assert sheet.day_row.error() == "A date is needed, such as 2026-01-31."
    qtbot.keyClicks(sheet.day, "01-05")
    assert sheet.day_row.error() == ""
    assert sheet.start.isEnabled()


def test_why_answers_with_a_sentence_and_a_next_step(page: IntegrationPage, window: FakeWindow, qtbot: QtBot) -> None:
    entry = problem("1001", Outcome.SKIPPED, "guest_order").entry
    found = WhyEntry(entry=entry, sentence=text("Order 1001 was left out."), next_step=text("Send guests."), history=())
    window.services.runs.answer = Answer(found=True, entries=(found,), sentence=found.sentence)
    why = overview(page).why
    qtbot.keyClicks(why.field, " 1001 ")
    qtbot.keyClick(why.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: why.answer_words() == "Order 1001 was left out. Send guests.")
    assert window.services.runs.asked == ["1001"]


def test_why_says_so_when_nothing_is_known(page: IntegrationPage, qtbot: QtBot) -> None:
    why = overview(page).why
    why.field.setText("9999")
    why.ask.click()
    qtbot.waitUntil(lambda: why.answer_words() == "It is not known. Start the historical import.")


def test_deleting_says_beforehand_that_sent_data_stays(page: IntegrationPage, window: FakeWindow, qtbot: QtBot) -> None:
    overview(page).delete_button.click()
    qtbot.waitUntil(lambda: bool(page.findChildren(ConfirmSheet)))
    sheet = page.findChildren(ConfirmSheet)[0]
    assert "already sent stays" in sheet.accessibleDescription()
    assert "tea" in window.services.integrations.stored
    sheet.confirm_button.click()
    qtbot.waitUntil(lambda: "tea" not in window.services.integrations.stored)
    qtbot.waitUntil(lambda: window.navigator.visits[-1][0] == "back")


def test_it_can_be_renamed_duplicated_and_switched_off(page: IntegrationPage, window: FakeWindow, qtbot: QtBot) -> None:
    stored = window.services.integrations.stored
    overview(page).rename_button.click()
    sheet = page.findChildren(NameSheet)[0]
    sheet.field.setText("Tea house")
    sheet.agree.click()
    qtbot.waitUntil(lambda: stored["tea"].title == "Tea house")
    overview(page).switch_button.click()
    qtbot.waitUntil(lambda: not stored["tea"].is_active)
    overview(page).duplicate_button.click()
    page.findChildren(NameSheet)[-1].agree.click()
    qtbot.waitUntil(lambda: len(stored) == 2)


def test_reconnecting_opens_the_account_for_its_key_only(page: IntegrationPage, window: FakeWindow) -> None:
    overview(page).reconnect_target.click()
    assert window.navigator.last == ("account", {"key": "mail", "is_reconnecting": True})


def test_both_accounts_are_tested_side_by_side(page: IntegrationPage, window: FakeWindow, qtbot: QtBot) -> None:
    page.tabs.select("connection")
    tab = page.panel("connection")
    assert isinstance(tab, ConnectionTab)
    assert len(tab.sides) == 2
    for side in tab.sides:
        side.panel.button.click()
    qtbot.waitUntil(lambda: sorted(map(str, window.services.checks.asked)) == ["mail", "tea-shop"])


def test_what_to_send_is_saved(page: IntegrationPage, window: FakeWindow, qtbot: QtBot) -> None:
    page.tabs.select("flows")
    panel = page.panel("flows")
    assert isinstance(panel, FlowsPanel)
    qtbot.waitUntil(panel.save_button.isEnabled)
    panel.step.switches[Kind.CONTACTS].click()
    panel.save_button.click()
    qtbot.waitUntil(lambda: Kind.CONTACTS not in window.services.integrations.stored["tea"].flows)
    assert not window.services.integrations.stored["tea"].is_draft


def test_runs_are_listed_and_opened_with_enter(page: IntegrationPage, window: FakeWindow, qtbot: QtBot) -> None:
    page.tabs.select("runs")
    table = page.panel("runs").findChildren(Table)[0]
    qtbot.waitUntil(lambda: table.model().rowCount() == 1)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert window.navigator.last == ("run", {"run_id": "run-7"})


@pytest.mark.parametrize("tab", ["overview", "connection", "flows", "products", "fields", "preview", "runs"])
def test_every_tab_is_named_throughout(page: IntegrationPage, window: FakeWindow, qtbot: QtBot, tab: str) -> None:
    page.tabs.select(tab)
    settled = asyncio.ensure_future(window.context.tasks.settled())
    qtbot.waitUntil(settled.done)
    assert unnamed_controls(page.panel(tab)) == []
    assert page.rebuild_args() == {"key": "tea", "tab": tab}


def test_only_the_buttons_of_the_tab_in_front_stand_in_the_header(page: IntegrationPage) -> None:
    page.tabs.select("products")
    page.tabs.select("fields")
    shown = [button.text() for buttons in page._buttons.values() for button in buttons if button.isVisible()]
    assert shown == ["Save"]
