"""Products with their variants, and the stock of each."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Deletion, Kind, StockLevel, Variant
from tests.connectors.mailchimp.conftest import STORE
from tests.connectors.mailchimp.records import line, order, product


def level(sku: str, quantity: str) -> StockLevel:
    return StockLevel(id=f"s-{sku}", sku=sku, quantity=Decimal(quantity))


def shirt(**changes):
    sizes = [
        Variant(id=f"v{place}", sku=f"S-{size}", name=size, price=Money.of("19.90", "EUR"), quantity=Decimal(place))
        for place, size in enumerate(("S", "M"), 1)
    ]
    return product(50, name="T-Shirt", sku="", variants=tuple(sizes), **changes)


def held(stage, product_id):
    return stage.world.products[STORE][product_id]


async def test_a_product_without_variants_has_one_under_its_own_number(stage):
    await stage.run({Kind.PRODUCTS: [product(1)]})
    (only,) = held(stage, "701")["variants"]
    assert only == {
        "id": "701",
        "title": "Becher 1",
        "sku": "B-1",
        "price": Decimal("9.95"),
        "inventory_quantity": 5,
    }
    assert held(stage, "701")["type"] == "Geschirr / Becher"


async def test_variants_travel_with_their_own_prices_and_stock(stage):
    await stage.run({Kind.PRODUCTS: [shirt()]})
    found = [(each["sku"], each["inventory_quantity"]) for each in held(stage, "750")["variants"]]
    assert found == [("S-S", 1), ("S-M", 2)]


async def test_only_what_changed_is_written_and_nothing_the_second_time(stage):
    await stage.run({Kind.PRODUCTS: [shirt(), product(1)]})
    await stage.run({Kind.PRODUCTS: [shirt(brand="Teeladen"), product(1, price=Money.of("8.50", "EUR"))]})
    patches, puts = stage.writes("PATCH", "/products/"), stage.writes("PUT", "/variants/")
    assert [each.json() for each in patches] == [{"vendor": "Teeladen"}]
    assert [each.json()["price"] for each in puts] == [8.5]
    stage.ledger.entries.clear()
    again = await stage.run({Kind.PRODUCTS: [shirt(brand="Teeladen"), product(1, price=Money.of("8.50", "EUR"))]})
    assert again.balance.total.count(Outcome.UNCHANGED) == 2


async def test_a_variant_that_is_gone_stays_for_the_orders_that_name_it(stage):
    await stage.run({Kind.PRODUCTS: [shirt()]})
    await stage.run({Kind.PRODUCTS: [product(50, name="T-Shirt", sku="S-S")]})
    assert len(held(stage, "750")["variants"]) == 2


async def test_a_placeholder_that_an_order_brought_becomes_the_product(stage):
    await stage.run({Kind.ORDERS: [order(1, lines=(line(1, product_id=""),))]})
    assert list(stage.world.products[STORE]) == ["B-1"]
    result = await stage.run({Kind.PRODUCTS: [product(1, name="Becher, groß")]})
    assert result.balance.total.count(Outcome.UPDATED) == 1
    assert held(stage, "B-1")["title"] == "Becher, groß"
    assert len(held(stage, "B-1")["variants"]) == 1


async def test_two_products_that_could_be_the_one_are_held(stage):
    await stage.run({Kind.PRODUCTS: [product(1, sku="GLEICH"), product(2, sku="ANDERS")]})
    stage.world.products[STORE]["702"]["variants"][0]["sku"] = "GLEICH"
    result = await stage.run({Kind.PRODUCTS: [product(3, sku="GLEICH")]})
    assert result.balance.total.reasons == {"several_matches": 1}


@pytest.mark.proves("mailchimp", "deletions")
async def test_a_product_deleted_in_the_shop_goes_where_that_is_chosen(stage):
    await stage.run({Kind.PRODUCTS: [product(1), product(2)]})
    await stage.sync({Kind.PRODUCTS: [Deletion(id="701", kind=Kind.PRODUCTS)]})
    assert list(stage.world.products[STORE]) == ["701", "702"]
    await stage.sync({Kind.PRODUCTS: [Deletion(id="702", kind=Kind.PRODUCTS)]}, deleted_in_shop="delete")
    assert list(stage.world.products[STORE]) == ["701"]


async def test_stock_is_set_by_sku_in_whole_pieces(stage):
    await stage.run({Kind.PRODUCTS: [product(1), shirt()]})
    result = await stage.run({Kind.STOCK: [level("B-1", "7.9"), level("S-M", "-3"), level("S-S", "1")]})
    assert result.balance.total.count(Outcome.UPDATED) == 2
    assert result.balance.total.count(Outcome.UNCHANGED) == 1
    assert held(stage, "701")["variants"][0]["inventory_quantity"] == 7
    assert held(stage, "750")["variants"][1]["inventory_quantity"] == 0


async def test_stock_of_an_unknown_product_is_skipped_and_of_no_sku_held(stage):
    result = await stage.run({Kind.STOCK: [level("NEU", "7"), level("", "1")]})
    assert result.balance.total.reasons == {"no_such_product": 1, "no_sku": 1}
