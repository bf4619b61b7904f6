"""Products: one for each variant, by GraphQL."""

from __future__ import annotations

from decimal import Decimal

from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Deletion, Kind, Product, Variant
from app.sdk.target import ListsProducts, Mappings
from tests.connectors.activecampaign.records import order


def lamp(**values):
    given = {
        "id": "P1",
        "name": "Lampe „Grün“",
        "sku": "SKU-1",
        "price": Money.of("12.50", "EUR"),
        "categories": (("Lamps", "Desk"),),
        "quantity": Decimal(3),
        **values,
    }
    return Product(**given)


async def test_every_variant_is_a_product_of_its_own(stage):
    drive = await stage.drive(Kind.PRODUCTS)
    variants = (Variant(id="V1", sku="SKU-1-R", name="red"), Variant(id="V2", sku="SKU-1-B", quantity=Decimal(0)))
    settled = await drive.send(lamp(variants=variants))

    assert settled["P1"].outcome is Outcome.CREATED
    rows = stage.world["graph_products"]
    assert set(rows) == {"1:V1", "1:V2"}
    assert rows["1:V1"]["variantPriceAmount"] == Decimal("12.50")
    assert rows["1:V2"]["stockStatus"] == "OUT_OF_STOCK"
    assert rows["1:V1"]["categories"] == ["Lamps > Desk"]


async def test_the_same_product_again_sends_nothing_and_a_new_price_updates_it(stage):
    await (await stage.drive(Kind.PRODUCTS)).send(lamp())
    before = len(stage.simulator.writes)
    same = await (await stage.drive(Kind.PRODUCTS)).send(lamp())
    changed = await (await stage.drive(Kind.PRODUCTS)).send(lamp(price=Money.of("13.00", "EUR")))

    assert same["P1"].outcome is Outcome.UNCHANGED
    assert changed["P1"].outcome is Outcome.UPDATED
    assert len(stage.simulator.writes) == before + 1


async def test_products_carry_the_numbers_that_order_lines_carry(stage):
    mappings = Mappings(products={"SKU-1": "4011", "*": "4999"}, source_system="bigcommerce", source_id="lamp-shop")
    drive = await stage.drive(Kind.PRODUCTS, mappings=mappings)
    await drive.send(lamp(), lamp(id="P2", sku="SKU-2"))

    assert set(stage.world["graph_products"]) == {"1:4011", "1:P2"}


async def test_products_for_matching_are_listed_by_graphql_or_from_orders(stage):
    await (await stage.drive(Kind.PRODUCTS)).send(*(lamp(id=f"P{number}") for number in range(120)))
    target = (await stage.drive()).target
    assert isinstance(target, ListsProducts)
    found = await target.remote_products()
    assert len(found) == 120
    assert (found[0].sku, found[0].price) == ("SKU-1", Money.of("12.50", "EUR"))

    drive = await stage.drive(
        Kind.ORDERS, order_path="rest", mappings=Mappings(source_system="files", source_id="list")
    )
    await drive.send(order(1), order(2))
    assert sorted(each.id for each in await drive.target.remote_products()) == ["P1", "P2"]


async def test_without_graphql_products_travel_in_orders_only(stage):
    drive = await stage.drive(Kind.PRODUCTS, order_path="rest")
    settled = await drive.send(lamp())

    assert (settled["P1"].outcome, settled["P1"].reason) == (Outcome.SKIPPED, "products_need_graphql")


async def test_a_deleted_product_stays(stage):
    drive = await stage.drive(Kind.PRODUCTS)
    settled = await drive.send(Deletion(id="P1", kind=Kind.PRODUCTS))

    assert settled["P1"].reason == "deleted_in_source"
