"""The one object that knows which scheme is shown, and tells when it changes."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.ui.theme.fonts import load_fonts, ui_font
from app.ui.theme.palette import build_palette
from app.ui.theme.stylesheet import build_stylesheet
from app.ui.theme.tokens import DARK, LIGHT, Colours, with_high_contrast

_OBJECT_NAME = "theme"


class ThemeChoice(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_SYSTEM_SCHEMES = {
    ThemeChoice.SYSTEM: Qt.ColorScheme.Unknown,
    ThemeChoice.LIGHT: Qt.ColorScheme.Light,
    ThemeChoice.DARK: Qt.ColorScheme.Dark,
}


class Theme(QObject):
    """Lives on the application; widgets ask `colours_now()` while painting and need no subscription of their own."""

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.setObjectName(_OBJECT_NAME)
        self._application = application
        self._choice = ThemeChoice.LIGHT
        self._colours = LIGHT
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    @property
    def choice(self) -> ThemeChoice:
        return self._choice

    @property
    def colours(self) -> Colours:
        return self._colours

    def choose(self, choice: ThemeChoice) -> None:
        self._choice = choice
        # Tells the system too: it draws our title bars. "Unknown" hands the decision back to it.
        QGuiApplication.styleHints().setColorScheme(_SYSTEM_SCHEMES[choice])
        self._colours = _resolve(choice)
        self._application.setPalette(build_palette(self._colours))
        self._application.setStyleSheet(build_stylesheet(self._colours))
        self.changed.emit()

    def _follow_system(self) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self.choose(ThemeChoice.SYSTEM)


def apply_theme(application: QApplication, choice: ThemeChoice) -> Theme:
    """Dress the application; call again with another choice to change it while it runs."""
    theme = application.findChild(Theme, _OBJECT_NAME, Qt.FindChildOption.FindDirectChildrenOnly)
    if theme is None:
        load_fonts()
        application.setStyle("Fusion")
        application.setFont(ui_font())
        theme = Theme(application)
    theme.choose(choice)
    return theme


def colours_now() -> Colours:
    """The colours on screen; the light ones as long as no theme was applied."""
    application = QApplication.instance()
    if application is None:
        return LIGHT
    theme = application.findChild(Theme, _OBJECT_NAME, Qt.FindChildOption.FindDirectChildrenOnly)
    return LIGHT if theme is None else theme.colours


def _resolve(choice: ThemeChoice) -> Colours:
    hints = QGuiApplication.styleHints()
    is_dark = choice is ThemeChoice.DARK or (
        choice is ThemeChoice.SYSTEM and hints.colorScheme() == Qt.ColorScheme.Dark
    )
    colours = DARK if is_dark else LIGHT
    return with_high_contrast(colours) if _wants_high_contrast() else colours


def _wants_high_contrast() -> bool:
    # Qt tells the contrast preference from 6.10 on; with an older Qt the schemes stay as they are.
    accessibility = getattr(QGuiApplication.styleHints(), "accessibility", None)
    if accessibility is None:
        return False
    return bool(accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast)
