"""Text files, read line by line.

A quotation mark that is never closed would swallow the rest of the file. Each record is therefore put together from
physical lines here: where a cell stays open, its first line alone is broken, and reading goes on with the next.
"""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from app.connectors.files.encoding import codec_of
from app.connectors.files.fields import folded, known_headings
from app.connectors.files.intake import cannot_open
from app.connectors.files.settings import Delimiter, FileFormat, FileSettings
from app.connectors.files.table import Row, Traits, unique_headings
from app.core.errors import ConfigError
from app.core.texts import text

_MOST_LINES_OF_A_RECORD = 500
_LONGEST_LINE = 1_000_000
_SAMPLE_LINES = 60
_HEADING_LINES = 10
_DELIMITERS = tuple(each for each in Delimiter if each is not Delimiter.AUTO)

Numbered = tuple[int, str]


@dataclass(frozen=True, slots=True)
class CsvTable:
    path: Path
    codec: str
    delimiter: str
    headings: tuple[str, ...]
    heading_end: int
    """The line on which the headings end."""

    @property
    def traits(self) -> Traits:
        return Traits(format=FileFormat.CSV, encoding=self.codec, delimiter=self.delimiter)

    def rows(self) -> Iterator[Row]:
        width = len(self.headings)
        for row in records(_lines(self.path, self.codec), self.delimiter, width):
            if row.line > self.heading_end and not row.is_empty:
                yield row


def open_csv(path: Path, settings: FileSettings) -> CsvTable:
    """Raises ConfigError where there are no headings."""
    codec = codec_of(path, settings.encoding)
    first = list(islice(_lines(path, codec), _SAMPLE_LINES))
    announced = _announced_delimiter(first)
    if settings.delimiter is not Delimiter.AUTO:
        delimiter = settings.delimiter.character
    else:
        delimiter = announced or _likely_delimiter([words for _, words in first])
    candidates = list(islice(records(first[1:] if announced else first, delimiter, 0), _HEADING_LINES))
    filled = [row for row in candidates if not row.is_empty]
    if not filled:
        raise ConfigError(
            text('The file "{name}" has no headings.', name=path.name),
            remedy=text("The first row must name the columns. Export the file again."),
            field="path",
        )
    heading = max(filled, key=lambda row: (_known(row), -row.line))
    heading = heading if _known(heading) >= 2 else filled[0]
    following = next((row.line for row in candidates if row.line > heading.line), None)
    end = following - 1 if following else heading.line + sum(str(cell).count("\n") for cell in heading.cells)
    return CsvTable(path, codec, delimiter, unique_headings(heading.cells), end)


def _lines(path: Path, codec: str) -> Iterator[Numbered]:
    try:
        with path.open(encoding=codec, errors="replace", newline="") as stream:
            number = 0
            while line := stream.readline(_LONGEST_LINE):
                number += 1
                yield number, line
    except UnicodeError as error:  # UTF-16 with half a character has no replacement
        raise ConfigError(
            text('The file "{name}" cannot be read in this character set.', name=path.name),
            remedy=text('Choose another "Character set", or export the file again.'),
            field="encoding",
            detail=type(error).__name__,
        ) from error
    except OSError as error:
        raise cannot_open(path, error) from error


def records(lines: Iterable[Numbered], delimiter: str, width: int) -> Iterator[Row]:
    """``width`` is the number of headings; 0 accepts any number of cells."""
    source, pushed = iter(lines), deque[Numbered]()

    def following() -> Numbered | None:
        return pushed.popleft() if pushed else next(source, None)

    while (item := following()) is not None:
        number, words = item
        if '"' not in words:
            yield _checked(Row(number, tuple(words.rstrip("\r\n").split(delimiter))), width)
            continue
        taken, cells = [item], _parsed(words, delimiter)
        while cells is None and len(taken) < _MOST_LINES_OF_A_RECORD and (item := following()) is not None:
            taken.append(item)
            if '"' in item[1]:
                cells = _parsed("".join(each for _, each in taken), delimiter)
        if cells is None or (len(taken) > 1 and _has_swallowed_rows(taken, cells, delimiter, width)):
            pushed.extendleft(reversed(taken[1:]))
            rough = tuple(cell.strip('"') for cell in words.rstrip("\r\n").split(delimiter))
            yield Row(number, rough, text("A quotation mark is opened and not closed."))
            continue
        yield _checked(Row(number, tuple(cells)), width)


def _parsed(words: str, delimiter: str) -> list[str] | None:
    """The cells, or None while a quoted cell is still open."""
    lines = words.splitlines(keepends=True)
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        if "unexpected end" in str(error):
            return None
        return next(csv.reader(lines, delimiter=delimiter), [])


def _has_swallowed_rows(taken: list[Numbered], cells: list[str], delimiter: str, width: int) -> bool:
    """Whether a stray quotation mark, not a text of several lines, joined these lines."""
    if not width:
        return False
    whole_rows = [words.count(delimiter) + 1 == width for _, words in taken]
    return len(cells) != width or (whole_rows[0] and any(whole_rows[1:]))


def _checked(row: Row, width: int) -> Row:
    if width and len(row.cells) > width and any(str(cell).strip() for cell in row.cells[width:]):
        problem = text("The row has {cells} cells, but there are {width} headings.", cells=len(row.cells), width=width)
        return Row(row.line, row.cells, problem)
    if any("\ufffd" in str(cell) for cell in row.cells):
        return Row(row.line, row.cells, text("The row holds characters that are not of the file's character set."))
    return row


def _announced_delimiter(first: list[Numbered]) -> str:
    """Excel's own first line ``sep=;``."""
    words = first[0][1].strip().strip('"') if first else ""
    return words[4:5] if words.lower().startswith("sep=") and len(words) == 5 else ""


def _likely_delimiter(lines: list[str]) -> str:
    """The one that cuts most rows into equally many cells, known headings counting most."""
    return max((each.character for each in _DELIMITERS), key=lambda delimiter: _fit(lines, delimiter))


def _fit(lines: list[str], delimiter: str) -> tuple[float, int]:
    rows = [row for row in records(enumerate(lines, 1), delimiter, 0) if not row.is_empty]
    if not rows:
        return (0.0, 0)
    known = max(_known(row) for row in rows[:_HEADING_LINES])
    width, count = Counter(len(row.cells) for row in rows).most_common(1)[0]
    return (known * 2 + (count / len(rows) if width > 1 else 0), width)


def _known(row: Row) -> int:
    return sum(1 for cell in row.cells if folded(str(cell)[:100]) in known_headings())
