import asyncio
from collections.abc import Mapping
from typing import Annotated

import pytest
from pydantic import Field
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.texts import Text, text
from app.sdk.settings import InputKind, Setting, Settings, field_specs, parse
from app.sdk.target import Suggestion
from app.ui.forms import FormModel, SettingsForm
from app.ui.forms.model import model_check
from app.ui.forms.suggest import SuggestField
from app.ui.forms.table import MappingField
from app.ui.widgets import CheckBox, Disclosure, DropDown, LinkButton, SecretField, TextField
from app.ui.widgets.labels import StrongLabel
from tests.ui.fake_systems import FileSettings, MailOptions, ShopSettings
from tests.ui.fakes import FakeWindow


def form_of(
    window: FakeWindow,
    qtbot: QtBot,
    model: type[Settings],
    values: Mapping[str, object] | None = None,
    kept: frozenset[str] = frozenset(),
) -> SettingsForm:
    async def suggest(_name: str) -> list[Suggestion]:
        return [Suggestion("4", "Newsletter"), Suggestion("7", "Tea lovers")]

    state = FormModel(
        field_specs(model),
        window.context.tasks,
        model_check(model),
        values=values,
        kept_secrets=kept,
        suggest=suggest,
    )
    form = SettingsForm(state, secret_place=text("Kept in the keystore, never in a file."))
    state.setParent(form)
    qtbot.addWidget(form)
    form.show()
    return form


def text_field(form: SettingsForm, name: str) -> TextField:
    control = form.control(name)
    assert isinstance(control, TextField)
    return control


def test_every_kind_of_input_has_a_control_that_keeps_its_value(window: FakeWindow, qtbot: QtBot) -> None:
    given = {
        "path": "/shop/orders.csv",
        "encoding": "latin-1",
        "columns": {"total": "Betrag"},
        "ignored": ["POST", "M"],
        "has_header": False,
        "since": "2026-01-31",
        "rate": "7.5",
    }
    form = form_of(window, qtbot, FileSettings, given)
    shown = {spec.name: form.control(spec.name).value() for spec in field_specs(FileSettings)}  # type: ignore[attr-defined]
    assert shown == given
    assert parse(FileSettings, form._model.values()).rate == parse(FileSettings, given).rate


def test_a_problem_is_shown_once_the_field_was_typed_in(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, ShopSettings)
    assert form.field("store_hash").error() == ""
    qtbot.keyClicks(form.control("store_hash"), "ab")
    qtbot.waitUntil(lambda: form.field("store_hash").error() == "At least 3 characters are needed.")
    assert form.field("access_token").error() == ""
    qtbot.keyClicks(form.control("store_hash"), "c1")
    qtbot.waitUntil(lambda: form.field("store_hash").error() == "")


def test_showing_all_problems_goes_to_the_first_field_that_has_one(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, ShopSettings, {"store_hash": "abc123"})
    form.activateWindow()
    window.context.tasks.spawn(form._model.check_now())
    qtbot.waitUntil(lambda: bool(form._model.problems()))
    assert form.show_problems()
    assert form.field("access_token").error() == "This field is needed."
    assert form.focusWidget() is form.control("access_token")


def test_a_stored_secret_may_stay_empty(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, ShopSettings, {"store_hash": "abc123"}, frozenset({"access_token"}))
    window.context.tasks.spawn(form._model.check_now())
    qtbot.waitUntil(lambda: form._model.is_valid)
    assert form._model.secrets() == {}
    assert "Saved" in text_field(form, "access_token").placeholderText()


def test_a_secret_is_masked_until_it_is_shown_and_says_where_it_is_kept(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, ShopSettings)
    secret = form.control("access_token")
    assert isinstance(secret, SecretField)
    assert not secret.is_revealed()
    qtbot.mouseClick(secret.reveal_link, Qt.MouseButton.LeftButton)
    assert secret.is_revealed()
    assert secret.accessibleDescription() == "Kept in the keystore, never in a file."


def test_where_do_i_find_this_is_answered_in_place(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, ShopSettings)
    row = form.field("store_hash")
    link = next(link for link in row.findChildren(LinkButton) if link.text().startswith("Where"))
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert "control panel" in row.control.accessibleDescription()
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert row.control.accessibleDescription() == "The part after stores/ in the address."


def test_advanced_fields_are_folded_until_one_is_needed(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, ShopSettings)
    disclosure = form.findChild(Disclosure)
    assert disclosure is not None
    assert not disclosure.is_open()
    form.focus("page_size")
    assert disclosure.is_open()


