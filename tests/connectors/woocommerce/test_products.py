"""Products with variations, prices with and without tax, and stock."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from app.core.money import Money
from app.core.records import Deletion, Kind, Unreadable
from tests.connectors.standard import fetched, read_all

_EUR = "EUR"


async def _read(shop, kind=Kind.PRODUCTS, **options):
    async with shop() as account:
        return await read_all(account.source(**options), kind)


def _shirt(world):
    attribute = {"id": 0, "name": "Größe", "options": ["S", "M", "L"], "variation": True}
    shirt = world.add_product(
        "T-Shirt", "16.72", type="variable", sku="T", manage_stock=True, stock_quantity=20, attributes=[attribute]
    )
    own = world.add_variation(shirt, {"Größe": "S"}, "16.72", sku="T-S", manage_stock=True, stock_quantity=3)
    parents = world.add_variation(shirt, {"Größe": "M"}, "17.00", sku="T-M", manage_stock="parent", stock_quantity=20)
    free = world.add_variation(shirt, {"Größe": "L"}, "", sku="T-L")
    return shirt, own, parents, free


async def test_a_product_comes_with_its_variations(shop, world):
    _shirt(world)
    (shirt,) = await _read(shop)
    assert shirt.attributes == {"Größe": ("S", "M", "L")}
    assert [(each.sku, each.name, each.quantity) for each in shirt.variants] == [
        ("T-S", "S", Decimal(3)),
        ("T-M", "M", Decimal(20)),
        ("T-L", "L", None),
    ]
    assert shirt.variants[2].price is None
    assert shirt.quantity == 20


async def test_more_variations_than_a_page_holds_are_read(shop, world):
    shirt = world.add_product("T-Shirt", "10.00", type="variable")
    for number in range(130):
        world.add_variation(shirt, {"Nr": str(number)}, "10.00", sku=f"T-{number}")
    (found,) = await _read(shop)
    assert [each.sku for each in found.variants] == [f"T-{number}" for number in range(130)]


async def test_net_prices_get_the_tax_of_their_class_in_the_shops_country(shop, world):
    world.add_product("Becher", "10.00")
    world.add_product("Tee", "10.00", tax_class="reduced-rate")
    world.add_product("Gutschein", "10.00", tax_status="none")
    world.add_product("Seltenes", "10.00", tax_class="zero")
    prices = [(each.price, each.net_price) for each in await _read(shop)]
    net = Money.of("10.00", _EUR)
    assert prices == [(Money.of("11.90", _EUR), net), (Money.of("10.70", _EUR), net), (net, net), (None, net)]


async def test_gross_prices_are_taken_as_they_are(shop, world):
    world.setup.prices_include_tax = True
    world.add_product("Becher", "11.90")
    (mug,) = await _read(shop)
    assert (mug.price, mug.net_price) == (Money.of("11.90", _EUR), None)


async def test_without_the_right_to_settings_no_currency_is_guessed(shop, world):
    world.add_product("Becher", "11.90")
    world.add_product("Entwurf", "")
    async with shop() as account:
        body = '{"code": "woocommerce_rest_cannot_view", "message": "no", "data": {"status": 403}}'
        account.simulator.fail(status=403, path="/settings/", body=body, times=-1)
        priced, free = await read_all(account.source(), Kind.PRODUCTS)
    assert isinstance(priced, Unreadable)
    assert priced.reason == "currency_missing"
    assert free.price is None


@pytest.mark.parametrize(("own", "key", "found"), [("4000", "_ean", "4000"), ("", "_ean", "4999"), ("", "", "")])
async def test_the_ean_comes_from_the_shop_or_from_the_field_of_a_plug_in(shop, world, own, key, found):
    entries = [{"id": 1, "key": "_ean", "value": "4999"}]
    world.add_product("Becher", "10.00", global_unique_id=own, meta_data=entries)
    (mug,) = await _read(shop, ean_meta_key=key)
    assert mug.ean == found


async def test_drafts_are_not_for_sale_and_the_trash_is_not_listed(shop, world):
    """Facts 14."""
    for status in ("publish", "draft", "private", "trash"):
        world.add_product(status, "10.00", status=status)
    assert [(each.name, each.is_active) for each in await _read(shop)] == [
        ("publish", True),
        ("draft", False),
        ("private", False),
    ]


async def test_a_sweep_misses_deleted_products_and_those_in_the_trash(shop, world):
    kept, gone, thrown = (world.add_product(name, "10.00") for name in ("A", "B", "C"))
    world.delete_product(gone)
    world.trash(world.products[thrown])
    async with shop() as account:
        listed = [each async for ids in account.source().all_ids(Kind.PRODUCTS) for each in ids]
        found = await fetched(account.source(), Kind.PRODUCTS, [str(kept), str(gone), str(thrown)])
    assert listed == [str(kept)]
    assert [each.id for each in found if isinstance(each, Deletion)] == [str(gone), str(thrown)]


async def test_a_product_deleted_while_it_is_read_breaks_nothing(shop, world):
    _shirt(world)
    world.add_product("Becher", "10.00")
    async with shop() as account:
        account.simulator.fail(status=404, path="/variations", body='{"code": "woocommerce_rest_product_invalid_id"}')
        shirt, mug = await read_all(account.source(), Kind.PRODUCTS)
    assert shirt.variants == ()
    assert mug.name == "Becher"


# Stock ----------------------------------------------------------------------------------------------------------------


async def test_stock_is_that_of_the_variation_or_of_its_product(shop, world):
    shirt, own, parents, _ = _shirt(world)
    world.add_product("Ohne", "1.00", sku="O")
    levels = await _read(shop, Kind.STOCK)
    assert [(each.id, each.sku, each.quantity) for each in levels] == [
        (f"{shirt}:", "T", Decimal(20)),
        (f"{shirt}:{own}", "T-S", Decimal(3)),
        (f"{shirt}:{parents}", "T-M", Decimal(20)),
    ]


async def test_an_order_moves_the_stock_and_a_sync_sees_it(shop, world, clock):
    """Facts 16: every order moves the product's date of change."""
    product_id = world.add_product("Becher", "10.00", sku="B", manage_stock=True, stock_quantity=1)
    world.add_product("Anderer", "10.00", sku="A", manage_stock=True, stock_quantity=1)
    since = clock.pass_by(days=1)
    world.sell(product_id, 4)
    async with shop() as account:
        levels = await read_all(account.source(), Kind.STOCK, since=since, until=since + timedelta(hours=1))
    assert [(each.sku, each.quantity) for each in levels] == [("B", Decimal(-3))]


# Categories -----------------------------------------------------------------------------------------------------------


async def test_categories_are_paths_in_plain_letters_even_where_the_tree_bites_its_tail(shop, world):
    root = world.add_category("Größe &amp; Maß")
    inner = world.add_category("Becher", root)
    loop = world.add_category("Kreis")
    world.categories[loop]["parent"] = loop
    found = {each.id: each for each in await _read(shop, Kind.CATEGORIES)}
    assert found[str(inner)].path == ("Größe & Maß", "Becher")
    assert (found[str(inner)].parent_id, found[str(root)].parent_id) == (str(root), "")
    assert len(found[str(loop)].path) == 20
