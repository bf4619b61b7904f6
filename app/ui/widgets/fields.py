"""Text fields. Every field speaks the same three words: `value()`, `set_value()`, `value_changed`."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QLocale, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from app.core.texts import _
from app.ui.theme import mono_font, ui_font
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.painting import Words

_MULTILINE_HEIGHT = 84


class Field(Protocol):
    """What a form needs of a control; every control here also is a QWidget."""

    @property
    def value_changed(self) -> SignalInstance: ...

    def value(self) -> object: ...

    def set_value(self, value: object) -> None: ...


def mark_invalid(widget: QWidget, *, is_invalid: bool) -> None:
    """Give a field the error border, or take it away."""
    widget.setProperty("invalid", is_invalid)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


class TextField(QLineEdit):
    """One line of text. `name` is read out when no visible label belongs to the field."""

    value_changed = Signal(object)

    def __init__(
        self,
        name: Words,
        parent: QWidget | None = None,
        *,
        placeholder: Words = "",
        max_length: int | None = None,
        is_mono: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(str(name))
        self.setPlaceholderText(str(placeholder))
        self.setFont(mono_font() if is_mono else ui_font())
        if max_length is not None:
            self.setMaxLength(max_length)
        self.textChanged.connect(lambda _words: self.value_changed.emit(self.value()))

    def value(self) -> str:
        return self.text()

    def set_value(self, value: object) -> None:
        self.setText("" if value is None else str(value))


class NumberField(TextField):
    """A whole number between two bounds, or nothing. The value is an int or None."""

    def __init__(
        self,
        name: Words,
        parent: QWidget | None = None,
        *,
        minimum: int = 0,
        maximum: int = 999_999_999,
        placeholder: Words = "",
    ) -> None:
        super().__init__(name, parent, placeholder=placeholder)
        validator = QIntValidator(minimum, maximum, self)
        locale = QLocale()
        locale.setNumberOptions(QLocale.NumberOption.RejectGroupSeparator | QLocale.NumberOption.OmitGroupSeparator)
        validator.setLocale(locale)
        self.setValidator(validator)
        self.setFont(ui_font(tabular=True))
        self.setMaximumWidth(160)

    def value(self) -> int | None:  # type: ignore[override]  # a number is what this field is about
        words = self.text().strip()
        return int(words) if words and self.hasAcceptableInput() else None


class MultilineField(QPlainTextEdit):
    """Several lines; Tab leaves the field."""

    value_changed = Signal(object)

    def __init__(self, name: Words, parent: QWidget | None = None, *, placeholder: Words = "") -> None:
        super().__init__(parent)
        self.setAccessibleName(str(name))
        self.setPlaceholderText(str(placeholder))
        self.setProperty("field", True)
        self.setFont(ui_font())
        self.setTabChangesFocus(True)
        self.setFixedHeight(_MULTILINE_HEIGHT)
        self.textChanged.connect(lambda: self.value_changed.emit(self.toPlainText()))

    def value(self) -> str:
        return self.toPlainText()

    def set_value(self, value: object) -> None:
        self.setPlainText("" if value is None else str(value))


class CodeView(QPlainTextEdit):
    """Text of another system, shown as it stands, to read and to copy; Tab leaves it."""

    def __init__(self, name: Words, height_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(str(name))
        self.setProperty("field", True)
        self.setReadOnly(True)
        self.setFont(mono_font())
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._height_px = height_px
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(height_px)

    def sizeHint(self) -> QSize:
        """The stylesheet's own least height for fields goes before a fixed one."""
        return QSize(super().sizeHint().width(), self._height_px)


class SecretField(TextField):
    """Masked; `reveal_link` shows and hides it. A form row places that link beside the label by itself."""

    def __init__(self, name: Words, parent: QWidget | None = None, *, placeholder: Words = "") -> None:
        super().__init__(name, parent, placeholder=placeholder)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.reveal_link = LinkButton(_("Show"))
        self.reveal_link.setAccessibleName(_("Show {field}").format(field=str(name)))
        self.reveal_link.clicked.connect(self._toggle)
        self._field_name = str(name)
        self.set_revealed(is_revealed=False)

    def is_revealed(self) -> bool:
        return self.echoMode() is QLineEdit.EchoMode.Normal

    def set_revealed(self, *, is_revealed: bool) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal if is_revealed else QLineEdit.EchoMode.Password)
        self.setFont(mono_font(13) if is_revealed else ui_font())
        self.reveal_link.setText(_("Hide") if is_revealed else _("Show"))
        pattern = _("Hide {field}") if is_revealed else _("Show {field}")
        self.reveal_link.setAccessibleName(pattern.format(field=self._field_name))
        self.reveal_link.updateGeometry()

    def _toggle(self) -> None:
        self.set_revealed(is_revealed=not self.is_revealed())
