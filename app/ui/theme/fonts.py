"""The program's own fonts, so that the window looks the same on every system.

Both families come as variable fonts. Qt registers only their regular cut, so a weight asked for through `setWeight`
or a stylesheet is ignored (500, 600) or smeared (700): weights are set on the font's own axis instead, and no
stylesheet of ours names a font.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable

from PySide6.QtGui import QFont, QFontDatabase

from app.ui.theme.tokens import TYPE

UI_FAMILY = "Inter"
MONO_FAMILY = "JetBrains Mono"
REGULAR, MEDIUM, SEMIBOLD, BOLD = 400, 500, 600, 700

_FONT_PACKAGES = {UI_FAMILY: "fontpkg_inter", MONO_FAMILY: "fontpkg_jetbrains_mono"}
_OPTICAL_SIZES = (14, 32)


def load_fonts() -> list[str]:
    """Register the bundled families; safe to call twice. Returns the families that could not be loaded."""
    return [family for family, package in _FONT_PACKAGES.items() if not _load_family(family, package)]


def _load_family(family: str, package: str) -> bool:
    if family in QFontDatabase.families():
        return True
    for font_file in _upright_files(package):
        with as_file(font_file) as path:
            QFontDatabase.addApplicationFont(str(path))
    return family in QFontDatabase.families()


def _upright_files(package: str) -> Iterator[Traversable]:
    try:
        folder = files(package) / "files"
    except ModuleNotFoundError:
        return
    for entry in folder.iterdir():
        if entry.name.endswith((".ttf", ".otf")) and "italic" not in entry.name.lower():
            yield entry


def ui_font(size_px: int = TYPE.body, weight: int = REGULAR, *, tabular: bool = False) -> QFont:
    """Inter at a logical pixel size; `tabular` gives every figure the same width, for columns."""
    font = QFont(UI_FAMILY)
    font.setStyleHint(QFont.StyleHint.SansSerif)
    font.setPixelSize(size_px)
    smallest, largest = _OPTICAL_SIZES
    font.setVariableAxis(QFont.Tag("opsz"), max(smallest, min(largest, size_px)))
    font.setVariableAxis(QFont.Tag("wght"), weight)
    return with_tabular_figures(font) if tabular else font


def mono_font(size_px: int = TYPE.log, weight: int = REGULAR) -> QFont:
    """JetBrains Mono, without ligatures: an arrow in an address must not hide what was typed."""
    font = QFont(MONO_FAMILY)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(size_px)
    font.setVariableAxis(QFont.Tag("wght"), weight)
    font.setFeature(QFont.Tag("calt"), 0)
    return font


def with_tabular_figures(font: QFont) -> QFont:
    """A copy of the font in which all figures are equally wide."""
    copy = QFont(font)
    copy.setFeature(QFont.Tag("tnum"), 1)
    return copy
