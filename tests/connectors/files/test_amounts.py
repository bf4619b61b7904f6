"""What the total of a file holds beside its lines: rounding, tax on top, and what the file does not itemise."""

from __future__ import annotations

import pytest

from app.core.records import Order
from app.core.rules import money_refusal
from tests.connectors.files.conftest import ReadFile

HEAD = "Order no;Date;Customer ID;E-mail;SKU;Quantity;Unit price"


def parts(order: Order) -> list[tuple[str, str]]:
    return [(each.name, str(each.amount)) for each in order.adjustments]


async def test_net_prices_get_the_tax_of_the_document_on_top(read: ReadFile) -> None:
    (order,) = await read(f"{HEAD};Shipping;Tax;Total\n1;2026-01-01;7;a@x.pl;A;2;10,00;5,00;4,75;29,75\n")
    assert parts(order) == [("Tax", "4.75 EUR")]
    assert str(order.total) == "29.75 EUR"
    assert money_refusal(order) is None


async def test_a_total_that_holds_the_tax_already_gets_none_on_top(read: ReadFile) -> None:
    (order,) = await read(f"{HEAD};Shipping;Tax;Total\n1;2026-01-01;7;a@x.pl;A;2;10,00;5,00;4,00;25,00\n")
    assert parts(order) == []
    assert money_refusal(order) is None


async def test_lines_rounded_one_by_one_leave_a_rounding_that_is_named(read: ReadFile) -> None:
    rows = "1;2026-01-01;7;a@x.pl;A;3;3,332;10,00\n1;2026-01-01;7;a@x.pl;B;3;3,332;\n"
    (order,) = await read(f"{HEAD};Total\n".replace("Total", "Order total") + rows.replace("10,00", "20,00"))
    assert parts(order) == [("Rounding", "0.01 EUR")]
    assert money_refusal(order) is None


async def test_the_total_of_a_row_counts_where_it_meets_the_total_of_the_order(read: ReadFile) -> None:
    """Three pieces for ten: the price of one is rounded, the row is not."""
    rows = "1;2026-01-01;7;a@x.pl;A;30;0,33;10,00;19,00\n1;2026-01-01;7;a@x.pl;B;1;10,00;9,00;19,00\n"
    (order,) = await read(f"{HEAD};Line total;Order total\n{rows}")
    assert [str(line.total) for line in order.lines] == ["10.00 EUR", "9.00 EUR"]
    assert parts(order) == []
    assert money_refusal(order) is None


async def test_a_file_without_shipping_costs_shows_what_was_paid_beside_the_goods(read: ReadFile) -> None:
    (order,) = await read(f"{HEAD};Total\n1;2026-01-01;7;a@x.pl;A;2;10,00;24,90\n")
    assert parts(order) == [("Not itemised", "4.90 EUR")]
    assert order.shipping is None
    assert money_refusal(order) is None


@pytest.mark.parametrize(
    ("columns", "values", "difference"),
    [("Shipping;Total", "3,00;25,00", "-2.00 EUR"), ("Total", "15,00", "5.00 EUR")],
)
async def test_what_no_column_explains_is_held_with_the_difference(
    read: ReadFile, columns: str, values: str, difference: str
) -> None:
    (order,) = await read(f"{HEAD};{columns}\n1;2026-01-01;7;a@x.pl;A;2;10,00;{values}\n")
    refusal = money_refusal(order)
    assert refusal is not None
    assert refusal.details["difference"] == difference


async def test_a_line_that_is_left_out_lowers_a_stated_total_as_well(read: ReadFile) -> None:
    rows = "1;2026-01-01;7;a@x.pl;A;2;10,00;25,00\n1;2026-01-01;7;a@x.pl;FEE-1;1;5,00;\n"
    (order,) = await read(f"{HEAD};Order total\n{rows}", options={"code_rules": {"fee*": "leave_out"}})
    assert str(order.total) == "20.00 EUR"
    assert money_refusal(order) is None


async def test_a_credit_note_turned_into_a_refunded_order_adds_up(read: ReadFile) -> None:
    (order,) = await read(
        f"{HEAD};Shipping;Total\n1;2026-01-01;7;a@x.pl;A;-2;10,00;-5,00;-25,00\n", options={"credit_notes": "refund"}
    )
    assert (str(order.total), str(order.refunded), str(order.lines_total)) == ("25.00 EUR", "25.00 EUR", "20.00 EUR")
    assert money_refusal(order) is None
