"""Products with their variants, in one request for many."""

from __future__ import annotations

from decimal import Decimal

from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Kind, Product, Variant
from app.sdk.plan import Draft
from app.sdk.target import Timing


def product(number=1, /, **values):
    given = {
        "id": f"P{number}",
        "name": f"Lampe {number}",
        "sku": f"SKU-{number}",
        "price": Money.of("12.50", "EUR"),
        "url": "https://lampen.example/1",
        "categories": (("Wohnen", "Licht"),),
        "quantity": Decimal(3),
        **values,
    }
    return Product(**given)


async def test_a_product_arrives_with_price_stock_and_categories(stage):
    await stage.run({Kind.PRODUCTS: [product()]})
    row = stage.world.products["lampen-P1"]
    assert (row["name"], row["sku"], row["price"], row["stock"]) == ("Lampe 1", "SKU-1", Decimal("12.50"), 3)
    assert row["metaInfo"] == {"categories": "Wohnen > Licht"}


async def test_variants_are_products_under_their_parent(stage):
    variants = (
        Variant(id="1", sku="ROT", attributes={"Farbe": "Rot"}, price=Money.of("13", "EUR")),
        Variant(id="2", sku="BLAU", attributes={"Farbe": "Blau"}),
    )
    await stage.run({Kind.PRODUCTS: [product(variants=variants)]})
    assert stage.world.products["lampen-P1.1"]["name"] == "Lampe 1, Rot"
    assert stage.world.products["lampen-P1.2"]["parentId"] == "lampen-P1"
    assert stage.world.products["lampen-P1.2"]["price"] == Decimal("12.50")


async def test_a_second_run_writes_nothing_even_without_a_ledger(stage):
    await stage.run({Kind.PRODUCTS: [product(number) for number in range(1, 31)]})
    before = len(stage.writes)
    stage.ledger.entries.clear()
    await stage.run({Kind.PRODUCTS: [product(number) for number in range(1, 31)]})
    assert len(stage.writes) == before
    assert stage.outcome(Kind.PRODUCTS, "P1") == (Outcome.UNCHANGED, "already_so")


async def test_a_product_gone_from_the_shop_is_marked_and_comes_back_when_it_returns(stage):
    await stage.run({Kind.PRODUCTS: [product(1), product(2)]})
    await stage.run({Kind.PRODUCTS: [product(1)]}, sweeps=True)
    assert stage.world.products["lampen-P2"]["isDeleted"] is True
    await stage.run({Kind.PRODUCTS: [product(1), product(2)]})
    assert stage.world.products["lampen-P2"]["isDeleted"] is False


async def test_another_currency_and_a_missing_name_stay_out(stage):
    await stage.run({Kind.PRODUCTS: [product(1, price=Money.of("1", "CHF")), product(2, name=" ")]})
    assert stage.outcome(Kind.PRODUCTS, "P1") == (Outcome.SKIPPED, "other_currency")
    assert stage.outcome(Kind.PRODUCTS, "P2") == (Outcome.HELD, "product_without_name")
    assert stage.world.products == {}


async def test_a_batch_never_holds_more_than_a_hundred(stage):
    variants = tuple(Variant(id=str(number)) for number in range(1, 31))
    target = stage.target()
    await target.open([Kind.PRODUCTS], Timing.LIVE)
    drafts = [target.draft(product(number, variants=variants)) for number in range(1, 11)]
    known = await target.look_up([each for each in drafts if isinstance(each, Draft)])
    plan = target.plan([(each, known[each.key]) for each in drafts if isinstance(each, Draft)])
    assert [len(each.body.items) for each in plan.steps] == [100, 100, 100, 10]
    await stage.run({Kind.PRODUCTS: [product(number, variants=variants) for number in range(1, 11)]})
    assert len(stage.world.products) == 310


async def test_a_large_catalogue_needs_few_of_the_hours_requests(stage):
    stage.world.per_hour = 100
    await stage.run({Kind.PRODUCTS: [product(number) for number in range(1, 1001)]})
    assert len(stage.world.products) == 1000
    assert stage.writes.count(("POST", "products/batch")) <= 12
