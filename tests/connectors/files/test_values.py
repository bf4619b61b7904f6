"""Numbers, dates and words of one cell."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.connectors.files.settings import DateOrder, DecimalMark
from app.connectors.files.values import DateReader, read_consent, read_currency, read_flag, read_number, shown
from app.core.consent import ConsentState

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("words", "mark", "value"),
    [
        ("2,55", DecimalMark.COMMA, "2.55"),
        ("1.234,56", DecimalMark.COMMA, "1234.56"),
        ("1 234,56 zł", DecimalMark.COMMA, "1234.56"),
        ("1\u202f234,56\u00a0€", DecimalMark.COMMA, "1234.56"),
        ("1'234.50", DecimalMark.POINT, "1234.50"),
        ("1.234", DecimalMark.COMMA, "1234"),
        ("1,234", DecimalMark.POINT, "1234"),
        ("£2.55", DecimalMark.POINT, "2.55"),
        ("-£2.55", DecimalMark.POINT, "-2.55"),
        (".5", DecimalMark.POINT, "0.5"),
        (",5", DecimalMark.COMMA, "0.5"),
        ("12,50-", DecimalMark.COMMA, "-12.50"),
        ("(12.50)", DecimalMark.POINT, "-12.50"),
        ("\u221212,5", DecimalMark.COMMA, "-12.5"),
        ("+7", DecimalMark.COMMA, "7"),
        ("1.234.567,8", DecimalMark.COMMA, "1234567.8"),
    ],
)
def test_numbers_are_read_as_people_write_them(words: str, mark: DecimalMark, value: str) -> None:
    assert read_number(words, mark) == Decimal(value)


@pytest.mark.parametrize(
    ("words", "mark"),
    [
        ("2.55", DecimalMark.COMMA),
        ("2,55", DecimalMark.POINT),
        ("1.23.456", DecimalMark.COMMA),
        ("12,x0", DecimalMark.COMMA),
        ("1,2,3", DecimalMark.COMMA),
        ("", DecimalMark.COMMA),
        ("-", DecimalMark.COMMA),
        ("NaN", DecimalMark.POINT),
        ("1E+05", DecimalMark.POINT),
        ("1.234'567", DecimalMark.COMMA),
    ],
)
def test_a_number_that_does_not_fit_the_file_is_refused_not_guessed(words: str, mark: DecimalMark) -> None:
    with pytest.raises(ValueError, match="number"):
        read_number(words, mark)


@pytest.mark.parametrize(
    ("words", "order", "moment"),
    [
        ("1/12/2010 08:26", DateOrder.DAY_FIRST, "2010-12-01T08:26:00+01:00"),
        ("1/12/2010 08:26", DateOrder.MONTH_FIRST, "2010-01-12T08:26:00+01:00"),
        ("31.12.2026", DateOrder.DAY_FIRST, "2026-12-31T00:00:00+01:00"),
        ("31.12.26 14:05:09 Uhr", DateOrder.DAY_FIRST, "2026-12-31T14:05:09+01:00"),
        ("2026-07-01", DateOrder.MONTH_FIRST, "2026-07-01T00:00:00+02:00"),
        ("2026-07-01T10:00:00Z", DateOrder.DAY_FIRST, "2026-07-01T10:00:00+00:00"),
        ("2026-07-01 10:00:00.123 +0530", DateOrder.DAY_FIRST, "2026-07-01T10:00:00+05:30"),
        ("12/31/2026 2:05 PM", DateOrder.MONTH_FIRST, "2026-12-31T14:05:00+01:00"),
        ("12/31/2026 12:05 a.m.", DateOrder.MONTH_FIRST, "2026-12-31T00:05:00+01:00"),
        ("1. Dezember 2010", DateOrder.DAY_FIRST, "2010-12-01T00:00:00+01:00"),
        ("1 grudnia 2010 r.", DateOrder.DAY_FIRST, "2010-12-01T00:00:00+01:00"),
        ("Dec 1, 2010", DateOrder.DAY_FIRST, "2010-12-01T00:00:00+01:00"),
        ("20101201", DateOrder.DAY_FIRST, "2010-12-01T00:00:00+01:00"),
        ("20101201082600", DateOrder.DAY_FIRST, "2010-12-01T08:26:00+01:00"),
        ("10-12-01", DateOrder.YEAR_FIRST, "2010-12-01T00:00:00+01:00"),
    ],
)
def test_dates_are_read_in_the_zone_of_the_shop(words: str, order: DateOrder, moment: str) -> None:
    assert DateReader(order, BERLIN).moment(words).isoformat() == moment


@pytest.mark.parametrize(
    "words", ["31.02.2026", "13/13/2026", "soon", "1.12", "1.12.201", "2026-01-01 25:00", "1 Foo 2010"]
)
def test_a_date_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        DateReader(DateOrder.DAY_FIRST, BERLIN).moment(words)


def test_dates_from_cells_of_a_workbook_get_the_zone_of_the_shop() -> None:
    reader = DateReader(DateOrder.DAY_FIRST, BERLIN)
    assert reader.moment(datetime(2026, 7, 1, 9)).utcoffset() == timedelta(hours=2)  # noqa: DTZ001 - as a cell holds it
    assert reader.moment(date(2026, 1, 1)).isoformat() == "2026-01-01T00:00:00+01:00"
    assert reader.day("31.12.1980") == date(1980, 12, 31)


@pytest.mark.parametrize("words", ["yes", "Ja", "TAK", "1", "true", " x ", "subscribed"])
def test_words_of_agreement_are_consent(words: str) -> None:
    assert read_consent(words) is ConsentState.YES


@pytest.mark.parametrize("words", ["no", "Nein", "nie", "0", "FALSE"])
def test_words_of_refusal_are_no_consent(words: str) -> None:
    assert read_consent(words) is ConsentState.NO


@pytest.mark.parametrize("words", ["unsubscribed", "Abgemeldet", "wypisany", "opt-out"])
def test_words_of_withdrawal_are_a_withdrawal(words: str) -> None:
    assert read_consent(words) is ConsentState.WITHDRAWN


def test_an_empty_consent_is_absent_and_an_unknown_word_is_refused() -> None:
    assert read_consent("  ") is ConsentState.ABSENT
    with pytest.raises(ValueError, match="consent"):
        read_consent("perhaps")


def test_a_sign_of_one_currency_is_that_currency_and_a_dollar_sign_is_none() -> None:
    assert [read_currency(words) for words in ("€", "£", "zł", "usd", "$")] == ["EUR", "GBP", "PLN", "usd", "$"]


def test_flags_know_drafts_and_refuse_the_rest() -> None:
    assert read_flag("1") is True
    assert read_flag("-1") is False
    with pytest.raises(ValueError, match="yes"):
        read_flag("perhaps")


def test_a_code_kept_as_a_number_has_no_decimal_point() -> None:
    assert shown(Decimal("85123.0")) == "85123"
    assert shown(Decimal("1E+3")) == "1000"
    assert shown(Decimal("2.50")) == "2.5"
