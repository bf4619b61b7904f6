"""The product mapping as a table for spreadsheets, and what a table that comes back would change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.core.configuration import Match, ProductRow
from app.core.errors import ConfigError
from app.core.texts import Text, text
from app.services.matching import ALL_PRODUCTS
from app.services.tables import Table

COLUMNS = ("key", "sku", "ean", "name", "number")
_NEEDED = ("key", "number")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?[eE]\+\d+\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T00:00:00\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChange:
    """``rows`` is the whole mapping after the change; ``changes`` are key, old and new number; ``warnings`` name the
    cells that a spreadsheet has probably damaged."""

    rows: tuple[ProductRow, ...]
    changes: tuple[tuple[str, str, str], ...]
    warnings: tuple[Text, ...] = ()
    added: tuple[str, ...] = ()
    """Keys that were not in the mapping before."""


def table_of(rows: Sequence[ProductRow]) -> tuple[Sequence[str], Iterator[Sequence[str]]]:
    return COLUMNS, ((row.key, row.sku, row.ean, row.name, row.number) for row in rows)


def change_from(table: Table, before: Sequence[ProductRow]) -> TableChange:
    """Rows that the table does not mention stay as they are. Raises ConfigError for foreign columns, keys twice."""
    places = _columns(table.header)
    known = {row.key: row for row in before}
    by_bare_key = _by_bare(known)
    merged, warnings, seen = dict(known), list[Text](), dict[str, int]()
    for line, cells in enumerate(table.rows, 2):
        raw = {name: cells[place] for name, place in places.items()}
        if not raw["key"]:
            warnings.append(text("Row {row} has no key and was left out.", row=line))
            continue
        key = _mended_key(raw["key"], known, by_bare_key)
        if key != raw["key"]:
            warnings.append(_damage(_cell("A", table, "key", line), raw["key"], key))
        if key in seen:
            raise ConfigError(
                text('"{key}" stands in row {first} and in row {second}.', key=key, first=seen[key], second=line),
                remedy=text("Keep one of the two rows, then read the file again."),
                field="path",
            )
        seen[key] = line
        merged[key] = _merged(raw, key, known.get(key))
        warnings += _number_warnings(raw["number"], known.get(key), _cell("E", table, "number", line))
    changes = tuple(
        (key, known[key].number if key in known else "", merged[key].number)
        for key in merged
        if merged[key].number != (known[key].number if key in known else "")
    )
    return TableChange(
        rows=tuple(merged.values()),
        changes=changes,
        warnings=tuple(warnings),
        added=tuple(key for key in merged if key not in known),
    )


def _columns(header: Sequence[str]) -> Mapping[str, int]:
    names = [name.casefold() for name in header]
    foreign = [header[place] for place, name in enumerate(names) if name and name not in COLUMNS]
    missing = [name for name in _NEEDED if name not in names]
    if not foreign and not missing:
        return {name: names.index(name) for name in COLUMNS if name in names}
    expected = ", ".join(COLUMNS)
    raise ConfigError(
        text("This is not a product mapping: the column {columns} is missing.", columns=", ".join(missing))
        if missing
        else text("The file has columns that are not known here: {columns}.", columns=", ".join(foreign[:5])),
        remedy=text(
            "Expected columns: {expected}. Export the mapping to get a file with the right ones.", expected=expected
        ),
        field="path",
    )


def _merged(raw: Mapping[str, str], key: str, before: ProductRow | None) -> ProductRow:
    number = raw["number"]
    if before is None:
        match = Match.BY_HAND if number else Match.NONE
        sku = raw.get("sku", "") or ("" if key == ALL_PRODUCTS else key)
        return ProductRow(
            key=key, sku=sku, ean=raw.get("ean", ""), name=raw.get("name", ""), number=number, match=match
        )
    if number == before.number:
        return before
    # SKU, EAN and name belong to the source: a spreadsheet may damage them, so the stored ones stay.
    return replace(before, number=number, match=Match.BY_HAND if number else Match.NONE, confidence=0)


def _bare(code: str) -> str:
    return code.lstrip("0") or "0"


def _by_bare(known: Mapping[str, ProductRow]) -> Mapping[str, str]:
    """Keys whose leading zeros a spreadsheet may have cut off; without those that would become alike."""
    found: dict[str, str] = {}
    doubled: set[str] = set()
    for key in known:
        bare = _bare(key)
        if bare == key:
            continue
        if bare in found or bare in known:
            doubled.add(bare)
        found[bare] = key
    return {bare: key for bare, key in found.items() if bare not in doubled}


def _mended_key(raw: str, known: Mapping[str, ProductRow], by_bare_key: Mapping[str, str]) -> str:
    return raw if raw in known else by_bare_key.get(raw, raw)


def _number_warnings(number: str, before: ProductRow | None, cell: str) -> list[Text]:
    if before and number and number != before.number and _bare(before.number) == number:
        return [_damage(cell, number, before.number)]
    if _SCIENTIFIC.search(number) or _DATE.match(number):
        return [
            text(
                'Cell {cell}: "{found}" looks damaged by the spreadsheet; format the column as text.',
                cell=cell,
                found=number,
            )
        ]
    return []


def _damage(cell: str, found: str, expected: str) -> Text:
    return text(
        'Cell {cell}: "{found}" was probably "{expected}"; the spreadsheet has cut off leading zeros.',
        cell=cell,
        found=found,
        expected=expected,
    )


def _cell(usual: str, table: Table, name: str, line: int) -> str:
    names = [each.casefold() for each in table.header]
    letter = chr(ord("A") + names.index(name)) if name in names and names.index(name) < 26 else usual
    return f"{letter}{line}"
