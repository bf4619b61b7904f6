"""What a person says of a file; "auto" leaves it to the detection, which shows what it found."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from babel.localtime import get_localzone
from pydantic import Field, field_validator

from app.connectors.files.fields import field_names, labels
from app.core.money import currency_code
from app.core.records import OrderStatus
from app.core.texts import text
from app.sdk.options import STATUS_NAMES
from app.sdk.settings import Setting, Settings, invalid

_AUTO = text("Recognise automatically")
_COMMON_ZONE = "Europe/Berlin"
_PLACEHOLDER = "{customer_id}"
_TEMPLATE_EXAMPLE = f"customer{_PLACEHOLDER}@example.com"


def zone_here() -> str:
    """This computer's zone, where most shops are. A computer that knows none, or only UTC, is no hint."""
    name = str(getattr(get_localzone(), "key", ""))
    return name if "/" in name and not name.startswith("Etc/") else _COMMON_ZONE


class FileFormat(StrEnum):
    AUTO = "auto"
    CSV = "csv"
    EXCEL = "excel"
    XML = "xml"


class Delimiter(StrEnum):
    AUTO = "auto"
    SEMICOLON = "semicolon"
    COMMA = "comma"
    TAB = "tab"
    PIPE = "pipe"

    @property
    def character(self) -> str:
        """Raises KeyError for AUTO."""
        return {"semicolon": ";", "comma": ",", "tab": "\t", "pipe": "|"}[self.value]


class DecimalMark(StrEnum):
    AUTO = "auto"
    COMMA = "comma"
    POINT = "point"


class DateOrder(StrEnum):
    AUTO = "auto"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    YEAR_FIRST = "year_first"


class Layout(StrEnum):
    AUTO = "auto"
    LINE_ITEMS = "line_items"
    ORDERS = "orders"
    CONTACTS = "contacts"
    PRODUCTS = "products"


class Encoding(StrEnum):
    """By the names of Python's codecs."""

    AUTO = "auto"
    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    CP1252 = "cp1252"
    CP1250 = "cp1250"
    ISO_8859_1 = "iso-8859-1"
    ISO_8859_2 = "iso-8859-2"
    ISO_8859_15 = "iso-8859-15"


LAYOUT_NAMES = {
    "auto": _AUTO,
    "line_items": text("One row for each line of an order"),
    "orders": text("One row for each order"),
    "contacts": text("One row for each contact"),
    "products": text("One row for each product"),
}
DELIMITER_NAMES = {
    "auto": _AUTO,
    "semicolon": text("Semicolon ;"),
    "comma": text("Comma ,"),
    "tab": text("Tab"),
    "pipe": text("Vertical bar |"),
}
DECIMAL_NAMES = {"auto": _AUTO, "comma": text("Comma: 2,55"), "point": text("Point: 2.55")}
DATE_ORDER_NAMES = {
    "auto": _AUTO,
    "day_first": text("Day first: 31.12.2026"),
    "month_first": text("Month first: 12/31/2026"),
    "year_first": text("Year first: 2026-12-31"),
}


_FORMAT_NAMES = {"auto": _AUTO, "csv": text("CSV or text"), "excel": text("Excel"), "xml": text("XML")}


