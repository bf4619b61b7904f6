"""Tables as people keep them: CSV and Excel files of text cells, out and in again without damage."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from app.core.errors import ConfigError
from app.core.texts import current_language, text
from app.sdk.archive import is_bomb
from app.storage.replacing import replace_file

Value = str | int | Decimal
"""What a cell holds: a text, which no spreadsheet executes or changes, or a number."""

_EXECUTABLE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LARGEST_BYTES = 50 * 1024**2
_LARGEST_UNPACKED_BYTES = 500 * 1024**2
_MOST_CELLS = 5_000_000
_DELIMITERS = ";,\t|"
ENDINGS = (".csv", ".xlsx")


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` are as wide as ``header``; the first row of a file after the header has number 2, as spreadsheets
    count."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def neutralised(cell: str) -> str:
    """A cell that a spreadsheet would execute or trim gets a leading apostrophe, which ``restored`` takes off again."""
    return f"'{cell}" if _needs_apostrophe(cell) else cell


def restored(cell: str) -> str:
    """What was neutralised, exactly; what a person entered, without blanks around it."""
    trimmed = cell.strip()
    if trimmed.startswith("'") and _needs_apostrophe(rest := cell.lstrip()[1:]):
        return rest
    return trimmed


def _needs_apostrophe(cell: str) -> bool:
    return cell.startswith(("'", *_EXECUTABLE)) or cell != cell.strip()


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Replaces the file only when the new one is complete. Blocks. Raises ConfigError, StorageError."""
    save = {".csv": _save_csv, ".xlsx": _save_excel}.get(_ending(path))
    if save is None:
        raise _unknown_ending(path)
    safe = ([neutralised(_encodable(cell)) if isinstance(cell, str) else cell for cell in row] for row in rows)
    replace_file(path, lambda temporary: save(temporary, header, safe))


def read_table(path: Path) -> Table:
    """Blocks. Raises ConfigError for a file that is missing, of another kind, empty or not readable."""
    ending = _ending(path)
    if ending not in ENDINGS:
        raise _unknown_ending(path)
    try:
        _refuse_monsters(path)
        filled = list(_filled(path, _read_csv(path) if ending == ".csv" else _read_excel(path)))
    except (OSError, UnicodeError, csv.Error, zipfile.BadZipFile, ParseError) as error:
        raise _unreadable(path, error) from error
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:  # openpyxl's words for "damaged"
        raise _unreadable(path, error) from error
    if not filled:
        raise ConfigError(text('The file "{file}" is empty.', file=path.name), field="path")
    header = tuple(cell.strip() for cell in filled[0])
    width = len(header)
    rows = tuple(tuple(restored(cell) for cell in (*line, *[""] * width)[:width]) for line in filled[1:])
    return Table(header, rows)


def _refuse_monsters(path: Path) -> None:
    """Devices and pipes never end; a workbook may be far larger than its file."""
    if path.exists() and not path.is_file():
        raise ConfigError(
            text('"{name}" is no ordinary file.', name=path.name), remedy=text("Choose a file."), field="path"
        )
    if path.stat().st_size > _LARGEST_BYTES:
        raise _too_large(path)
    if _ending(path) == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            if is_bomb(archive.infolist(), most_bytes=_LARGEST_UNPACKED_BYTES):
                raise _too_large(path)


def _filled(path: Path, lines: Iterable[list[str]]) -> Iterator[list[str]]:
    cells = 0
    for line in lines:
        if any(line):
            cells += len(line)
            if cells > _MOST_CELLS:
                raise _too_large(path)
            yield line


def _ending(path: Path) -> str:
    return path.suffix.casefold()


# A spreadsheet that takes another separator than ours begins a cell in the middle of one.
_AFTER_SEPARATOR = re.compile(r"""([;,|"\t\r\n][ ]*)(?='*[=+\-@\t\r\n＝＋－＠])""")
_GUARD_AFTER_SEPARATOR = re.compile(r"""([;,|"\t\r\n][ ]*)'(?='*[=+\-@\t\r\n＝＋－＠])""")


def _guarded(cell: str) -> str:
    return _AFTER_SEPARATOR.sub(r"\1'", cell)


def _unguarded(cell: str) -> str:
    return _GUARD_AFTER_SEPARATOR.sub(r"\1", cell)


def _encodable(cell: str) -> str:
    """Half a character, which some JSON holds, is written by nobody."""
    return cell.encode("utf-8", "replace").decode()


def _save_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    # The byte order mark makes Excel read UTF-8; its separator is the semicolon where the comma is the decimal sign.
    delimiter = "," if current_language() == "en" else ";"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(header)
        writer.writerows([_guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)


def _save_excel(path: Path, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import Cell, WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Koppler")

    def cells(row: Sequence[Value]) -> list[Cell]:
        made: list[Cell] = []
        for value in row:
            words: Any = _excel_words(value) if isinstance(value, str) else value
            cell = WriteOnlyCell(sheet, value=words)
            if isinstance(value, str):
                cell.data_type = "s"
                cell.number_format = "@"  # text: 0017 stays 0017, also when the person edits the cell
            made.append(cell)
        return made

    try:
        sheet.append(cells(header))
        for row in rows:
            sheet.append(cells(row))
    except BaseException:  # whatever broke off, openpyxl's own half-written file is closed
        sheet.close()
        raise
    book.save(path)


def _read_csv(path: Path) -> Iterator[list[str]]:
    words = _decoded(path.read_bytes())
    first = words.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    for row in csv.reader(io.StringIO(words, newline=""), delimiter=delimiter):
        yield [_unguarded(cell) for cell in row]


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Excel saves "CSV" in the code page of the country.
        return raw.decode("cp1250" if current_language() == "pl" else "cp1252")


# ECMA-376, 22.9.2.19 (ST_Xstring): what XML cannot hold is written as its number, and what looks like that as well.
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_BY_NUMBER = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _excel_words(cell: str) -> str:
    return _NOT_IN_XML.sub(lambda found: f"_x{ord(found.group()):04X}_", cell)


def _read_excel(path: Path) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    with path.open("rb") as stream, contextlib.closing(load_workbook(stream, read_only=True, data_only=True)) as book:
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()  # what it declares may be a million columns of nothing
        for row in sheet.iter_rows(values_only=True):
            yield [_cell_text(value) for value in row]


def _cell_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | date():
            return value.isoformat()
        case _:
            return _BY_NUMBER.sub(lambda found: chr(int(found.group(1), 16)), str(value))


def _unreadable(path: Path, error: Exception) -> ConfigError:
    return ConfigError(
        text('The file "{file}" cannot be read.', file=path.name),
        remedy=text("Check that it exists, is not open in another program and is a CSV or Excel file."),
        detail=f"{type(error).__name__} reading a table",
        field="path",
    )


def _too_large(path: Path) -> ConfigError:
    return ConfigError(
        text('The file "{file}" is far too large for a table of products.', file=path.name),
        remedy=text("If you did not make it yourself, do not open it. Else split it."),
        field="path",
    )


def _unknown_ending(path: Path) -> ConfigError:
    return ConfigError(
        text('"{file}" is neither a CSV nor an Excel file.', file=path.name),
        remedy=text("Choose a name that ends with .csv or .xlsx."),
        field="path",
    )
