"""What all values of a column, not only the first ones, say about decimal separator and date order."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from app.connectors.files.settings import DateOrder, DecimalMark
from app.connectors.files.values import Cell, numeric_date

_LAST_MARK = re.compile(r"([.,])(\d*)\D*$")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``is_certain`` False: the values fit another reading as well, or contradict each other."""

    value: str
    is_certain: bool
    example: str = ""


@dataclass(slots=True)
class NumberEvidence:
    strong: Counter[str] = field(default_factory=Counter)
    weak: Counter[str] = field(default_factory=Counter)
    """Exactly three digits follow: thousands or decimals."""

    def add(self, cell: Cell) -> None:
        if not isinstance(cell, str) or not (found := _LAST_MARK.search(cell)):
            return
        mark, digits = found[1], found[2]
        has_other = ("," if mark == "." else ".") in cell
        if has_other or len(digits) != 3:
            self.strong[mark] += 1 if cell.count(mark) == 1 else 0
        elif cell.count(mark) > 1:
            self.strong["," if mark == "." else "."] += 1
        else:
            self.weak[mark] += 1

    def verdict(self, delimiter: str) -> Verdict:
        comma, point = self.strong[","], self.strong["."]
        if comma or point:
            winner = DecimalMark.COMMA if comma > point else DecimalMark.POINT
            return Verdict(winner.value, is_certain=not (comma and point))
        # Programs that write decimal commas separate cells by semicolons (Excel's list separator follows the locale).
        winner = DecimalMark.COMMA if delimiter == ";" else DecimalMark.POINT
        return Verdict(winner.value, is_certain=not self.weak)


@dataclass(slots=True)
class DateEvidence:
    first: Counter[int] = field(default_factory=Counter)
    second: Counter[int] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    year_first: int = 0
    example: str = ""
    _day_before: str = ""

    def add(self, cell: Cell) -> None:
        if not isinstance(cell, str):
            return
        day = cell.strip().partition(" ")[0]
        if day == self._day_before:  # files are mostly sorted by date
            return
        self._day_before = day
        found = numeric_date(cell)
        if found is None:
            return
        if len(found[0]) > 2:
            self.year_first += 1
            return
        first, second = int(found[0]), int(found[1])
        self.first[first] += 1
        self.second[second] += 1
        self.marks[found[3]] += 1
        self.example = self.example or cell.strip()[:40]

    def verdict(self) -> Verdict:
        if not self.first:
            return Verdict(DateOrder.YEAR_FIRST.value, is_certain=True)
        days = sum(count for value, count in self.first.items() if value > 12)
        months = sum(count for value, count in self.second.items() if value > 12)
        if days or months:
            winner = DateOrder.DAY_FIRST if days >= months else DateOrder.MONTH_FIRST
            return Verdict(winner.value, not (days and months), self.example)
        if set(self.marks) == {"."}:  # nobody writes 12.31.2026
            return Verdict(DateOrder.DAY_FIRST.value, is_certain=True, example=self.example)
        # Days change faster than months: the number with fewer values is the month.
        winner = DateOrder.DAY_FIRST if len(self.first) >= len(self.second) else DateOrder.MONTH_FIRST
        return Verdict(winner.value, is_certain=False, example=self.example)
