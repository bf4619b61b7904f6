import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from app.core.errors import StorageError
from app.core.events import ProgressEvent, RunMode, RunState, RunStateEvent
from app.core.ledger import RunRecord
from app.core.outcomes import Balance
from app.core.records import Kind
from app.core.texts import text, verbatim
from app.services.status import Action, RunView, Status, next_step
from app.ui.pages.home import HomePage
from app.ui.pages.home.system_sheet import SystemSheet
from app.ui.pages.name_sheet import NameSheet
from app.ui.widgets import ConfirmSheet
from tests.ui.fakes import FakeWindow

NOW = datetime(2026, 1, 31, 12, 45, tzinfo=UTC)


def a_run(mode: RunMode, state: RunState, message: str = "") -> RunView:
    record = RunRecord(
        id="run-7", integration="tea", mode=mode, state=state, started_at=NOW, until=NOW, ended_at=NOW, message=message
    )
    return RunView(record=record, balance=Balance(), title="Tea", is_active=state is RunState.RUNNING)


@pytest.fixture
def tea(window: FakeWindow, qtbot: QtBot) -> str:
    """An integration named "Tea"; its key."""

    async def make() -> None:
        shop = await window.services.accounts.create(
            "alphashop", "Tea shop", {"store_hash": "abc123"}, {"access_token": "token"}
        )
        mail = await window.services.accounts.create("betamail", "Mail", {"account_name": "x"}, {"api_key": "key"})
        await window.services.integrations.create("Tea", shop.key, mail.key, [Kind.ORDERS], key="tea")

    task = asyncio.ensure_future(make())
    qtbot.waitUntil(task.done)
    return "tea"


@pytest.fixture
def home(window: FakeWindow, qtbot: QtBot) -> Callable[[], HomePage]:
    def open_page() -> HomePage:
        page = HomePage(window.context)
        window.show(page)
        qtbot.waitUntil(lambda: page.model.is_loaded)
        return page

    return open_page


def sheet_of(page: HomePage, kind: type) -> object:
    return page.findChild(kind)


def test_without_integrations_the_practice_shop_is_offered_and_set_up_in_one_click(
    window: FakeWindow, home: Callable[[], HomePage], qtbot: QtBot
) -> None:
    page = home()
    assert page.welcome.isVisible()
    qtbot.mouseClick(page.practice_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.navigator.visits))
    name, args = window.navigator.last
    created = window.services.integrations.stored[str(args["key"])]
    assert (name, args["tab"]) == ("integration", "preview")
    assert (created.source, created.target) == ("practice-alphashop", "practice-betamail")
    assert not created.is_draft
    assert created.flows == (Kind.OPT_OUTS, Kind.PRODUCTS, Kind.CONTACTS, Kind.ORDERS)


def test_the_practice_shop_is_set_up_only_once(window: FakeWindow, home: Callable[[], HomePage], qtbot: QtBot) -> None:
    page = home()
    page.systems.practice_card.click()
    qtbot.waitUntil(lambda: len(window.navigator.visits) == 1)
    page.systems.practice_card.click()
    qtbot.waitUntil(lambda: len(window.navigator.visits) == 2)
    assert len(window.services.integrations.stored) == 1


def test_a_card_shows_status_facts_and_the_next_step(
    window: FakeWindow, tea: str, home: Callable[[], HomePage], qtbot: QtBot
) -> None:
    window.services.integrations.stands[tea] = {
        "status": Status.UP_TO_DATE,
        "facts": verbatim("4,812 contacts · 9,377 orders"),
        "next_step": next_step(Action.SYNC),
        "last_run": a_run(RunMode.CHANGES, RunState.FINISHED),
    }
    card = home().cards[tea]
    assert card.status_words() == "Up to date"
    assert card.facts().startswith("4,812 contacts · 9,377 orders\nSync of changes ")
    qtbot.mouseClick(card.step_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.navigator.visits))
    assert window.services.runs.started == [(tea, RunMode.CHANGES)]
    assert window.navigator.last == ("run", {"run_id": "run-1"})


