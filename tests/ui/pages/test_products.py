from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.core.configuration import Match
from app.core.errors import UnreachableError
from app.core.records import Kind
from app.core.texts import text, use_language
from app.services.producttable import TableChange
from app.ui.pages.products import ProductsPanel
from app.ui.pages.products.import_sheet import ImportSheet
from app.ui.pages.products.rows import RowState
from app.ui.pages.products.table import ProductColumn
from app.ui.widgets import PrimaryButton
from tests.ui.accessibility import unnamed_controls
from tests.ui.cut_words import patiently_whole
from tests.ui.fake_runs import product
from tests.ui.fakes import FakeWindow

SMALLEST_PANEL_PX = 772
"""Beside the rail and the margins in a window of 1024 pixels."""


@pytest.fixture
def panel(window: FakeWindow, qtbot: QtBot, tea_key: str) -> ProductsPanel:
    window.services.products.stored = (
        product("*", number="4999", match=Match.BY_HAND),
        product("HERB-01", "Kräutertee Morgentau", "4011", Match.SKU),
        product("HERB-02", "Kräutertee Abendruhe"),
        product("GT-250", "Grüntee Sencha", "4020", Match.NAME),
        product("85123A", "T-Light-Halter", "85123A", Match.BY_HAND),
    )
    panel = ProductsPanel(window.context, tea_key)
    window.show(panel)
    qtbot.waitUntil(lambda: panel.model.is_loaded)
    return panel


def select(panel: ProductsPanel, *rows: int, column: int = ProductColumn.NUMBER) -> None:
    chosen = panel.table.view.selectionModel()
    chosen.clearSelection()
    for row in rows:
        chosen.select(panel.model.table.index(row, column), QItemSelectionModel.SelectionFlag.Select)
    chosen.setCurrentIndex(panel.model.table.index(rows[0], column), QItemSelectionModel.SelectionFlag.NoUpdate)


def numbers(panel: ProductsPanel) -> list[str]:
    return [row.number for row in panel.model.rows.rows]


def cell(panel: ProductsPanel, row: int, column: ProductColumn) -> str:
    return str(panel.model.table.index(row, column).data())


def test_counts_states_and_the_number_for_all_products_are_shown(panel: ProductsPanel) -> None:
    assert panel.default_field.text() == "4999"
    assert [chip.text() for chip in panel.chips.chips()] == ["All 4", "Unmapped 1", "To check 1", "Errors 1"]
    assert [cell(panel, row, ProductColumn.MATCH) for row in range(4)] == [
        "exact SKU",
        "uses “All products”",
        "similar name 0 %",
        "digits only",
    ]
    assert "1 mapped, 1 to check, 1 unmapped, 1 error" in panel.hint.text()


def test_chips_and_search_choose_rows(panel: ProductsPanel, qtbot: QtBot) -> None:
    panel.chips.chips()[3].click()
    assert [cell(panel, 0, ProductColumn.SKU), panel.model.table.rowCount()] == ["85123A", 1]
    panel.chips.chips()[0].click()
    qtbot.keyClicks(panel.search, "tee")
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert panel.model.table.rowCount() == 3


def test_a_typed_number_is_saved_by_itself_and_can_be_undone(
    panel: ProductsPanel, window: FakeWindow, qtbot: QtBot
) -> None:
    index = panel.model.table.index(1, ProductColumn.NUMBER)
    panel.model.table.setData(index, "0017")
    assert cell(panel, 1, ProductColumn.MATCH) == "by hand"
    qtbot.waitUntil(lambda: window.services.products.saved == 1)
    assert window.services.products.stored[2].number == "0017"
    panel.undo_button.click()
    assert numbers(panel)[1] == ""
    panel.redo_button.click()
    assert numbers(panel)[1] == "0017"


def test_an_edited_row_stays_in_sight_until_the_filter_changes(panel: ProductsPanel) -> None:
    panel.chips.chips()[1].click()
    panel.model.table.setData(panel.model.table.index(0, ProductColumn.NUMBER), "7")
    assert panel.model.table.rowCount() == 1
    assert panel.chips.chips()[1].text() == "Unmapped 0"


