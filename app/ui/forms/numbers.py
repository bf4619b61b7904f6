"""Numbers with or without decimals."""

from __future__ import annotations

from PySide6.QtCore import QRegularExpression
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QWidget

from app.ui.theme import ui_font
from app.ui.widgets.fields import TextField
from app.ui.widgets.painting import Words

_WIDTH_PX = 160


class DecimalField(TextField):
    """Takes a comma or a point; the value is an int, a text such as ``2.50``, or None when empty."""

    def __init__(
        self, name: Words, parent: QWidget | None = None, *, placeholder: Words = "", is_whole: bool = False
    ) -> None:
        super().__init__(name, parent, placeholder=placeholder)
        pattern = r"-?\d{0,12}" if is_whole else r"-?\d{0,12}([.,]\d{0,6})?"
        self.setValidator(QRegularExpressionValidator(QRegularExpression(pattern), self))
        self.setFont(ui_font(tabular=True))
        self.setMaximumWidth(_WIDTH_PX)

    def value(self) -> object:  # type: ignore[override]  # a number is what this field is about
        words = self.text().strip().replace(",", ".")
        if not words:
            return None
        return int(words) if words.removeprefix("-").isdigit() else words
