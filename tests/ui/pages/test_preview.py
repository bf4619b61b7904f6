import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.core.errors import SignInError
from app.core.events import RunMode
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.core.texts import text, use_language
from app.services.previews import ConsentEffect
from app.ui.pages.preview import PreviewPanel
from app.ui.pages.preview.items import ItemColumn
from app.ui.pages.preview.model import consent_words
from app.ui.widgets import ConfirmSheet
from tests.ui.accessibility import unnamed_controls
from tests.ui.cut_words import patiently_whole
from tests.ui.fake_runs import preview_item
from tests.ui.fakes import FakeWindow

SMALLEST_PANEL_PX = 772
"""Beside the rail and the margins in a window of 1024 pixels."""


@pytest.fixture
def panel(window: FakeWindow, qtbot: QtBot, tea_key: str) -> PreviewPanel:
    window.services.previews.items = (
        preview_item("536365"),
        preview_item("536414", Outcome.SKIPPED, "guest_order"),
    )
    panel = PreviewPanel(window.context, tea_key)
    window.show(panel)
    qtbot.waitUntil(lambda: panel.items.rowCount() == 2)
    return panel


def test_it_says_that_nothing_has_left_the_computer(panel: PreviewPanel) -> None:
    words = [label.text() for label in panel.findChildren(QLabel)]
    assert "Exactly what would be sent. Nothing has left your PC yet." in words


def test_the_effect_on_consent_stands_in_numbers(panel: PreviewPanel) -> None:
    assert panel.consent.message() == "Consent: 0 newly subscribed, 12 stay unsubscribed"


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (ConsentEffect(), "0 newly subscribed, 0 stay unsubscribed"),
        (
            ConsentEffect(newly_subscribed=2, stays_subscribed=1, stays_bounced=1),
            "2 newly subscribed, 0 stay unsubscribed, 1 stays subscribed, 1 stays bounced",
        ),
        (
            ConsentEffect(without_consent=3, unsubscribed=1),
            "0 newly subscribed, 0 stay unsubscribed, 3 without consent are not subscribed, 1 is unsubscribed",
        ),
    ],
)
def test_every_effect_is_named_where_there_is_any(effect: ConsentEffect, words: str) -> None:
    assert consent_words(effect) == words


def test_the_first_record_is_shown_with_fields_and_rule(panel: PreviewPanel) -> None:
    assert panel.detail.title.words() == "Order 536365"
    assert panel.detail.badge.text() == "will be created"
    lines = panel.detail.lines
    assert [lines.index(0, column).data() for column in range(5)] == ["Order total", "855.86", "→", "85586", "to cents"]


def test_choosing_another_record_says_why_it_stays_out(panel: PreviewPanel) -> None:
    panel.list.view.selectRow(1)
    assert panel.detail.badge.text() == "is left out"
    assert "Guest checkout" in panel.detail.reason.text()
    assert not panel.one_button.isEnabled()
    assert [panel.items.index(1, column).data() for column in range(3)] == ["536414", "855.86", "guest"]


def test_raw_request_curl_and_source_are_one_click_away(panel: PreviewPanel) -> None:
    chips = {chip.key: chip for chip in panel.detail.views.chips()}
    chips["request"].click()
    assert panel.detail.text.toPlainText().startswith("# Create the order\nPOST https://made-up.invalid/orders")
    assert '"total": 85586' in panel.detail.text.toPlainText()
    chips["curl"].click()
    assert "Your key is left out" in panel.detail.text.toPlainText()
    chips["raw"].click()
    assert '"id": "536365"' in panel.detail.text.toPlainText()


def test_the_number_of_records_can_be_chosen(panel: PreviewPanel, window: FakeWindow, qtbot: QtBot) -> None:
    panel.limits.chips()[2].click()
    qtbot.waitUntil(lambda: window.services.previews.asked == [20, 100])


def test_just_this_one_and_ten_are_sent_as_a_trial(panel: PreviewPanel, window: FakeWindow, qtbot: QtBot) -> None:
    runs = window.services.runs
    panel.one_button.click()
    qtbot.waitUntil(lambda: len(runs.started) == 1)
    panel.ten_button.click()
    qtbot.waitUntil(lambda: len(runs.started) == 2)
    assert runs.started == [("tea", RunMode.TRIAL)] * 2
    assert runs.choices == [{"keys": {Kind.ORDERS: ("536365",)}}, {"limit": 10}]
    qtbot.waitUntil(lambda: window.navigator.last == ("run", {"run_id": "run-2"}))


