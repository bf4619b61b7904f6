"""The rows of a product mapping, held so that a hundred thousand of them filter at once; knows nothing of widgets."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from app.core.configuration import Match, ProductRow
from app.sdk.manifest import ProductNumbers
from app.services.mappingcheck import is_allowed
from app.services.matching import ALL_PRODUCTS
from app.services.tables import neutralised, restored

_AUTOMATIC = {Match.SKU, Match.EAN, Match.NAME}


class RowState(StrEnum):
    MAPPED = "mapped"
    UNMAPPED = "unmapped"
    """Without a number of its own; "all products" may stand in for it."""
    TO_CHECK = "to_check"
    ERROR = "error"


class ProductRows:
    """Rows without the one for all products, which is ``default``. Building one takes a while: do it in a thread."""

    def __init__(self, rows: Iterable[ProductRow], numbers: ProductNumbers | None) -> None:
        self._numbers = numbers
        self.default = ""
        self.rows: list[ProductRow] = []
        for row in rows:
            if row.key == ALL_PRODUCTS:
                self.default = row.number
            else:
                self.rows.append(row)
        self._search = [_search_key(row) for row in self.rows]
        self._by_number: defaultdict[str, int] = defaultdict(int)
        for row in self.rows:
            if row.number:
                self._by_number[row.number] += 1
        self._states = [self._state_of(row) for row in self.rows]
        self._counts = Counter(self._states)
        self._places: dict[str, int] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def numbers(self) -> ProductNumbers | None:
        return self._numbers

    @property
    def is_required(self) -> bool:
        """The target takes no product without a number of its own."""
        return self._numbers is not None and self._numbers.is_required

    def all(self) -> tuple[ProductRow, ...]:
        """With the row for all products, as they are saved."""
        default = ProductRow(key=ALL_PRODUCTS, number=self.default, match=Match.BY_HAND if self.default else Match.NONE)
        return (default, *self.rows)

    def state(self, place: int) -> RowState:
        return self._states[place]

    def count(self, state: RowState) -> int:
        return self._counts[state]

    def shares_number(self, place: int) -> bool:
        return self._by_number[self.rows[place].number] > 1

    def is_allowed(self, number: str) -> bool:
        return not number or self._numbers is None or is_allowed(number, self._numbers)

    def filtered(self, words: str, state: RowState | None) -> list[int]:
        """Places of rows whose SKU, EAN or name holds all the words."""
        wanted = words.casefold().split()
        search, states = self._search, self._states
        if not wanted:
            if state is None:
                return list(range(len(self.rows)))
            return [place for place, each in enumerate(states) if each is state]
        first, *others = wanted
        found = [place for place, key in enumerate(search) if first in key]
        for word in others:
            found = [place for place in found if word in search[place]]
        return found if state is None else [place for place in found if states[place] is state]

    def with_number(self, place: int, number: str) -> ProductRow:
        """The row as it would be with a number typed by hand."""
        number = number.strip()
        match = Match.BY_HAND if number else Match.NONE
        return replace(self.rows[place], number=number, match=match, confidence=0)

    def confirmed(self, place: int) -> ProductRow | None:
        """The row with its proposal accepted; None where there is nothing to confirm."""
        row = self.rows[place]
        if self._states[place] is not RowState.TO_CHECK:
            return None
        return replace(row, match=Match.CONFIRMED)

    def put(self, changes: Mapping[int, ProductRow]) -> None:
        """Exchange rows; states and counts follow, those of rows with the same numbers too."""
        touched = set()
        for place, row in changes.items():
            before = self.rows[place]
            if before.number != row.number:
                touched |= {before.number, row.number}
                self._by_number[before.number] -= bool(before.number)
                self._by_number[row.number] += bool(row.number)
            self.rows[place] = row
        for place in changes:
            self._judge(place)
        touched.discard("")
        if touched:
            self._judge_neighbours(touched)

    def places_by_code(self) -> Mapping[str, int]:
        """Keys, SKUs and EANs, casefolded: to find the rows a spreadsheet names."""
        if self._places is None:
            found: dict[str, int] = {}
            for place, row in enumerate(self.rows):
                for code in (row.ean, row.sku, row.key):
                    if code:
                        found[code.casefold()] = place
            self._places = found
        return self._places

    def _judge_neighbours(self, numbers: set[str]) -> None:
        for place, row in enumerate(self.rows):
            if row.number in numbers and row.match in _AUTOMATIC:
                self._judge(place)

    def _judge(self, place: int) -> None:
        state = self._state_of(self.rows[place])
        self._counts[self._states[place]] -= 1
        self._counts[state] += 1
        self._states[place] = state

    def _state_of(self, row: ProductRow) -> RowState:
        if not row.number:
            return RowState.UNMAPPED
        if not self.is_allowed(row.number):
            return RowState.ERROR
        # Who typed or confirmed a number meant it, also when it stands at several products.
        if row.match is Match.NAME or (row.match in _AUTOMATIC and self._by_number[row.number] > 1):
            return RowState.TO_CHECK
        return RowState.MAPPED


def _search_key(row: ProductRow) -> str:
    return f"{row.sku}\n{row.ean}\n{row.name}\n{row.key}".casefold()


def column_of_numbers(block: Sequence[Sequence[str]]) -> list[str]:
    return [cells[0].strip() if cells else "" for cells in block]


def block_from_text(words: str) -> list[list[str]]:
    """What a spreadsheet puts on the clipboard: lines, cells separated by tabs; quotes around cells with breaks."""
    lines = words.replace("\r\n", "\n").rstrip("\n")
    return [[restored(cell) for cell in row] for row in csv.reader(io.StringIO(lines, newline=""), delimiter="\t")]


def text_from_block(block: Sequence[Sequence[str]]) -> str:
    """The other way round; no cell is one that a spreadsheet would execute."""
    return "\n".join("\t".join(_clipboard_cell(neutralised(cell)) for cell in row) for row in block)


def _clipboard_cell(cell: str) -> str:
    needs_quotes = any(each in cell for each in '\t\r\n"')
    return '"' + cell.replace('"', '""') + '"' if needs_quotes else cell