def test_a_card_says_how_many_records_need_a_person(window: FakeWindow, tea: str, home: Callable[[], HomePage]) -> None:
    window.services.integrations.stands[tea] = {
        "status": Status.NEEDS_ATTENTION,
        "next_step": next_step(Action.OPEN_RUN),
        "last_run": a_run(RunMode.PREVIEW, RunState.FINISHED, message="Preview finished."),
        "open_records": 30,
    }
    assert home().cards[tea].facts() == "30 records failed, are held or in doubt."


@pytest.mark.parametrize(
    ("action", "place"),
    [
        (Action.FINISH_SETUP, ("wizard", {"key": "tea"})),
        (Action.CHECK, ("integration", {"key": "tea", "tab": "connection"})),
        (Action.PREVIEW, ("integration", {"key": "tea", "tab": "preview"})),
        (Action.OPEN_RUN, ("run", {"run_id": "run-7"})),
        (Action.CONTINUE, ("run", {"run_id": "run-continued"})),
        (Action.FIX, ("run", {"run_id": "run-7"})),
    ],
)
def test_every_next_step_leads_to_its_place(
    window: FakeWindow,
    tea: str,
    home: Callable[[], HomePage],
    qtbot: QtBot,
    action: Action,
    place: tuple[str, dict[str, object]],
) -> None:
    window.services.integrations.stands[tea] = {
        "next_step": next_step(action),
        "last_run": a_run(RunMode.HISTORICAL, RunState.FAILED),
    }
    home().cards[tea].step_button.click()
    qtbot.waitUntil(lambda: bool(window.navigator.visits))
    assert window.navigator.last == place


def test_a_missing_key_leads_to_the_account(
    window: FakeWindow, tea: str, home: Callable[[], HomePage], qtbot: QtBot
) -> None:
    window.services.accounts.secrets.clear()
    window.services.integrations.stands[tea] = {"status": Status.NEEDS_ATTENTION, "next_step": next_step(Action.FIX)}
    card = home().cards[tea]
    assert "lacks its secret" in card.facts()
    card.step_button.click()
    qtbot.waitUntil(lambda: bool(window.navigator.visits))
    assert window.navigator.last == ("account", {"key": "tea-shop", "is_reconnecting": True})


def test_progress_is_shown_live_and_never_as_finished_before_the_balance(
    window: FakeWindow, tea: str, home: Callable[[], HomePage], qtbot: QtBot
) -> None:
    window.services.integrations.stands[tea] = {
        "status": Status.RUNNING,
        "last_run": a_run(RunMode.HISTORICAL, RunState.RUNNING),
    }
    page = home()
    progress = ProgressEvent(
        run_id="run-7",
        integration=tea,
        kind=Kind.ORDERS,
        done=610,
        total=1000,
        per_second=2,
        seconds_left=240,
        balance=Balance(),
    )
    window.engine.tell(progress)
    assert page.cards[tea].facts() == "Historical import · 61 % · 4 minutes left"
    window.engine.tell(
        ProgressEvent(
            run_id="run-7",
            integration=tea,
            kind=Kind.ORDERS,
            done=1000,
            total=1000,
            per_second=2,
            seconds_left=None,
            balance=Balance(),
        )
    )
    assert page.cards[tea].facts() == "Historical import · 99 %"


def test_the_end_of_a_run_refreshes_its_card(
    window: FakeWindow, tea: str, home: Callable[[], HomePage], qtbot: QtBot
) -> None:
    page = home()
    window.services.integrations.stands[tea] = {"status": Status.UP_TO_DATE}
    window.engine.tell(RunStateEvent(run_id="run-7", integration=tea, mode=RunMode.CHANGES, state=RunState.FINISHED))
    qtbot.waitUntil(lambda: page.cards[tea].status_words() == "Up to date")


def test_the_menu_renames_duplicates_and_switches_off(
    window: FakeWindow, tea: str, home: Callable[[], HomePage], qtbot: QtBot
) -> None:
    page = home()
    page.cards[tea].commanded.emit("rename")
    sheet = sheet_of(page, NameSheet)
    assert isinstance(sheet, NameSheet)
    sheet.field.setText("Fine tea")
    qtbot.keyClick(sheet.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.cards[tea].view.title == "Fine tea")
    page.cards[tea].commanded.emit("duplicate")
    copy = next(sheet for sheet in page.findChildren(NameSheet) if sheet.isVisible())
    assert copy.field.text() == "Fine tea (copy)"
    copy.agree.click()
    qtbot.waitUntil(lambda: len(page.cards) == 2)
    page.cards[tea].commanded.emit("switch")
    qtbot.waitUntil(lambda: not window.services.integrations.stored[tea].is_active)


