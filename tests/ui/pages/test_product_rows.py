from app.core.configuration import Match, ProductRow
from app.core.texts import text
from app.sdk.manifest import ProductNumbers
from app.ui.pages.products.rows import ProductRows, RowState, block_from_text, text_from_block

DIGITS = ProductNumbers(label=text("Number"), pattern=r"\d+", pattern_words=text("digits only"), is_required=True)


def row(key: str, number: str = "", match: Match = Match.NONE, name: str = "", ean: str = "") -> ProductRow:
    return ProductRow(key=key, sku=key, name=name, number=number, match=match, ean=ean)


def states(rows: ProductRows) -> list[RowState]:
    return [rows.state(place) for place in range(len(rows))]


def test_the_row_for_all_products_is_no_row_of_the_table() -> None:
    rows = ProductRows([ProductRow(key="*", number="4999", match=Match.BY_HAND), row("A")], DIGITS)
    assert (rows.default, len(rows)) == ("4999", 1)
    assert [each.key for each in rows.all()] == ["*", "A"]


def test_every_row_is_in_one_state_and_counted_once() -> None:
    rows = ProductRows(
        [row("A", "1", Match.SKU), row("B"), row("C", "3", Match.NAME), row("D", "x9", Match.BY_HAND)], DIGITS
    )
    assert states(rows) == [RowState.MAPPED, RowState.UNMAPPED, RowState.TO_CHECK, RowState.ERROR]
    assert [rows.count(state) for state in RowState] == [1, 1, 1, 1]


def test_search_finds_sku_ean_and_name_whatever_their_case() -> None:
    rows = ProductRows([row("HERB-01", name="Kräutertee", ean="4012"), row("GT-SEN", name="Grüntee Sencha")], DIGITS)
    assert rows.filtered("KRÄUTER", None) == [0]
    assert rows.filtered("gt-sen", None) == [1]
    assert rows.filtered("4012", None) == [0]
    assert rows.filtered("tee grün", None) == [1]
    assert rows.filtered("", RowState.UNMAPPED) == [0, 1]
    assert rows.filtered("kräuter", RowState.ERROR) == []


def test_counts_follow_every_change() -> None:
    rows = ProductRows([row("A"), row("B", "2", Match.NAME)], DIGITS)
    confirmed = rows.confirmed(1)
    assert confirmed is not None
    rows.put({0: rows.with_number(0, " 17 "), 1: confirmed})
    assert states(rows) == [RowState.MAPPED, RowState.MAPPED]
    assert rows.count(RowState.MAPPED) == 2
    assert rows.rows[0].number == "17"


def test_a_number_found_twice_by_itself_is_to_be_checked_and_one_typed_by_hand_is_not() -> None:
    rows = ProductRows([row("A", "1", Match.SKU), row("B", "", Match.NONE), row("C", "1", Match.BY_HAND)], DIGITS)
    assert states(rows) == [RowState.TO_CHECK, RowState.UNMAPPED, RowState.MAPPED]
    rows.put({2: rows.with_number(2, "3")})
    assert states(rows) == [RowState.MAPPED, RowState.UNMAPPED, RowState.MAPPED]


def test_only_proposals_can_be_confirmed() -> None:
    rows = ProductRows([row("A"), row("B", "2", Match.BY_HAND)], DIGITS)
    assert rows.confirmed(0) is None
    assert rows.confirmed(1) is None


def test_a_block_of_a_spreadsheet_keeps_leading_zeros_and_breaks_in_cells() -> None:
    assert block_from_text('0017\t"two\nlines"\r\nB\t2\r\n') == [["0017", "two\nlines"], ["B", "2"]]


def test_copied_cells_are_no_formulas_and_come_back_unchanged() -> None:
    block = [["0017", "=1+1"], ["-5", "two\nlines\tand a tab"], ["'x", '"quoted"']]
    copied = text_from_block(block)
    assert not [
        cell for line in copied.split("\n") for cell in line.split("\t") if cell.startswith(("=", "+", "-", "@"))
    ]
    assert block_from_text(copied) == block