class FileSettings(Settings):
    path: Annotated[
        Path,
        Setting(
            label=text("File"),
            help=text("A CSV, Excel (.xlsx) or XML file on this computer. It is only read, never changed."),
            where=text("Export it from your shop or save it from your spreadsheet program."),
            is_path=True,
            path_filter="*.csv *.txt *.tsv *.xlsx *.xlsm *.xml",
        ),
    ]
    time_zone: Annotated[
        str,
        Setting(
            label=text("Time zone of the shop"),
            help=text("Times in the file are read in this zone, such as Europe/Berlin."),
            placeholder=_COMMON_ZONE,
            suggests="time_zone",
        ),
    ] = Field(default_factory=zone_here)
    layout: Annotated[
        Layout,
        Setting(
            label=text("What a row is"),
            help=text("Rows with the same order number are brought together."),
            choices=LAYOUT_NAMES,
            suggests="layout",
        ),
    ] = Layout.AUTO
    default_currency: Annotated[
        str,
        Setting(
            label=text("Currency"),
            help=text(
                "Three letters, such as EUR. Used where the file has no currency; empty holds such records back."
            ),
            placeholder="EUR",
        ),
    ] = ""
    email_template: Annotated[
        str,
        Setting(
            label=text("Template for missing e-mail addresses"),
            help=text("Such as {example}. Empty leaves them missing.", example=_TEMPLATE_EXAMPLE),
            placeholder=_TEMPLATE_EXAMPLE,
        ),
    ] = ""
    columns: Annotated[
        dict[str, str],
        Setting(
            label=text("Columns"),
            help=text(
                "Our field on the left, the heading in the file on the right. What you leave empty is suggested from "
                "the headings; a hyphen leaves the field out. The connection test lists the headings."
            ),
            suggests="columns",
            table_headings=(text("Field"), text("Column in the file")),
            table_keys=labels(),
        ),
    ] = Field(default_factory=dict)
    statuses: Annotated[
        dict[str, OrderStatus],
        Setting(
            label=text("Words for the order status"),
            help=text("The file's word on the left; on the right one of: {choices}.", choices=", ".join(OrderStatus)),
            choices={status.value: name for status, name in STATUS_NAMES.items()},
            suggests="statuses",
            table_headings=(text("Word in the file"), text("Order status")),
            is_advanced=True,
        ),
    ] = Field(default_factory=dict)
    file_format: Annotated[
        FileFormat,
        Setting(label=text("Format"), choices=_FORMAT_NAMES, is_advanced=True),
    ] = FileFormat.AUTO
    sheet: Annotated[
        str,
        Setting(
            label=text("Sheet"),
            help=text("Name of the sheet in an Excel file. Empty takes the first one that holds something."),
            suggests="sheet",
            is_advanced=True,
        ),
    ] = ""
    delimiter: Annotated[
        Delimiter,
        Setting(label=text("Separator"), choices=DELIMITER_NAMES, suggests="delimiter", is_advanced=True),
    ] = Delimiter.AUTO
    encoding: Annotated[
        Encoding,
        Setting(
            label=text("Character set"),
            help=text("Change it if umlauts or accents look wrong."),
            choices={"auto": _AUTO},
            suggests="encoding",
            is_advanced=True,
        ),
    ] = Encoding.AUTO
    decimal_mark: Annotated[
        DecimalMark,
        Setting(label=text("Decimal separator"), choices=DECIMAL_NAMES, suggests="decimal_mark", is_advanced=True),
    ] = DecimalMark.AUTO
    date_order: Annotated[
        DateOrder,
        Setting(
            label=text("Order of dates"),
            help=text("Decides whether 1/12/2026 is 1 December or 12 January."),
            choices=DATE_ORDER_NAMES,
            suggests="date_order",
            is_advanced=True,
        ),
    ] = DateOrder.AUTO
    record_element: Annotated[
        str,
        Setting(
            label=text("XML element of a record"),
            help=text("Empty takes the one that repeats below the root."),
            suggests="record_element",
            is_advanced=True,
        ),
    ] = ""

    @field_validator("path")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        if not str(path).strip() or path == Path():
            raise invalid(text("Choose a file."))
        return path.expanduser()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            raise invalid(text("There is no such time zone. Enter one such as Europe/Berlin.")) from None
        return name

    @field_validator("default_currency")
    @classmethod
    def _currency(cls, code: str) -> str:
        if not code:
            return ""
        try:
            return currency_code(code)
        except ValueError:
            raise invalid(text("Enter three letters, such as EUR.")) from None

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, columns: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(columns) - set(field_names()))
        if unknown:
            raise invalid(
                text('There is no field "{name}". Known: {known}.', name=unknown[0], known=", ".join(field_names()))
            )
        return {name: heading.strip() for name, heading in columns.items() if heading.strip()}

    @field_validator("email_template")
    @classmethod
    def _template(cls, template: str) -> str:
        if not template:
            return ""
        rest = template.replace(_PLACEHOLDER, "1")
        if template.count(_PLACEHOLDER) != 1 or not re.fullmatch(r"[^\s@{}]+@[^\s@{}]+\.[^\s@{}]+", rest):
            raise invalid(
                text(
                    "Enter an address that contains {placeholder} once, such as {example}.",
                    placeholder=_PLACEHOLDER,
                    example=_TEMPLATE_EXAMPLE,
                )
            )
        return template
