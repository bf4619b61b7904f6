"""Everything recognised of a file in one description, for the form, the connection test and the reading itself."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.connectors.files.evidence import Verdict
from app.connectors.files.intake import Stamp, stamp_of
from app.connectors.files.mapping import ColumnMap, map_columns, suggest_layout
from app.connectors.files.opening import open_table
from app.connectors.files.settings import DateOrder, DecimalMark, FileSettings, Layout
from app.connectors.files.survey import Halted, Survey, survey
from app.connectors.files.table import Table, Traits
from app.connectors.files.values import DateReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """``date_example`` is a value of the file whose reading depends on the order of dates."""

    stamp: Stamp
    traits: Traits
    columns: ColumnMap
    decimal_mark: DecimalMark
    is_decimal_certain: bool
    date_order: DateOrder
    is_date_order_certain: bool
    date_example: str
    row_count: int

    @property
    def layout(self) -> Layout:
        return self.columns.layout


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was looked through once, ready to be read."""

    settings: FileSettings
    table: Table
    detected: Detected
    survey: Survey

    @property
    def dates(self) -> DateReader:
        return DateReader(self.detected.date_order, ZoneInfo(self.settings.time_zone))


def head_of(settings: FileSettings) -> tuple[Table, ColumnMap]:
    """The headings and their mapping, without reading the whole file. Raises ConfigError."""
    table = open_table(settings)
    layout = settings.layout
    if layout is Layout.AUTO:
        layout = suggest_layout(table.headings, settings.columns)
    return table, map_columns(layout, table.headings, settings.columns)


def open_file(settings: FileSettings, is_halted: Halted = lambda: False) -> Opened:
    """Reads the whole file once. Raises ConfigError, and TemporaryError when halted."""
    stamp = stamp_of(settings.path)
    table, columns = head_of(settings)
    found = survey(table, columns, is_halted)
    mark, order = _decimal_mark(settings, table.traits, found), _date_order(settings, found)
    detected = Detected(
        stamp=stamp,
        traits=table.traits,
        columns=columns,
        decimal_mark=DecimalMark(mark.value),
        is_decimal_certain=mark.is_certain,
        date_order=DateOrder(order.value),
        is_date_order_certain=order.is_certain,
        date_example=order.example,
        row_count=found.row_count,
    )
    return Opened(settings, table, detected, found)


def _decimal_mark(settings: FileSettings, traits: Traits, found: Survey) -> Verdict:
    if settings.decimal_mark is not DecimalMark.AUTO:
        return Verdict(settings.decimal_mark.value, is_certain=True)
    return found.numbers.verdict(traits.delimiter)


def _date_order(settings: FileSettings, found: Survey) -> Verdict:
    verdict = found.dates.verdict()
    if settings.date_order is not DateOrder.AUTO:
        return Verdict(settings.date_order.value, is_certain=True, example=verdict.example)
    return verdict