def test_a_column_from_a_spreadsheet_fills_the_rows_below(panel: ProductsPanel, window: FakeWindow) -> None:
    QGuiApplication.clipboard().setText("0001\r\n0002\r\n0003\r\n")
    select(panel, 0)
    panel.paste()
    assert numbers(panel) == ["0001", "0002", "0003", "85123A"]
    assert window.notices.toasts == ["3 rows filled."]
    window.notices.actions[0]()
    assert numbers(panel)[0] == "4011"


def test_a_block_finds_its_rows_by_their_sku_and_names_what_fits_nowhere(
    panel: ProductsPanel, window: FakeWindow
) -> None:
    QGuiApplication.clipboard().setText("gt-250\tSencha\t77\nHERB-02\tx\t78\nNOBODY\ty\t79")
    select(panel, 0)
    panel.paste()
    assert numbers(panel) == ["4011", "78", "77", "85123A"]
    assert window.notices.toasts == ["2 rows filled. 1 line fits no product and was left out."]


def test_one_value_fills_the_selection_and_fill_down_repeats_the_first(panel: ProductsPanel) -> None:
    QGuiApplication.clipboard().setText("55")
    select(panel, 1, 2)
    panel.paste()
    assert numbers(panel) == ["4011", "55", "55", "85123A"]
    select(panel, 0, 1, 2, 3)
    panel.fill_down()
    assert numbers(panel) == ["4011"] * 4
    assert panel.model.rows.count(RowState.ERROR) == 0


