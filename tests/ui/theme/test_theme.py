import pytest
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.theme import (
    BOLD,
    DARK,
    LIGHT,
    REGULAR,
    ThemeChoice,
    apply_theme,
    colours_now,
    load_fonts,
    mono_font,
    motion_ms,
    themed_icon,
    ui_font,
)
from app.ui.theme.fonts import MONO_FAMILY, UI_FAMILY
from app.ui.theme.tokens import Colours


@pytest.mark.parametrize(("choice", "colours"), [(ThemeChoice.LIGHT, LIGHT), (ThemeChoice.DARK, DARK)])
def test_a_chosen_theme_reaches_tokens_and_palette(qapp: QApplication, choice: ThemeChoice, colours: Colours) -> None:
    theme = apply_theme(qapp, choice)
    assert theme.choice is choice
    assert colours_now() is colours
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == colours.background
    assert colours.accent in qapp.styleSheet()


def test_changing_the_theme_tells_everybody_and_keeps_one_theme_object(qapp: QApplication, qtbot: QtBot) -> None:
    theme = apply_theme(qapp, ThemeChoice.LIGHT)
    with qtbot.waitSignal(theme.changed):
        assert apply_theme(qapp, ThemeChoice.DARK) is theme


def test_the_system_choice_ends_in_one_of_the_two_schemes(qapp: QApplication) -> None:
    apply_theme(qapp, ThemeChoice.SYSTEM)
    assert colours_now() in (LIGHT, DARK)


def test_the_bundled_fonts_are_there(qapp: QApplication) -> None:
    assert load_fonts() == []
    assert {UI_FAMILY, MONO_FAMILY} <= set(QFontDatabase.families())


def test_a_weight_changes_the_letters_and_not_only_the_request(qapp: QApplication) -> None:
    load_fonts()
    assert _width(ui_font(13, BOLD)) > _width(ui_font(13, REGULAR))


def test_tabular_figures_are_equally_wide(qapp: QApplication) -> None:
    load_fonts()
    tabular = QFontMetrics(ui_font(tabular=True))
    assert tabular.horizontalAdvance("1111") == tabular.horizontalAdvance("8888")


def test_the_log_font_draws_no_ligatures(qapp: QApplication) -> None:
    load_fonts()
    metrics = QFontMetrics(mono_font())
    assert metrics.horizontalAdvance("->") == 2 * metrics.horizontalAdvance("-")


def test_no_stylesheet_names_a_font_because_that_would_lose_the_weights(qapp: QApplication) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)
    assert "font" not in qapp.styleSheet()


def test_icons_are_painted_in_the_colour_of_the_theme(qapp: QApplication) -> None:
    apply_theme(qapp, ThemeChoice.DARK)
    image = themed_icon("gear-six").pixmap(32, 32).toImage()
    solid = [image.pixelColor(x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() == 255]
    assert solid
    assert {colour.name().upper() for colour in solid} == {DARK.second}


def test_nothing_moves_longer_than_150_ms(qapp: QApplication) -> None:
    assert 0 <= motion_ms() <= 150


def _width(font: QFont) -> int:
    return QFontMetrics(font).horizontalAdvance("Historical import")
