"""Delimiter, decimal separator, date order, layout and headings: recognised, and shown where they are a guess."""

from pathlib import Path

import pytest

from app.connectors.files.detection import Detected, open_file
from app.connectors.files.mapping import map_columns, suggest_layout
from app.connectors.files.settings import DateOrder, DecimalMark, Layout
from app.core.errors import ConfigError
from tests.connectors.files.conftest import WriteFile, settings_for


def detected(path: Path, **values: object) -> Detected:
    return open_file(settings_for(path, **values)).detected


def table(dates: list[str], prices: list[str], delimiter: str = ";") -> str:
    rows = [
        f"{n}{delimiter}{date}{delimiter}A{delimiter}1{delimiter}{price}"
        for n, (date, price) in enumerate(zip(dates, prices, strict=True))
    ]
    return "\n".join([delimiter.join(["Order no", "Date", "SKU", "Quantity", "Unit price"]), *rows]) + "\n"


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_each_delimiter_is_recognised(write: WriteFile, delimiter: str) -> None:
    found = detected(write(table(["2026-01-01"] * 3, ["2.50"] * 3, delimiter)))
    assert found.traits.delimiter == delimiter
    assert found.row_count == 3


def test_a_delimiter_inside_quoted_cells_does_not_mislead(write: WriteFile) -> None:
    content = (
        'Order no;Date;SKU;Name;Unit price\n1;1.1.2026;A;"a, b, c, d, e, f";2,50\n2;1.1.2026;A;"g, h, i, j, k";2,50\n'
    )
    assert detected(write(content)).traits.delimiter == ";"


def test_excels_own_first_line_names_the_delimiter_and_is_no_heading(write: WriteFile) -> None:
    found = detected(write("sep=|\n" + table(["2026-01-01"], ["2.50"], "|")))
    assert found.traits.delimiter == "|"
    assert found.columns.headings[0] == "Order no"


def test_a_title_above_the_headings_is_passed_over(write: WriteFile) -> None:
    found = detected(write("Export of my shop\n\n" + table(["2026-01-01"], ["2.50"])))
    assert found.columns.headings[0] == "Order no"
    assert found.row_count == 1


@pytest.mark.parametrize(
    ("prices", "mark", "is_certain"),
    [
        (["2,55", "3"], DecimalMark.COMMA, True),
        (["2.55", "3"], DecimalMark.POINT, True),
        (["1.234,50", "3"], DecimalMark.COMMA, True),
        (["1,234.50", "3"], DecimalMark.POINT, True),
        (["1.234.567", "3"], DecimalMark.COMMA, True),
        (["1.234", "2.500"], DecimalMark.COMMA, False),
        (["2,55", "2.55"], DecimalMark.POINT, False),
        (["2", "3"], DecimalMark.COMMA, True),
    ],
)
def test_the_decimal_separator_follows_from_all_values(
    write: WriteFile, prices: list[str], mark: DecimalMark, is_certain: bool
) -> None:
    found = detected(write(table(["2026-01-01"] * 2, prices)))
    assert (found.decimal_mark, found.is_decimal_certain) == (mark, is_certain)


@pytest.mark.parametrize(
    ("dates", "order", "is_certain"),
    [
        (["1/2/2026", "13/2/2026"], DateOrder.DAY_FIRST, True),
        (["1/2/2026", "2/13/2026"], DateOrder.MONTH_FIRST, True),
        (["1/12/2026", "2/12/2026", "3/12/2026"], DateOrder.DAY_FIRST, False),
        (["12/1/2026", "12/2/2026", "12/3/2026"], DateOrder.MONTH_FIRST, False),
        (["1.12.2026", "2.12.2026"], DateOrder.DAY_FIRST, True),
        (["13/2/2026", "2/13/2026", "14/2/2026"], DateOrder.DAY_FIRST, False),
        (["2026-01-02", "2026-02-01"], DateOrder.YEAR_FIRST, True),
    ],
)
def test_the_order_of_dates_follows_from_all_values(
    write: WriteFile, dates: list[str], order: DateOrder, is_certain: bool
) -> None:
    found = detected(write(table(dates, ["1"] * len(dates))))
    assert (found.date_order, found.is_date_order_certain) == (order, is_certain)


