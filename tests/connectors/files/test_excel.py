"""Workbooks: what the cells hold arrives unchanged."""

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.connectors.files.detection import open_file
from app.connectors.files.settings import FileFormat
from app.core.errors import ConfigError
from app.core.records import Kind
from tests.connectors.files.conftest import read_all, settings_for, source_for

HEAD: list[object] = [
    "Bestellnummer",
    "Bestelldatum",
    "Kundennummer",
    "Artikelnummer",
    "Bezeichnung",
    "Menge",
    "Einzelpreis",
]


def save(path: Path, rows: list[list[object]], title: str = "Bestellungen") -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


async def test_codes_zeros_umlauts_and_dates_survive(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        HEAD,
        ["2024/INV-007", datetime(2026, 7, 1, 9, 30), 17850, "00017", "Häkelgarn „weiß“", 2, 2.55],  # noqa: DTZ001 - a cell
        ["2024/INV-007", datetime(2026, 7, 1, 9, 30), 17850, 85123, "Łódka", 1.0, "1,10"],  # noqa: DTZ001 - a cell
    ]
    (order,) = await read_all(source_for(save(tmp_path / "a.xlsx", rows)), Kind.ORDERS)
    assert order.number == "2024/INV-007"
    assert order.customer_id == "17850"
    assert order.created_at.isoformat() == "2026-07-01T09:30:00+02:00"
    assert [(line.sku, line.name) for line in order.lines] == [("00017", "Häkelgarn „weiß“"), ("85123", "Łódka")]
    assert str(order.total) == "6.20 EUR"


async def test_a_number_shown_with_leading_zeros_keeps_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["SKU", "Name", "Price"])
    sheet.append([17, "Cup", 1])
    sheet["A2"].number_format = "00000"
    book.save(path)
    (product,) = await read_all(source_for(path), Kind.PRODUCTS)
    assert product.sku == "00017"


async def test_a_cell_with_an_error_breaks_its_row_alone(tmp_path: Path) -> None:
    rows: list[list[object]] = [["SKU", "Name", "Price"], ["A", "Cup", "#N/A"], ["B", "Mug", 2], [None, None, None]]
    found = await read_all(source_for(save(tmp_path / "a.xlsx", rows)), Kind.PRODUCTS)
    assert [getattr(each, "where", "") for each in found] == ["line 2", ""]


async def test_rows_are_numbered_as_the_sheet_numbers_them(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Shop export"], [], HEAD, [], ["1", "soon", 7, "A", "Cup", 1, 2]]
    (found,) = await read_all(source_for(save(tmp_path / "a.xlsx", rows)), Kind.ORDERS)
    assert found.where == "line 5"


async def test_the_chosen_sheet_is_read_and_the_first_filled_one_by_default(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "Leer"
    for title, sku in (("Eins", "A"), ("Zwei", "B")):
        sheet = book.create_sheet(title)
        sheet.append(["SKU", "Name", "Price"])
        sheet.append([sku, "Cup", 1])
    book.save(path)
    assert [each.sku for each in await read_all(source_for(path), Kind.PRODUCTS)] == ["A"]
    assert [each.sku for each in await read_all(source_for(path, sheet="Zwei"), Kind.PRODUCTS)] == ["B"]
    assert [each.value for each in await source_for(path).suggestions("sheet")] == ["Leer", "Eins", "Zwei"]
    with pytest.raises(ConfigError, match=r".+") as caught:
        open_file(settings_for(path, sheet="Drei"))
    assert caught.value.field == "sheet"
    assert "Leer, Eins, Zwei" in str(caught.value)


def test_a_workbook_is_recognised_whatever_its_name(tmp_path: Path) -> None:
    path = save(tmp_path / "orders.csv", [HEAD, ["1", "2026-01-01", 7, "A", "Cup", 1, 2]])
    assert open_file(settings_for(path)).detected.traits.format is FileFormat.EXCEL


def test_a_workbook_with_entities_is_refused(tmp_path: Path) -> None:
    path, evil = save(tmp_path / "a.xlsx", [HEAD]), tmp_path / "evil.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(evil, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                content = b'<!DOCTYPE a [<!ENTITY x "y">]>' + content.partition(b"?>")[2] or content
            target.writestr(item.filename, content)
    with pytest.raises(ConfigError) as caught:
        open_file(settings_for(evil))
    assert "entities" in str(caught.value)