def test_deleting_says_beforehand_that_data_stays_and_asks_once(
    window: FakeWindow, tea: str, home: Callable[[], HomePage], qtbot: QtBot
) -> None:
    page = home()
    page.cards[tea].commanded.emit("delete")
    qtbot.waitUntil(lambda: page.findChild(ConfirmSheet) is not None)
    sheet = page.findChild(ConfirmSheet)
    assert sheet is not None
    assert "stays in the target" in sheet.accessibleDescription()
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert tea in window.services.integrations.stored
    page.cards[tea].commanded.emit("delete")
    qtbot.waitUntil(lambda: any(each.isVisible() for each in page.findChildren(ConfirmSheet)))
    next(each for each in page.findChildren(ConfirmSheet) if each.isVisible()).confirm_button.click()
    qtbot.waitUntil(page.welcome.isVisible)
    assert window.notices.toasts == ['"Tea" was deleted.']


def test_reconnecting_from_the_menu_opens_the_account(
    window: FakeWindow, tea: str, home: Callable[[], HomePage], qtbot: QtBot
) -> None:
    card = home().cards[tea]
    words = [action.text() for action in card.menu().actions()]
    assert "Reconnect Mail…" in words
    card.commanded.emit("reconnect_target")
    assert window.navigator.last == ("account", {"key": "mail", "is_reconnecting": True})


def test_systems_are_searched_and_filtered(window: FakeWindow, home: Callable[[], HomePage], qtbot: QtBot) -> None:
    page = home()
    assert page.systems.shown() == ["alphashop", "betamail", "files"]
    qtbot.keyClicks(page.systems.search, "newsletter")
    qtbot.waitUntil(lambda: page.systems.shown() == ["betamail"])
    assert page.systems.practice_card.isHidden()
    qtbot.keyClick(page.systems.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(page.systems.shown()) == 3)
    shops = next(chip for chip in page.systems.categories.chips() if chip.key == "shop")
    qtbot.mouseClick(shops, Qt.MouseButton.LeftButton)
    assert page.systems.shown() == ["alphashop"]


def test_a_system_tells_its_limits_and_starts_the_guided_steps(
    window: FakeWindow, home: Callable[[], HomePage], qtbot: QtBot
) -> None:
    page = home()
    qtbot.keyClick(page.systems.card("alphashop"), Qt.Key.Key_Return)
    sheet = page.findChild(SystemSheet)
    assert sheet is not None
    words = " ".join(label.text() for label in sheet.findChildren(QLabel))
    assert "Abandoned carts are visible for 30 days only." in words
    qtbot.mouseClick(sheet.start, Qt.MouseButton.LeftButton)
    assert window.navigator.last == ("wizard", {"source": "alphashop"})


def test_a_target_starts_the_guided_steps_from_its_side(
    window: FakeWindow, home: Callable[[], HomePage], qtbot: QtBot
) -> None:
    page = home()
    page.systems.card("betamail").click()
    sheet = page.findChild(SystemSheet)
    assert sheet is not None
    sheet.start.click()
    assert window.navigator.last == ("wizard", {"target": "betamail"})


def test_settings_are_imported_from_a_file(
    window: FakeWindow, home: Callable[[], HomePage], qtbot: QtBot, tmp_path: Path
) -> None:
    page = home()
    page.import_button.click()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "shop.toml"))
    dialog.close()
    qtbot.waitUntil(lambda: window.notices.toasts == ["The settings were imported."])
    assert window.services.declarations.applied == [tmp_path / "shop.toml"]


def test_a_failure_is_shown_on_the_page_in_words(
    window: FakeWindow, home: Callable[[], HomePage], qtbot: QtBot
) -> None:
    page = home()
    window.engine.failure = StorageError(text("The disk is full."), remedy=text("Free some space."))
    page.refresh()
    qtbot.waitUntil(lambda: page.error_words() == "The disk is full. Free some space.")
