import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.widgets import (
    TONE_ROLE,
    BadgeDelegate,
    CheckDelegate,
    Column,
    FieldDelegate,
    MonoDelegate,
    NumberDelegate,
    TableFrame,
    TextField,
    Tone,
)
from tests.ui.accessibility import find, unnamed_controls
from tests.ui.cut_words import cut_words
from tests.ui.gallery import MemoryState


@pytest.fixture
def model() -> QStandardItemModel:
    rows = QStandardItemModel(0, 5)
    rows.setHorizontalHeaderLabels(["", "SKU", "Total", "Number", "Match"])
    for number in range(4):
        row = [QStandardItem(words) for words in ("", f"HERB-0{number}", "7,00", "4011", "exact SKU")]
        row[0].setCheckable(True)
        row[4].setData(Tone.OK, TONE_ROLE)
        rows.appendRow(row)
    return rows


def build(model: QStandardItemModel, state: MemoryState | None = None, **options: bool) -> TableFrame:
    columns = [
        Column(40, CheckDelegate()),
        Column(120, MonoDelegate()),
        Column(80, NumberDelegate()),
        Column(140, FieldDelegate()),
        Column(None, BadgeDelegate()),
    ]
    return TableFrame("Products", model, columns, state=state, key="products", **options)


def test_tab_leaves_the_table(qtbot: QtBot, model: QStandardItemModel) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    table, following = build(model), TextField("Name")
    column.addWidget(table)
    column.addWidget(following)
    with qtbot.waitActive(page):
        page.show()
    table.view.setFocus()
    assert table.view.currentIndex().isValid()
    qtbot.keyClick(table.view, Qt.Key.Key_Tab)
    assert following.hasFocus()


def test_enter_opens_the_row(qtbot: QtBot, model: QStandardItemModel) -> None:
    table = build(model)
    qtbot.addWidget(table)
    table.show()
    table.view.setCurrentIndex(model.index(2, 1))
    with qtbot.waitSignal(table.row_activated) as activated:
        qtbot.keyClick(table.view, Qt.Key.Key_Return)
    assert activated.args == [2]


def test_dragged_widths_come_back_next_time(qtbot: QtBot, model: QStandardItemModel) -> None:
    state = MemoryState()
    table = build(model, state)
    qtbot.addWidget(table)
    table.show()
    table.view.horizontalHeader().resizeSection(1, 222)
    qtbot.waitUntil(lambda: "table.products.widths" in state.values)
    again = build(model, state)
    qtbot.addWidget(again)
    assert again.view.columnWidth(1) == 222


@pytest.mark.parametrize("remembered", ["", "nonsense", "[1, 2]", json.dumps(["a"] * 5)])
def test_damaged_widths_are_forgotten(qtbot: QtBot, model: QStandardItemModel, remembered: str) -> None:
    state = MemoryState()
    state.set("table.products.widths", remembered)
    table = build(model, state)
    qtbot.addWidget(table)
    assert table.view.columnWidth(1) == 120


def test_space_ticks_a_row(qtbot: QtBot, model: QStandardItemModel) -> None:
    table = build(model, selects_cells=True)
    qtbot.addWidget(table)
    table.show()
    table.view.setCurrentIndex(model.index(1, 0))
    qtbot.keyClick(table.view, Qt.Key.Key_Space)
    assert model.item(1, 0).checkState() is Qt.CheckState.Checked
    qtbot.keyClick(table.view, Qt.Key.Key_Space)
    assert model.item(1, 0).checkState() is Qt.CheckState.Unchecked


def test_a_click_ticks_a_row(qtbot: QtBot, model: QStandardItemModel) -> None:
    table = build(model)
    qtbot.addWidget(table)
    table.show()
    cell = table.view.visualRect(model.index(2, 0))
    qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())
    assert model.item(2, 0).checkState() is Qt.CheckState.Checked


def test_a_cell_is_edited_in_place_and_its_editor_is_named(qtbot: QtBot, model: QStandardItemModel) -> None:
    table = build(model, selects_cells=True)
    qtbot.addWidget(table)
    table.show()
    table.view.setCurrentIndex(model.index(0, 3))
    table.view.edit(model.index(0, 3))
    editor = find(table.view, QLineEdit)
    assert editor.accessibleName() == "Number"
    editor.selectAll()
    qtbot.keyClicks(editor, "4999")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: model.item(0, 3).text() == "4999")


