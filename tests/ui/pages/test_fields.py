import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.fields import FieldRule
from app.core.records import Kind
from app.core.texts import use_language
from app.ui.pages.fields import FieldsPanel
from app.ui.pages.fields.row import REMOVE_PX
from app.ui.pages.name_sheet import NameSheet
from tests.ui.accessibility import unnamed_controls
from tests.ui.cut_words import patiently_whole
from tests.ui.fakes import FakeWindow


@pytest.fixture
def panel(window: FakeWindow, qtbot: QtBot, tea_key: str) -> FieldsPanel:
    window.services.fields.stored = (FieldRule("contact.phone", "7"),)
    panel = FieldsPanel(window.context, tea_key)
    window.show(panel)
    qtbot.waitUntil(panel.add_button.isVisible)
    return panel


def choose(box: object, data: str) -> None:
    box.setCurrentIndex(box.findData(data))  # type: ignore[attr-defined]
    box.activated.emit(box.currentIndex())  # type: ignore[attr-defined]


def test_headings_stand_above_their_fields(panel: FieldsPanel, qtbot: QtBot) -> None:
    row = panel.rows[0]

    def left(part: QWidget) -> int:
        return part.mapTo(panel, QPoint(0, 0)).x()

    qtbot.waitUntil(lambda: left(panel.target_title) == left(row.target))
    assert left(panel.source_title) == left(row.source)
    assert row.remove.width() == REMOVE_PX


def test_rows_show_both_sides_by_name(panel: FieldsPanel) -> None:
    row = panel.rows[0]
    assert (row.source.currentText(), row.target.currentText()) == ("Phone", "Phone 2")
    assert row.when.currentText() == "Also when updating"
    assert not panel.save_button.isEnabled()


def test_a_row_is_added_and_saved(panel: FieldsPanel, window: FakeWindow, qtbot: QtBot) -> None:
    panel.add_button.click()
    assert not panel.save_button.isEnabled()
    choose(panel.rows[1].source, "contact.custom.size")
    choose(panel.rows[1].target, "8")
    choose(panel.rows[1].when, panel.rows[1].when.itemData(1))
    panel.rows[1].empty.click()
    panel.save_button.click()
    qtbot.waitUntil(lambda: len(window.services.fields.stored) == 2)
    assert window.services.fields.stored[1] == FieldRule(
        "contact.custom.size", "8", on_update=False, empty_overwrites=True
    )


def test_two_rows_for_one_field_are_marked_and_not_saved(panel: FieldsPanel) -> None:
    panel.add_button.click()
    choose(panel.rows[1].target, "7")
    assert [row.target.property("invalid") for row in panel.rows] == [True, True]
    assert not panel.save_button.isEnabled()


def test_rows_can_be_removed(panel: FieldsPanel, window: FakeWindow, qtbot: QtBot) -> None:
    panel.rows[0].remove.click()
    assert panel.empty.isVisible()
    panel.save_button.click()
    qtbot.waitUntil(lambda: window.services.fields.stored == ())


def test_a_field_is_created_in_the_target_and_chosen(panel: FieldsPanel, window: FakeWindow, qtbot: QtBot) -> None:
    panel.rows[0].new_wanted.emit()
    sheet = panel.findChildren(NameSheet)[0]
    assert sheet.field.text() == "Phone"
    sheet.agree.click()
    qtbot.waitUntil(lambda: panel.rows[0].target.currentText() == "Phone")
    assert panel.model.rows[0].target == "99"
    assert window.notices.toasts == ['The field "Phone" was created.']


def test_a_mapped_field_that_is_gone_stays_visible(window: FakeWindow, qtbot: QtBot, tea_key: str) -> None:
    window.services.fields.stored = (FieldRule("contact.custom.gone", "4711"),)
    panel = FieldsPanel(window.context, tea_key)
    window.show(panel)
    qtbot.waitUntil(panel.add_button.isVisible)
    assert (panel.rows[0].source.currentText(), panel.rows[0].target.currentText()) == ("contact.custom.gone", "4711")


def test_everything_has_a_name(panel: FieldsPanel) -> None:
    assert unnamed_controls(panel) == []


@pytest.mark.parametrize("language", ["en", "de", "pl"])
def test_a_row_fits_into_the_smallest_window(
    window: FakeWindow, qtbot: QtBot, tea_key: str, language: str, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(lambda: use_language("en"))
    use_language(language)
    window.services.fields.stored = (FieldRule("contact.phone", "7"),)
    panel = FieldsPanel(window.context, tea_key)
    window.show(panel)
    qtbot.waitUntil(panel.add_button.isVisible)
    assert panel.minimumSizeHint().width() <= 772
    panel.setFixedWidth(772)
    patiently_whole(qtbot, panel)


def test_saving_offers_to_apply_the_mapping_to_those_sent_before(
    panel: FieldsPanel, window: FakeWindow, qtbot: QtBot
) -> None:
    window.services.past.held = {Kind.CONTACTS: 212}
    choose(panel.rows[0].when, panel.rows[0].when.itemData(1))
    panel.save_button.click()
    qtbot.waitUntil(lambda: bool(window.notices.toasts))
    assert "212 contacts were sent before" in window.notices.toasts[-1]

    window.notices.actions[-1]()
    qtbot.waitUntil(lambda: bool(window.services.past.applied))
    assert window.services.past.applied == [("tea", (Kind.CONTACTS,))]
    qtbot.waitUntil(lambda: bool(window.navigator.visits))
    assert window.navigator.last == ("run", {"run_id": "run-past"})
