"""Pairs of a name and a value, one per line, for detail sheets."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.ui.theme import SPACING
from app.ui.widgets.labels import BodyLabel, MonoLabel, SecondaryLabel
from app.ui.widgets.painting import Words


class FactsGrid(QWidget):
    """Values are selectable; empty ones are left out."""

    def __init__(self, facts: Iterable[tuple[Words, Words]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACING.l)
        grid.setVerticalSpacing(SPACING.s)
        grid.setColumnStretch(1, 1)
        for name, value in facts:
            if not str(value):
                continue
            row = grid.rowCount()
            grid.addWidget(SecondaryLabel(name, is_wrapping=False), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_value_label(str(value)), row, 1)


def _value_label(value: str) -> QLabel:
    label: QLabel = MonoLabel(value) if _is_code(value) else BodyLabel(value)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _is_code(value: str) -> bool:
    return value.startswith(("http://", "https://", "{", "["))