def test_a_shrinking_table_ends_after_its_last_row(qtbot: QtBot, model: QStandardItemModel) -> None:
    table = build(model, is_shrinking=True)
    qtbot.addWidget(table)
    before = table.maximumHeight()
    model.removeRow(0)
    assert table.maximumHeight() == before - 36


def test_a_status_is_painted_in_its_own_colour(qtbot: QtBot, model: QStandardItemModel, light: None) -> None:
    table = build(model)
    qtbot.addWidget(table)
    table.resize(700, 300)
    table.show()
    fine = table.view.viewport().grab(table.view.visualRect(model.index(0, 4))).toImage()
    model.item(0, 4).setData(Tone.ERROR, TONE_ROLE)
    assert table.view.viewport().grab(table.view.visualRect(model.index(0, 4))).toImage() != fine


def test_a_table_has_no_unnamed_control(qtbot: QtBot, model: QStandardItemModel) -> None:
    table = build(model)
    qtbot.addWidget(table)
    assert unnamed_controls(table) == []


def test_a_column_is_never_narrower_than_its_heading(qtbot: QtBot, model: QStandardItemModel) -> None:
    model.setHorizontalHeaderLabels(["", "SKU", "Zurückgehalten", "Nie powiodło się", "Match"])
    table = TableFrame("Balance", model, [Column(40), Column(60), Column(60), Column(60), Column(None)])
    qtbot.addWidget(table)
    table.resize(700, 300)
    table.show()
    assert cut_words(table) == []


def test_a_column_grows_with_its_words_up_to_its_most(qtbot: QtBot, model: QStandardItemModel) -> None:
    columns = [Column(40), Column(50, most_px=90), Column(50), Column(50), Column(60, BadgeDelegate(), most_px=200)]
    table = TableFrame("Products", model, columns)
    qtbot.addWidget(table)
    table.resize(700, 300)
    table.show()
    assert 50 < table.view.columnWidth(1) <= 90
    model.item(0, 1).setText("a number that goes on and on")
    model.item(0, 4).setText("number as in the shop")
    model.modelReset.emit()
    assert table.view.columnWidth(1) == 90
    assert cut_words(table) == []


def test_the_column_that_takes_the_rest_is_never_squeezed(qtbot: QtBot, model: QStandardItemModel) -> None:
    columns = [Column(40), Column(200), Column(200), Column(200), Column(None, least_px=150)]
    table = TableFrame("Products", model, columns)
    qtbot.addWidget(table)
    table.resize(500, 300)
    table.show()
    assert table.view.columnWidth(4) == 150
    table.view.setColumnHidden(2, True)
    table.view.setColumnHidden(3, True)
    table.fit_columns()
    assert sum(table.view.columnWidth(number) for number in (0, 1, 4)) == table.view.viewport().width()


def test_a_column_that_comes_back_is_fitted_too(qtbot: QtBot, model: QStandardItemModel) -> None:
    table = TableFrame("Products", model, [Column(40), Column(50, most_px=190), Column(50), Column(50), Column(None)])
    qtbot.addWidget(table)
    table.resize(700, 300)
    table.show()
    table.view.setColumnHidden(1, True)
    model.item(3, 1).setText("a number that goes on and on")
    model.modelReset.emit()
    table.view.setColumnHidden(1, False)
    table.fit_columns()
    assert table.view.columnWidth(1) == 190


def test_what_a_person_dragged_is_not_fitted_away(qtbot: QtBot, model: QStandardItemModel) -> None:
    table = TableFrame("Products", model, [Column(40), Column(50, most_px=90), Column(50), Column(50), Column(None)])
    qtbot.addWidget(table)
    table.show()
    table.view.horizontalHeader().resizeSection(1, 222)
    model.modelReset.emit()
    assert table.view.columnWidth(1) == 222


def test_the_bar_for_scrolling_sideways_covers_no_row(qtbot: QtBot, model: QStandardItemModel) -> None:
    columns = [Column(40), Column(200), Column(200), Column(200), Column(None, least_px=150)]
    table = TableFrame("Products", model, columns, is_shrinking=True)
    qtbot.addWidget(table)
    table.resize(500, 300)
    table.show()
    qtbot.waitUntil(lambda: table.view.verticalScrollBar().maximum() == 0)
    assert table.view.horizontalScrollBar().maximum() > 0