def test_the_import_is_asked_for_once_more(panel: PreviewPanel, window: FakeWindow, qtbot: QtBot) -> None:
    panel.import_button.click()
    sheet = panel.findChildren(ConfirmSheet)[0]
    assert window.services.runs.started == []
    sheet.confirm_button.click()
    qtbot.waitUntil(lambda: window.services.runs.started == [("tea", RunMode.HISTORICAL)])


def test_a_draft_can_be_looked_at_but_not_sent(window: FakeWindow, qtbot: QtBot, tea_key: str) -> None:
    from dataclasses import replace

    stored = window.services.integrations.stored
    stored[tea_key] = replace(stored[tea_key], is_draft=True)
    window.services.previews.items = (preview_item("1"),)
    panel = PreviewPanel(window.context, tea_key)
    window.show(panel)
    qtbot.waitUntil(lambda: panel.items.rowCount() == 1)
    assert not any(button.isVisible() for button in panel.actions_wanted)


def test_a_refused_key_is_told_with_its_remedy(window: FakeWindow, qtbot: QtBot, tea_key: str) -> None:
    window.engine.failure = SignInError(text("The key was refused."), remedy=text("Reconnect the account."))
    panel = PreviewPanel(window.context, tea_key)
    window.show(panel)
    qtbot.waitUntil(lambda: panel.error_words() == "The key was refused. Reconnect the account.")
    assert not panel.import_button.isEnabled()


def test_nothing_to_preview_says_so(window: FakeWindow, qtbot: QtBot, tea_key: str) -> None:
    panel = PreviewPanel(window.context, tea_key)
    window.show(panel)
    qtbot.waitUntil(panel.empty.isVisible)


def test_everything_has_a_name(panel: PreviewPanel) -> None:
    assert unnamed_controls(panel) == []


@pytest.fixture
def both_ways(window: FakeWindow, qtbot: QtBot, tea_key: str) -> PreviewPanel:
    kinds = (Kind.OPT_OUTS, Kind.BOUNCES, Kind.PRODUCTS, Kind.ORDERS, Kind.CARTS, Kind.CONTACTS)
    window.services.previews.items = tuple(preview_item(f"{kind.value}-1", kind=kind) for kind in kinds)
    panel = PreviewPanel(window.context, tea_key)
    window.show(panel)
    qtbot.waitUntil(lambda: panel.items.rowCount() == 1)
    return panel


def test_people_and_orders_come_first_and_what_runs_back_comes_last(both_ways: PreviewPanel) -> None:
    assert both_ways.kinds is not None
    keys = [chip.key for chip in both_ways.kinds.chips()]
    assert keys == ["contacts", "orders", "carts", "products", "opt_outs", "bounces"]
    assert both_ways.kinds.selected() == "contacts"
    assert both_ways.detail.title.words() == "Contact contacts-1"


def test_what_runs_back_comes_from_the_target_and_goes_to_the_source(both_ways: PreviewPanel) -> None:
    def heads() -> list[str]:
        return [str(both_ways.detail.lines.headerData(column, Qt.Orientation.Horizontal)) for column in (1, 3)]

    forward = heads()
    assert both_ways.kinds is not None
    next(chip for chip in both_ways.kinds.chips() if chip.key == "opt_outs").click()
    assert heads() == forward[::-1]


@pytest.mark.parametrize("language", ["en", "de", "pl"])
def test_nothing_is_cut_in_the_smallest_window(
    window: FakeWindow, qtbot: QtBot, tea_key: str, language: str, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(lambda: use_language("en"))
    use_language(language)
    window.services.previews.items = tuple(
        preview_item(str(number), outcome, "consent_required", kind)
        for kind in Kind
        for number, outcome in enumerate(Outcome, 10_000)
    )
    panel = PreviewPanel(window.context, tea_key)
    window.show(panel)
    panel.setFixedWidth(SMALLEST_PANEL_PX)
    qtbot.waitUntil(lambda: panel.items.rowCount() == len(Outcome))
    patiently_whole(qtbot, panel)
    address = panel.list.view.columnWidth(ItemColumn.AMOUNT)
    assert address > panel.list.view.fontMetrics().horizontalAdvance("k•••@example.com")


def test_while_it_reads_the_middle_of_the_page_says_so(window: FakeWindow, qtbot: QtBot, tea_key: str) -> None:
    panel = PreviewPanel(window.context, tea_key)
    window.show(panel)
    panel.resize(900, 600)
    panel.model.busy_changed.emit(True)
    qtbot.waitUntil(panel.progress.isVisible)
    middle = panel.progress.mapTo(panel, panel.progress.rect().center())
    assert abs(middle.x() - panel.width() / 2) < 20
    assert panel.height() / 3 < middle.y() < panel.height() * 2 / 3
