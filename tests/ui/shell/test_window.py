from collections.abc import Callable, Mapping

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.core.texts import text
from app.ui.shell import Navigator, RailEntry, Shell
from app.ui.theme import SIZES, ThemeChoice, apply_theme
from app.ui.widgets import Column, TableFrame
from tests.ui.accessibility import find, tab_chain, unnamed_controls
from tests.ui.gallery import PAGES, MemoryState


class FakePage(QWidget):
    """Remembers how it was built; has one field to type into."""

    def __init__(self, name: str, navigator: Navigator, **args: object) -> None:
        super().__init__()
        self.name = name
        self.navigator = navigator
        self.args = args
        self.field = QLineEdit(str(args.get("typed", "")))
        self.field.setAccessibleName("Name")
        QVBoxLayout(self).addWidget(self.field)


class CarefulPage(FakePage):
    """Asks before it is left, and keeps what was typed over a change of language."""

    asked: Callable[[], None] | None = None

    def request_leave(self, proceed: Callable[[], None]) -> None:
        self.asked = proceed

    def rebuild_args(self) -> Mapping[str, object]:
        return {**self.args, "typed": self.field.text()}


def page(name: str, kind: type[FakePage] = FakePage) -> Callable[..., QWidget]:
    return lambda navigator, **args: kind(name, navigator, **args)


NAMES = ("integrations", "accounts", "activity", "settings", "help", "run")


@pytest.fixture
def state() -> MemoryState:
    return MemoryState()


@pytest.fixture
def shell(qtbot: QtBot, qapp: QApplication, state: MemoryState) -> Shell:
    apply_theme(qapp, ThemeChoice.LIGHT)
    window = Shell({**{name: page(name) for name in NAMES}, "form": page("form", CarefulPage)}, state)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    return window


def current(shell: Shell) -> FakePage:
    shown = shell.navigator.page()
    assert isinstance(shown, FakePage)
    assert shown.isVisible()
    return shown


def press(shell: Shell, qtbot: QtBot, title: str) -> None:
    button = next(button for button in shell.rail.buttons() if button.text() == title)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def marked(shell: Shell) -> list[str]:
    return [button.entry.page for button in shell.rail.buttons() if button.isChecked()]


def test_the_window_opens_on_the_integrations(shell: Shell) -> None:
    assert current(shell).name == "integrations"
    assert marked(shell) == ["integrations"]


def test_places_without_a_page_are_not_offered(shell: Shell) -> None:
    assert "practice" not in [button.entry.page for button in shell.rail.buttons()]


def test_the_rail_leads_everywhere_and_marks_where_one_is(shell: Shell, qtbot: QtBot) -> None:
    for title, name in (("Accounts", "accounts"), ("Settings", "settings"), ("Help · F1", "help")):
        press(shell, qtbot, title)
        assert current(shell).name == name
        assert marked(shell) == [name]


