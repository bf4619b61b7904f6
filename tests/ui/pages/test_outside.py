"""What an account hands out and receives, and what an integration leaves to be done by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.core.records import Kind
from app.core.texts import text
from app.sdk.handouts import Handout
from app.services.receiving.receiver import PushView
from app.services.worklist import ToDo
from app.ui.pages.accounts.outside import HandoutsCard, PushesCard
from app.ui.pages.integration import IntegrationPage
from app.ui.pages.integration.feed_sheet import FeedSheet
from app.ui.pages.integration.import_sheet import ImportSheet
from app.ui.pages.integration.overview import OverviewPanel
from app.ui.pages.integration.worklist import WorklistCard
from app.ui.widgets.labels import HelpLabel
from tests.ui.accessibility import unnamed_controls
from tests.ui.fakes import FakeWindow

AT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
ADDRESS = "https://shop.example/in/abc?email=$email$"


@pytest.fixture
def handouts(window: FakeWindow, qtbot: QtBot) -> HandoutsCard:
    window.services.handouts.found = (
        Handout(name="optout", title=text("Opt-out address"), content=ADDRESS, help=text("Under Callbacks.")),
        Handout(name="snippet", title=text("Snippet"), content="<script>\n</script>", help=text("Before the end.")),
        Handout(name="optin", title=text("Opt-in address"), content="", help=text("Set up the receiver first.")),
    )
    card = HandoutsCard(window.context, "mail")
    window.show(card)
    qtbot.waitUntil(lambda: len(card.fields) == 2)
    return card


def test_a_handout_is_shown_and_copied_as_it_stands(handouts: HandoutsCard) -> None:
    handouts.copy_buttons["optout"].click()
    assert QGuiApplication.clipboard().text() == ADDRESS
    handouts.copy_buttons["snippet"].click()
    assert QGuiApplication.clipboard().text() == "<script>\n</script>"


def test_what_is_missing_for_a_handout_is_named_instead(handouts: HandoutsCard) -> None:
    assert "optin" not in handouts.fields
    words = [each.text() for each in handouts.findChildren(HelpLabel)]
    assert "Set up the receiver first." in words


def test_from_a_missing_address_a_link_leads_to_the_receiver(handouts: HandoutsCard, window: FakeWindow) -> None:
    handouts.settings_link.click()
    assert window.navigator.last == ("settings", {})


def test_every_control_of_the_handouts_has_a_name(handouts: HandoutsCard) -> None:
    assert unnamed_controls(handouts) == []


def test_an_account_without_handouts_shows_none(window: FakeWindow, qtbot: QtBot) -> None:
    card = HandoutsCard(window.context, "shop")
    qtbot.addWidget(card)
    assert card.isHidden()


def test_a_kept_push_can_be_taken_once_more(window: FakeWindow, qtbot: QtBot) -> None:
    window.services.receiver.pushes = [PushView("4", AT), PushView("5", AT)]
    card = PushesCard(window.context, "shop")
    window.show(card)
    qtbot.waitUntil(lambda: len(card.again_buttons) == 2)
    card.again_buttons[0].click()
    qtbot.waitUntil(lambda: window.services.receiver.replayed == [("shop", "5")])
    assert unnamed_controls(card) == []


@pytest.fixture
def worklist(window: FakeWindow, qtbot: QtBot) -> WorklistCard:
    window.services.worklist.waiting = [
        ToDo(kind=Kind.OPT_OUTS, key="7", email="anna@example.com", at=AT, reason="clicked"),
        ToDo(kind=Kind.BOUNCES, key="8", email="otto@example.com"),
        ToDo(kind=Kind.OPT_OUTS, key="9"),
    ]
    card = WorklistCard(window.context, "shop")
    window.show(card)
    card.refresh()
    qtbot.waitUntil(lambda: "3 people" in card.words.text())
    return card


def test_the_list_is_asked_for_when_somebody_wants_to_see_it(worklist: WorklistCard, qtbot: QtBot) -> None:
    assert worklist.boxes == {}
    worklist.show_button.click()
    qtbot.waitUntil(lambda: len(worklist.boxes) == 3)
    assert worklist.boxes[Kind.OPT_OUTS, "7"].text().startswith("anna@example.com")
    assert "Opt-out" in worklist.boxes[Kind.OPT_OUTS, "7"].text().split(" · ")
    assert "no longer known" in worklist.boxes[Kind.OPT_OUTS, "9"].text()
    assert unnamed_controls(worklist) == []


def test_what_is_ticked_off_leaves_the_list_and_an_empty_list_hides(
    worklist: WorklistCard, window: FakeWindow, qtbot: QtBot
) -> None:
    worklist.show_button.click()
    qtbot.waitUntil(lambda: len(worklist.boxes) == 3)
    worklist.boxes[Kind.OPT_OUTS, "7"].click()
    worklist.done_button.click()
    qtbot.waitUntil(lambda: [each.key for each in window.services.worklist.waiting] == ["8", "9"])
    worklist.all_button.click()
    qtbot.waitUntil(worklist.isHidden)


def test_the_list_is_saved_as_a_table(worklist: WorklistCard, window: FakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    worklist.save_button.click()
    dialog = worklist.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "list.xlsx"))
    dialog.close()
    qtbot.waitUntil(lambda: window.services.worklist.exported == [tmp_path / "list.xlsx"])


def test_a_feed_is_made_shown_and_says_what_is_missing_for_its_address(
    window: FakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    holder = WorklistCard(window.context, "shop")
    window.show(holder)
    sheet = FeedSheet(window.context, "shop", window.shell if hasattr(window, "shell") else holder)
    qtbot.addWidget(sheet)
    sheet.make_button.click()
    qtbot.waitUntil(lambda: "1 product." in sheet.state.text())
    assert sheet.content.toPlainText().startswith("<?xml")
    sheet.show()
    assert sheet.content.height() > 200
    assert "public address" in sheet.address.text()
    assert sheet.copy_button.isHidden()
    sheet.save_button.click()
    dialog = sheet.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "offers.xml"))
    dialog.close()
    qtbot.waitUntil(lambda: window.services.feeds.saved == [tmp_path / "offers.xml"])
    assert unnamed_controls(sheet) == []


@pytest.fixture
def page(window: FakeWindow, qtbot: QtBot, tea_key: str) -> IntegrationPage:
    window.services.integrations.with_feed = {tea_key}
    page = IntegrationPage(window.context, tea_key)
    window.show(page)
    qtbot.waitUntil(lambda: page.model.view is not None)
    return page


def test_the_feed_is_offered_where_the_target_takes_one(page: IntegrationPage, qtbot: QtBot) -> None:
    panel = page.panel("overview")
    assert isinstance(panel, OverviewPanel)
    qtbot.waitUntil(lambda: not panel.feed_button.isHidden())
    panel.feed_button.click()
    qtbot.waitUntil(lambda: page.findChild(FeedSheet) is not None)


def test_a_slowed_import_says_how_long_it_takes(
    page: IntegrationPage, window: FakeWindow, qtbot: QtBot, tea_key: str
) -> None:
    view = page.model.view
    assert view is not None
    view.integration.options["history_per_minute"] = 10  # type: ignore[index]  # a plain dictionary in the fakes
    panel = page.panel("overview")
    assert isinstance(panel, OverviewPanel)
    panel.import_button.click()
    qtbot.waitUntil(lambda: page.findChild(ImportSheet) is not None)
    sheet = page.findChild(ImportSheet)
    assert sheet is not None
    qtbot.waitUntil(lambda: sheet.covered.text() == "It covers 158 orders. At your speed it takes at least 2 h 0 min.")
