"""The one pass over a whole file before the first record: how values are written, which rows belong together."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field

from app.connectors.files.evidence import DateEvidence, NumberEvidence
from app.connectors.files.fields import DATE_FIELDS, NUMBER_FIELDS
from app.connectors.files.grouping import GroupIndex, key_hash
from app.connectors.files.mapping import ColumnMap
from app.connectors.files.settings import Layout
from app.connectors.files.table import Row, Table
from app.connectors.files.values import read_consent, shown
from app.core.addresses import normalised_email
from app.core.consent import ConsentState
from app.core.errors import TemporaryError
from app.core.texts import text

_MOST_NAMES = 50_000
_ROWS_BETWEEN_LOOKS = 5_000
_STRENGTH = (ConsentState.ABSENT, ConsentState.NO, ConsentState.YES, ConsentState.WITHDRAWN)
"""An empty box at a later order takes nothing back; an explicit withdrawal wins over everything."""

Halted = Callable[[], bool]
_GROUPED_BY = {Layout.LINE_ITEMS: "document", Layout.ORDERS: "document"}


@dataclass(slots=True)
class Consents:
    """The strongest word on a person anywhere in the file, by hash of customer number and of e-mail address."""

    by_key: dict[int, int] = field(default_factory=dict)

    def add(self, keys: tuple[str, ...], state: ConsentState) -> None:
        strength = _STRENGTH.index(state)
        for key in keys:
            if key and strength > self.by_key.get(key_hash(key), 0):
                self.by_key[key_hash(key)] = strength

    def of(self, *keys: str) -> ConsentState:
        return _STRENGTH[max((self.by_key.get(key_hash(key), 0) for key in keys if key), default=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    row_count: int
    numbers: NumberEvidence
    dates: DateEvidence
    index: GroupIndex
    names: dict[str, str]
    """Name by product code, for the lines that have none."""
    consents: Consents
    first_row: Row | None


def survey(table: Table, columns: ColumnMap, is_halted: Halted = lambda: False) -> Survey:
    """Raises ConfigError where the file cannot be read to its end, TemporaryError when halted."""
    places = columns.indexes
    numbers, dates, consents = NumberEvidence(), DateEvidence(), Consents()
    number_places = [places[name] for name in NUMBER_FIELDS if name in places]
    date_places = [places[name] for name in DATE_FIELDS if name in places]
    group_key = group_key_of(columns, table)
    keys: array[int] = array("Q")
    names: dict[str, str] = {}
    first_row: Row | None = None
    for count, row in enumerate(table.rows()):
        if count % _ROWS_BETWEEN_LOOKS == 0 and is_halted():
            raise stopped()
        keys.append(key_hash(group_key(row)))
        if row.problem:
            continue
        first_row = first_row or row
        width = len(row.cells)
        for place in number_places:
            if place < width:
                numbers.add(row.cells[place])
        for place in date_places:
            if place < width:
                dates.add(row.cells[place])
        _note_name(row, places, names)
        _note_consent(row, places, consents)
    return Survey(
        row_count=len(keys),
        numbers=numbers,
        dates=dates,
        index=GroupIndex.of(keys),
        names=names,
        consents=consents,
        first_row=first_row,
    )


def stopped() -> TemporaryError:
    return TemporaryError(text("Reading the file was stopped."))


def group_key_of(columns: ColumnMap, table: Table) -> Callable[[Row], str]:
    """What the rows of one record have in common; a row without it stands for itself."""
    places = columns.indexes
    if columns.layout is Layout.PRODUCTS:
        return product_keys(table, places)
    if columns.layout is Layout.CONTACTS:
        return lambda row: cell_of(row, places, "customer_id") or _email(row, places) or own_key(row)
    place = places.get(_GROUPED_BY[columns.layout], -1)
    return lambda row: (shown(row.cells[place]) if 0 <= place < len(row.cells) else "") or own_key(row)


def own_key(row: Row) -> str:
    return f"\0{row.line}"


def cell_of(row: Row, places: dict[str, int], name: str) -> str:
    place = places.get(name)
    return shown(row.cells[place]) if place is not None and place < len(row.cells) else ""


def product_keys(table: Table, places: dict[str, int]) -> Callable[[Row], str]:
    """Parent and variations share a key. WooCommerce names the parent by SKU or as ``id:44``; the parent may stand
    before or after its variations, so the references are gathered first."""
    if "parent" not in places:
        return own_key
    references = {reference for row in table.rows() if (reference := parent_reference(row, places))}

    def key(row: Row) -> str:
        if reference := parent_reference(row, places):
            return reference
        own = (f"id:{cell_of(row, places, 'product_id')}", cell_of(row, places, "sku"))
        return next((each for each in own if each in references), own_key(row))

    return key


def parent_reference(row: Row, places: dict[str, int]) -> str:
    """Empty for a row that is no variation: grouped products may name a parent too."""
    kind = cell_of(row, places, "type").casefold()
    if kind and "variation" not in kind and "variant" not in kind:
        return ""
    reference = cell_of(row, places, "parent")
    return "id:" + reference[3:].strip() if reference.casefold().startswith("id:") else reference


def _email(row: Row, places: dict[str, int]) -> str:
    return normalised_email(cell_of(row, places, "email"))


def _note_name(row: Row, places: dict[str, int], names: dict[str, str]) -> None:
    code = cell_of(row, places, "sku")
    if code and code not in names and len(names) < _MOST_NAMES and (name := cell_of(row, places, "name")):
        names[code] = name


def _note_consent(row: Row, places: dict[str, int], consents: Consents) -> None:
    if "consent" not in places:
        return
    try:
        state = read_consent(cell_of(row, places, "consent"))
    except ValueError:
        return
    if state is not ConsentState.ABSENT:
        consents.add((cell_of(row, places, "customer_id"), _email(row, places)), state)
