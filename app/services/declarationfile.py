"""The TOML file of ``koppler apply``: read, and every unknown key named with its place, its line and what is known."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from app.core.configuration import is_key
from app.core.errors import ConfigError
from app.core.texts import Text, text

_LARGEST_BYTES = 20 * 1024**2


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DeclaredField(_Model):
    target: str
    on_update: bool = True
    empty_overwrites: bool = False


class DeclaredAccount(_Model):
    system: str
    title: str = ""
    settings: Mapping[str, Any] = Field(default_factory=dict)
    secrets: Mapping[str, str] = Field(default_factory=dict)
    api_address: str = ""


class DeclaredIntegration(_Model):
    source: str
    target: str
    title: str = ""
    flows: tuple[str, ...]
    options: Mapping[str, Any] = Field(default_factory=dict)
    products: Mapping[str, str] | None = None
    fields: Mapping[str, Annotated[str | DeclaredField, Field(union_mode="left_to_right")]] | None = None
    active: bool = True


class Declaration(_Model):
    accounts: Mapping[str, DeclaredAccount] = Field(default_factory=dict)
    integrations: Mapping[str, DeclaredIntegration] = Field(default_factory=dict)


_KNOWN: Mapping[tuple[str, int], tuple[str, ...]] = {
    ("", 1): tuple(Declaration.model_fields),
    ("accounts", 3): tuple(DeclaredAccount.model_fields),
    ("integrations", 3): tuple(DeclaredIntegration.model_fields),
}


@dataclass(frozen=True, slots=True)
class DeclarationFile:
    declaration: Declaration
    folder: Path
    words: str

    def remedy_at(self, place: str) -> Text:
        """What to correct, with its line where that can be found."""
        line = line_of(self.words, tuple(place.split(".")))
        return (
            text("Correct {place} in line {line}.", place=place, line=line)
            if line
            else text("Correct {place}.", place=place)
        )


def read_declaration(path: Path) -> DeclarationFile:
    """Blocks. Raises ConfigError naming place, line and remedy."""
    try:
        words = _words(path)
    except (OSError, UnicodeError) as error:
        raise ConfigError(
            text('The file "{file}" cannot be read.', file=str(path)),
            remedy=text("Check its name; it must be a text file in UTF-8."),
            detail=f"{type(error).__name__} reading a declaration",
            field="path",
        ) from error
    try:
        raw = tomllib.loads(words)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(
            text("The file is not valid TOML: {problem}.", problem=str(error)),
            remedy=text("Correct that line, then apply the file again."),
            field="path",
        ) from error
    try:
        declaration = Declaration.model_validate(raw)
    except ValidationError as error:
        # A mistyped key is also a missing one: the mistyped key is what the person recognises.
        found = sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        raise _explained(found[0], words) from None
    for place, names in (("accounts", declaration.accounts), ("integrations", declaration.integrations)):
        for name in names:
            if not is_key(name):
                raise ConfigError(
                    text('"{place}.{name}" cannot be used as a short name.', place=place, name=name),
                    remedy=text("Use lower-case letters, digits and hyphens, at most 64."),
                    field=f"{place}.{name}",
                )
    return DeclarationFile(declaration, path.resolve().parent, words)


def _words(path: Path) -> str:
    """Devices and pipes never end. Raises OSError, UnicodeError."""
    if not path.is_file() or path.stat().st_size > _LARGEST_BYTES:
        raise FileNotFoundError
    return path.read_text(encoding="utf-8-sig")


def _explained(problem: ErrorDetails, words: str) -> ConfigError:
    location = tuple(str(part) for part in problem["loc"])
    place = ".".join(part for part in location if part not in {"DeclaredField", "str"})
    line = line_of(words, location)
    where = text("line {line}", line=line) if line else text("the file")
    if problem["type"] == "extra_forbidden":
        known = _KNOWN.get(
            ("" if len(location) == 1 else location[0], len(location)), tuple(DeclaredField.model_fields)
        )
        return ConfigError(
            text('Unknown key "{place}" in {where}.', place=place, where=where),
            remedy=text("Known keys here: {known}.", known=", ".join(known)),
            field=place,
        )
    if problem["type"] == "missing":
        return ConfigError(
            text('The key "{place}" is missing.', place=place),
            remedy=text("Add it, then apply the file again."),
            field=place,
        )
    return ConfigError(
        text('The value of "{place}" in {where} is not of the right kind.', place=place, where=where),
        remedy=text("Look at the example in the documentation, then apply the file again."),
        field=place,
    )


_TABLE = re.compile(r"\s*\[+\s*([^\]]+?)\s*\]+")


def line_of(words: str, location: tuple[str, ...]) -> int:
    """The line where a key stands, counted from 1; 0 where it cannot be told. Inline tables are searched by name."""
    table: tuple[str, ...] = ()
    best, best_depth = 0, 0
    for number, line in enumerate(words.splitlines(), 1):
        if header := _TABLE.match(line):
            table = _parts(header.group(1))
            depth = len(table) if location[: len(table)] == table else 0
        else:
            rest = location[len(table) :] if location[: len(table)] == table else ()
            depth = len(table) + _depth(line, rest)
            depth = depth if rest and depth > len(table) else 0
        if depth > best_depth:
            best, best_depth = number, depth
    return best


def _depth(line: str, rest: tuple[str, ...]) -> int:
    """How many parts of the rest of a place, in order, are named as keys in this line."""
    found, position = 0, 0
    for part in rest:
        match = re.compile(rf"(?:^|[\s{{,.])[\"']?{re.escape(part)}[\"']?\s*[=.]").search(line, position)
        if match is None:
            break
        found, position = found + 1, match.end()
    return found


def _parts(header: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in header.split("."))
