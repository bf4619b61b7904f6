"""A broken line is listed with its number, takes its own document with it and nothing else."""

import pytest

from app.core.records import Kind, Order, Unreadable
from tests.connectors.files.conftest import ReadFile

HEAD = "Order no;Date;Customer ID;SKU;Description;Quantity;Unit price\n"


async def test_a_bad_number_makes_its_whole_document_unreadable_and_no_other(read: ReadFile) -> None:
    found = await read(
        HEAD + "1;2026-01-01;7;A;Cup;1;2,50\n1;2026-01-01;7;B;Mug;x2;2,50\n2;2026-01-01;7;A;Cup;1;2,50\n"
    )
    broken, whole = found
    assert isinstance(broken, Unreadable)
    assert (broken.id, broken.where, broken.reason) == ("1", "line 3", "unreadable")
    assert "Quantity" in broken.message
    assert isinstance(whole, Order)
    assert whole.id == "2"


async def test_line_numbers_count_the_lines_of_cells_that_span_several(read: ReadFile) -> None:
    found = await read(
        HEAD + '1;2026-01-01;7;A;"Cup\nwith a\nhandle";1;2,50\n\n2;2026-01-01;7;A;Cup;1;none\n3;soon;7;A;Cup;1;2\n'
    )
    assert found[0].lines[0].name == "Cup\nwith a\nhandle"
    assert [each.where for each in found[1:]] == ["line 6", "line 7"]
    assert "Order date" in found[2].message


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
async def test_every_kind_of_line_ending_is_counted_once(read: ReadFile, ending: str) -> None:
    content = HEAD + '1;2026-01-01;7;A;"Cup\nblue";1;2,50\n2;2026-01-01;7;A;Cup;1;none\n'
    found = await read(content.replace("\n", ending))
    assert found[1].where == "line 4"


@pytest.mark.parametrize(
    "stray",
    [
        '2;2026-01-01;7;A;"12 inch pipe;1;2,50\n',
        '2;2026-01-01;7;A;Pipe;1;"2,50\n',
        '"2;2026-01-01;7;A;Pipe;1;2,50\n',
    ],
)
async def test_a_quotation_mark_that_is_never_closed_swallows_no_other_line(read: ReadFile, stray: str) -> None:
    rest = "".join(f"{n};2026-01-01;7;A;Cup;1;2,50\n" for n in range(3, 30))
    found = await read(HEAD + "1;2026-01-01;7;A;Cup;1;2,50\n" + stray + rest)
    assert [each.id for each in found] == [str(n) for n in range(1, 30)]
    broken = [each for each in found if isinstance(each, Unreadable)]
    assert [each.where for each in broken] == ["line 3"]
    assert "quotation mark" in broken[0].message


async def test_a_stray_mark_that_meets_a_later_one_swallows_nothing_either(read: ReadFile) -> None:
    content = (
        HEAD + '1;2026-01-01;7;A;"12 inch pipe;1;2,50\n2;2026-01-01;7;A;Cup;1;2,50\n3;2026-01-01;7;A;pipe 14";1;2,50\n'
    )
    found = await read(content + '4;2026-01-01;7;A;"Cup; blue";1;2,50\n')
    assert [each.id for each in found] == ["1", "2", "3", "4"]
    assert isinstance(found[0], Unreadable)
    assert found[2].lines[0].name == 'pipe 14"'
    assert found[3].lines[0].name == "Cup; blue"


async def test_a_mark_of_inches_inside_a_cell_is_a_letter_like_any_other(read: ReadFile) -> None:
    found = await read(HEAD + '1;2026-01-01;7;A;Pipe 12" long;1;2,50\n2;2026-01-01;7;A;"Pipe ""12""";1;2,50\n')
    assert [order.lines[0].name for order in found] == ['Pipe 12" long', 'Pipe "12"']


async def test_more_cells_than_headings_are_not_shifted_but_refused(read: ReadFile) -> None:
    found = await read(HEAD + "1;2026-01-01;7;A;Cup; blue;1;2,50\n2;2026-01-01;7;A;Cup;1;2,50;;\n")
    assert isinstance(found[0], Unreadable)
    assert "8 cells" in found[0].message
    assert isinstance(found[1], Order)


async def test_a_line_without_an_order_number_is_listed_by_its_own_number(read: ReadFile) -> None:
    found = await read(HEAD + ";2026-01-01;7;A;Cup;1;2,50\n;2026-01-01;7;A;Cup;1;2,50\n")
    assert [(each.id, each.where) for each in found] == [("line 2", "line 2"), ("line 3", "line 3")]
    assert "Order number" in found[0].message


async def test_several_broken_lines_of_a_document_are_counted(read: ReadFile) -> None:
    found = await read(HEAD + "1;2026-01-01;7;A;Cup;a;2,50\n1;2026-01-01;7;A;Cup;b;2,50\n")
    assert len(found) == 1
    assert "(and 1 more)" in found[0].message


async def test_a_value_in_the_wrong_column_does_not_show_a_person(read: ReadFile) -> None:
    found = await read(HEAD + "1;2026-01-01;7;A;Cup;joerg.mueller@example.com;2\n2;Jörg Müller;7;A;Cup;1;2\n")
    shown = " ".join(each.message for each in found)
    assert "joerg" not in shown
    assert "Müller" not in shown
    assert "j•••@example.com" in shown
    assert "J••• M•••••" in shown


async def test_a_missing_currency_is_a_reason_of_its_own(read: ReadFile) -> None:
    found = await read(HEAD + "1;2026-01-01;7;A;Cup;1;2,50\n", default_currency="")
    assert found[0].reason == "currency_missing"


@pytest.mark.parametrize(("words", "reason"), [("Taler", "currency_missing"), ("$", "currency_missing")])
async def test_an_unknown_currency_is_not_replaced_by_the_default(read: ReadFile, words: str, reason: str) -> None:
    found = await read(f"Order no;Date;SKU;Unit price;Currency\n1;2026-01-01;A;2;{words}\n")
    assert found[0].reason == reason


async def test_two_currencies_in_one_document_are_refused(read: ReadFile) -> None:
    found = await read("Order no;Date;SKU;Unit price;Currency\n1;2026-01-01;A;2;EUR\n1;2026-01-01;A;2;PLN\n")
    assert found[0].reason == "currency_missing"


async def test_a_broken_contact_does_not_stop_the_others(read: ReadFile) -> None:
    found = await read(
        "E-Mail;Vorname;Newsletter\na@example.com;A;ja\nb@example.com;B;vielleicht\nc@example.com;C;nein\n",
        Kind.CONTACTS,
    )
    assert [type(each).__name__ for each in found] == ["Contact", "Unreadable", "Contact"]
    assert found[1].where == "line 3"
