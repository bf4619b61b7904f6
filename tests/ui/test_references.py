"""Screens look as they did when somebody last looked at them: see `references.py` for renewing the pictures."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QGraphicsColorizeEffect, QWidget
from pytestqt.qtbot import QtBot

from app.ui.shell import Shell
from app.ui.theme import DARK, LIGHT, ThemeChoice, apply_theme
from app.ui.widgets import PrimaryButton, SecondaryButton, StatusBadge, Tone
from tests.ui.picture_comparison import Comparison, compare, difference_picture
from tests.ui.picture_files import save_small, with_few_colours
from tests.ui.reference_screens import SCREENS, Screen, render
from tests.ui.references import FOLDER, path_of

_MOST_BYTES = 1_500_000
_PATIENCE_MS = 60_000
Rendering = Callable[[Screen], QImage]

needs_references = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="there are no reference pictures yet: python -m tests.ui.references makes them"
)
like_the_references = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="other systems draw letters by themselves; the references are of Linux"
)


@pytest.fixture
def rendered(window_loop: object, qapp: QApplication, qtbot: QtBot) -> Iterator[Rendering]:
    def draw(screen: Screen) -> QImage:
        task = asyncio.ensure_future(render(qapp, screen))
        qtbot.waitUntil(task.done, timeout=_PATIENCE_MS)
        return task.result()

    yield draw
    apply_theme(qapp, ThemeChoice.LIGHT)


def screen(name: str) -> Screen:
    return next(each for each in SCREENS if each.name == name)


def told(picture: QImage, comparison: Comparison, name: str, folder: Path) -> str:
    """Why the test fails, and where to look."""
    new, difference = folder / f"{name}.new.png", folder / f"{name}.difference.png"
    picture.save(str(new))
    difference_picture(picture, comparison).save(str(difference))
    return (
        f"{name} does not look like its reference {path_of(name)}: {comparison}\n"
        f"now: {new}\nwhere: {difference}\nIf it is right so: python -m tests.ui.references {name}"
    )


@needs_references
@like_the_references
@pytest.mark.parametrize("name", [each.name for each in SCREENS])
def test_a_screen_looks_like_its_reference(name: str, rendered: Rendering, tmp_path: Path) -> None:
    reference = QImage(str(path_of(name)))
    assert not reference.isNull(), f"{path_of(name)} is missing: python -m tests.ui.references {name}"
    picture = rendered(screen(name))
    comparison = compare(picture, reference)
    if not comparison.is_alike:
        pytest.fail(told(picture, comparison, name, tmp_path), pytrace=False)


@needs_references
def test_every_reference_has_its_screen_and_all_are_small() -> None:
    files = sorted(FOLDER.iterdir())
    assert [path.name for path in files] == sorted(f"{each.name}.png" for each in SCREENS)
    assert sum(path.stat().st_size for path in files) < _MOST_BYTES


def move_by_twelve_pixels(widget: QWidget) -> None:
    widget.move(widget.pos() - QPoint(12, 0))


def cut(widget: QWidget) -> None:
    widget.resize(widget.width() * 2 // 3, widget.height())


def paint_in_another_colour(widget: QWidget) -> None:
    colour = QGraphicsColorizeEffect(widget)
    colour.setColor(QColor(LIGHT.error))
    widget.setGraphicsEffect(colour)


def give_a_pale_ground_for_another(widget: QWidget) -> None:
    assert isinstance(widget, StatusBadge)
    widget.set_status(widget.text(), Tone.NEUTRAL)


def visible_child(shell: Shell, kind: type[QWidget]) -> QWidget:
    page = shell.navigator.page()
    assert page is not None
    return next(widget for widget in page.findChildren(kind) if widget.isVisible())


def test_the_same_screen_drawn_twice_is_the_same(rendered: Rendering) -> None:
    assert compare(rendered(screen("home")), rendered(screen("home"))).share == 0


def test_the_palette_of_a_reference_makes_no_difference(rendered: Rendering) -> None:
    picture = rendered(screen("home_dark"))
    comparison = compare(with_few_colours(picture), picture)
    assert comparison.is_alike, str(comparison)
    assert comparison.share == 0
    grounds = (DARK.background, DARK.panel, DARK.rail)
    kept = {QColor(colour).name().upper() for colour in with_few_colours(picture).colorTable()}
    assert kept.issuperset(grounds)


@pytest.mark.parametrize(
    ("name", "kind", "alter"),
    [
        ("products", PrimaryButton, move_by_twelve_pixels),
        ("products", SecondaryButton, move_by_twelve_pixels),
        ("products", PrimaryButton, cut),
        ("products", PrimaryButton, paint_in_another_colour),
        ("home", StatusBadge, move_by_twelve_pixels),
        ("home", StatusBadge, give_a_pale_ground_for_another),
    ],
)
def test_what_is_moved_cut_or_wrongly_coloured_is_found_at_its_place(
    name: str, kind: type[QWidget], alter: Callable[[QWidget], None], rendered: Rendering, tmp_path: Path
) -> None:
    as_it_was = screen(name)
    places: list[QRect] = []

    def change(shell: Shell) -> None:
        widget = visible_child(shell, kind)
        places.append(QRect(widget.mapTo(shell, QPoint()), widget.size()))
        alter(widget)

    picture = rendered(replace(as_it_was, alter=change))
    comparison = compare(picture, rendered(as_it_was))
    assert comparison.places, str(comparison)
    assert all(place.intersects(places[0].adjusted(-12, -12, 12, 12)) for place in comparison.places)
    words = told(picture, comparison, name, tmp_path)
    for path in (tmp_path / f"{name}.new.png", tmp_path / f"{name}.difference.png"):
        assert str(path) in words
        assert QImage(str(path)).size() == picture.size()


def test_a_window_of_another_size_is_never_alike(rendered: Rendering) -> None:
    picture = rendered(screen("settings"))
    comparison = compare(picture.copy(0, 0, 1200, 800), picture)
    assert not comparison.is_alike
    assert str(comparison) == "1200x800 instead of 1280x800 pixels"


def test_a_small_file_keeps_a_rare_colour(tmp_path: Path) -> None:
    picture = QImage(512, 512, QImage.Format.Format_RGB32)
    for row in range(512):
        for column in range(512):
            picture.setPixel(column, row, QColor(column // 2, row // 2, 128).rgb())
    picture.setPixel(7, 7, QColor("#FF0000").rgb())
    size = save_small(picture, tmp_path / "small.png")
    assert size == (tmp_path / "small.png").stat().st_size
    assert QImage(str(tmp_path / "small.png")).pixelColor(7, 7).name() == "#ff0000"