def test_a_single_late_value_decides_the_order_of_dates(write: WriteFile) -> None:
    dates = [f"{day}/{month}/2026" for day in range(1, 13) for month in range(1, 13)] * 20 + ["12/31/2026"]
    assert detected(write(table(dates, ["1"] * len(dates)))).date_order is DateOrder.MONTH_FIRST


def test_what_the_person_sets_wins_over_what_is_recognised(write: WriteFile) -> None:
    path = write(table(["1/12/2026"], ["1.234"]))
    found = detected(path, date_order="month_first", decimal_mark="point", layout="orders", delimiter="semicolon")
    assert found.date_order is DateOrder.MONTH_FIRST
    assert found.decimal_mark is DecimalMark.POINT
    assert found.layout is Layout.ORDERS


HEADINGS = {
    "english": "Invoice No;Invoice Date;Customer ID;E-mail;First name;Last name;"
    "Stock code;Description;Quantity;Unit price",
    "german": "Rechnungs-Nr.;Rechnungsdatum;Kunden-Nr.;E-Mail-Adresse;Vorname;Nachname;"
    "Artikel-Nr.;Bezeichnung;Menge;Einzelpreis",
    "polish": "Numer zamówienia;Data zamówienia;Numer klienta;Adres e-mail;Imię;Nazwisko;"
    "Kod produktu;Nazwa produktu;Ilość;Cena jednostkowa",
}
FIELDS = (
    "document",
    "date",
    "customer_id",
    "email",
    "first_name",
    "last_name",
    "sku",
    "name",
    "quantity",
    "unit_price",
)


@pytest.mark.parametrize("language", HEADINGS)
def test_headings_are_suggested_in_three_languages(language: str) -> None:
    headings = HEADINGS[language].split(";")
    assert suggest_layout(headings, {}) is Layout.LINE_ITEMS
    columns = map_columns(Layout.LINE_ITEMS, headings, {})
    assert columns.indexes == {name: index for index, name in enumerate(FIELDS)}
    assert not columns.missing


@pytest.mark.parametrize(
    ("headings", "layout"),
    [
        ("Bestellnummer;Bestelldatum;Kundennummer;Gesamtbetrag", Layout.ORDERS),
        ("Numer zamówienia;Data;E-mail;Suma;Waluta", Layout.ORDERS),
        ("E-Mail;Vorname;Nachname;Newsletter", Layout.CONTACTS),
        ("Imię i nazwisko;E-mail;Telefon;Zgoda", Layout.CONTACTS),
        ("Artikelnummer;Bezeichnung;Preis;Bestand", Layout.PRODUCTS),
        ("SKU;Name;Regular price;Categories", Layout.PRODUCTS),
        ("order/number;order/date;items/item/sku;items/item/quantity;items/item/price", Layout.LINE_ITEMS),
    ],
)
def test_the_layout_follows_from_the_headings(headings: str, layout: Layout) -> None:
    assert suggest_layout(headings.split(";"), {}) is layout


def test_a_mistyped_heading_is_suggested_with_less_confidence() -> None:
    columns = map_columns(Layout.CONTACTS, ["Emial adress", "Nachnahme"], {})
    assert {each.field for each in columns.assignments} >= {"last_name"}
    assert all(each.confidence < 0.8 for each in columns.assignments)


def test_a_chosen_column_wins_and_a_hyphen_leaves_a_field_out() -> None:
    columns = map_columns(Layout.CONTACTS, ["Mail", "Private mail", "Phone"], {"email": "private mail", "phone": "-"})
    assert columns.indexes == {"email": 1}


def test_a_chosen_column_that_is_missing_is_named_with_those_at_hand() -> None:
    with pytest.raises(ConfigError) as caught:
        map_columns(Layout.CONTACTS, ["Mail", "Phone"], {"email": "Post"})
    assert caught.value.field == "columns"
    assert "Post" in str(caught.value)
    assert "Mail, Phone" in str(caught.value)
