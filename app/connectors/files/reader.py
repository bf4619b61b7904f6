"""The records of an opened file, one after the other, in an order that is the same each time."""

from __future__ import annotations

from array import array
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from app.connectors.files.articles import product_of_line, read_products, sold_product_id
from app.connectors.files.cells import Columns, Line, first_text
from app.connectors.files.detection import Opened
from app.connectors.files.documents import DocumentReader
from app.connectors.files.grouping import OPEN_ROWS, bring_together, key_hash, newest_of
from app.connectors.files.mapping import require_columns
from app.connectors.files.options import CreditNotes, FileOptions
from app.connectors.files.people import contact_of_order, read_contact
from app.connectors.files.settings import LAYOUT_NAMES, Layout
from app.connectors.files.survey import Halted, stopped
from app.connectors.files.table import Row
from app.core.errors import ConfigError
from app.core.money import Money
from app.core.records import Kind, Order, Record, Unreadable
from app.core.texts import text

_ROWS_BETWEEN_LOOKS = 1_000

Entry = Record | Unreadable
Entries = Generator[Entry, None, None]

KINDS = {
    Layout.LINE_ITEMS: (Kind.CONTACTS, Kind.ORDERS, Kind.PRODUCTS),
    Layout.ORDERS: (Kind.CONTACTS, Kind.ORDERS),
    Layout.CONTACTS: (Kind.CONTACTS,),
    Layout.PRODUCTS: (Kind.PRODUCTS,),
}


@dataclass(slots=True)
class Plans:
    """What takes a pass over the file to find out, kept for the next question."""

    refunds: tuple[dict[str, Money], frozenset[str]] | None = None
    newest: dict[Kind, bytearray] = field(default_factory=dict)


