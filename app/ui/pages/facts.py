"""Pairs of a name and a value, one per line, for detail sheets."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.ui.theme import SPACING
from app.ui.widgets.labels import BodyLabel, MonoLabel, SecondaryLabel
from app.ui.widgets.painting import Words

_MOST_NAME_PX = 180


class FactsGrid(QWidget):
    """Values are selectable; empty ones are left out."""

    def __init__(self, facts: Iterable[tuple[Words, Words]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING.s)
        names: list[QLabel] = []
        for name, value in facts:
            if not str(value):
                continue
            caption = SecondaryLabel(name, is_wrapping=False)
            names.append(caption)
            row = QHBoxLayout()
            row.setSpacing(SPACING.l)
            row.addWidget(caption, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(_value_label(str(value)), 1, Qt.AlignmentFlag.AlignTop)
            column.addLayout(row)
        width = min(max((label.sizeHint().width() for label in names), default=0), _MOST_NAME_PX)
        for label in names:
            label.setFixedWidth(width)


def _value_label(value: str) -> QLabel:
    label: QLabel = MonoLabel(value) if _is_code(value) else BodyLabel(value)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _is_code(value: str) -> bool:
    return value.startswith(("http://", "https://", "{", "["))
