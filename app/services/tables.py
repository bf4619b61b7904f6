"""Tables as people keep them: CSV and Excel files of text cells, out and in again without damage."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from app.core.errors import ConfigError, StorageError
from app.core.texts import current_language, text

_EXECUTABLE = ("=", "+", "-", "@", "\t", "\r")
_DELIMITERS = ";,\t|"
ENDINGS = (".csv", ".xlsx")


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` are as wide as ``header``; the first row of a file after the header has number 2, as spreadsheets
    count."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def neutralised(cell: str) -> str:
    """A cell that a spreadsheet would execute gets a leading apostrophe, which ``read_table`` takes off again."""
    return f"'{cell}" if cell.startswith(_EXECUTABLE) or (cell.startswith("'") and cell[1:2] in _EXECUTABLE) else cell


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Replaces the file only when the new one is complete. Blocks. Raises ConfigError, StorageError."""
    save = {".csv": _save_csv, ".xlsx": _save_excel}.get(_ending(path))
    if save is None:
        raise _unknown_ending(path)
    safe = ([neutralised(cell) for cell in row] for row in rows)
    replace_file(path, lambda temporary: save(temporary, header, safe))


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Writes beside the file and puts the result in its place at once. Raises StorageError."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
        os.close(descriptor)
    except OSError as error:
        raise _write_error(path, error) from error
    temporary = Path(name)
    try:
        write(temporary)
        temporary.replace(path)
    except OSError as error:
        raise _write_error(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def read_table(path: Path) -> Table:
    """Blocks. Raises ConfigError for a file that is missing, of another kind, empty or not readable."""
    ending = _ending(path)
    if ending not in ENDINGS:
        raise _unknown_ending(path)
    try:
        lines = _read_csv(path) if ending == ".csv" else _read_excel(path)
    except (OSError, UnicodeError, csv.Error, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ConfigError(
            text('The file "{file}" cannot be read.', file=path.name),
            remedy=text("Check that it exists, is not open in another program and is a CSV or Excel file."),
            detail=f"{type(error).__name__} reading a table",
            field="path",
        ) from error
    filled = [line for line in lines if any(line)]
    if not filled:
        raise ConfigError(text('The file "{file}" is empty.', file=path.name), field="path")
    header = tuple(cell.strip() for cell in filled[0])
    width = len(header)
    rows = tuple(tuple(_plain(cell) for cell in (*line, *[""] * width)[:width]) for line in filled[1:])
    return Table(header, rows)


def _plain(cell: str) -> str:
    trimmed = cell.strip()
    return trimmed[1:] if trimmed.startswith("'") and trimmed[1:2] in {*_EXECUTABLE, "'"} else trimmed


def _ending(path: Path) -> str:
    return path.suffix.casefold()


def _save_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    # The byte order mark makes Excel read UTF-8; its separator is the semicolon where the comma is the decimal sign.
    delimiter = "," if current_language() == "en" else ";"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)


def _save_excel(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import Cell, WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Koppler")

    def cells(row: Sequence[str]) -> list[Cell]:
        made: list[Cell] = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=value)
            cell.number_format = "@"  # text: 0017 stays 0017, also when the person edits the cell
            made.append(cell)
        return made

    sheet.append(cells(header))
    for row in rows:
        sheet.append(cells(row))
    book.save(path)


def _read_csv(path: Path) -> list[list[str]]:
    words = _decoded(path.read_bytes())
    first = words.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    return list(csv.reader(io.StringIO(words, newline=""), delimiter=delimiter))


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Excel saves "CSV" in the code page of the country.
        return raw.decode("cp1250" if current_language() == "pl" else "cp1252")


def _read_excel(path: Path) -> list[list[str]]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        return [[_cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    finally:
        book.close()


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
            return str(value)


def _unknown_ending(path: Path) -> ConfigError:
    return ConfigError(
        text('"{file}" is neither a CSV nor an Excel file.', file=path.name),
        remedy=text("Choose a name that ends with .csv or .xlsx."),
        field="path",
    )


def _write_error(path: Path, error: OSError) -> StorageError:
    return StorageError(
        text('The file "{file}" cannot be written.', file=path.name),
        remedy=text("Close it in other programs, check the folder and the free space, then try again."),
        detail=f"{type(error).__name__}: {error.strerror}",
    )
