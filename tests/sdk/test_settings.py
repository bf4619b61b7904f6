"""Settings models describe themselves, and their errors never repeat what was entered."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field, field_validator

from app.core.texts import text
from app.sdk.options import CommonOptions
from app.sdk.settings import (
    InputKind,
    Secret,
    Setting,
    Settings,
    SettingsError,
    field_specs,
    invalid,
    parse,
    plain_values,
    problems_of,
    secret_names,
    secret_values,
)


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class Sample(Settings):
    name: Annotated[str, Field(min_length=3, max_length=10), Setting(label=text("Name"))]
    token: Annotated[Secret, Setting(label=text("Token"))]
    size: Annotated[Size, Setting(label=text("Size"), choices={"small": text("Small")})] = Size.SMALL
    number: Annotated[int, Field(ge=1, le=9), Setting(label=text("Number"))] = 5
    day: Annotated[date | None, Setting(label=text("Day"))] = None
    file: Annotated[Path | None, Setting(label=text("File"))] = None
    is_on: Annotated[bool, Setting(label=text("On"))] = False
    columns: Annotated[dict[str, str], Setting(label=text("Columns"))] = {}  # noqa: RUF012 - pydantic copies it

    tags: Annotated[tuple[str, ...], Setting(label=text("Tags"))] = ()

    @field_validator("name")
    @classmethod
    def _no_blank(cls, value: str) -> str:
        if " " in value:
            raise invalid(text("Blanks are not possible here."))
        return value


GOOD = {"name": "abcde", "token": "s3cret-canary"}


def test_each_type_becomes_its_kind_of_input() -> None:
    kinds = {spec.name: spec.input for spec in field_specs(Sample)}
    assert kinds == {
        "name": InputKind.TEXT,
        "token": InputKind.SECRET,
        "size": InputKind.CHOICE,
        "number": InputKind.NUMBER,
        "day": InputKind.DATE,
        "file": InputKind.PATH,
        "is_on": InputKind.BOOLEAN,
        "columns": InputKind.TABLE,
        "tags": InputKind.LONG_TEXT,
    }


def test_limits_and_choices_are_known_to_the_form() -> None:
    specs = {spec.name: spec for spec in field_specs(Sample)}
    assert (specs["name"].min_length, specs["name"].max_length) == (3, 10)
    assert (specs["number"].minimum, specs["number"].maximum) == (1, 9)
    assert [(value, str(label)) for value, label in specs["size"].choices] == [("small", "Small"), ("large", "large")]
    assert specs["name"].is_required
    assert not specs["size"].is_required


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "ab", "At least 3"),
        ("name", "a" * 11, "At most 10"),
        ("name", "a b c", "Blanks are not possible"),
        ("number", 0, "At least 1"),
        ("number", "many", "number"),
        ("size", "huge", "Choose one of"),
        ("day", "yesterday", "date"),
        ("is_on", "perhaps", "Yes or no"),
        ("name", 12345, "in quotes"),
        ("columns", ["a"], "A table"),
        ("tags", "a, b", "A list"),
        ("unknown", 1, 'no field "unknown"'),
    ],
)
def test_each_bad_value_is_explained_beside_its_field(field: str, value: object, words: str) -> None:
    assert words in str(problems_of(Sample, {**GOOD, field: value})[field])


def test_a_missing_field_is_named() -> None:
    with pytest.raises(SettingsError) as caught:
        parse(Sample, {"name": "abcde"})
    assert caught.value.field == "token"


def test_errors_never_repeat_a_secret() -> None:
    with pytest.raises(SettingsError) as caught:
        parse(Sample, {"name": "x", "token": "s3cret-canary", "number": "s3cret-canary"})
    assert "canary" not in f"{caught.value} {caught.value.detail} {caught.value.problems}"


def test_secrets_are_kept_apart_from_plain_values() -> None:
    sample = parse(Sample, GOOD)
    assert secret_names(Sample) == ("token",)
    assert secret_values(sample) == {"token": "s3cret-canary"}
    assert "token" not in plain_values(sample)
    assert "canary" not in repr(sample)


def test_a_field_without_a_setting_is_a_fault_of_the_connector() -> None:
    class Bare(Settings):
        name: str

    with pytest.raises(TypeError):
        field_specs(Bare)


def test_the_common_options_leave_guests_out_and_send_everything_else() -> None:
    rules = CommonOptions().rules()
    assert rules.guest_orders.value == "skip"
    assert rules.created_from is None
    assert len(rules.statuses) == 8
