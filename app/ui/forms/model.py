"""The state of one form: values, what is wrong with them, and when to say so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.texts import Text
from app.sdk.settings import FieldSpec, InputKind, Settings, field_specs, problems_of
from app.sdk.target import Suggestion
from app.ui.tasks import Tasks

_PAUSE_MS = 250

Values = dict[str, object]
Secrets = dict[str, str]
Check = Callable[[Values, Secrets], Awaitable[Mapping[str, Text]]]
Suggest = Callable[[str], Awaitable[Sequence[Suggestion]]]


class FormModel(QObject):
    """A problem is shown once its field was touched, or after ``show_all``: nobody is scolded before typing.

    ``kept_secrets`` names secrets that are stored already: left empty they stay as they are. ``edited`` follows a
    person's change only.
    """

    edited = Signal(str)
    value_set = Signal(str)
    """A value was set from outside: the control must follow."""
    problem_changed = Signal(str)
    validity_changed = Signal()
    suggestions_arrived = Signal(str, list)

    def __init__(
        self,
        specs: Sequence[FieldSpec],
        tasks: Tasks,
        check: Check,
        *,
        values: Mapping[str, object] | None = None,
        kept_secrets: frozenset[str] = frozenset(),
        suggest: Suggest | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.specs = tuple(specs)
        self.kept_secrets = kept_secrets
        self._by_name = {spec.name: spec for spec in specs}
        self._tasks = tasks
        self._check = check
        self._suggest = suggest
        given = values or {}
        self._values = {spec.name: plain(given.get(spec.name, spec.default)) for spec in specs}
        self._touched: set[str] = set()
        self._problems: Mapping[str, Text] = {}
        self._reported: dict[str, Text] = {}
        self._is_checked = False
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(lambda: self._tasks.spawn(self.check_now(), owner=self))

    # Values --------------------------------------------------------------------------------------------------------

    def value(self, name: str) -> object:
        return self._values.get(name)

    def edit(self, name: str, value: object) -> None:
        """What a control says."""
        value = plain(value)
        if value == self._values.get(name):
            return
        self._values[name] = value
        self._touched.add(name)
        was_reported = self._reported.pop(name, None) is not None
        self._is_checked = False
        self._pause.start()
        if was_reported:
            self.problem_changed.emit(name)
        self.edited.emit(name)

    def set_value(self, name: str, value: object) -> None:
        """From outside, such as "use this address"."""
        self.edit(name, value)
        self.value_set.emit(name)

    def values(self) -> Values:
        """Everything but secrets, as settings models take it; what is empty is left to its default."""
        return {
            name: value
            for name, value in self._values.items()
            if self._by_name[name].input is not InputKind.SECRET and not self._is_left_out(name, value)
        }

    def secrets(self) -> Secrets:
        """Only those that were entered."""
        return {
            spec.name: str(self._values[spec.name])
            for spec in self.specs
            if spec.input is InputKind.SECRET and self._values[spec.name]
        }

    def changed_values(self) -> Values:
        """Only what differs from the defaults."""
        return {name: value for name, value in self.values().items() if value != plain(self._by_name[name].default)}

    def _is_left_out(self, name: str, value: object) -> bool:
        if value is None:
            return True
        return value == "" and not isinstance(self._by_name[name].default, str)

    # Problems ------------------------------------------------------------------------------------------------------

    @property
    def is_valid(self) -> bool:
        """As of the last check; False while a change awaits its check."""
        return self._is_checked and not self._problems

    @property
    def is_touched(self) -> bool:
        return bool(self._touched)

    def problem(self, name: str) -> Text | None:
        """What to show at the field now."""
        if name in self._reported:
            return self._reported[name]
        return self._problems.get(name) if name in self._touched else None

    def problems(self) -> Mapping[str, Text]:
        return {**self._problems, **self._reported}

    def report(self, name: str, problem: Text) -> None:
        """Mark a field from outside, until it is changed: a connection test found it wrong."""
        self._reported[name] = problem
        self.problem_changed.emit(name)

    def clear_reports(self) -> None:
        names, self._reported = tuple(self._reported), {}
        for name in names:
            self.problem_changed.emit(name)

    def show_all(self) -> str:
        """Show every problem, touched or not; the name of the first field that has one, else empty."""
        self._touched.update(self._by_name)
        for name in self._by_name:
            self.problem_changed.emit(name)
        return next((name for name in self._by_name if name in self.problems()), "")

    def leave(self, name: str) -> None:
        """The person has left a field that they typed in: nothing to wait for any more."""
        if name in self._touched and self._pause.isActive():
            self._pause.setInterval(0)
            self._pause.start()
            self._pause.setInterval(_PAUSE_MS)

    async def check_now(self) -> bool:
        """Raises AppError where the check itself cannot be made."""
        self._pause.stop()
        seen = dict(self._values)
        found = await self._check(self.values(), self.secrets())
        if seen != self._values:
            return False  # typed on meanwhile: the pause has been started again
        self._problems = {name: problem for name, problem in found.items() if not self._is_kept(name)}
        self._is_checked = True
        for name in self._by_name:
            self.problem_changed.emit(name)
        self.validity_changed.emit()
        return self.is_valid

    def _is_kept(self, name: str) -> bool:
        return name in self.kept_secrets and not self._values.get(name)

    # Suggestions ---------------------------------------------------------------------------------------------------

    def want_suggestions(self, name: str) -> None:
        """Ask the system for a field's list; silent where it cannot answer yet, for the person may type on."""
        spec = self._by_name[name]
        if self._suggest is not None and spec.setting.suggests:
            self._tasks.spawn(self._fetch(name, spec.setting.suggests), owner=self, on_error=lambda _error: None)

    async def _fetch(self, name: str, suggests: str) -> None:
        if self._suggest is not None:
            self.suggestions_arrived.emit(name, list(await self._suggest(suggests)))


def model_check(model: type[Settings]) -> Check:
    """Checks against a model at hand, without asking the engine."""

    async def check(values: Values, secrets: Secrets) -> Mapping[str, Text]:
        return problems_of(model, {**values, **secrets})

    return check


def options_form(
    model: type[Settings],
    tasks: Tasks,
    values: Mapping[str, object],
    *,
    suggest: Suggest | None = None,
    parent: QObject | None = None,
) -> FormModel:
    """The form of one group of options; ``values`` may hold those of other groups too."""
    specs = field_specs(model)
    own = {spec.name: values[spec.name] for spec in specs if spec.name in values}
    return FormModel(specs, tasks, model_check(model), values=own, suggest=suggest, parent=parent)


def plain(value: object) -> object:
    """A value as JSON writes it: what controls hold and settings models read."""
    match value:
        case Enum():
            return plain(value.value)
        case date():
            return value.isoformat()
        case Path():
            return str(value)
        case frozenset() | set():
            return sorted(str(plain(each)) for each in value)
        case list() | tuple():
            return [plain(each) for each in value]
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case _:
            return value
