"""The fields that a person may map, and the products table: nothing is guessed, nothing is lost on the way."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.fields import CUSTOM_PREFIX, as_date, as_number, contact_fields, field_value, is_field_path
from app.core.money import Money
from app.core.records import Address, Contact, OrderLine
from app.sdk.target import Mappings

words = st.text(max_size=40)
numbers = st.dictionaries(st.sampled_from(["SKU-1", "V-1", "P-1", "*"]), st.sampled_from(["", "0017", "4999"]))


@given(words, words, words)
def test_what_the_shop_wrote_is_what_the_target_gets(name: str, town: str, size: str) -> None:
    contact = Contact(id="1", email="a@b.de", first_name=name, address=Address(city=town), custom={"size": size})
    assert field_value(contact, "contact.first_name") == name
    assert field_value(contact, "contact.city") == town
    assert field_value(contact, CUSTOM_PREFIX + "size") == size


def test_every_offered_field_has_a_value_for_a_contact_that_knows_nothing() -> None:
    empty = Contact(id="1", email="")
    values = {field.path: field_value(empty, field.path) for field in contact_fields(("size",))}
    assert {path for path, value in values.items() if value} == {"contact.id", "contact.consent"}


@given(st.datetimes(timezones=st.just(UTC)), st.dates())
def test_moments_and_days_can_be_read_back(moment: datetime, day: date) -> None:
    contact = Contact(id="1", email="a@b.de", created_at=moment, birthday=day)
    assert datetime.fromisoformat(field_value(contact, "contact.created_at")) == moment
    assert date.fromisoformat(field_value(contact, "contact.birthday")) == day


@pytest.mark.parametrize("path", ["", "contact", "contact.shoe", "order.total", CUSTOM_PREFIX])
def test_there_is_no_other_field(path: str) -> None:
    assert not is_field_path(path)


@given(numbers)
def test_a_product_gets_its_own_number_before_that_of_all_products(known: dict[str, str]) -> None:
    line = OrderLine(
        id="1", name="Lamp", quantity=Decimal(1), unit_price=Money.of("1", "EUR"),
        sku="SKU-1", variant_id="V-1", product_id="P-1",
    )  # fmt: skip
    found = Mappings(products=known).product_number(line)
    wanted = [known[key] for key in ("SKU-1", "V-1", "P-1", "*") if known.get(key)]
    assert found == (wanted[0] if wanted else "")


@pytest.mark.parametrize(
    ("words", "day"),
    [("1980-02-29", "1980-02-29"), ("2026-11-22T23:30:00+01:00", "2026-11-22"), ("29.02.1980", None), ("", None)],
)
def test_a_date_field_takes_the_day_and_nothing_else(words: str, day: str | None) -> None:
    assert as_date(words) == day


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (" 12,50 ", Decimal("12.50")),
        ("-3", Decimal(-3)),
        ("1.234,50", None),
        ("NaN", None),
        ("Infinity", None),
        ("", None),
    ],
)
def test_a_number_field_takes_a_finite_number_and_nothing_else(words: str, number: Decimal | None) -> None:
    assert as_number(words) == number
