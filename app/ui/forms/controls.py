"""The control that fits a field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from PySide6.QtWidgets import QWidget

from app.core.texts import Text, _
from app.sdk.settings import FieldSpec, InputKind
from app.ui.forms.choices import ChoicesField
from app.ui.forms.numbers import DecimalField
from app.ui.forms.suggest import SuggestField
from app.ui.forms.table import MappingField
from app.ui.forms.toggle import WrappingCheckBox
from app.ui.widgets.choice import Choice, ChoiceField
from app.ui.widgets.date import DateField
from app.ui.widgets.fields import MultilineField, SecretField, TextField
from app.ui.widgets.path import PathField


class LinesField(MultilineField):
    """One entry per line; the value is a list."""

    def value(self) -> list[str]:  # type: ignore[override]  # a list is what this field is about
        return [line.strip() for line in self.toPlainText().splitlines() if line.strip()]

    def set_value(self, value: object) -> None:
        self.setPlainText("\n".join(str(each) for each in value) if isinstance(value, list | tuple) else "")


class TypedDateField(DateField):
    """The value is ISO text; what cannot be read as a date is handed on as typed, so that the check can say so."""

    def value(self) -> object:  # type: ignore[override]
        day = super().value()
        return day.isoformat() if day else (self.text().strip() or None)

    def set_value(self, value: object) -> None:
        super().set_value(date.fromisoformat(value[:10]) if isinstance(value, str) and value else None)


def build_control(spec: FieldSpec, *, is_kept: bool = False) -> QWidget:
    """Every control speaks the three words of ``widgets.fields.Field``. ``is_kept``: a secret that is stored."""
    if spec.input is InputKind.SECRET:
        return SecretField(spec.label, placeholder=_("Saved. Leave empty to keep it.") if is_kept else _hint(spec))
    return _BUILDERS[spec.input](spec)


def _hint(spec: FieldSpec) -> str:
    return spec.setting.placeholder


def _text(spec: FieldSpec) -> QWidget:
    kind = SuggestField if spec.setting.suggests else TextField
    return kind(spec.label, placeholder=_hint(spec))


def _long_text(spec: FieldSpec) -> QWidget:
    if isinstance(spec.default, list | tuple | set | frozenset):
        return LinesField(spec.label, placeholder=_hint(spec) or _("One per line"))
    return MultilineField(spec.label, placeholder=_hint(spec))


def _number(spec: FieldSpec) -> QWidget:
    known = (spec.default, spec.minimum, spec.maximum)
    is_whole = not any(isinstance(each, Decimal | float) for each in known)
    return DecimalField(spec.label, placeholder=_hint(spec), is_whole=is_whole)


def _several(spec: FieldSpec) -> QWidget:
    return ChoicesField(spec.label, [Choice(value, words) for value, words in spec.choices])


def _path(spec: FieldSpec) -> QWidget:
    return PathField(spec.label, patterns=spec.setting.path_filter.split(), placeholder=_hint(spec))


def _table(spec: FieldSpec) -> QWidget:
    setting = spec.setting
    return MappingField(
        spec.label,
        setting.table_headings,
        keys=setting.table_keys,
        values=setting.table_values,
        is_suggesting=bool(setting.suggests),
    )


_BUILDERS: Mapping[InputKind, Callable[[FieldSpec], QWidget]] = {
    InputKind.TEXT: _text,
    InputKind.LONG_TEXT: _long_text,
    InputKind.NUMBER: _number,
    InputKind.BOOLEAN: lambda spec: WrappingCheckBox(spec.label),
    InputKind.CHOICE: lambda spec: ChoiceField(spec.label, _choices(spec)),
    InputKind.CHOICES: _several,
    InputKind.DATE: lambda spec: TypedDateField(spec.label, placeholder=_hint(spec)),
    InputKind.PATH: _path,
    InputKind.TABLE: _table,
}


def _choices(spec: FieldSpec) -> list[Choice]:
    choices = [Choice(value, words) for value, words in spec.choices]
    if spec.default is None:  # nothing chosen yet, or nothing wanted
        unset: Text | str = _("Please choose") if spec.is_required else _("None")
        choices.insert(0, Choice("", unset))
    return choices
