"""Documents: totals, shipping, discounts, credit notes, guests."""

from decimal import Decimal

import pytest

from app.core.consent import ConsentState
from app.core.records import Kind, Order, OrderStatus, Unreadable
from tests.connectors.files.conftest import ReadFile

HEAD = "Order no;Date;Customer ID;E-mail;SKU;Description;Quantity;Unit price;Original order\n"
SALE = "1;2026-01-01;7;A@Example.com;A;Cup;2;10,00;\n"


def amounts(order: Order) -> tuple[str, str, str, str]:
    shipping = str(order.shipping) if order.shipping else ""
    refunded = str(order.refunded) if order.refunded else ""
    return str(order.total), shipping, str(order.discount), refunded


async def test_postage_and_discount_lines_become_shipping_and_discount(read: ReadFile) -> None:
    (order,) = await read(HEAD + SALE + "1;2026-01-01;7;;POST;Postage;1;4,90;\n1;2026-01-01;7;;D;Discount;-1;3,00;\n")
    assert amounts(order) == ("21.90 EUR", "4.90 EUR", "3.00 EUR", "")
    assert [line.sku for line in order.lines] == ["A"]
    assert order.discounts[0].name == "Discount"


async def test_a_line_that_is_left_out_lowers_the_total(read: ReadFile) -> None:
    options = {"code_rules": {"fee*": "leave_out"}}
    (order,) = await read(HEAD + SALE + "1;2026-01-01;7;;FEE-1;Fee;1;5,00;\n", options=options)
    assert str(order.total) == "20.00 EUR"


async def test_gift_vouchers_and_manual_lines_stay_in_the_total(read: ReadFile) -> None:
    lines = "1;2026-01-01;7;;gift_0001_20;Voucher;1;20,00;\n1;2026-01-01;7;;M;Manual;1;1,00;\n"
    (order,) = await read(HEAD + SALE + lines)
    assert str(order.total) == "41.00 EUR"
    assert [line.sku for line in order.lines] == ["A", "gift_0001_20", "M"]


async def test_the_same_code_twice_stays_two_lines_and_price_zero_stays(read: ReadFile) -> None:
    (order,) = await read(HEAD + SALE + SALE + "1;2026-01-01;7;;B;Gift;1;0;\n")
    assert [(line.id, line.sku) for line in order.lines] == [("1", "A"), ("2", "A"), ("3", "B")]
    assert str(order.total) == "40.00 EUR"


async def test_a_missing_description_comes_from_the_same_code_elsewhere_or_is_the_code(read: ReadFile) -> None:
    found = await read(HEAD + "1;2026-01-01;7;;A;;1;1;\n1;2026-01-01;7;;B;;1;1;\n2;2026-01-01;7;;A;Cup;1;1;\n")
    assert [line.name for line in found[0].lines] == ["Cup", "B"]


async def test_rows_of_one_document_far_apart_are_one_order(read: ReadFile) -> None:
    between = "".join(f"{n};2026-01-01;7;;A;Cup;1;1;\n" for n in range(2, 500))
    found = await read(HEAD + SALE + between + "1;2026-01-05;7;;B;Mug;1;1,50;\n")
    assert len(found) == 499
    order = next(each for each in found if each.id == "1")
    assert str(order.total) == "21.50 EUR"
    assert order.created_at.day == 1


async def test_one_number_for_two_customers_is_refused(read: ReadFile) -> None:
    (found,) = await read(HEAD + SALE + "1;2026-01-01;8;;A;Cup;1;1;\n")
    assert isinstance(found, Unreadable)
    assert "customers" in found.message


async def test_an_address_is_normalised_and_a_missing_one_comes_from_the_template(read: ReadFile) -> None:
    found = await read(
        HEAD + SALE + "2;2026-01-01;8;;A;Cup;1;1;\n3;2026-01-01;;;A;Cup;1;1;\n4;2026-01-01;;g@x.pl;A;Cup;1;1;\n",
        email_template="customer{customer_id}@example.com",
    )
    assert [order.email for order in found] == ["a@example.com", "customer8@example.com", "", "g@x.pl"]
    assert [order.is_guest for order in found] == [False, False, True, True]


async def test_without_a_column_for_customers_the_address_tells_them_apart(read: ReadFile) -> None:
    content = "Order no;Date;E-mail;SKU;Unit price\n1;2026-01-01;a@x.pl;A;1\n2;2026-01-01;;A;1\n"
    known, unknown = await read(content)
    (contact,) = await read(content.rpartition("2;")[0], Kind.CONTACTS)
    assert (known.customer_id, known.is_guest) == (contact.id, False)
    assert (unknown.customer_id, unknown.email) == ("", "")


async def test_a_skipped_credit_note_arrives_negative_for_the_rule_to_skip(read: ReadFile) -> None:
    (order,) = await read(HEAD + "C1;2026-01-02;7;;A;Cup;-2;10,00;1\n")
    assert order.is_credit_note


async def test_a_credit_note_lowers_the_order_that_it_names(read: ReadFile) -> None:
    content = HEAD + SALE + "C1;2026-01-02;7;;A;Cup;-1;10,00;1\n"
    (order,) = await read(content, options={"credit_notes": "refund"})
    assert amounts(order) == ("20.00 EUR", "", "0.00 EUR", "10.00 EUR")
    assert order.status is OrderStatus.PARTIALLY_REFUNDED


