"""Settings models: pydantic models whose fields carry what a form, the command line and the README need to know.

A connector declares ``store_hash: Annotated[str, Setting(label=text("Store hash"), ...)]``; secrets are ``Secret``.
Forms, ``koppler systems``, validation and secret storage follow from :func:`field_specs`.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError, PydanticUndefined

from app.core.errors import ConfigError
from app.core.texts import Text, text, verbatim

Secret = SecretStr


class Settings(BaseModel):
    """Base of every settings and options model: unknown fields are refused, values trimmed, instances frozen."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, validate_default=True, defer_build=True
    )


class NoSettings(Settings):
    """For a role without options."""


class InputKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    SECRET = "secret"  # noqa: S105 - the name of a kind of input
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    PATH = "path"
    TABLE = "table"
    """A mapping of text to text, edited as two columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a person sees of a field. ``choices`` names the values of an enumeration or literal."""

    label: Text
    help: Text = Text("")
    where: Text = Text("")
    """Answers "Where do I find this?"."""
    placeholder: str = ""
    choices: Mapping[str, Text] = field(default_factory=dict)
    is_advanced: bool = False
    is_long: bool = False
    has_counter: bool = False
    group: Text = Text("")
    """The heading under which a form shows this field together with those of the same group that follow it."""
    is_path: bool = False
    path_filter: str = ""
    """Endings offered when choosing a file, such as ``*.csv *.xlsx``."""
    suggests: str = ""
    """Name of the connector's list of suggestions for this field, such as ``lists``; see ``Suggests`` in sdk.target."""
    table_headings: tuple[Text, Text] | None = None
    """What stands above the two columns of a table."""
    table_keys: Mapping[str, Text] = field(default_factory=dict)
    """What the first column of a table offers, key to label; then ``suggests`` fills the second, else the first."""
    table_values: Mapping[str, Text] = field(default_factory=dict)
    """What the second column of a table can hold, value to label, where these are all there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field as forms and the command line see it."""

    name: str
    input: InputKind
    setting: Setting
    is_required: bool
    default: object = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[tuple[str, Text], ...] = ()

    @property
    def label(self) -> Text:
        return self.setting.label


class SettingsError(ConfigError):
    """One or more fields are not valid; ``problems`` holds a text for each field name."""

    def __init__(self, problems: Mapping[str, Text]) -> None:
        first = next(iter(problems))
        super().__init__(problems[first], field=first, detail=f"invalid fields: {', '.join(problems)}")
        self.problems = problems


Model = TypeVar("Model", bound=Settings)


def parse(model: type[Model], values: Mapping[str, object]) -> Model:
    """Raises SettingsError, which never repeats a value that was entered."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        problems = {str(each["loc"][0]) if each["loc"] else "": _problem(model, each) for each in error.errors()}
        raise SettingsError(problems) from None


def problems_of(model: type[Settings], values: Mapping[str, object]) -> Mapping[str, Text]:
    """For checking while typing: a text for each field that is not valid, empty when all are."""
    try:
        parse(model, values)
    except SettingsError as error:
        return error.problems
    return {}


def plain_values(instance: Settings) -> dict[str, object]:
    """The values as JSON, without secrets."""
    secrets = {spec.name for spec in field_specs(type(instance)) if spec.input is InputKind.SECRET}
    return instance.model_dump(mode="json", exclude=secrets)


def secret_values(instance: Settings) -> dict[str, str]:
    pairs = ((name, getattr(instance, name)) for name in type(instance).model_fields)
    return {name: value.get_secret_value() for name, value in pairs if isinstance(value, SecretStr)}


def field_specs(model: type[Settings]) -> tuple[FieldSpec, ...]:
    """Raises TypeError for a field without ``Setting``: a connector's fault, found by its standard tests."""
    return tuple(_spec(name, info) for name, info in model.model_fields.items())


def secret_names(model: type[Settings]) -> tuple[str, ...]:
    return tuple(spec.name for spec in field_specs(model) if spec.input is InputKind.SECRET)


def _spec(name: str, info: FieldInfo) -> FieldSpec:
    setting = next((each for each in info.metadata if isinstance(each, Setting)), None)
    if setting is None:
        raise TypeError(f"field {name} has no Setting")
    annotation = _bare(info.annotation)
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    limits = {key: _limit(info, key) for key in ("min_length", "max_length", "ge", "le")}
    return FieldSpec(
        name=name,
        input=_input_kind(annotation, setting),
        setting=setting,
        is_required=info.is_required(),
        default=None if default is PydanticUndefined else default,
        min_length=limits["min_length"],
        max_length=limits["max_length"],
        minimum=limits["ge"],
        maximum=limits["le"],
        choices=_choices(annotation, setting),
    )


