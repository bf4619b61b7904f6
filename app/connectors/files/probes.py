"""The connection test of a file: is it there, how is it read, which columns mean what, and a first record."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from babel.dates import format_date, format_datetime

from app.connectors.files.detection import Opened
from app.connectors.files.intake import recognise_format, stamp_of
from app.connectors.files.mapping import ColumnMap, label_of
from app.connectors.files.options import FileOptions
from app.connectors.files.reader import KINDS, FileReader
from app.connectors.files.settings import (
    DECIMAL_NAMES,
    DELIMITER_NAMES,
    LAYOUT_NAMES,
    Delimiter,
    FileFormat,
    FileSettings,
    Layout,
)
from app.connectors.files.source import FileSource
from app.core.addresses import masked_email
from app.core.errors import DataError
from app.core.records import Contact, Kind, Order, Product, Unreadable
from app.core.texts import Text, current_language, ntext, text, verbatim
from app.sdk.access import Access
from app.sdk.check import Finding, Probe
from app.sdk.source import ReadRequest

_SURE = 0.8


def probes(access: Access[FileSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    test = _FileTest(access, tuple(kinds))
    return (
        Probe(name="file", title=text("File found"), run=test.find),
        Probe(name="format", title=text("Format recognised"), run=test.recognise),
        Probe(name="columns", title=text("Columns found"), run=test.map_columns),
        Probe(name="sample", title=text("First record"), run=test.sample),
    )


class _FileTest:
    def __init__(self, access: Access[FileSettings], kinds: tuple[Kind, ...]) -> None:
        self._access = access
        self._settings = access.settings
        self._kinds = kinds
        self._source = FileSource(access, FileOptions())

    async def find(self) -> Finding:
        stamp = await asyncio.to_thread(stamp_of, self._settings.path)
        await asyncio.to_thread(recognise_format, self._settings.path, self._settings.file_format)
        modified = format_datetime(stamp.modified_at.astimezone(), "medium", locale=_locale())
        size = _size(stamp.size_bytes)
        message = text(
            '"{name}", {size}, changed {modified}.', name=self._settings.path.name, size=size, modified=modified
        )
        return Finding(message)

    async def recognise(self) -> Finding:
        opened = await self._opened()
        found = opened.detected
        dates = _dates(opened)
        message = text(
            "{format}; {rows} rows; decimal separator: {decimal}; {layout}; times of {zone}. {dates}",
            format=_format(opened),
            rows=found.row_count,
            decimal=DECIMAL_NAMES[found.decimal_mark.value],
            layout=LAYOUT_NAMES[found.layout.value],
            zone=self._settings.time_zone.replace("_", " "),
            dates=dates,
        )
        return Finding(message, is_note=not (found.is_date_order_certain and found.is_decimal_certain))

    async def map_columns(self) -> Finding:
        opened = await self._opened()
        columns, reader = opened.detected.columns, FileReader(opened, FileOptions())
        fitting = [kind for kind in self._kinds if kind in KINDS[columns.layout]]
        # An account is tested for every flow there is; a list of contacts need not hold orders as well.
        for kind in fitting or self._kinds or KINDS[columns.layout][:1]:
            reader.refuse_unfit(kind)
        advice = _advice(columns, self._settings)
        message = text("{columns}. {advice}", columns=_pairs(columns), advice=advice)
        is_sure = all(each.confidence >= _SURE for each in columns.assignments)
        return Finding(message, is_note=bool(advice) or not is_sure)

    async def sample(self) -> Finding:
        """Raises DataError where the first record cannot be read."""
        opened = await self._opened()
        fitting = KINDS[opened.detected.layout]
        kind = next((each for each in (Kind.ORDERS, *self._kinds) if each in fitting), fitting[0])
        request = ReadRequest(kind=kind, until=self._access.clock() + timedelta(days=1), limit=1)
        async for page in self._source.read(request):
            for record in page.records:
                if isinstance(record, Unreadable):
                    raise DataError(
                        record.reason,
                        text("The first record cannot be read: {where}: {why}", where=record.where, why=record.message),
                        remedy=text("Correct the row, or the settings of the account."),
                        field="columns",
                    )
                return Finding(_described(record))
        return Finding(text("The file has headings and no records."), is_note=True)

    async def _opened(self) -> Opened:
        return (await self._source.open_reader()).opened


def _format(opened: Opened) -> Text:
    traits = opened.detected.traits
    if traits.format is FileFormat.EXCEL:
        return text('Excel, sheet "{sheet}"', sheet=traits.sheet)
    if traits.format is FileFormat.XML:
        return text('XML, records in "{element}"', element=traits.record_element)
    separator = next((each for each in Delimiter if each.value != "auto" and each.character == traits.delimiter), None)
    return text(
        "CSV, separator: {separator}, character set: {encoding}",
        separator=DELIMITER_NAMES[separator.value] if separator else verbatim(traits.delimiter),
        encoding=traits.encoding.removesuffix("-sig").upper(),
    )


def _dates(opened: Opened) -> Text:
    found = opened.detected
    if not found.date_example:
        return text("Dates can be read in one way only.")
    try:
        day = opened.dates.day(found.date_example)
    except ValueError:
        return text('"{example}" is no date in this order. Correct "Order of dates".', example=found.date_example)
    read_as = format_date(day, "long", locale=_locale())
    if found.is_date_order_certain:
        return text('"{example}" is read as {date}.', example=found.date_example, date=read_as)
    return text(
        '"{example}" is read as {date}, which the file does not prove. If it is wrong, change "Order of dates".',
        example=found.date_example,
        date=read_as,
    )


def _pairs(columns: ColumnMap) -> str:
    return ", ".join(
        str(text('{field} from "{heading}"', field=label_of(each.field), heading=each.heading))
        for each in sorted(columns.assignments, key=lambda each: each.index)
    )


def _advice(columns: ColumnMap, settings: FileSettings) -> Text:
    mapped = columns.indexes
    if columns.layout is not Layout.PRODUCTS and "email" not in mapped and not settings.email_template:
        return text("There are no e-mail addresses: fill the template for missing addresses.")
    if columns.layout is not Layout.CONTACTS and "currency" not in mapped and not settings.default_currency:
        return text("There is no column for the currency: set the currency of the account.")
    doubtful = next((each for each in columns.assignments if each.confidence < _SURE), None)
    if doubtful:
        return text('Check "{heading}": it only resembles a known heading.', heading=doubtful.heading)
    return Text("")


def _described(record: object) -> Text:
    match record:
        case Order():
            return ntext(
                "Order {number} of {day}: {count} line, {total}, {email}.",
                "Order {number} of {day}: {count} lines, {total}, {email}.",
                len(record.lines),
                number=record.number,
                day=format_date(record.created_at, "medium", locale=_locale()),
                total=record.total,
                email=masked_email(record.email) if record.email else "-",
            )
        case Contact():
            return text("Contact {email}.", email=masked_email(record.email) if record.email else "-")
        case Product():
            return text("Product {sku}: {name}.", sku=record.sku or record.id, name=record.name)
        case _:
            return text("A record was read.")


def _size(size_bytes: int) -> Text:
    if size_bytes < 1024 * 1024:
        return text("{size} kB", size=max(1, round(size_bytes / 1024)))
    return text("{size} MB", size=round(size_bytes / 1024 / 1024, 1))


def _locale() -> str:
    """Day before month in English too: the point is to show which number is the day."""
    return {"en": "en_GB"}.get(current_language(), current_language())