async def test_several_credit_notes_that_reach_the_total_refund_the_order(read: ReadFile) -> None:
    notes = "C1;2026-01-02;7;;A;Cup;-1;10,00;1\nC2;2026-01-02;7;;A;Cup;-1;10,00;1\n"
    (order,) = await read(HEAD + notes + SALE, options={"credit_notes": "refund"})
    assert amounts(order) == ("20.00 EUR", "", "0.00 EUR", "20.00 EUR")
    assert order.status is OrderStatus.REFUNDED


async def test_credit_notes_beyond_the_total_are_refused(read: ReadFile) -> None:
    content = HEAD + SALE + "C1;2026-01-02;7;;A;Cup;-3;10,00;1\n"
    (found,) = await read(content, options={"credit_notes": "refund"})
    assert isinstance(found, Unreadable)
    assert found.reason == "money_mismatch"


async def test_a_credit_note_for_an_order_that_is_not_in_the_file_stands_alone_with_net_zero(read: ReadFile) -> None:
    lines = "C1;2026-01-02;7;;A;Cup;-1;10,00;99\nC1;2026-01-02;7;;POST;Postage;-1;4,00;\nC1;2026-01-02;7;;D;D;1;2,00;\n"
    (order,) = await read(HEAD + lines, options={"credit_notes": "refund"})
    assert amounts(order) == ("12.00 EUR", "4.00 EUR", "2.00 EUR", "12.00 EUR")
    assert order.status is OrderStatus.REFUNDED
    assert [line.quantity for line in order.lines] == [Decimal(1)]


async def test_one_row_for_each_order_keeps_its_amounts(read: ReadFile) -> None:
    content = (
        "Bestellnummer;Bestelldatum;Kundennummer;Status;Gesamtbetrag;Versandkosten;Rabatt;MwSt;Währung\n"
        "R-1;31.12.2026;7;versendet;1.234,50;4,90;-10,00;197,10;EUR\n"
    )
    (order,) = await read(content)
    assert amounts(order) == ("1234.50 EUR", "4.90 EUR", "10.00 EUR", "")
    assert order.status is OrderStatus.COMPLETED
    assert order.source_status == "versendet"
    assert str(order.tax) == "197.10 EUR"
    assert order.lines == ()


async def test_an_order_number_twice_in_a_file_of_orders_is_refused_not_added_up(read: ReadFile) -> None:
    (found,) = await read("Order no;Date;Total\n1;2026-01-01;5\n1;2026-01-01;5\n")
    assert isinstance(found, Unreadable)
    assert found.where == "line 3"


async def test_an_order_total_that_only_the_first_row_states_counts(read: ReadFile) -> None:
    content = "Order;Date;SKU;Quantity;Price;Shipping;Total\n1;2026-01-01;A;2;5;3;13\n1;2026-01-01;B;1;0;;\n"
    (order,) = await read(content)
    assert amounts(order) == ("13.00 EUR", "3.00 EUR", "0.00 EUR", "")


async def test_a_column_of_totals_of_each_row_is_not_taken_for_the_order(read: ReadFile) -> None:
    content = "Order;Date;SKU;Quantity;Price;Total\n1;2026-01-01;A;2;5;10\n1;2026-01-01;B;1;4;4\n"
    (order,) = await read(content)
    assert str(order.total) == "14.00 EUR"


async def test_a_price_follows_from_the_total_of_the_line(read: ReadFile) -> None:
    (order,) = await read("Order;Date;SKU;Quantity;Line total\n1;2026-01-01;A;3;10\n")
    assert str(order.total) == "10.00 EUR"
    assert order.lines[0].total.rounded() == order.total


@pytest.mark.parametrize(
    ("word", "status"),
    [("storniert", OrderStatus.CANCELLED), ("Wysłane", OrderStatus.COMPLETED), ("on hold", OrderStatus.ON_HOLD)],
)
async def test_words_for_the_status_are_understood(read: ReadFile, word: str, status: OrderStatus) -> None:
    (order,) = await read(f"Order;Date;Total;Status\n1;2026-01-01;5;{word}\n")
    assert order.status is status


async def test_an_unknown_status_is_refused_until_it_is_explained(read: ReadFile) -> None:
    content = "Order;Date;Total;Status\n1;2026-01-01;5;Kaffeepause\n"
    (refused,) = await read(content)
    assert "Kaffeepause" in refused.message
    (order,) = await read(content, statuses={"kaffeepause": "on_hold"})
    assert order.status is OrderStatus.ON_HOLD


async def test_names_and_country_travel_in_the_files_own_words(read: ReadFile) -> None:
    content = (
        "Order;Date;Total;Customer name;Country;Zip;City\n1;2026-01-01;5;Anna Maria Groß;EIRE;00123;Cork\n"
        '2;2026-01-01;5;"Żak, Paweł";;;\n'
    )
    first, second = await read(content)
    assert (first.first_name, first.last_name) == ("Anna Maria", "Groß")
    assert (first.billing.country, first.billing.postcode) == ("EIRE", "00123")
    assert (second.first_name, second.last_name) == ("Paweł", "Żak")
    assert second.billing is None


async def test_consent_of_the_customer_is_the_strongest_word_in_the_file(read: ReadFile) -> None:
    rows = "1;2026-01-01;7;5;ja\n2;2026-02-01;7;5;\n3;2026-01-01;8;5;ja\n4;2026-02-01;8;5;abgemeldet\n"
    content = "Order;Date;Customer ID;Total;Newsletter\n" + rows
    contacts = await read(content, Kind.CONTACTS)
    assert {contact.id: contact.consent.state for contact in contacts} == {
        "7": ConsentState.YES,
        "8": ConsentState.WITHDRAWN,
    }
    orders = await read(content)
    assert orders[2].accepts_marketing.state is ConsentState.WITHDRAWN