def _bare(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        rest = [each for each in get_args(annotation) if each is not type(None)]
        return _bare(rest[0]) if len(rest) == 1 else annotation
    return annotation


_SIMPLE: Sequence[tuple[type, InputKind]] = (
    (SecretStr, InputKind.SECRET),
    (bool, InputKind.BOOLEAN),
    (Enum, InputKind.CHOICE),
    (int, InputKind.NUMBER),
    (Decimal, InputKind.NUMBER),
    (datetime, InputKind.DATE),
    (date, InputKind.DATE),
    (Path, InputKind.PATH),
)


def _input_kind(annotation: Any, setting: Setting) -> InputKind:
    origin = get_origin(annotation)
    if origin is Literal:
        return InputKind.CHOICE
    if origin in {tuple, frozenset, set, list}:
        return InputKind.CHOICES if _choices(annotation, setting) else InputKind.LONG_TEXT
    if origin in {dict, Mapping}:
        return InputKind.TABLE
    if isinstance(annotation, type):
        for known, kind in _SIMPLE:
            if issubclass(annotation, known):
                return kind
    if setting.is_path:
        return InputKind.PATH
    return InputKind.LONG_TEXT if setting.is_long else InputKind.TEXT


def _choices(annotation: Any, setting: Setting) -> tuple[tuple[str, Text], ...]:
    origin = get_origin(annotation)
    if origin in {tuple, frozenset, set, list}:
        return _choices(_bare(get_args(annotation)[0]), setting)
    if origin is Literal:
        values = [str(each) for each in get_args(annotation)]
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        values = [str(each.value) for each in annotation]
    else:
        values = []
    return tuple((value, setting.choices.get(value, verbatim(value))) for value in values)


def _limit(info: FieldInfo, name: str) -> Any:
    return next((getattr(each, name) for each in info.metadata if getattr(each, name, None) is not None), None)


def _problem(model: type[Settings], error: ErrorDetails) -> Text:
    """Pydantic's finding in the person's words; the value itself is never repeated, it may be a secret."""
    context = error.get("ctx") or {}
    if "text" in context:  # raised by a validator through `invalid`
        found = context["text"]
        return found if isinstance(found, Text) else verbatim(str(found))
    match error["type"]:
        case "extra_forbidden":
            known = ", ".join(model.model_fields)
            return text('There is no field "{name}". Known fields: {known}.', name=error["loc"][0], known=known)
        case "string_too_short" | "too_short":
            return text("At least {limit} characters are needed.", limit=context.get("min_length", 1))
        case "string_too_long" | "too_long":
            return text("At most {limit} characters are possible.", limit=context.get("max_length", 0))
        case "greater_than_equal" | "greater_than":
            return text("At least {limit} is needed.", limit=context.get("ge", context.get("gt", 0)))
        case "less_than_equal" | "less_than":
            return text("At most {limit} is possible.", limit=context.get("le", context.get("lt", 0)))
        case "enum" | "literal_error":
            return text("Choose one of: {choices}.", choices=str(context.get("expected", "")))
        case other:
            return _PROBLEMS.get(other.removesuffix("_parsing").removesuffix("_type"), text("This value is not valid."))


_NUMBER = text("A number is needed.")
_DATE = text("A date is needed, such as 2026-01-31.")
_LIST = text("A list is needed.")
_TABLE = text("A table is needed: names, each with its value.")
_PROBLEMS: Mapping[str, Text] = {
    "missing": text("This field is needed."),
    "int": _NUMBER,
    "int_from_float": _NUMBER,
    "decimal": _NUMBER,
    "float": _NUMBER,
    "bool": text("Yes or no is needed."),
    "date": _DATE,
    "datetime": _DATE,
    "date_from_datetime": _DATE,
    "string": text('Words in quotes are needed, such as "11".'),
    "tuple": _LIST,
    "list": _LIST,
    "set": _LIST,
    "frozen_set": _LIST,
    "dict": _TABLE,
    "mapping": _TABLE,
    "string_pattern_mismatch": text("This does not have the expected form."),
}


def invalid(message: Text) -> ValueError:
    """For validators of connectors: ``raise invalid(text("..."))`` shows that text beside the field."""
    return PydanticCustomError("koppler", "{text}", {"text": message})
