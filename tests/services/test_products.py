from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from app.core.configuration import Match, ProductRow
from app.core.errors import ConfigError, StorageError
from app.core.records import Product, Variant
from app.core.texts import use_language
from app.services import Services
from app.services.matching import matched
from app.services.tables import read_table, write_table
from tests.services.market import Market

ROWS = (
    ProductRow(key="0017", sku="0017", ean="4006381333931", name="Grüner Tee, 100 g", number="0042"),
    ProductRow(key="BG-2", sku="BG-2", name="=HYPERLINK(1)", number="12"),
    ProductRow(key="żółty", sku="żółty", name="-10 % Żółty; kubek"),
)


async def test_products_of_the_source_become_rows_and_keep_their_numbers(shop: Services, market: Market) -> None:
    market.source.products = [
        Product(id="1", name="Tea", sku="T-1"),
        Product(id="2", name="Cup", variants=(Variant(id="21", sku="C-R", name="red"), Variant(id="22", name="blue"))),
    ]
    await shop.integrations.update("daily", products={"T-1": "17"})
    rows = await shop.products.load_from_source("daily")
    assert [(row.key, row.name, row.number) for row in rows] == [
        ("*", "", ""),
        ("T-1", "Tea", "17"),
        ("C-R", "Cup – red", ""),
        ("22", "Cup – blue", ""),
    ]


async def test_numbers_are_found_by_sku_ean_and_similar_name(shop: Services, market: Market) -> None:
    market.remote_products = [
        Product(id="100", name="Sencha green tea 100g", sku="t-1"),
        Product(id="101", name="Teapot", ean="4006381333931"),
        Product(id="102", name="Red porcelain cup with saucer"),
    ]
    rows = [
        ProductRow(key="*"),
        ProductRow(key="T-1", sku="T-1", name="Anything"),
        ProductRow(key="P", sku="P", ean="4006381333931"),
        ProductRow(key="C", sku="C", name="Porcelain cup, red, with saucers"),
        ProductRow(key="X", sku="X", name="Bicycle"),
        ProductRow(key="H", sku="T-1", number="5", match=Match.BY_HAND),
    ]
    found = await shop.products.match("daily", rows)
    assert [(row.number, row.match) for row in found] == [
        ("", Match.NONE),
        ("100", Match.SKU),
        ("101", Match.EAN),
        ("102", Match.NAME),
        ("", Match.NONE),
        ("5", Match.BY_HAND),
    ]
    assert 70 <= found[3].confidence < 100


def test_two_candidates_are_never_guessed() -> None:
    remote = [Product(id="1", name="Red cup", sku="A"), Product(id="2", name="Red cup", sku="A")]
    assert matched([ProductRow(key="A", sku="A", name="Red cup")], remote)[0].number == ""


async def test_a_number_by_name_is_sent_only_when_it_is_confirmed(shop: Services) -> None:
    row = ProductRow(key="C", sku="C", number="102", match=Match.NAME, confidence=82)
    await shop.products.save("daily", [row])
    assert "82" in str((await shop.products.check("daily", [row]))["C"])
    assert (await shop.integrations.mapping_check("daily")).unmapped == ("C",)


async def test_the_check_names_doubled_and_forbidden_numbers(shop: Services) -> None:
    rows = [ProductRow(key="A", number="1"), ProductRow(key="B", number="1"), ProductRow(key="C", number="x1")]
    found = await shop.products.check("daily", rows)
    assert {key: str(words) for key, words in found.items()} == {
        "A": "B has the same number 1.",
        "B": "A has the same number 1.",
        "C": '"x1" is not allowed: Digits only.',
    }


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("language", ["en", "de", "pl"])
async def test_a_mapping_survives_export_and_import_unchanged(
    shop: Services, tmp_path: Path, ending: str, language: str
) -> None:
    use_language(language)
    await shop.products.save("daily", ROWS)
    before = await shop.products.rows("daily")
    path = tmp_path / f"mapping{ending}"
    await shop.products.export_table("daily", path)
    change = await shop.products.read_table("daily", path)
    assert (change.changes, change.warnings, change.added) == ((), (), ())
    assert change.rows == before


async def test_exported_cells_are_no_formulas(shop: Services, tmp_path: Path) -> None:
    await shop.products.save("daily", ROWS)
    await shop.products.export_table("daily", tmp_path / "m.xlsx")
    sheet = load_workbook(tmp_path / "m.xlsx").worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}
    assert not any(str(cell.value).startswith(("=", "-")) for cell in cells if cell.value)
    assert {cell.number_format for cell in cells} == {"@"}


async def test_changed_cells_are_shown_before_they_are_taken(shop: Services, tmp_path: Path) -> None:
    await shop.products.save("daily", ROWS)
    path = tmp_path / "m.csv"
    path.write_bytes("key;number\r\n0017;99\r\nNEW;5\r\n".encode("utf-8-sig"))
    change = await shop.products.read_table("daily", path)
    assert change.changes == (("0017", "0042", "99"), ("NEW", "", "5"))
    assert change.added == ("NEW",)
    assert [row.number for row in await shop.products.rows("daily")] == ["", "0042", "12", ""]
    await shop.products.accept("daily", change)
    assert [row.number for row in await shop.products.rows("daily")] == ["", "99", "12", "", "5"]


async def test_leading_zeros_cut_off_by_a_spreadsheet_are_named_with_their_cells(
    shop: Services, tmp_path: Path
) -> None:
    await shop.products.save("daily", ROWS)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["key", "sku", "ean", "name", "number"], [17, 17, 4006381333931, "Grüner Tee", 42]):
        sheet.append(row)
    book.save(tmp_path / "m.xlsx")
    change = await shop.products.read_table("daily", tmp_path / "m.xlsx")
    words = [str(warning) for warning in change.warnings]
    assert any("A2" in each and '"17"' in each and '"0017"' in each for each in words)
    assert any("E2" in each and '"0042"' in each for each in words)
    assert change.added == ()


async def test_foreign_columns_get_one_clear_error(shop: Services, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("Artikel;Preis\nA;1\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        await shop.products.read_table("daily", path)
    assert "key, sku, ean, name, number" in str(caught.value.remedy)


async def test_a_key_that_comes_twice_is_refused_with_both_rows(shop: Services, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("key,number\nA,1\nB,2\nA,3\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        await shop.products.read_table("daily", path)


@pytest.mark.parametrize(("name", "content"), [("m.csv", b""), ("m.xlsx", b"no workbook"), ("m.pdf", b"x")])
async def test_files_that_are_no_table_are_refused(shop: Services, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        await shop.products.read_table("daily", tmp_path / name)
    assert caught.value.field == "path"


def test_a_csv_in_the_code_page_of_the_country_is_read(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes("key;name\nA;Grüner Tee\n".encode("cp1252"))
    assert read_table(tmp_path / "m.csv").rows == (("A", "Grüner Tee"),)


def test_a_failed_export_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("old", encoding="utf-8")

    def rows():
        yield ["a"]
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageError):
        write_table(path, ["key"], rows())
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_hundred_thousand_rows_are_matched() -> None:
    remote = [Product(id=str(n), name=f"Product number {n}", sku=f"S-{n}") for n in range(2_000)]
    rows = [ProductRow(key=f"S-{n}", sku=f"S-{n}", name=f"Article {n}") for n in range(100_000)]
    found = matched(rows, remote)
    assert sum(row.match is Match.SKU for row in found) == 2_000
