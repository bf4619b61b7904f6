"""Interface icons (Phosphor, through qtawesome) in a colour from the tokens."""

from __future__ import annotations

import qtawesome
from PySide6.QtGui import QIcon

from app.ui.theme.theme import colours_now


def themed_icon(name: str, colour: str | None = None) -> QIcon:
    """An icon by its Phosphor name such as "gear-six". Ask again after a theme change: a QIcon keeps its colour."""
    shown = colour or colours_now().second
    icon: QIcon = qtawesome.icon(f"ph.{name}", color=shown, color_disabled=colours_now().third)
    return icon
