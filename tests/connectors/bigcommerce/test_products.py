"""Products, variants, categories and stock."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.errors import ProtocolError
from app.core.money import Money
from app.core.records import Deletion, Kind, Unreadable
from tests.connectors.bigcommerce.conftest import NOW
from tests.connectors.standard import fetched, read_all


async def test_a_product_comes_whole(shop, world):
    async with shop() as account:
        [product] = await read_all(account.source(), Kind.PRODUCTS)
    assert (product.id, product.name, product.sku, product.brand) == ("77", "Becher", "BG-1", "Blatt")
    assert product.price == Money.of("11.90", "EUR")
    assert product.categories == (("Geschirr", "Becher"),)
    assert product.url == "https://blattgruen.example/bg-1/"
    assert product.image_url == "https://cdn.blattgruen.example/77/standard.jpg"
    assert product.ean == "4000000000077"
    assert product.attributes == {"Herkunft": ("Direktimport",)}
    assert product.quantity == 10
    assert product.variants == ()
    assert product.is_active


async def test_variants_carry_their_options(shop, world):
    product_id = world.add_product("Kanne", sku="BG-2", price=Decimal(48), colours=("Rot", "Blau"), stock=3)
    async with shop() as account:
        product = (await read_all(account.source(), Kind.PRODUCTS))[-1]
    assert product.id == str(product_id)
    assert [(each.sku, each.name, each.attributes, each.quantity) for each in product.variants] == [
        ("BG-2-1", "Rot", {"Farbe": "Rot"}, 3),
        ("BG-2-2", "Blau", {"Farbe": "Blau"}, 3),
    ]


@pytest.mark.parametrize(
    ("changes", "is_active"),
    [({}, True), ({"is_visible": False}, False), ({"availability": "disabled"}, False)],
)
async def test_hidden_and_disabled_products_are_not_active(shop, world, changes, is_active):
    world.products[77] |= changes
    async with shop() as account:
        [product] = await read_all(account.source(), Kind.PRODUCTS)
    assert product.is_active is is_active


async def test_changed_products_are_asked_for_with_a_whole_time(shop, world, clock):
    """A bare date would have the present time of day added, and miss the morning's changes."""
    world.add_product("Neu", sku="BG-2", price=Decimal(1), at=clock.pass_by(days=2))
    async with shop() as account:
        found = await read_all(account.source(), Kind.PRODUCTS, since=clock.now, until=NOW)
        queries = [each.query for each in account.simulator.journal if "date_modified" in each.query]
    assert [each.name for each in found] == ["Neu"]
    assert all("T" in each for each in queries)


async def test_deleted_products_are_told(shop, world):
    world.delete_product(77)
    async with shop() as account:
        source = account.source()
        assert await fetched(source, Kind.PRODUCTS, ["77"]) == [Deletion(id="77", kind=Kind.PRODUCTS)]
        assert [each async for ids in source.all_ids(Kind.PRODUCTS) for each in ids] == []


async def test_a_shop_without_currency_leaves_its_products_unreadable(shop, world):
    world.store["currency"] = ""
    async with shop() as account:
        [found] = await read_all(account.source(), Kind.PRODUCTS)
    assert isinstance(found, Unreadable)
    assert found.reason == "currency_missing"


async def test_categories_know_their_path(shop, world):
    async with shop() as account:
        found = await read_all(account.source(), Kind.CATEGORIES)
    assert [(each.id, each.name, each.parent_id, each.path) for each in found] == [
        ("1", "Geschirr", "", ("Geschirr",)),
        ("2", "Becher", "1", ("Geschirr", "Becher")),
    ]


async def test_a_tree_that_bites_its_tail_ends(shop, world):
    world.categories[1]["parent_id"] = 2
    async with shop() as account:
        found = await read_all(account.source(), Kind.CATEGORIES)
    assert len(found) == 2


async def test_stock_is_told_where_it_is_counted(shop, world):
    by_variant = world.add_product("Kanne", sku="BG-2", price=Decimal(48), colours=("Rot", "Blau"), stock=3)
    world.add_product("Gutschein", sku="BG-3", price=Decimal(10), stock=None)
    async with shop() as account:
        found = await read_all(account.source(), Kind.STOCK)
        again = await fetched(account.source(), Kind.STOCK, [found[1].id])
    assert [(each.sku, each.quantity) for each in found] == [("BG-1", 10), ("BG-2-1", 3), ("BG-2-2", 3)]
    assert found[1].id.startswith(f"{by_variant}:")
    assert again == [found[1]]


async def test_rows_that_make_no_sense_stop_the_reading(shop, world):
    async with shop() as account:
        account.simulator.fail(status=200, body='{"data": [{"id": "x"}]}', path="/products", times=-1)
        with pytest.raises(ProtocolError):
            await read_all(account.source(), Kind.PRODUCTS)
