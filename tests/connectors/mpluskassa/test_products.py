"""Products by article number, field by field; article groups by path; stock as an absolute amount."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from app.connectors.mpluskassa.countries import alpha_2, alpha_3, row_for
from app.connectors.mpluskassa.manifest import MANIFEST
from app.connectors.mpluskassa.target_options import ProductField
from app.connectors.mpluskassa.values import scaled
from app.core.errors import UnknownOutcomeError
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Category, Deletion, Kind, StockLevel, Variant
from app.sdk.simulator import FaultKind
from app.sdk.target import ListsProducts, Mappings
from tests.connectors.mpluskassa.conftest import Stage, product, refused

FIELDS = [each.value for each in ProductField]


def article(stage: Stage, number: int) -> dict[str, Any]:
    found = stage.world.goods.article(number)
    assert found is not None
    return found


async def products_target(stage: Stage, **options: object) -> Any:
    return await stage.target(Kind.PRODUCTS, **options)


# Creating -------------------------------------------------------------------------------------------------------------


async def test_a_product_is_created_under_its_sku(stage: Stage) -> None:
    target = await products_target(stage, tax_codes={"*": "2"}, turnover_groups={"NL": "80", "*": "1"})
    settled = await stage.sent(target, product(quantity=Decimal("7.5")))
    row = article(stage, 600_100)
    assert settled.outcome is Outcome.CREATED
    assert {name: row[name] for name in ("description", "extraText", "receiptText", "displayText", "barcode")} == {
        "description": "Krug",
        "extraText": "Ein Krug aus Steingut.",
        "receiptText": "Krug",
        "displayText": "Krug",
        "barcode": "4006381333931",
    }
    assert (row["priceIncl"], row["brandName"], row["vatCode"], row["turnoverGroup"]) == (1250, "Töpferei", 2, 80)
    assert stage.world.register.table("stock")["600100"][0] == 75
    assert "imageList" not in row


async def test_colour_and_size_make_variants_and_everything_else_goes_into_the_name(stage: Stage) -> None:
    variants = (
        Variant(id="1", sku="600101", attributes={"Farbe": "Blau", "Größe": "S", "Henkel": "ohne"}),
        Variant(id="2", sku="600102", ean="4006381333948", attributes={"Color": "Rot", "Size": "L"}),
    )
    target = await products_target(stage)
    await stage.sent(target, product("", variants=variants))
    first, second = article(stage, 600_101), article(stage, 600_102)
    assert (first["colour"], first["size"], first["description"]) == ("Blau", "S", "Krug ohne")
    assert (second["colour"], second["size"], second["barcode"]) == ("Rot", "L", "4006381333948")
    assert stage.writes.count("createProduct") == 1


async def test_properties_that_the_register_knows_become_additional_fields(stage: Stage) -> None:
    look = {"Herkunftsland": ("Portugal", "Spanien"), "Unbekannt": ("x",), "Breekbaar": ("ja",), "Farbe": ("Blau",)}
    target = await products_target(stage)
    await stage.sent(target, product(attributes=look))
    row = article(stage, 600_100)
    assert [(each["fieldName"], each["strValue"]) for each in row["customFieldList"]["customField"]] == [
        ("Herkunftsland", "Portugal, Spanien")
    ]
    assert row["colour"] == "Blau"


async def test_the_short_text_is_cut_where_receipts_end(stage: Stage) -> None:
    target = await products_target(stage, short_text_length=12)
    await stage.sent(target, product(short_description="Ein ganz besonderer Krug"))
    assert article(stage, 600_100)["receiptText"] == "Ein ganz bes"


@pytest.mark.parametrize(
    ("prices", "changes", "sent"),
    [
        ("gross", {}, {"priceIncl": 1250}),
        ("net", {}, {"priceExcl": 1033}),
        ("net", {"net_price": None}, {"priceIncl": 1250}),
        ("gross", {"price": None}, {"priceExcl": 1033}),
        ("gross", {"price": None, "net_price": None}, {}),
    ],
)
async def test_one_price_is_sent_and_the_register_works_out_the_other(
    stage: Stage, prices: str, changes: dict[str, Any], sent: dict[str, int]
) -> None:
    target = await products_target(stage, product_prices=prices)
    draft = target.draft(product(**changes))
    assert draft.content["articles"][0]["fields"].get("price", {}) == sent


async def test_another_currency_is_held(stage: Stage) -> None:
    target = await products_target(stage)
    refusal = refused(target, product(price=Money.of("12.50", "PLN")))
    assert (refusal.reason, refusal.details["currency"]) == ("currency_foreign", "PLN")


@pytest.mark.parametrize("sku", ["KRUG-1", "", "007", "12 34", "99999999999999999999", "٣"])
async def test_a_sku_has_digits_only_and_is_checked_before_anything_is_sent(stage: Stage, sku: str) -> None:
    target = await products_target(stage, mappings=Mappings(products={"*": "4999"}))
    refusal = refused(target, product(sku))
    assert refusal.reason in {"product_number_invalid", "product_unmapped"}
    assert stage.writes == []


def test_the_product_table_checks_the_same() -> None:
    numbers = MANIFEST.product_numbers
    assert numbers is not None
    assert re.fullmatch(numbers.pattern, "600100")
    for wrong in ("KRUG-1", "007", "1.5", "9" * 19):
        assert not re.fullmatch(numbers.pattern, wrong)


async def test_a_number_of_the_product_table_stands_for_any_sku(stage: Stage) -> None:
    target = await products_target(stage, mappings=Mappings(products={"KRUG-1": "600200"}))
    await stage.sent(target, product("KRUG-1"))
    assert article(stage, 600_200)["description"] == "Krug"


async def test_two_variants_cannot_share_a_number(stage: Stage) -> None:
    target = await products_target(stage)
    variants = (Variant(id="1", sku="600101"), Variant(id="2", sku="600101"))
    assert refused(target, product("", variants=variants)).reason == "product_number_doubled"


# Updating -------------------------------------------------------------------------------------------------------------


@pytest.mark.proves("mpluskassa", "duplicates_answered")
async def test_a_description_that_was_enriched_in_the_register_is_not_overwritten(stage: Stage) -> None:
    target = await products_target(stage)
    await stage.sent(target, product())
    article(stage, 600_100)["extraText"] = "Von Hand verfeinert."
    settled = await stage.sent(target, product(description="Aus dem Laden", price=Money.of("13.00", "EUR")))
    row = article(stage, 600_100)
    assert settled.outcome is Outcome.UPDATED
    assert (row["extraText"], row["priceIncl"], row["priceExcl"]) == ("Von Hand verfeinert.", 1300, 1074)


@pytest.mark.parametrize("field", FIELDS)
async def test_every_field_has_a_switch_of_its_own_for_updates(stage: Stage, field: str) -> None:
    first = await products_target(stage, written_on_creation=["name"], manages_stock=True)
    await stage.sent(first, product(name="Alt"))
    before = {**article(stage, 600_100)}
    changed = product(
        name="Neu",
        description="Lang",
        short_description="Kurz",
        quantity=Decimal(3),
        attributes={"Herkunftsland": ("Italien",), "Farbe": ("Grün",)},
        categories=(("Wonen",),),
        is_active=False,
    )
    only = await products_target(
        stage, written_on_creation=[], written_on_update=[field], tax_codes={"*": "2"}, turnover_groups={"*": "2"}
    )
    assert (await stage.sent(only, changed)).outcome is Outcome.UPDATED
    after = article(stage, 600_100)
    touched = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    expected = {
        "name": {"description"},
        "long_text": {"extraText"},
        "short_text": {"receiptText", "displayText"},
        "price": {"priceIncl", "priceExcl"},
        "ean": {"barcode"},
        "brand": {"brandName"},
        "variants": {"colour"},
        "properties": {"customFieldList"},
        "categories": set(),
        "revenue_and_tax": {"vatCode", "turnoverGroup", "priceExcl"},
        "active": {"active"},
        "quantity": set(),
    }
    assert touched - {"changeTimestamp", "syncMarker"} <= expected[field]
    assert bool(expected[field]) is bool(touched - {"changeTimestamp", "syncMarker"})
    assert (stage.world.register.table("stock")["600100"][0] == 3) is (field == "quantity")
    assert _is_in_group(stage, "Wonen") is (field == "categories")


def _is_in_group(stage: Stage, name: str) -> bool:
    products = stage.world.register.table("products").values()
    mine = next(row for row in products if row["articleList"]["article"][0]["articleNumber"] == 600_100)
    groups = stage.world.register.table("groups").values()
    return any(row["name"] == name and mine["productNumber"] in row["products"] for row in groups)


@pytest.mark.parametrize("field", FIELDS)
async def test_every_field_has_a_switch_of_its_own_for_creation(stage: Stage, field: str) -> None:
    target = await products_target(stage, written_on_creation=[field], written_on_update=[])
    draft = target.draft(product(quantity=Decimal(3), categories=(("Wonen",),)))
    told = set(draft.content["articles"][0]["fields"])
    assert told <= {field}
    assert bool(draft.content["groups"]) is (field == "categories")
    assert bool(draft.content["articles"][0]["stock"]) is (field == "quantity")


async def test_an_update_gives_everything_else_back_as_it_was_read(stage: Stage) -> None:
    """Prices of branches, points, fields of their own: the practice register forgets whatever an update leaves out."""
    before = {**article(stage, 1030)}
    target = await products_target(stage)
    await stage.sent(target, product("1030", name="Neuer Name"))
    after = article(stage, 1030)
    assert after["description"] == "Neuer Name"
    for name in ("salesPriceList", "customFieldList", "extraText", "receiptText", "stockArticle", "webshop"):
        assert after[name] == before[name]


async def test_a_variant_is_added_and_none_is_taken_away(stage: Stage) -> None:
    target = await products_target(stage)
    variants = (Variant(id="1", sku="1040"), Variant(id="2", sku="1049", attributes={"colour": "Zwart"}))
    await stage.sent(target, product("", variants=variants))
    rows = stage.world.register.table("products")["4"]["articleList"]["article"]
    assert [row["articleNumber"] for row in rows] == [1040, 1041, 1042, 1043, 1049]
    assert rows[0]["colour"] == "Rood", "what the shop does not know is not blanked"


async def test_a_second_time_nothing_is_written(stage: Stage) -> None:
    record = product(categories=(("Keuken", "Krüge"), ("Wonen",)), attributes={"Herkunftsland": ("Portugal",)})
    target = await products_target(stage)
    await stage.sent(target, record)
    writes = len(stage.writes)
    assert (await stage.sent(target, record)).outcome is Outcome.UNCHANGED
    assert len(stage.writes) == writes


async def test_variants_in_two_products_of_the_register_are_not_guessed(stage: Stage) -> None:
    target = await products_target(stage)
    draft = target.draft(product("", variants=(Variant(id="1", sku="1010"), Variant(id="2", sku="1020"))))
    assert (await target.look_up([draft]))[draft.key].matches == 2


@pytest.mark.proves("mpluskassa", "duplicates_answered")
async def test_a_lost_answer_creates_no_product_twice(stage: Stage) -> None:
    target = await products_target(stage)
    stage.account.simulator.fail(kind=FaultKind.DROP_AFTER, holding="createProduct")
    with pytest.raises(UnknownOutcomeError):
        await stage.sent(target, product())
    assert (await stage.sent(target, product())).outcome is Outcome.UNCHANGED
    assert stage.writes.count("createProduct") == 1


@pytest.mark.proves("mpluskassa", "deletions")
async def test_a_deleted_product_stays_in_the_register(stage: Stage) -> None:
    target = await products_target(stage)
    assert refused(target, Deletion(id="1", kind=Kind.PRODUCTS)).reason == "deleted_in_source"


async def test_articles_are_listed_for_matching(stage: Stage) -> None:
    target = stage.account.target()
    assert isinstance(target, ListsProducts)
    found = {each.sku: each for each in await target.remote_products()}
    assert found["1041"].ean == "8700000001041"
    assert found["8001"].name == "Verzendkosten"


# Article groups -------------------------------------------------------------------------------------------------------


def paths(stage: Stage) -> set[str]:
    rows = stage.world.register.table("groups")

    def path(row: dict[str, Any]) -> str:
        above = rows.get(str(row["parent"]))
        return f"{path(above)} > {row['name']}" if above else str(row["name"])

    return {path(row) for row in rows.values()}


async def test_a_category_is_created_with_everything_above_it(stage: Stage) -> None:
    target = await stage.target(Kind.CATEGORIES)
    settled = await stage.sent(target, Category(id="c", name="Krüge", path=("Keuken", "Ton", "Krüge")))
    assert settled.outcome is Outcome.CREATED
    assert {"Keuken > Ton", "Keuken > Ton > Krüge"} <= paths(stage)
    assert stage.writes == ["newArticleGroup", "newArticleGroup"]
    assert settled.target_id == str(max(map(int, stage.world.register.table("groups"))))


async def test_a_category_that_is_there_is_left_alone_or_spelled_anew(stage: Stage) -> None:
    target = await stage.target(Kind.CATEGORIES)
    same = await stage.sent(target, Category(id="c", name="Serviesgoed", path=("keuken ", "Serviesgoed")))
    assert (same.outcome, same.target_id) == (Outcome.UNCHANGED, "2")
    anew = await stage.sent(target, Category(id="c", name="SERVIESGOED", path=("Keuken", "SERVIESGOED")))
    assert (anew.outcome, stage.writes) == (Outcome.UPDATED, ["updateArticleGroup"])
    assert stage.world.register.table("groups")["2"]["name"] == "SERVIESGOED"


async def test_categories_of_one_branch_never_travel_at_once(stage: Stage) -> None:
    target: Any = await stage.target(Kind.CATEGORIES, Kind.PRODUCTS)
    one, two = Category(id="a", name="B", path=("A", "B")), Category(id="b", name="C", path=("a", "C"))
    assert set(target.parties(one)) & set(target.parties(two)) == {"group:a"}
    assert set(target.parties(product(categories=(("A", "D"),)))) == {"group:a", "group:a/d"}


async def test_a_product_goes_into_its_groups_and_stays_in_those_it_was_put_into(stage: Stage) -> None:
    target = await products_target(stage)
    await stage.sent(target, product("1010", categories=(("Wonen", "Kerzen"),)))
    row = stage.world.register.table("products")["1"]
    assert row["groupNumbers"] == [2, 5]


async def test_a_category_without_a_name_is_held(stage: Stage) -> None:
    target = await stage.target(Kind.CATEGORIES)
    assert refused(target, Category(id="c", name=" ")).reason == "category_without_name"


# Stock ----------------------------------------------------------------------------------------------------------------


def level(sku: str, quantity: str) -> StockLevel:
    return StockLevel(id=sku, sku=sku, quantity=Decimal(quantity))


async def test_stock_is_set_and_never_added(stage: Stage) -> None:
    target = await stage.target(Kind.STOCK, employee_number=12)
    assert (await stage.sent(target, level("1020", "7.250"))).outcome is Outcome.UPDATED
    assert stage.world.register.table("stock")["1020"][::3] == [725, 2]
    (asked,) = stage.asked("setStock")
    assert asked["request"]["employeeNumber"] == "12"
    assert (await stage.sent(target, level("1020", "7.25"))).outcome is Outcome.UNCHANGED


async def test_stock_management_is_switched_on_where_it_is_wanted(stage: Stage) -> None:
    target = await stage.target(Kind.STOCK)
    await stage.sent(target, level("1040", "4"))
    assert stage.writes == ["updateProduct", "setStock"]
    assert article(stage, 1040)["stockArticle"]
    assert not article(stage, 1041)["stockArticle"], "its sisters stay as they are"


async def test_stock_is_left_out_where_the_register_manages_none(stage: Stage) -> None:
    target = await stage.target(Kind.STOCK, manages_stock=False)
    settled = await stage.sent(target, level("1040", "4"))
    assert (settled.outcome, settled.reason, stage.writes) == (Outcome.SKIPPED, "no_stock_article", [])


async def test_stock_of_an_article_that_is_missing_is_held_and_named(stage: Stage) -> None:
    target = await stage.target(Kind.STOCK)
    settled = await stage.sent(target, level("5555", "4"))
    assert (settled.outcome, settled.reason, settled.message) == (Outcome.HELD, "article_missing", "5555")
    assert refused(target, level("TASSE-BLAU", "4")).reason == "product_number_invalid"


@pytest.mark.parametrize(
    ("amount", "sent"), [("1.25", (125, 2)), ("1.500", (15, 1)), ("100", (100, 0)), ("-2", (-2, 0)), ("0.0", (0, 0))]
)
def test_quantities_have_as_few_decimal_places_as_there_can_be(amount: str, sent: tuple[int, int]) -> None:
    assert scaled(Decimal(amount)) == sent


# Countries ------------------------------------------------------------------------------------------------------------


def test_countries_are_found_by_code_or_name() -> None:
    assert [alpha_2(each) for each in ("deu", "DE", "Germany", "Elbonia")] == ["DE", "DE", "DE", "Elbonia"]
    assert [alpha_2(each) for each in ("Nederland", "Duitsland", "België", "Japan")] == ["NL", "DE", "BE", "JP"]
    assert [alpha_3(each) for each in ("nl", "Elbonia")] == ["NLD", ""]
    assert [row_for({"DE": "2", "*": "1"}, each) for each in ("DEU", "FR", "")] == ["2", "1", "1"]
