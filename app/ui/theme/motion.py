"""How long something may move: at most 150 ms, and not at all where the system asks for calm."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QStyle

from app.ui.theme.tokens import MOTION_MS


def motion_ms() -> int:
    """Duration for one movement in milliseconds; 0 means: jump to the end."""
    style_allows = QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
    # Only Windows reports its "animation effects" switch through UI_General; elsewhere Qt answers "off" by default.
    system_allows = sys.platform != "win32" or QApplication.isEffectEnabled(Qt.UIEffect.UI_General)
    return MOTION_MS if style_allows and system_allows else 0