def test_a_pushed_page_gets_its_arguments_and_alt_left_leads_back(shell: Shell, qtbot: QtBot) -> None:
    shell.navigator.push("run", run_id=7)
    assert (current(shell).name, current(shell).args) == ("run", {"run_id": 7})
    assert marked(shell) == ["integrations"]
    qtbot.keyClick(shell, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert current(shell).name == "integrations"
    assert not shell.navigator.can_go_back()


def test_a_half_filled_form_is_still_there_after_a_look_elsewhere(shell: Shell, qtbot: QtBot) -> None:
    shell.navigator.push("form")
    qtbot.keyClicks(current(shell).field, "Teeladen")
    press(shell, qtbot, "Accounts")
    press(shell, qtbot, "Integrations")
    assert current(shell).field.text() == "Teeladen"


def test_a_new_page_presses_no_button_upon_the_person(qtbot: QtBot, state: MemoryState) -> None:
    window = Shell(PAGES, state)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    find(window, QLineEdit).setFocus()
    window.navigator.open_section("settings")
    assert QApplication.focusWidget() is window.navigator.page()


def test_a_page_comes_back_with_the_focus_where_it_was(shell: Shell, qtbot: QtBot) -> None:
    field = current(shell).field
    field.setFocus()
    shell.navigator.push("run")
    assert QApplication.focusWidget() is current(shell)
    shell.navigator.back()
    assert QApplication.focusWidget() is field


def test_pressing_the_own_section_leads_to_its_first_page(shell: Shell, qtbot: QtBot) -> None:
    shell.navigator.push("run")
    press(shell, qtbot, "Integrations")
    assert current(shell).name == "integrations"


def test_a_page_with_something_to_lose_is_asked_first(shell: Shell) -> None:
    shell.navigator.push("form")
    form = current(shell)
    assert isinstance(form, CarefulPage)
    shell.navigator.back()
    assert current(shell) is form
    assert form.asked is not None
    form.asked()
    assert current(shell).name == "integrations"


def test_a_replaced_page_is_not_returned_to(shell: Shell) -> None:
    shell.navigator.push("form")
    shell.navigator.replace("run", run_id=1)
    shell.navigator.back()
    assert current(shell).name == "integrations"


def test_an_unknown_page_is_a_mistake_of_ours(shell: Shell) -> None:
    with pytest.raises(KeyError):
        shell.navigator.push("nowhere")


def test_f1_opens_help_and_ctrl_digits_the_sections(shell: Shell, qtbot: QtBot) -> None:
    qtbot.keyClick(shell, Qt.Key.Key_F1)
    assert current(shell).name == "help"
    qtbot.keyClick(shell, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert current(shell).name == "accounts"


@pytest.mark.parametrize(("width", "expected"), [(1280, SIZES.rail), (1000, SIZES.rail), (999, SIZES.rail_collapsed)])
def test_the_rail_collapses_in_a_narrow_window(shell: Shell, width: int, expected: int) -> None:
    shell.resize(width, 700)
    assert shell.rail.width() == expected


def test_icons_alone_are_explained_by_a_tool_tip(shell: Shell) -> None:
    shell.resize(900, 700)
    assert [button.toolTip() for button in shell.rail.buttons()][:2] == ["Integrations", "Accounts"]


def test_a_count_is_shown_and_read_out(shell: Shell) -> None:
    shell.set_count("activity", 2)
    button = next(button for button in shell.rail.buttons() if button.entry.page == "activity")
    assert button.accessibleName() == "Activity, 2 need attention"
    shell.retranslate()
    again = next(button for button in shell.rail.buttons() if button.entry.page == "activity")
    assert again.accessibleName() == "Activity, 2 need attention"


def test_a_change_of_language_builds_the_pages_anew_and_keeps_what_was_typed(shell: Shell, qtbot: QtBot) -> None:
    shell.navigator.push("form", account="a1")
    old = current(shell)
    qtbot.keyClicks(old.field, "Teeladen")
    shell.retranslate()
    new = current(shell)
    assert new is not old
    assert new.args["account"] == "a1"
    assert new.field.text() == "Teeladen"
    shell.navigator._cut_to(1)
    assert current(shell).name == "integrations"


def test_the_height_of_the_log_is_remembered(shell: Shell, qtbot: QtBot, state: MemoryState) -> None:
    total = sum(shell._splitter.sizes())
    shell._splitter.setSizes([total - 260, 260])
    shell.close()
    again = Shell({"integrations": page("integrations")}, state)
    qtbot.addWidget(again)
    again.show()
    assert again.log_pane.height() == pytest.approx(260, abs=6)


def test_a_folded_log_stays_folded_and_comes_back_in_its_height(shell: Shell, qtbot: QtBot, state: MemoryState) -> None:
    before = shell.log_pane.height()
    qtbot.keyClick(shell, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert shell.log_pane.height() == SIZES.log_strip + 1
    assert shell.log_pane.geometry().bottom() == shell._splitter.height() - 1
    shell.close()
    again = Shell({"integrations": page("integrations")}, state)
    qtbot.addWidget(again)
    again.show()
    assert again.log_pane.is_collapsed()
    again.log_pane.set_collapsed(is_collapsed=False)
    assert again.log_pane.height() == pytest.approx(before, abs=6)


@pytest.mark.parametrize("damaged", ["", "tall", "-5", "999999"])
def test_damaged_window_habits_do_no_harm(qtbot: QtBot, state: MemoryState, damaged: str) -> None:
    for key in ("log.height", "log.collapsed", "window.geometry"):
        state.set(key, damaged)
    window = Shell({"integrations": page("integrations")}, state)
    qtbot.addWidget(window)
    window.show()
    assert window.log_pane.isVisible()
    assert window.width() >= window.minimumWidth()


def test_ctrl_shift_f_filters_the_log(shell: Shell, qtbot: QtBot) -> None:
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(shell, Qt.Key.Key_F, keys)
    assert shell.log_pane.header.filter.hasFocus()


def test_everything_can_be_reached_by_tab_and_has_a_name(qtbot: QtBot, state: MemoryState) -> None:
    window = Shell(PAGES, state)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    for name in PAGES:
        window.navigator.open_section(name)
        assert unnamed_controls(window) == []
        chain = tab_chain(window)
        assert window.log_pane.view in chain
        assert window.rail.buttons()[0] in chain


def test_tab_walks_around_the_whole_window_and_is_never_trapped(qtbot: QtBot, state: MemoryState) -> None:
    window = Shell(PAGES, state)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    window.navigator.open_section("activity")
    start = window.rail.buttons()[0]
    start.setFocus(Qt.FocusReason.TabFocusReason)
    visited: list[QWidget | None] = []
    for _step in range(80):
        focused = QApplication.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        visited.append(QApplication.focusWidget())
        if QApplication.focusWidget() is start:
            break
    assert visited[-1] is start
    assert window.log_pane.view in visited


def test_a_window_may_have_other_places(qtbot: QtBot, state: MemoryState) -> None:
    entries = [RailEntry("only", text("Only"), "key")]
    window = Shell({"only": page("only")}, state, entries)
    qtbot.addWidget(window)
    window.show()
    assert find(window, FakePage).name == "only"


def test_a_model_without_rows_takes_the_focus_quietly(qtbot: QtBot, light: None) -> None:
    table = TableFrame("Orders", QStandardItemModel(0, 1), [Column()], is_shrinking=True)
    qtbot.addWidget(table)
    with qtbot.waitActive(table):
        table.show()
    table.view.setFocus()
    assert not table.view.currentIndex().isValid()


def test_the_first_window_is_no_larger_than_the_screen_and_its_log_takes_a_fifth(shell: Shell) -> None:
    room = shell.screen().availableGeometry()
    assert shell.width() <= room.width()
    assert shell.height() <= room.height()
    assert shell.log_pane.height() <= shell.height() // 5 + 1


def test_tab_follows_the_eye_through_what_was_built_later(shell: Shell, qtbot: QtBot) -> None:
    page = shell.navigator.page()
    assert isinstance(page, FakePage)
    last = QLineEdit("made first")
    column = page.layout()
    assert isinstance(column, QVBoxLayout)
    column.addWidget(last)
    late = [QLineEdit(f"made later {number}") for number in range(2)]
    for field in late:
        column.insertWidget(1, field)
    qtbot.waitUntil(lambda: all(each.isVisible() for each in (last, *late)))
    page.field.setFocus()
    seen = []
    for _each in range(3):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert seen == [late[1], late[0], last]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is late[0]