def test_a_finding_from_outside_stays_until_the_field_is_changed(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, ShopSettings, {"store_hash": "abc123"})
    form._model.report("store_hash", text("There is no such store."))
    assert form.field("store_hash").error() == "There is no such store."
    qtbot.keyClicks(form.control("store_hash"), "4")
    qtbot.waitUntil(lambda: form.field("store_hash").error() == "")


def test_suggestions_fill_the_list_and_keep_the_value(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, MailOptions, {"list_id": "7"})
    field = form.control("list_id")
    assert isinstance(field, SuggestField)
    field.open_list()
    qtbot.waitUntil(lambda: field.text() == "Tea lovers")
    assert field.value() == "7"
    field.setText("Newsletter")
    assert form._model.value("list_id") == "4"


def test_only_what_differs_from_the_defaults_is_changed(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, MailOptions)
    assert form._model.changed_values() == {}
    text_field(form, "tag").setText("tea-customer")
    assert form._model.changed_values() == {"tag": "tea-customer"}


def test_pairs_grow_while_typing_and_rows_can_be_removed(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, FileSettings, {"path": "a.csv"})
    table = form.control("columns")
    assert isinstance(table, MappingField)
    model = table.pairs
    model.setData(model.index(0, 0), "total")
    model.setData(model.index(0, 1), "Betrag")
    assert model.rowCount() == 2
    assert form._model.value("columns") == {"total": "Betrag"}
    table._frame.view.setCurrentIndex(model.index(0, 0))
    table.remove_current()
    assert form._model.value("columns") == {}


class ImportSettings(Settings):
    columns: Annotated[
        dict[str, str],
        Setting(
            label=text("Columns"),
            suggests="columns",
            table_headings=(text("Field"), text("Column in the file")),
            table_keys={"total": text("Order total"), "date": text("Order date")},
        ),
    ] = Field(default_factory=dict)


def editor_of(qtbot: QtBot, table: MappingField, row: int, column: int) -> QWidget:
    """Opened by the keyboard, as a person without a mouse does."""
    view = table._frame.view
    table.window().activateWindow()
    qtbot.waitUntil(table.isActiveWindow)
    view.setFocus()
    view.setCurrentIndex(table.pairs.index(row, column))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    return view.indexWidget(view.currentIndex())


