"""Workbooks, read row by row: text stays text, numbers stay exact, and a format such as 00000 keeps its zeros."""

from __future__ import annotations

import contextlib
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook

from app.connectors.files.fields import folded, known_headings
from app.connectors.files.intake import cannot_open, damaged_workbook
from app.connectors.files.settings import FileFormat, FileSettings
from app.connectors.files.table import Row, Traits, unique_headings
from app.connectors.files.values import Cell, shown
from app.core.errors import ConfigError
from app.core.texts import text

_ZEROS = re.compile(r"0{2,}")
_FAULTS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")
_HEADING_ROWS = 10


@dataclass(frozen=True, slots=True)
class ExcelTable:
    path: Path
    sheet: str
    sheets: tuple[str, ...]
    headings: tuple[str, ...]
    heading_line: int

    @property
    def traits(self) -> Traits:
        return Traits(format=FileFormat.EXCEL, sheet=self.sheet, sheets=self.sheets)

    def rows(self) -> Iterator[Row]:
        with _workbook(self.path) as book:
            for row in _rows(book[self.sheet]):
                if row.line > self.heading_line and not row.is_empty:
                    yield row


def open_excel(path: Path, settings: FileSettings) -> ExcelTable:
    """Raises ConfigError where the sheet is missing or holds nothing."""
    with _workbook(path) as book:
        sheets = tuple(each.title for each in book.worksheets)
        if settings.sheet and settings.sheet not in sheets:
            raise ConfigError(
                text('The workbook has no sheet "{sheet}".', sheet=settings.sheet),
                remedy=text("Sheets of the workbook: {sheets}.", sheets=", ".join(sheets)),
                field="sheet",
            )
        for sheet in [settings.sheet] if settings.sheet else sheets:
            top = [row for row in islice(_rows(book[sheet]), _HEADING_ROWS) if not row.is_empty]
            if top:
                heading = max(top, key=lambda row: (_known(row), -row.line))
                heading = heading if _known(heading) >= 2 else top[0]
                return ExcelTable(path, sheet, sheets, unique_headings(heading.cells), heading.line)
    raise ConfigError(
        text('The workbook "{name}" has no rows.', name=path.name),
        remedy=text("Choose another file or sheet."),
        field="sheet",
    )


@contextlib.contextmanager
def _workbook(path: Path) -> Iterator[Any]:  # openpyxl's read-only sheets have a type of their own in no stub
    try:
        with path.open("rb") as stream:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # styles and extensions that openpyxl warns of do not matter here
                book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            with contextlib.closing(book):
                yield book
    except OSError as error:
        raise cannot_open(path, error) from error
    except (zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, IndexError) as error:
        raise (forbidden_xml if _is_attack(error) else damaged_workbook)(path, error) from error


def _is_attack(error: BaseException | None) -> bool:
    """The library wraps what its parser refuses."""
    return error is not None and (isinstance(error, DefusedXmlException) or _is_attack(error.__context__))


def forbidden_xml(path: Path, error: Exception) -> ConfigError:
    return ConfigError(
        text('The file "{name}" declares entities, which can hide an attack.', name=path.name),
        remedy=text("Export it again without a document type. If you did not make it yourself, do not use it."),
        field="path",
        detail=type(error).__name__,
    )


def _rows(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # some programs write a dimension that is too small, and rows would be lost
    for number, cells in enumerate(sheet.iter_rows(), 1):
        values = tuple(_value(cell) for cell in cells)
        line = next((cell.row for cell in cells if getattr(cell, "row", None)), number)
        fault = next((value for value in values if value in _FAULTS), None)
        yield Row(line, values, text("A cell holds the error {fault}.", fault=fault) if fault else None)


def _value(cell: Any) -> Cell:
    value = cell.value
    match value:
        case bool() | datetime() | date() | time():
            return value
        case int() | float():
            number = Decimal(str(value))
            digits = cell.number_format or ""
            if _ZEROS.fullmatch(digits) and number == number.to_integral_value():
                return shown(number).zfill(len(digits))
            return number
        case str():
            return value
        case _:
            return None


def _known(row: Row) -> int:
    return sum(1 for cell in row.cells if isinstance(cell, str) and folded(cell[:100]) in known_headings())
