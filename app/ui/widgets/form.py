"""A form row: label, control, and what there is to say about it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.core.texts import _
from app.ui.theme import TYPE, ui_font
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.fields import SecretField, mark_invalid
from app.ui.widgets.labels import HelpLabel, StrongLabel, ToneLabel
from app.ui.widgets.painting import Words
from app.ui.widgets.path import PathField
from app.ui.widgets.toggle import CheckBox

_LABEL_HEIGHT = 20


class FormField(QWidget):
    """Label above, an optional link at its right, the control, then help and error lines.

    `max_length` shows a counter beside the label (for controls with `text()`). A secret's Show/Hide link is placed by
    itself. `set_error("…")` marks the control and tells screen readers; an empty text clears it.
    """

    def __init__(
        self,
        label: Words,
        control: QWidget,
        parent: QWidget | None = None,
        *,
        help_text: Words = "",
        link: LinkButton | None = None,
        max_length: int | None = None,
        is_optional: bool = False,
    ) -> None:
        super().__init__(parent)
        self.control = control
        self._help_text = str(help_text)
        self._max_length = max_length
        self._caption = StrongLabel(str(label), self, size_px=TYPE.body - 1)
        self._caption.setHidden(isinstance(control, CheckBox))
        self._counter = QLabel(self)
        self._counter.hide()
        self._help = HelpLabel(self._help_text)
        self._error = ToneLabel("", "error")
        column = _Column(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        # A box or switch carries its own words; a second label would say them twice.
        if not isinstance(control, CheckBox):
            column.addWidget(self._label_row(link, is_optional=is_optional))
        column.addWidget(control)
        column.addWidget(self._help)
        column.addWidget(self._error)
        # In a row of fields the taller neighbour must not pull label and control apart.
        column.addStretch(1)
        self._help.setVisible(bool(self._help_text))
        self._error.hide()
        control.setAccessibleName(str(label))
        control.setAccessibleDescription(self._help_text)
        if isinstance(control, QLineEdit) and max_length is not None:
            control.textChanged.connect(self._count)
            self._count(control.text())

    def set_label(self, words: Words) -> None:
        self._caption.setText(str(words))
        self.control.setAccessibleName(str(words))

    def _label_row(self, link: LinkButton | None, *, is_optional: bool) -> QWidget:
        line = QWidget()
        line.setFixedHeight(_LABEL_HEIGHT)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        self._caption.setBuddy(self.control)
        row.addWidget(self._caption)
        if is_optional:
            row.addWidget(HelpLabel(_("optional")))
        row.addStretch(1)
        self._counter.setFont(ui_font(TYPE.small, tabular=True))
        self._counter.setProperty("role", "second")
        if self._max_length is not None:
            row.addWidget(self._counter)
            self._counter.show()
        reveal = self.control.reveal_link if isinstance(self.control, SecretField) else None
        for each in (link, reveal):
            if each is not None:
                row.addWidget(each, alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return line

    def error(self) -> str:
        return self._error.text()

    def set_error(self, words: Words) -> None:
        message = str(words)
        self._error.setText(message)
        self._error.setVisible(bool(message))
        self._help.setVisible(bool(self._help_text) and not message)
        self.control.setAccessibleDescription(message or self._help_text)
        if isinstance(self.control, PathField):
            self.control.set_invalid(is_invalid=bool(message))
        else:
            mark_invalid(self.control.focusProxy() or self.control, is_invalid=bool(message))

    def set_help(self, words: Words) -> None:
        self._help_text = str(words)
        self._help.setText(self._help_text)
        self.set_error(self._error.text())

    def _count(self, words: str) -> None:
        self._counter.setText(f"{len(words)} / {self._max_length}")


class _Column(QVBoxLayout):
    """Keeps spare height at its end without asking the page for more."""

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal
