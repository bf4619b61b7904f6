"""The records of an opened file, one after the other, in an order that is the same each time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import islice

from app.connectors.files.articles import product_of_line, read_products
from app.connectors.files.cells import Columns, Line, first_text
from app.connectors.files.detection import Opened
from app.connectors.files.documents import DocumentReader
from app.connectors.files.grouping import OPEN_ROWS, bring_together, key_hash
from app.connectors.files.mapping import require_columns
from app.connectors.files.options import CreditNotes, FileOptions
from app.connectors.files.people import contact_of_order, read_contact
from app.connectors.files.settings import LAYOUT_NAMES, Layout
from app.connectors.files.table import Row
from app.core.errors import ConfigError
from app.core.money import Money
from app.core.records import Contact, Kind, Order, Record, Unreadable
from app.core.texts import text

_HELD_RECORDS = 20_000

Entry = Record | Unreadable
Entries = Generator[Entry, None, None]
Dated = tuple[str, datetime | int, Record]

KINDS = {
    Layout.LINE_ITEMS: (Kind.CONTACTS, Kind.ORDERS, Kind.PRODUCTS),
    Layout.ORDERS: (Kind.CONTACTS, Kind.ORDERS),
    Layout.CONTACTS: (Kind.CONTACTS,),
    Layout.PRODUCTS: (Kind.PRODUCTS,),
}


@dataclass(frozen=True)  # not slotted: the refunds are worked out once, when they are needed
class FileReader:
    opened: Opened
    options: FileOptions
    open_rows: int = OPEN_ROWS
    held_records: int = field(default=_HELD_RECORDS)

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
        return sum(1 for _ in self.entries(kind))

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

    @cached_property
    def _refund_plan(self) -> tuple[dict[str, Money], frozenset[str]]:
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
        return bring_together(self.opened.table.rows, index, wanted=wanted, budget=self.open_rows)

    def _documents_with_rows(
        self, ids: frozenset[str] | None = None, skip: int = 0
    ) -> Iterator[tuple[Entry, list[Row]]]:
        documents, settled = self._documents, self._refund_plan[1]
        for rows in self._groups(ids):
            if settled and documents.number_of(rows) in settled:
                continue
            if skip > 0:
                skip -= 1
                continue
            yield documents.read(rows), rows

    def _orders(self, skip: int, ids: frozenset[str] | None) -> Iterator[Entry]:
        return (entry for entry, _ in self._documents_with_rows(ids, skip))

    def _contacts(self) -> Iterator[Entry]:
        for rows in self._groups():
            yield read_contact(rows, self._columns, self.opened.survey.consents)

    def _contacts_of_orders(self) -> Iterator[Entry]:
        return latest(self._customers, self.held_records)

    def _customers(self) -> Iterator[Dated]:
        for entry, rows in self._documents_with_rows():
            if isinstance(entry, Order) and not entry.is_credit_note:
                contact = contact_of_order(entry, rows, self._columns)
                if isinstance(contact, Contact) and contact.id:
                    yield contact.id, entry.created_at, contact

    def _products(self) -> Iterator[Entry]:
        for rows in self._groups():
            yield from read_products(rows, self._columns)

    def _products_of_lines(self) -> Iterator[Entry]:
        return latest(self._sold_products, self.held_records)

    def _sold_products(self) -> Iterator[Dated]:
        for ordinal, row in enumerate(self.opened.table.rows()):
            product = product_of_line(Line(row, self._columns), self.opened.survey.names, self.options)
            if product is not None:
                yield product.id, ordinal, product


def latest(dated: Callable[[], Iterator[Dated]], budget: int) -> Iterator[Record]:
    """Each key once, with the newest of its records, in the order of first appearance. At most ``budget`` records are
    held; for more, the file is passed through again."""
    settled: set[int] = set()
    is_complete = False
    while not is_complete:
        held: dict[int, tuple[datetime | int, Record]] = {}
        is_complete = True
        for key, at, record in dated():
            mark = key_hash(key)
            if mark in held:
                if at >= held[mark][0]:  # type: ignore[operator]  # one caller's keys are all times or all numbers
                    held[mark] = (at, record)
            elif mark not in settled:
                if len(held) < budget:
                    held[mark] = (at, record)
                else:
                    is_complete = False
        for _, record in held.values():
            yield record
        settled |= held.keys()


def _key_of_id(record_id: str) -> str:
    """An unreadable row without a number has the id ``line 17`` and stands for itself."""
    word, _, number = record_id.partition(" ")
    return f"\0{number}" if word == "line" and number.isdigit() else record_id
