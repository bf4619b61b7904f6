"""Products, sizes, stock and categories."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from app.connectors.idosell.world import OTHER_SHOP
from app.connectors.idosell.world_rows import shop as shop_row
from app.core.money import Money
from app.core.records import Deletion, Kind, Product, Unreadable
from tests.connectors.idosell.conftest import START
from tests.connectors.standard import fetched, ids_in, pages_of, read_all, request

_CUP, _APRON = "101", "102"


async def _products(shop, **wanted):
    async with shop() as account:
        return {each.id: each for each in await read_all(account.source(), Kind.PRODUCTS, **wanted)}


async def test_a_product_is_read_with_path_price_address_and_picture(shop, world):
    cup = (await _products(shop))[_CUP]
    assert (cup.name, cup.sku, cup.ean, cup.brand) == ("Kubek", "KUB", "5901200101000", "Lipowa Pracownia")
    assert (cup.price, cup.net_price) == (Money.of("40", "PLN"), Money.of("32.52", "PLN"))
    assert cup.categories == (("Ceramika", "Kamionka", "Kubki"),)
    assert cup.short_description == "Kubek, ręcznie robione"
    assert cup.description == "<p>Kubek z naszej pracowni.</p>"
    assert cup.url == "https://sklep.example/product-pol-101.html"
    assert cup.image_url == "https://sklep.example/hpeciai/101-1.jpg"
    assert (cup.variants, cup.quantity, cup.is_active) == ((), Decimal(10), True)


async def test_the_price_of_a_promotion_is_the_price(shop, world):
    world.products[_CUP]["productPromoRetailPrice"] = 32.0
    world.products[_APRON]["productPromoRetailPrice"] = 0
    found = await _products(shop)
    assert (found[_CUP].price, found[_CUP].net_price) == (Money.of("32", "PLN"), Money.of("26.02", "PLN"))
    assert found[_APRON].price == Money.of("119", "PLN")


async def test_products_of_another_shop_stay_out_where_one_was_chosen(shop, world):
    world.shops.append(shop_row(OTHER_SHOP, "inny.example"))
    world.products[_CUP]["productShops"] = [{"shopId": OTHER_SHOP}]
    async with shop(settings={"shop_id": "1"}) as account:
        source = account.source()
        assert [each.id for each in await read_all(source, Kind.PRODUCTS)] == [_APRON]
        assert {each.id.partition("-")[0] for each in await read_all(source, Kind.STOCK)} == {_APRON}
        assert await fetched(source, Kind.PRODUCTS, [_CUP]) == [Deletion(id=_CUP, kind=Kind.PRODUCTS)]


async def test_the_address_that_the_shop_states_comes_first(shop, world):
    number = world.add_product("Miska", price="30", url="https://sklep.example/pl/products/miska-103")
    assert (await _products(shop))[number].url == "https://sklep.example/pl/products/miska-103"


async def test_another_language_is_taken_where_it_is_chosen(shop, world):
    async with shop() as account:
        source = account.source(catalogue_language="eng")
        assert (await read_all(source, Kind.PRODUCTS))[0].name == "Kubek (EN)"
        source = account.source(catalogue_language="lit")
        assert (await read_all(source, Kind.PRODUCTS))[0].name == "Kubek (EN)", "the first one"


async def test_sizes_are_variants_with_their_own_code_ean_and_stock(shop, world):
    apron = (await _products(shop))[_APRON]
    assert [(each.id, each.sku, each.ean, each.name, each.quantity) for each in apron.variants] == [
        ("102-3", "FAR-S", "5901200102000", "S", Decimal(11)),
        ("102-4", "FAR-M", "5901200102001", "M", Decimal(10)),
    ]
    assert apron.variants[0].price == Money.of("119", "PLN")
    assert apron.quantity == Decimal(21)
    assert not apron.ean


async def test_a_producers_code_that_is_no_ean_is_not_taken_for_one(shop, world):
    world.products[_CUP]["productSizesAttributes"][0]["productSizeCodeProducer"] = "KUB-2026-X"
    assert not (await _products(shop))[_CUP].ean


async def test_unlimited_stock_has_no_number(shop, world):
    world.products[_CUP]["productStocksData"]["productStocksQuantities"][0]["productSizesData"][0][
        "productSizeQuantity"
    ] = "-1"
    assert (await _products(shop))[_CUP].quantity is None
    async with shop() as account:
        levels = await read_all(account.source(), Kind.STOCK)
    assert [each.id for each in levels] == ["102-3", "102-4"]


async def test_colours_of_one_article_name_their_group(shop, world):
    number = world.add_product("Kubek zielony", price="40", parent=_CUP)
    assert (await _products(shop))[number].attributes == {"version_group": (_CUP,)}


async def test_an_invisible_product_is_not_active(shop, world):
    world.products[_CUP]["productIsVisible"] = "n"
    assert not (await _products(shop))[_CUP].is_active


async def test_only_the_fields_in_use_are_asked_for(shop, world):
    async with shop() as account:
        await read_all(account.source(), Kind.PRODUCTS)
        (asked,) = [each.json()["params"] for each in account.simulator.journal if "products/search" in each.path]
    assert asked["resultsLimit"] == 100
    assert asked["skipDefaultProduct"] == "y", "the default product is none"
    assert len(asked["returnElements"]) < 20


async def test_what_changed_is_found_by_the_day(shop, world, clock):
    since = clock.pass_by(days=10)
    clock.pass_by(minutes=5)
    world.change_product(_CUP, productIsVisible="n")
    assert set(await _products(shop, since=since)) == {_CUP}


async def test_a_change_of_price_or_stock_alone_is_found_too(shop, world, clock):
    since = clock.pass_by(days=10)
    both = world.add_product("Miska", price="30", at=START)
    world.change_product(_CUP, productRetailPrice=41.0)
    world.products[_APRON]["productQuantityChangedTime"] = world.local()
    world.change_product(both, productRetailPrice=31.0)
    world.change_product(both, productIsVisible="n")
    async with shop() as account:
        found = await read_all(account.source(), Kind.PRODUCTS, since=since)
    assert [each.id for each in found] == [both, _APRON, _CUP], "each once"
    assert found[-1].price == Money.of("41", "PLN")


@pytest.mark.proves("idosell", "deletions")
@pytest.mark.parametrize("to_trash", [True, False])
async def test_deleted_products_come_with_the_changes(shop, world, clock, to_trash):
    since = clock.pass_by(days=10)
    world.delete_product(_CUP, to_trash=to_trash)
    async with shop() as account:
        found = await read_all(account.source(), Kind.PRODUCTS, since=since)
        everything = await read_all(account.source(), Kind.PRODUCTS)
        again = await fetched(account.source(), Kind.PRODUCTS, [_CUP])
    gone = Deletion(id=_CUP, kind=Kind.PRODUCTS)
    assert found == [gone]
    assert [each.id for each in everything] == [_APRON]
    assert again == [gone]


async def test_reading_changes_goes_on_after_any_page(shop, world, clock):
    since = clock.pass_by(days=10)
    for number in range(12):
        world.add_product(f"Nowość {number}", price="1")
    world.delete_product(_CUP)
    async with shop() as account:
        whole = await pages_of(account.source(), request(Kind.PRODUCTS, since=since, limit=5))
        everything = ids_in(whole)
        for number, page in enumerate(whole):
            rest = await pages_of(account.source(), request(Kind.PRODUCTS, since=since, cursor=page.cursor))
            assert set(ids_in(whole[: number + 1])) | set(ids_in(rest)) == set(everything)
    assert len(everything) == 13


async def test_one_broken_product_stops_no_other(shop, world):
    world.products[_CUP]["productRetailPrice"] = "free"
    found = await _products(shop)
    assert isinstance(found[_CUP], Unreadable)
    assert isinstance(found[_APRON], Product)


async def test_stock_is_summed_over_all_warehouses(shop, world):
    async with shop() as account:
        levels = await read_all(account.source(), Kind.STOCK)
    found = {each.id: (each.sku, each.quantity) for each in levels}
    assert found == {
        "101-uniw": ("KUB", Decimal(10)),
        "102-3": ("FAR-S", Decimal(11)),
        "102-4": ("FAR-M", Decimal(10)),
    }


async def test_only_changed_stock_is_asked_for(shop, world, clock):
    since = clock.pass_by(days=10)
    world.products[_APRON]["productQuantityChangedTime"] = world.local()
    async with shop() as account:
        levels = await read_all(account.source(), Kind.STOCK, since=since)
    assert {each.id for each in levels} == {"102-3", "102-4"}
    assert levels[0].updated_at == START + timedelta(days=10)


async def test_categories_are_paths(shop, world):
    async with shop() as account:
        found = await read_all(account.source(), Kind.CATEGORIES)
    assert [each.path for each in found] == [
        ("Ceramika",),
        ("Ceramika", "Kamionka"),
        ("Ceramika", "Kamionka", "Kubki"),
    ]
    assert [each.parent_id for each in found] == ["", found[0].id, found[1].id]


async def test_a_tree_that_bites_its_own_tail_ends(shop, world):
    first, *_, last = world.categories
    world.categories[first]["parent_id"] = int(last)
    async with shop() as account:
        found = await read_all(account.source(), Kind.CATEGORIES)
    assert all(len(each.path) <= 20 for each in found)
