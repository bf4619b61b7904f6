"""A form, generated from the fields of a settings model."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.core.texts import Text, _
from app.sdk.settings import FieldSpec, InputKind
from app.sdk.target import Suggestion
from app.ui.forms.controls import build_control
from app.ui.forms.model import FormModel
from app.ui.forms.suggest import SuggestField
from app.ui.forms.table import MappingField
from app.ui.theme import SPACING
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.disclosure import Disclosure
from app.ui.widgets.fields import Field
from app.ui.widgets.form import FormField
from app.ui.widgets.labels import StrongLabel
from app.ui.widgets.painting import Words

_OPTIONAL_INPUTS = {InputKind.TEXT, InputKind.LONG_TEXT, InputKind.SECRET, InputKind.DATE, InputKind.PATH}
_PAIRED_INPUTS = {InputKind.NUMBER, InputKind.DATE}


class SettingsForm(QWidget):
    """Shows and forwards; everything else is the model's. ``secret_place`` stands under each secret.

    ``extra_advanced`` goes into the folded part, below the model's own fields there and above its groups.
    """

    def __init__(
        self,
        model: FormModel,
        parent: QWidget | None = None,
        *,
        secret_place: Words = "",
        extra_advanced: Sequence[QWidget] = (),
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._secret_place = str(secret_place)
        self._rows: dict[str, FormField] = {}
        self._names: dict[QObject, str] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACING.m + 2)
        basic = [spec for spec in model.specs if not spec.setting.is_advanced]
        advanced = [spec for spec in model.specs if spec.setting.is_advanced]
        self._fill(self._column, basic)
        self._disclosure: Disclosure | None = None
        if advanced or extra_advanced:
            self._disclosure = Disclosure(_("Advanced"))
            self._disclosure.body.setSpacing(SPACING.m + 2)
            self._fill(self._disclosure.body, [spec for spec in advanced if not spec.setting.group])
            for widget in extra_advanced:
                self._disclosure.body.addWidget(widget)
            self._fill(self._disclosure.body, [spec for spec in advanced if spec.setting.group])
            self._column.addWidget(self._disclosure)
        model.problem_changed.connect(self._show_problem)
        model.value_set.connect(self._follow)
        model.suggestions_arrived.connect(self._offer)

    def field(self, name: str) -> FormField:
        return self._rows[name]

    def control(self, name: str) -> QWidget:
        return self._rows[name].control

    def focus(self, name: str = "") -> None:
        """The named field, unfolded if need be; else the first."""
        wanted = name if name in self._rows else next(iter(self._rows), "")
        if not wanted:
            return
        spec = next(spec for spec in self._model.specs if spec.name == wanted)
        if spec.setting.is_advanced and self._disclosure is not None:
            self._disclosure.set_open(is_open=True)
        self.control(wanted).setFocus(Qt.FocusReason.OtherFocusReason)

    def set_secret_place(self, words: Words) -> None:
        """Known only once the keystore has answered, which may take a while."""
        self._secret_place = str(words)
        for spec in self._model.specs:
            if spec.input is InputKind.SECRET:
                self._rows[spec.name].set_help(self._help(spec))

    def open_advanced(self) -> None:
        if self._disclosure is not None:
            self._disclosure.set_open(is_open=True)

    def show_problems(self) -> bool:
        """Mark every problem and go to the first; True when there was one."""
        first = self._model.show_all()
        if first:
            self.focus(first)
        return bool(first)

    # Building ------------------------------------------------------------------------------------------------------

    def _fill(self, column: QVBoxLayout, specs: Sequence[FieldSpec]) -> None:
        rest = list(specs)
        group = ""
        while rest:
            spec = rest.pop(0)
            if str(spec.setting.group) != group:
                group = str(spec.setting.group)
                if group:
                    column.addSpacing(SPACING.m)
                    column.addWidget(StrongLabel(group))
            if rest and _are_a_pair(spec, rest[0]):
                pair = QHBoxLayout()
                pair.setSpacing(SPACING.m + 2)
                for each in (spec, rest.pop(0)):
                    pair.addWidget(self._build(each), 1, Qt.AlignmentFlag.AlignTop)
                column.addLayout(pair)
            else:
                column.addWidget(self._build(spec))

    def _build(self, spec: FieldSpec) -> FormField:
        control = build_control(spec, is_kept=spec.name in self._model.kept_secrets)
        field: Field = control  # type: ignore[assignment]  # what build_control promises
        field.set_value(self._model.value(spec.name))
        field.value_changed.connect(lambda _value=None, name=spec.name: self._take(name))
        link = LinkButton(_("Where do I find this?")) if spec.setting.where else None
        row = FormField(
            spec.label,
            control,
            help_text=self._help(spec),
            link=link,
            max_length=spec.max_length if spec.setting.has_counter else None,
            is_optional=self._is_optional(spec),
        )
        if link is not None:
            link.setAccessibleName(_("Where do I find this? {field}").format(field=spec.label))
            link.clicked.connect(lambda _checked=False, spec=spec: self._explain(spec))
        for widget in (control, control.focusProxy()):
            if isinstance(widget, QLineEdit):
                widget.installEventFilter(self)
                self._names[widget] = spec.name
        if isinstance(control, SuggestField | MappingField):
            control.suggestions_wanted.connect(lambda name=spec.name: self._model.want_suggestions(name))
        self._rows[spec.name] = row
        return row

    def _help(self, spec: FieldSpec) -> str:
        words = str(spec.setting.help)
        if spec.input is InputKind.SECRET and self._secret_place:
            return f"{words} {self._secret_place}".strip()
        return words

    def _is_optional(self, spec: FieldSpec) -> bool:
        if spec.is_required or spec.input not in _OPTIONAL_INPUTS or spec.name in self._model.kept_secrets:
            return False
        default = spec.default.get_secret_value() if hasattr(spec.default, "get_secret_value") else spec.default
        return default in (None, "", (), [])

    # Living --------------------------------------------------------------------------------------------------------

    def _take(self, name: str) -> None:
        control: Field = self._rows[name].control  # type: ignore[assignment]
        self._model.edit(name, control.value())

    def _follow(self, name: str) -> None:
        control: Field = self._rows[name].control  # type: ignore[assignment]
        if control.value() != self._model.value(name):
            control.set_value(self._model.value(name))

    def _show_problem(self, name: str) -> None:
        row = self._rows.get(name)
        problem: Text | str = self._model.problem(name) or ""
        if row is not None and row.error() != str(problem):
            row.set_error(problem)

    def _explain(self, spec: FieldSpec) -> None:
        row, help_text = self._rows[spec.name], self._help(spec)
        whole = "\n".join(part for part in (str(spec.setting.where), help_text) if part)
        is_shown = row.property("explained") is True
        row.setProperty("explained", not is_shown)
        row.set_help(help_text if is_shown else whole)

    def _offer(self, name: str, suggestions: list[Suggestion]) -> None:
        row = self._rows.get(name)
        if row is not None and isinstance(row.control, SuggestField | MappingField):
            row.control.set_suggestions(suggestions)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusOut and watched in self._names:
            self._model.leave(self._names[watched])
        return super().eventFilter(watched, event)


def _are_a_pair(one: FieldSpec, other: FieldSpec) -> bool:
    """Short fields of one group stand beside each other."""
    is_same_group = str(one.setting.group) == str(other.setting.group)
    return is_same_group and one.input in _PAIRED_INPUTS and other.input in _PAIRED_INPUTS