def test_keys_work_on_the_table(panel: ProductsPanel, qtbot: QtBot) -> None:
    select(panel, 0, 1)
    panel.table.view.setFocus()
    qtbot.waitUntil(panel.table.view.hasFocus)
    qtbot.keyClick(panel.table.view, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert numbers(panel)[:2] == ["4011", "4011"]
    qtbot.keyClick(panel.table.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert numbers(panel)[:2] == ["4011", ""]
    qtbot.keyClick(panel.table.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "4011\n"
    qtbot.keyClick(panel.table.view, Qt.Key.Key_Delete)
    assert numbers(panel)[0] == ""


def test_enter_edits_the_number_in_place(panel: ProductsPanel, qtbot: QtBot) -> None:
    select(panel, 1, column=ProductColumn.NAME)
    panel.table.view.setFocus()
    qtbot.keyClick(panel.table.view, Qt.Key.Key_Return)
    editor = panel.table.view.focusWidget()
    qtbot.keyClicks(editor, "4012")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: numbers(panel)[1] == "4012")


def test_a_proposal_is_confirmed_by_the_person(panel: ProductsPanel) -> None:
    select(panel, 2)
    assert panel.confirm_button.isEnabled()
    panel.confirm_button.click()
    assert cell(panel, 2, ProductColumn.MATCH) == "confirmed"
    assert not panel.confirm_button.isEnabled() or panel.model.rows.count(RowState.TO_CHECK) == 0


def test_matching_fills_what_is_empty_and_shows_what_to_check(
    panel: ProductsPanel, window: FakeWindow, qtbot: QtBot
) -> None:
    window.services.products.matches = {"HERB-02": ("4012", Match.NAME, 94)}
    panel.match_button.click()
    qtbot.waitUntil(lambda: numbers(panel)[1] == "4012")
    qtbot.waitUntil(lambda: bool(window.notices.toasts))
    assert window.notices.toasts == ["1 number found."]
    assert panel.chips.selected() == RowState.TO_CHECK
    panel.model.undo_stack.undo()
    assert numbers(panel)[1] == ""


def test_an_import_shows_what_changes_before_it_is_taken(
    panel: ProductsPanel, window: FakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    rows = (*window.services.products.stored[:2], product("HERB-02", "Abendruhe", "4012", Match.BY_HAND))
    window.services.products.change = TableChange(
        rows=rows, changes=(("HERB-02", "", "4012"),), warnings=(text("Row 3 has no key and was left out."),)
    )
    panel.run(panel.import_file(tmp_path / "numbers.csv"))
    qtbot.waitUntil(lambda: bool(panel.findChildren(ImportSheet)))
    sheet = panel.findChildren(ImportSheet)[0]
    assert numbers(panel)[1] == ""
    sheet.take.click()
    qtbot.waitUntil(lambda: len(panel.model.rows) == 2)
    assert numbers(panel) == ["4011", "4012"]


def test_a_foreign_file_gets_a_sentence(panel: ProductsPanel, qtbot: QtBot, tmp_path: Path) -> None:
    panel.run(panel.import_file(tmp_path / "holiday.csv"))
    qtbot.waitUntil(lambda: "not a product mapping" in panel.error_words())


def test_no_products_offers_to_read_them(window: FakeWindow, qtbot: QtBot, tea_key: str) -> None:
    window.services.products.in_source = (product("A", "Apple"), product("B", "Bread"))
    panel = ProductsPanel(window.context, tea_key)
    window.show(panel)
    qtbot.waitUntil(panel.empty.isVisible)
    window.services.products.failure = UnreachableError(text("The shop does not answer."), remedy=text("Try again."))
    panel.read_button.click()
    qtbot.waitUntil(lambda: "The shop does not answer." in panel.error_words())
    window.services.products.failure = None
    panel.read_button.click()
    qtbot.waitUntil(lambda: panel.model.table.rowCount() == 2)


def test_a_number_for_all_products_that_the_target_does_not_take_is_marked(panel: ProductsPanel) -> None:
    panel.default_field.setText("abc")
    panel.default_field.editingFinished.emit()
    assert panel.default_field.property("invalid") is True
    assert panel.default_field.accessibleDescription() == "digits only"


def test_everything_has_a_name(panel: ProductsPanel) -> None:
    assert unnamed_controls(panel) == []


@pytest.mark.parametrize("places_actions", [True, False])
def test_beside_the_main_button_of_the_guided_steps_there_is_no_second_one(
    window: FakeWindow, qtbot: QtBot, tea_key: str, places_actions: bool
) -> None:
    panel = ProductsPanel(window.context, tea_key, places_actions=places_actions)
    window.show(panel)
    qtbot.waitUntil(lambda: panel.model.is_loaded)
    assert [isinstance(each, PrimaryButton) for each in panel.actions_wanted] == [False, False, not places_actions]


@pytest.mark.parametrize("language", ["en", "de", "pl"])
def test_nothing_is_cut_in_the_smallest_window(
    window: FakeWindow, qtbot: QtBot, tea_key: str, language: str, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(lambda: use_language("en"))
    use_language(language)
    window.services.products.stored = (
        product("HERB-01", "Kräutertee Morgentau", "4011", Match.SKU),
        product("HERB-02", "Kräutertee Abendruhe"),
    )
    panel = ProductsPanel(window.context, tea_key, places_actions=False)
    window.show(panel)
    panel.setFixedWidth(SMALLEST_PANEL_PX)
    qtbot.waitUntil(lambda: panel.model.is_loaded)
    patiently_whole(qtbot, panel)


def test_without_a_changed_number_nothing_is_offered_and_nothing_can_be_undone(
    panel: ProductsPanel, window: FakeWindow, qtbot: QtBot
) -> None:
    window.services.past.held = {Kind.ORDERS: 158}
    panel.match_button.click()
    qtbot.waitUntil(lambda: bool(window.notices.toasts))
    assert not panel.model.undo_stack.canUndo()
    assert window.notices.actions == []

    window.services.products.in_source = (product("NEW-01", "Rooibos"),)
    panel.read_button.click()
    qtbot.waitUntil(lambda: window.services.products.saved == 1)
    qtbot.waitUntil(lambda: panel.model.is_saved)
    assert not panel.model.has_new_numbers
    assert panel.past_offer.isHidden()


def test_changed_numbers_are_offered_for_orders_sent_before(
    panel: ProductsPanel, window: FakeWindow, qtbot: QtBot
) -> None:
    panel.default_field.setText("5000")
    panel.default_field.editingFinished.emit()
    qtbot.waitUntil(lambda: panel.model.is_saved)
    assert panel.past_offer.isHidden()  # nothing was sent yet

    window.services.past.held = {Kind.ORDERS: 158}
    panel.default_field.setText("5001")
    panel.default_field.editingFinished.emit()
    qtbot.waitUntil(panel.past_offer.isVisible)
    assert "158 orders were sent before" in panel.past_offer.banner.message()
    assert unnamed_controls(panel.past_offer) == []

    panel.past_offer.apply_button.click()
    qtbot.waitUntil(lambda: bool(window.navigator.visits))
    assert window.navigator.last == ("run", {"run_id": "run-past"})
    assert window.services.past.applied == [("tea", (Kind.ORDERS,))]
    assert panel.past_offer.isHidden()