@dataclass(frozen=True)  # not slotted, for cached_property
class FileReader:
    opened: Opened
    options: FileOptions
    open_rows: int = OPEN_ROWS
    plans: Plans = field(default_factory=Plans)
    is_halted: Halted = lambda: False

    def entries(self, kind: Kind, *, skip: int = 0, ids: frozenset[str] | None = None) -> Entries:
        """From the ``skip``-th entry on; ``ids`` restricts to some. Raises ConfigError and TemporaryError."""
        self.refuse_unfit(kind)
        layout = self.opened.detected.layout
        if kind is Kind.ORDERS:
            yield from self._orders(skip, ids)
            return
        if kind is Kind.PRODUCTS:
            found = self._products() if layout is Layout.PRODUCTS else self._products_of_lines()
        else:
            found = self._contacts() if layout is Layout.CONTACTS else self._contacts_of_orders()
        if ids is not None:
            found = (entry for entry in found if entry.id in ids)
        yield from islice(found, skip, None)

    def refuse_unfit(self, kind: Kind) -> None:
        """Raises ConfigError where the file has no such records or a column is missing."""
        layout = self.opened.detected.layout
        if kind not in KINDS[layout]:
            raise ConfigError(
                text('The file holds something else: "{layout}".', layout=LAYOUT_NAMES[layout.value]),
                remedy=text('Leave this flow out, or correct "What a row is".'),
                field="layout",
                detail=f"{kind.value} from {layout.value}",
            )
        require_columns(self.opened.detected.columns)

    def count(self, kind: Kind) -> int:
        self.refuse_unfit(kind)
        layout = self.opened.detected.layout
        if kind is Kind.ORDERS:
            return self.opened.survey.index.count - len(self._refund_plan[1])
        if layout is Layout.CONTACTS:
            return self.opened.survey.index.count
        if layout is Layout.PRODUCTS:
            return sum(1 for _ in self.entries(kind))
        return self._newest(kind).count(1)

    @cached_property
    def _columns(self) -> Columns:
        return Columns.of(self.opened)

    @cached_property
    def _plain_documents(self) -> DocumentReader:
        found = self.opened.survey
        return DocumentReader(
            columns=self._columns,
            options=self.options.model_copy(update={"credit_notes": CreditNotes.SKIP}),
            layout=self.opened.detected.layout,
            names=found.names,
            consents=found.consents,
            statuses={word.casefold(): status for word, status in self.opened.settings.statuses.items()},
        )

    @cached_property
    def _documents(self) -> DocumentReader:
        return replace(self._plain_documents, options=self.options, refunds=self._refund_plan[0])

    @property
    def _refund_plan(self) -> tuple[dict[str, Money], frozenset[str]]:
        if self.plans.refunds is None:
            self.plans.refunds = self._plan_refunds()
        return self.plans.refunds

    def _plan_refunds(self) -> tuple[dict[str, Money], frozenset[str]]:
        """Refunds by the order they lower, and the credit notes that are thereby settled."""
        if self.options.credit_notes is CreditNotes.SKIP or "original_document" not in self._columns.places:
            return {}, frozenset()
        notes: list[tuple[str, str, Money]] = []
        for rows in self._groups():
            original = first_text([Line(row, self._columns) for row in rows], "original_document")
            order = self._plain_documents.read(rows) if original else None
            if isinstance(order, Order) and order.is_credit_note:
                notes.append((order.number, original, -order.total))
        wanted = {key_hash(original) for _, original, _ in notes}
        present = wanted.intersection(self.opened.survey.index.keys)
        settled = [note for note in notes if key_hash(note[1]) in present]
        refunds: dict[str, Money] = {}
        for _, original, amount in settled:
            refunds[original] = refunds[original] + amount if original in refunds else amount
        return refunds, frozenset(number for number, _, _ in settled)

    def _groups(self, ids: frozenset[str] | None = None) -> Iterator[list[Row]]:
        wanted = None if ids is None else frozenset(key_hash(_key_of_id(each)) for each in ids)
        index = self.opened.survey.index
        return bring_together(self._rows, index, wanted=wanted, budget=self.open_rows)

    def _unsettled_groups(self, ids: frozenset[str] | None = None) -> Iterator[list[Row]]:
        """Documents without the credit notes that another order already contains."""
        settled = self._refund_plan[1]
        for rows in self._groups(ids):
            if not settled or self._documents.number_of(rows) not in settled:
                yield rows

    def _orders(self, skip: int, ids: frozenset[str] | None) -> Iterator[Entry]:
        return map(self._documents.read, islice(self._unsettled_groups(ids), skip, None))

    def _contacts(self) -> Iterator[Entry]:
        for rows in self._groups():
            yield read_contact(rows, self._columns, self.opened.survey.consents)

    def _contacts_of_orders(self) -> Iterator[Entry]:
        newest = self._newest(Kind.CONTACTS)
        for ordinal, rows in enumerate(self._unsettled_groups()):
            if newest[ordinal]:
                entry = self._documents.read(rows)
                contact = contact_of_order(entry, rows, self._columns) if isinstance(entry, Order) else None
                if contact is not None:
                    yield contact

    def _customer_of(self, rows: list[Row]) -> tuple[int, float]:
        """Who would get this order, and when; 0 for nobody."""
        order = self._documents.read(rows)
        if not isinstance(order, Order) or order.is_credit_note:
            return 0, 0.0
        contact = contact_of_order(order, rows, self._columns)
        return (key_hash(contact.id) if contact and contact.id else 0), order.created_at.timestamp()

    def _newest(self, kind: Kind) -> bytearray:
        """Which documents tell of a customer, and which rows of a product, for the last time: two passes over the
        file, however many customers there are."""
        if kind not in self.plans.newest:
            keys, moments = array("Q"), array("d")
            found = (
                map(self._customer_of, self._unsettled_groups())
                if kind is Kind.CONTACTS
                else ((self._product_of(row), 0.0) for row in self._rows())
            )
            for key, moment in found:
                keys.append(key)
                moments.append(moment)
            self.plans.newest[kind] = newest_of(keys, moments)
        return self.plans.newest[kind]

    def _product_of(self, row: Row) -> int:
        record_id = sold_product_id(Line(row, self._columns), self.options)
        return key_hash(record_id) if record_id else 0

    def _rows(self) -> Iterator[Row]:
        """Raises TemporaryError when halted."""
        for count, row in enumerate(self.opened.table.rows()):
            if count % _ROWS_BETWEEN_LOOKS == 0 and self.is_halted():
                raise stopped()
            yield row

    def _products(self) -> Iterator[Entry]:
        for rows in self._groups():
            yield from read_products(rows, self._columns)

    def _products_of_lines(self) -> Iterator[Entry]:
        newest = self._newest(Kind.PRODUCTS)
        for ordinal, row in enumerate(self._rows()):
            if ordinal < len(newest) and newest[ordinal]:
                yield product_of_line(Line(row, self._columns), self.opened.survey.names)


def _key_of_id(record_id: str) -> str:
    """An unreadable row without a number has the id ``line 17`` and stands for itself."""
    word, _, number = record_id.partition(" ")
    return f"\0{number}" if word == "line" and number.isdigit() else record_id
