from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QCalendarWidget, QFileDialog, QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.ui.widgets import (
    CheckBox,
    Choice,
    ChoiceField,
    DateField,
    DropDown,
    FormField,
    LinkButton,
    MultilineField,
    NumberField,
    PathField,
    SearchField,
    SecretField,
    Switch,
    TextField,
    save_file_dialog,
)
from app.ui.widgets.chips import ChipBar
from tests.ui.accessibility import find, unnamed_controls

SHORT = [Choice("consent", "Only with consent"), Choice("all", "Everyone")]
MANY = [Choice(str(number), f"List {number}") for number in range(8)]


@pytest.fixture
def german() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    yield
    QLocale.setDefault(before)


def test_every_field_speaks_the_same_three_words(qtbot: QtBot) -> None:
    for field, value in (
        (TextField("Name"), "Teeladen"),
        (MultilineField("Addresses"), "a\nb"),
        (NumberField("Limit"), 7),
        (SecretField("Key"), "abc"),
        (ChoiceField("Consent", SHORT), "all"),
        (ChoiceField("List", MANY), "3"),
        (DateField("Since"), date(2010, 12, 1)),
        (PathField("File"), "orders.csv"),
        (CheckBox("Include guests"), True),
        (Switch("Active"), True),
    ):
        qtbot.addWidget(field)
        heard: list[object] = []
        field.value_changed.connect(heard.append)
        field.set_value(value)
        assert field.value() == value
        assert heard[-1] == value
        assert unnamed_controls(field) == []


def test_a_number_field_takes_figures_only(qtbot: QtBot) -> None:
    field = NumberField("Requests per second", maximum=50)
    qtbot.addWidget(field)
    qtbot.keyClicks(field, "x4y")
    assert field.value() == 4
    field.clear()
    assert field.value() is None


def test_a_secret_is_masked_until_show_is_pressed(qtbot: QtBot) -> None:
    secret = SecretField("API secret")
    form = FormField("API secret", secret)
    qtbot.addWidget(form)
    form.show()
    qtbot.keyClicks(secret, "k3y")
    assert secret.echoMode() is QLineEdit.EchoMode.Password
    link = find(form, LinkButton)
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert secret.echoMode() is QLineEdit.EchoMode.Normal
    assert (link.text(), link.accessibleName()) == ("Hide", "Hide API secret")
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert secret.echoMode() is QLineEdit.EchoMode.Password


def test_few_short_choices_are_chips_and_many_a_list(qtbot: QtBot) -> None:
    few, many = ChoiceField("Consent", SHORT), ChoiceField("List", MANY)
    for field in (few, many):
        qtbot.addWidget(field)
    assert few.findChild(ChipBar) is not None
    assert few.findChild(DropDown) is None
    assert many.findChild(DropDown) is not None


def test_the_wheel_never_changes_a_closed_list(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    drop_down = DropDown("List", MANY, page)
    page.show()
    drop_down.setCurrentIndex(2)
    turned = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, -120),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(drop_down, turned)
    assert drop_down.currentIndex() == 2


@pytest.mark.parametrize("typed", ["01.12.2010", "2010-12-01", "1.12.2010"])
def test_a_date_is_read_as_the_person_writes_it(qtbot: QtBot, german: None, typed: str) -> None:
    field = DateField("Since")
    qtbot.addWidget(field)
    qtbot.keyClicks(field, typed)
    assert field.value() == date(2010, 12, 1)
    assert field.is_readable()


def test_an_empty_date_is_none_and_nonsense_is_told_apart(qtbot: QtBot, german: None) -> None:
    field = DateField("Since")
    qtbot.addWidget(field)
    assert (field.value(), field.is_readable()) == (None, True)
    qtbot.keyClicks(field, "31.02.2010")
    assert (field.value(), field.is_readable()) == (None, False)


