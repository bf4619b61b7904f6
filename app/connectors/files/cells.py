"""One row seen through the columns: typed values, and for a value that cannot be read a message that shows no more of
it than is needed to find it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.connectors.files.detection import Opened
from app.connectors.files.mapping import label_of
from app.connectors.files.settings import DecimalMark
from app.connectors.files.table import Row
from app.connectors.files.values import (
    Cell,
    DateReader,
    read_consent,
    read_currency,
    read_flag,
    read_number,
    shown,
)
from app.core.addresses import masked_email, normalised_email
from app.core.consent import ConsentState
from app.core.money import currency_code
from app.core.records import Address, Unreadable
from app.core.texts import Text, text

_LONGEST_SHOWN = 40


class CellError(Exception):
    """This row cannot become (part of) a record; ``reason`` is the code for the ledger."""

    def __init__(self, line: int, message: Text, reason: str = "unreadable") -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.message = message
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Columns:
    """How to read the cells of one opened file."""

    places: Mapping[str, int]
    headings: tuple[str, ...]
    unused: tuple[tuple[int, str], ...]
    mark: DecimalMark
    dates: DateReader
    default_currency: str
    email_template: str

    @classmethod
    def of(cls, opened: Opened) -> Columns:
        columns, settings = opened.detected.columns, opened.settings
        return cls(
            places=columns.indexes,
            headings=columns.headings,
            unused=columns.unused,
            mark=opened.detected.decimal_mark,
            dates=opened.dates,
            default_currency=settings.default_currency,
            email_template=settings.email_template,
        )


@dataclass(frozen=True, slots=True)
class Line:
    row: Row
    columns: Columns

    @property
    def number_in_file(self) -> int:
        return self.row.line

    def cell(self, name: str) -> Cell:
        place = self.columns.places.get(name)
        return self.row.cells[place] if place is not None and place < len(self.row.cells) else None

    def text(self, name: str) -> str:
        return shown(self.cell(name))

    def number(self, name: str) -> Decimal | None:
        """None for an empty cell. Raises CellError."""
        cell = self.cell(name)
        if cell is None or cell == "" or (isinstance(cell, str) and cell.isspace()):
            return None
        try:
            return read_number(cell, self.columns.mark)
        except ValueError:
            raise self._bad(
                name, text("It is not a number. Write it such as 12.50 or 12,50, and the same way in every row.")
            ) from None

    def moment(self, name: str) -> datetime | None:
        """Aware; None for an empty cell. Raises CellError."""
        cell = self.cell(name)
        if not shown(cell):
            return None
        try:
            return self.columns.dates.moment(cell)
        except (ValueError, OverflowError):
            raise self._bad(name, _date_advice()) from None

    def day(self, name: str) -> date | None:
        """Raises CellError."""
        cell = self.cell(name)
        if not shown(cell):
            return None
        try:
            return self.columns.dates.day(cell)
        except (ValueError, OverflowError):
            raise self._bad(name, _date_advice()) from None

    def consent(self) -> ConsentState:
        """Raises CellError for a word that is not understood: a consent is never guessed."""
        try:
            return read_consent(self.text("consent"))
        except ValueError:
            raise self._bad("consent", text("Write yes, no or unsubscribed.")) from None

    def flag(self, name: str) -> bool | None:
        """Raises CellError."""
        if not self.text(name):
            return None
        try:
            return read_flag(self.text(name))
        except ValueError:
            raise self._bad(name, text("Write yes or no.")) from None

    def email(self) -> str:
        return normalised_email(self.text("email"))

    def raw(self) -> dict[str, object]:
        return {
            heading: shown(cell)
            for heading, cell in zip(self.columns.headings, self.row.cells, strict=False)
            if heading
        }

    def refuse_broken(self) -> None:
        """Raises CellError for a row that could not be taken apart."""
        if self.row.problem:
            raise CellError(self.row.line, self.row.problem)

    def missing(self, name: str) -> CellError:
        return CellError(self.row.line, text("The field {field} is empty.", field=self._place(name)))

    def _bad(self, name: str, advice: Text) -> CellError:
        return CellError(
            self.row.line,
            text(
                'The field {field} holds "{value}". {advice}',
                field=self._place(name),
                value=masked(self.text(name)),
                advice=advice,
            ),
        )

    def _place(self, name: str) -> Text:
        place = self.columns.places.get(name)
        if place is None:
            return label_of(name)
        return text('{field} (column "{heading}")', field=label_of(name), heading=self.columns.headings[place])


def masked(value: str) -> str:
    """Digits and marks stay, of words only the first letter: enough to find the cell, not to know the person."""
    if "@" in value:
        return masked_email(value[:_LONGEST_SHOWN])
    is_word_begun, out = False, []
    for each in value[:_LONGEST_SHOWN]:
        out.append("•" if each.isalpha() and is_word_begun else each)
        is_word_begun = each.isalpha()
    return "".join(out) + ("…" if len(value) > _LONGEST_SHOWN else "")


def unreadable(record_id: str, errors: Sequence[CellError], lines: Sequence[Line]) -> Unreadable:
    first = errors[0]
    message = first.message
    if len(errors) > 1:
        message = text("{first} (and {count} more)", first=message, count=len(errors) - 1)
    return Unreadable(
        id=record_id or f"line {first.line}",
        reason=first.reason,
        message=str(message),
        where=str(text("line {line}", line=first.line)),
        raw={"rows": [line.raw() for line in lines]},
    )


def first_text(lines: Sequence[Line], name: str) -> str:
    """The first that is not empty: exports repeat what belongs to the order, or state it once."""
    return next((words for line in lines if (words := line.text(name))), "")


def first_number(lines: Sequence[Line], name: str) -> Decimal | None:
    return next((number for line in lines if (number := line.number(name)) is not None), None)


def currency_of(lines: Sequence[Line]) -> str:
    """Raises CellError where there is none, an unknown one, or two."""
    default = lines[0].columns.default_currency
    found: dict[str, int] = {}
    for line in lines:
        if words := line.text("currency"):
            try:
                found.setdefault(currency_code(read_currency(words)), line.number_in_file)
            except ValueError:
                message = text('The currency "{value}" is unknown.', value=masked(words))
                raise CellError(line.number_in_file, message, "currency_missing") from None
    if len(found) > 1:
        raise CellError(lines[0].number_in_file, text("The rows have several currencies."), "currency_missing")
    if currency := next(iter(found), default):
        return currency
    raise CellError(
        lines[0].number_in_file,
        text("There is no currency in the file, and the account has none."),
        "currency_missing",
    )


def names_of_person(lines: Sequence[Line]) -> tuple[str, str]:
    """First and last name; a full name is parted at its comma, else before its last word."""
    first, last = first_text(lines, "first_name"), first_text(lines, "last_name")
    if first or last:
        return first, last
    full = " ".join(first_text(lines, "full_name").split())
    if "," in full:
        last, _, first = full.partition(",")
        return first.strip(), last.strip()
    first, _, last = full.rpartition(" ")
    return first, last


def address_of(lines: Sequence[Line]) -> Address | None:
    parts = {name: first_text(lines, name) for name in ("street", "street_2", "postcode", "city", "region", "country")}
    if not any(parts.values()):
        return None
    first, last = names_of_person(lines)
    return Address(
        first_name=first,
        last_name=last,
        company=first_text(lines, "company"),
        phone=first_text(lines, "phone"),
        **parts,
    )


def email_of(lines: Sequence[Line], customer_id: str) -> str:
    """As the file has it, else from the template, which needs a customer number."""
    own = next((address for line in lines if (address := line.email())), "")
    template = lines[0].columns.email_template
    if own or not template or not customer_id:
        return own
    return normalised_email(template.replace("{customer_id}", customer_id))


def person_id(customer_id: str, email: str) -> str:
    """The customer number, else a digest of the address: ids are kept in the ledger, addresses must not be."""
    if customer_id or not email:
        return customer_id
    return "p-" + hashlib.blake2b(email.encode(), digest_size=10).hexdigest()


def _date_advice() -> Text:
    return text('It is not a date. Write it such as 2026-12-31, or change "Order of dates".')
