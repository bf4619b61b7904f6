import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.theme import ThemeChoice, apply_theme
from app.ui.widgets import (
    CardButton,
    ChipBar,
    ChipChoice,
    DangerButton,
    IconButton,
    LinkButton,
    PrimaryButton,
    SecondaryButton,
    StepHeader,
    Tab,
    TabBar,
)
from app.ui.widgets.buttons import DrawnButton
from tests.ui.accessibility import tab_chain

KINDS = [PrimaryButton, SecondaryButton, DangerButton, LinkButton, CardButton]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_button_is_pressed_by_enter_and_by_space(qtbot: QtBot, kind: type[DrawnButton], key: Qt.Key) -> None:
    button = kind("Sync now")
    qtbot.addWidget(button)
    button.show()
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(button, key)


@pytest.mark.parametrize("kind", KINDS)
def test_a_disabled_button_does_nothing(qtbot: QtBot, kind: type[DrawnButton]) -> None:
    button = kind("Sync now")
    qtbot.addWidget(button)
    button.setEnabled(False)
    button.show()
    with qtbot.assertNotEmitted(button.clicked):
        button.click()
        enter = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(button, enter)


def test_the_focus_ring_follows_the_keyboard_and_not_the_mouse(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    button = SecondaryButton("Back", window)
    with qtbot.waitActive(window):
        window.show()
    button.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not button.shows_focus_ring()
    button.clearFocus()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert button.shows_focus_ring()
    button.focusInEvent(QFocusEvent(QFocusEvent.Type.FocusIn, Qt.FocusReason.ActiveWindowFocusReason))
    assert button.shows_focus_ring()


def test_the_focus_ring_can_be_seen(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)
    window = QWidget()
    qtbot.addWidget(window)
    button = PrimaryButton("Continue", window)
    with qtbot.waitActive(window):
        window.show()
    button.setFocus(Qt.FocusReason.MouseFocusReason)
    plain = button.grab().toImage()
    button.clearFocus()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert button.grab().toImage() != plain


def test_an_icon_button_is_named(qtbot: QtBot) -> None:
    button = IconButton("gear-six", "Settings")
    qtbot.addWidget(button)
    assert button.accessibleName() == button.toolTip() == "Settings"


@pytest.fixture
def chips(qtbot: QtBot) -> ChipBar:
    bar = ChipBar(
        "Show", [ChipChoice("all", "All", 1204), ChipChoice("open", "Unmapped", 37), ChipChoice("bad", "Errors")]
    )
    qtbot.addWidget(bar)
    with qtbot.waitActive(bar):
        bar.show()
    return bar


def test_exactly_one_chip_is_on(chips: ChipBar, qtbot: QtBot) -> None:
    assert chips.selected() == "all"
    with qtbot.waitSignal(chips.chosen) as chosen:
        qtbot.mouseClick(chips.chips()[1], Qt.MouseButton.LeftButton)
    assert chosen.args == ["open"]
    assert [chip.isChecked() for chip in chips.chips()] == [False, True, False]


def test_pressing_the_chosen_chip_again_keeps_it_on(chips: ChipBar, qtbot: QtBot) -> None:
    qtbot.mouseClick(chips.chips()[0], Qt.MouseButton.LeftButton)
    assert chips.selected() == "all"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([Qt.Key.Key_Right], "open"),
        ([Qt.Key.Key_Right, Qt.Key.Key_Right], "bad"),
        ([Qt.Key.Key_Left], "bad"),
        ([Qt.Key.Key_Right, Qt.Key.Key_Left], "all"),
    ],
)
def test_arrow_keys_move_the_choice_around(chips: ChipBar, qtbot: QtBot, keys: list[Qt.Key], expected: str) -> None:
    chips.setFocus()
    for key in keys:
        focused = chips.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, key)
    assert chips.selected() == expected


def test_tab_reaches_only_the_chosen_chip(chips: ChipBar) -> None:
    chips.select("open")
    assert tab_chain(chips) == [chips.chips()[1]]


def test_counts_are_shown_and_read_out(chips: ChipBar) -> None:
    chips.set_count("bad", 3)
    assert chips.chips()[2].text() == chips.chips()[2].accessibleName() == "Errors 3"


def test_choosing_in_code_tells_nobody(chips: ChipBar, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(chips.chosen):
        chips.select("bad")
    assert chips.selected() == "bad"


def test_wrapped_chips_stay_inside_a_narrow_page(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    bar = ChipBar("Kind", [ChipChoice(str(number), f"A rather long word {number}") for number in range(6)])
    column.addWidget(bar)
    page.resize(320, 300)
    page.show()
    assert all(chip.geometry().right() <= bar.width() for chip in bar.chips())
    assert len({chip.y() for chip in bar.chips()}) > 1


def test_tabs_move_by_arrow_keys_and_tell_their_key(qtbot: QtBot) -> None:
    tabs = TabBar("Parts", [Tab("overview", "Overview"), Tab("products", "Products")])
    qtbot.addWidget(tabs)
    tabs.show()
    with qtbot.waitSignal(tabs.chosen) as chosen:
        qtbot.keyClick(tabs, Qt.Key.Key_Right)
    assert chosen.args == ["products"]
    assert tabs.selected() == "products"


def test_a_step_already_done_leads_back_to_it(qtbot: QtBot) -> None:
    steps = StepHeader(["Systems", "Connect", "Preview"], current=1)
    qtbot.addWidget(steps)
    steps.show()
    links = steps.findChildren(LinkButton)
    assert [link.text() for link in links] == ["1 Systems"]
    with qtbot.waitSignal(steps.step_wanted) as wanted:
        QTest.mouseClick(links[0], Qt.MouseButton.LeftButton)
    assert wanted.args == [0]
    assert steps.accessibleName() == "Step 2 of 3: Connect"