def test_a_date_can_be_picked_from_the_calendar_by_keyboard(qtbot: QtBot) -> None:
    field = DateField("Since")
    qtbot.addWidget(field)
    field.show()
    field.set_value(date(2010, 12, 1))
    qtbot.keyClick(field, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    calendar = find(field, QCalendarWidget)
    calendar.activated.emit(calendar.selectedDate().addDays(2))
    assert field.value() == date(2010, 12, 3)


def test_a_file_is_chosen_without_a_nested_loop(qtbot: QtBot, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("a")
    field = PathField("File", patterns=("*.csv",))
    qtbot.addWidget(field)
    field.show()
    field.open_dialog()
    dialog = find(field, QFileDialog)
    assert dialog.isVisible()
    dialog.fileSelected.emit(str(orders))
    assert field.value() == str(orders)
    dialog.close()


def test_a_file_may_be_dropped(qtbot: QtBot, tmp_path: Path) -> None:
    field = PathField("File")
    qtbot.addWidget(field)
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(tmp_path / "Bestellungen für März.csv"))])
    field.dropEvent(
        QDropEvent(
            QPointF(1, 1),
            Qt.DropAction.CopyAction,
            dropped,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    assert Path(field.value()) == tmp_path / "Bestellungen für März.csv"


def test_the_save_dialog_suggests_a_name(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    page.show()
    dialog = save_file_dialog(page, "Save report", suggested="report.txt")
    assert dialog.isVisible()
    assert dialog.defaultSuffix() == "txt"
    dialog.close()


def test_an_error_stands_under_its_field_and_is_read_out(qtbot: QtBot) -> None:
    field = TextField("Endpoint")
    form = FormField("Endpoint", field, help_text="As shown in Settings.")
    qtbot.addWidget(form)
    form.show()
    form.set_error("This address does not answer.")
    assert form.error() == "This address does not answer."
    assert field.property("invalid") is True
    assert field.accessibleDescription() == "This address does not answer."
    form.set_error("")
    assert field.property("invalid") is False
    assert field.accessibleDescription() == "As shown in Settings."


def test_the_counter_follows_the_text(qtbot: QtBot) -> None:
    field = TextField("Parameter", max_length=16)
    form = FormField("Parameter", field, max_length=16)
    qtbot.addWidget(form)
    qtbot.keyClicks(field, "a7Kd93Lq")
    assert "8 / 16" in [label.text() for label in form.findChildren(type(form._counter))]


def test_fields_side_by_side_stand_in_line_whatever_is_said_below(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    row = QHBoxLayout(page)
    left = FormField("Client ID", TextField("Client ID"), link=LinkButton("Where do I find this?"))
    right = FormField("Endpoint", TextField("Endpoint"), help_text="As shown in Settings.")
    for form in (left, right):
        row.addWidget(form)
    page.show()
    tops = {form.control.mapTo(page, form.control.rect().topLeft()).y() for form in (left, right)}
    assert len(tops) == 1


def test_searching_waits_for_a_pause_and_clears_at_once(qtbot: QtBot) -> None:
    search = SearchField("Search systems")
    qtbot.addWidget(search)
    search.show()
    heard: list[str] = []
    search.searched.connect(heard.append)
    with qtbot.waitSignal(search.searched):
        qtbot.keyClicks(search, "brevo")
    assert heard == ["brevo"]
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert heard == ["brevo", ""]


def test_enter_searches_without_waiting(qtbot: QtBot) -> None:
    search = SearchField("Search systems")
    qtbot.addWidget(search)
    heard: list[str] = []
    search.searched.connect(heard.append)
    qtbot.keyClicks(search, "x")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert heard == ["x"]


def test_ctrl_f_brings_one_to_the_search(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    search = SearchField("Search systems", page)
    with qtbot.waitActive(page):
        page.show()
    qtbot.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert search.hasFocus()


def test_a_switch_turns_by_click_space_and_enter(qtbot: QtBot) -> None:
    switch = Switch("Active")
    qtbot.addWidget(switch)
    switch.show()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert switch.value() is True
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert switch.value() is False
    qtbot.keyClick(switch, Qt.Key.Key_Return)
    assert switch.value() is True


def test_tab_leaves_a_field_of_several_lines(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    lines, following = MultilineField("Addresses", page), TextField("Name", page)
    with qtbot.waitActive(page):
        page.show()
    lines.setFocus()
    qtbot.keyClick(lines, Qt.Key.Key_Tab)
    assert following.hasFocus()


def test_a_secret_can_be_shown_also_where_a_link_says_where_to_find_it(qtbot: QtBot) -> None:
    key = SecretField("API key")
    row = FormField("API key", key, link=LinkButton("Where do I find this?"))
    qtbot.addWidget(row)
    row.resize(400, 90)
    row.show()
    assert [each.text() for each in row.findChildren(LinkButton) if each.isVisible()] == [
        "Where do I find this?",
        "Show",
    ]
    key.reveal_link.click()
    assert key.echoMode() is QLineEdit.EchoMode.Normal
