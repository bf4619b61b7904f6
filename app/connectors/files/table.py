"""A file as headings and rows, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from app.connectors.files.settings import FileFormat
from app.connectors.files.values import Cell
from app.core.texts import Text


@dataclass(frozen=True, slots=True)
class Row:
    """``line`` is where the row begins: the line of a text file, the row of a sheet. With a ``problem`` the cells are
    what could be made out, good enough to tell which document the row belongs to."""

    line: int
    cells: tuple[Cell, ...]
    problem: Text | None = None

    @property
    def is_empty(self) -> bool:
        return not self.problem and all(cell is None or cell == "" or str(cell).isspace() for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What was recognised of the file itself; empty where the format has no such thing."""

    format: FileFormat
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    record_element: str = ""
    record_elements: tuple[str, ...] = ()


class Table(Protocol):
    @property
    def headings(self) -> tuple[str, ...]: ...

    @property
    def traits(self) -> Traits: ...

    def rows(self) -> Iterator[Row]:
        """Every row below the headings that is not empty, from the beginning, a few at a time in memory.

        Raises ConfigError where the file cannot be read to its end.
        """
        ...


def unique_headings(cells: tuple[Cell, ...]) -> tuple[str, ...]:
    """Trimmed; a heading that repeats gets a number, so that each can be named."""
    seen: dict[str, int] = {}
    names = []
    for cell in cells:
        name = " ".join(str(cell).split()) if cell is not None else ""
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    while names and not names[-1]:
        names.pop()
    return tuple(names)