def test_a_pair_is_chosen_by_label_and_heading(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, ImportSettings)
    table = form.control("columns")
    assert isinstance(table, MappingField)
    keys = editor_of(qtbot, table, 0, 0)
    assert isinstance(keys, DropDown)
    assert keys.accessibleName() == "Field"
    assert [keys.itemText(row) for row in range(keys.count())] == ["Please choose", "Order total", "Order date"]
    qtbot.waitUntil(lambda: keys.view().isVisible())
    qtbot.keyClick(keys.view(), Qt.Key.Key_Down)
    qtbot.keyClick(keys.view(), Qt.Key.Key_Return)
    assert table.value() == {"total": ""}
    assert table.pairs.index(0, 0).data() == "Order total"

    heading = editor_of(qtbot, table, 0, 1)
    assert isinstance(heading, SuggestField)
    assert heading.accessibleName() == "Column in the file: Order total"
    qtbot.waitUntil(lambda: bool(heading._by_label))
    qtbot.keyClick(heading, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    popup = heading.completer().popup()
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert heading.text() == "Newsletter"
    qtbot.keyClick(heading, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.value() == {"total": "4"})
    assert form._model.value("columns") == {"total": "4"}
    assert table.pairs.index(0, 1).data() == "Newsletter"


def test_a_key_is_offered_once_and_an_unknown_one_stays(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, ImportSettings, {"columns": {"total": "Betrag", "old": "Alt"}})
    table = form.control("columns")
    assert isinstance(table, MappingField)
    assert [table.pairs.index(row, 0).data() for row in range(2)] == ["Order total", "old"]
    keys = editor_of(qtbot, table, 1, 0)
    assert isinstance(keys, DropDown)
    assert [keys.itemText(row) for row in range(keys.count())] == ["old", "Order date"]
    assert table.value() == {"total": "Betrag", "old": "Alt"}


def test_a_heading_can_be_typed(window: FakeWindow, qtbot: QtBot) -> None:
    table = form_of(window, qtbot, ImportSettings, {"columns": {"total": ""}}).control("columns")
    assert isinstance(table, MappingField)
    heading = editor_of(qtbot, table, 0, 1)
    qtbot.keyClicks(heading, "Betrag")
    qtbot.keyClick(heading, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.value() == {"total": "Betrag"})


def test_a_date_that_cannot_be_read_is_said_to_be_one(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, FileSettings, {"path": "a.csv"})
    qtbot.keyClicks(form.control("since"), "soon")
    qtbot.waitUntil(lambda: "date" in form.field("since").error())


def test_a_check_that_is_overtaken_by_typing_is_not_shown(window: FakeWindow, qtbot: QtBot) -> None:
    gate = asyncio.Event()
    asked: list[object] = []

    async def slow(values: Mapping[str, object], _secrets: Mapping[str, str]) -> Mapping[str, Text]:
        asked.append(values.get("store_hash"))
        if len(asked) == 1:
            await gate.wait()
            return {"store_hash": text("outdated")}
        return {}

    model = FormModel(field_specs(ShopSettings), window.context.tasks, slow)
    model.edit("store_hash", "one")
    qtbot.waitUntil(lambda: asked == ["one"])
    model.edit("store_hash", "two")
    gate.set()
    qtbot.waitUntil(lambda: model.is_valid)
    assert model.problem("store_hash") is None


@pytest.mark.parametrize("kind", list(InputKind))
def test_the_made_up_systems_use_every_kind_of_input(kind: InputKind) -> None:
    specs = [spec for model in (ShopSettings, FileSettings, MailOptions) for spec in field_specs(model)]
    assert kind in {spec.input for spec in specs} | {InputKind.CHOICES}


def test_a_check_box_carries_its_own_label(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, FileSettings, {"path": "a.csv"})
    box = form.control("has_header")
    assert isinstance(box, CheckBox)
    assert box.accessibleName() == "The first line holds the names of the columns"


def test_a_table_says_what_its_columns_hold(window: FakeWindow, qtbot: QtBot) -> None:
    table = form_of(window, qtbot, FileSettings).control("columns")
    assert isinstance(table, MappingField)
    headings = [table.pairs.headerData(section, Qt.Orientation.Horizontal) for section in (0, 1)]
    assert headings == ["Field", "Column in the file"]
    unnamed = MappingField("Pairs")
    qtbot.addWidget(unnamed)
    assert unnamed.pairs.headerData(0, Qt.Orientation.Horizontal) == "Name"


class ActionSettings(Settings):
    actions: Annotated[
        Mapping[str, str],
        Setting(
            label=text("Actions"),
            table_keys={"payment": text("Payment"), "refund": text("Refund")},
            table_values={"enter": text("Enter"), "take_out": text("Take out")},
        ),
    ] = Field(default_factory=lambda: {"payment": "enter", "refund": "enter"})


def test_a_table_shows_and_offers_the_labels_of_its_values(window: FakeWindow, qtbot: QtBot) -> None:
    table = form_of(window, qtbot, ActionSettings).control("actions")
    assert isinstance(table, MappingField)
    assert [table.pairs.index(row, 1).data() for row in range(2)] == ["Enter", "Enter"]
    values = editor_of(qtbot, table, 1, 1)
    assert isinstance(values, DropDown)
    assert [values.itemText(row) for row in range(values.count())] == ["Enter", "Take out"]
    values.setCurrentIndex(1)
    values.activated.emit(1)
    assert table.value() == {"payment": "enter", "refund": "take_out"}


def test_a_table_of_a_form_is_as_wide_as_the_form_and_as_high_as_its_rows(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, ActionSettings)
    form.resize(700, 500)
    table = form.control("actions")
    assert isinstance(table, MappingField)
    view = table._frame.view
    header = view.horizontalHeader()
    qtbot.waitUntil(lambda: header.sectionSize(0) + header.sectionSize(1) == view.viewport().width())
    before = table._frame.height()
    table.remove_current()
    table.pairs.remove_row(0)
    qtbot.waitUntil(lambda: table._frame.height() < before)


class GroupedSettings(Settings):
    campaign: Annotated[str, Setting(label=text("Campaign"))] = ""
    street: Annotated[str, Setting(label=text("Street"), group=text("Address"))] = ""
    town: Annotated[str, Setting(label=text("Town"), group=text("Address"))] = ""
    tax: Annotated[str, Setting(label=text("Tax"), group=text("Amounts"))] = ""


def test_fields_of_a_group_stand_together_under_its_heading(window: FakeWindow, qtbot: QtBot) -> None:
    form = form_of(window, qtbot, GroupedSettings)
    headings = {each.text(): each.y() for each in form.findChildren(StrongLabel) if each.parent() is form}
    assert list(headings) == ["Address", "Amounts"]
    rows = {name: form.field(name).y() for name in ("campaign", "street", "town", "tax")}
    assert rows["campaign"] < headings["Address"] < rows["street"] < rows["town"] < headings["Amounts"] < rows["tax"]
