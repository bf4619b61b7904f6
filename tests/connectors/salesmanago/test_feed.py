"""The offer file: whole, valid, and with the ids that the events name."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree as ET

from app.core.money import Money
from app.core.records import Kind, Product, Variant
from app.sdk.target import Mappings, OffersFeed, Timing
from tests.connectors.salesmanago.conftest import SHOP
from tests.connectors.salesmanago.records import line, order

G = "{http://base.google.com/ns/1.0}"


def product(number=1, /, **values):
    given = {
        "id": f"P{number}",
        "sku": f"SKU-{number}",
        "name": f"Lampa stojąca „Kula” & co. {number}",
        "price": Money.of("12.5", "EUR"),
        "description": "<p>Biała&nbsp; <b>kula</b> &amp; klosz</p>",
        "url": f"https://lampenladen.example/p{number}",
        "image_url": f"https://lampenladen.example/p{number}.jpg",
        "brand": "Żarówka",
        "ean": "5901234123457",
        "categories": (("Lampy", "Stojące"),),
        "quantity": Decimal(3),
        **values,
    }
    return Product(**given)


async def items(stage, *products, **options):
    target = await stage.target([Kind.ORDERS], Timing.LIVE, **options)
    assert isinstance(target, OffersFeed)
    made = target.feed(products)
    assert made == target.feed(products), "it is pure"
    return ET.fromstring(made).findall("channel/item")  # noqa: S314 - made here


async def test_a_product_becomes_an_offer(stage):
    (item,) = await items(stage, product(1))

    told = {each.tag.removeprefix(G): each.text for each in item}
    assert told == {
        "id": "P1",
        "title": "Lampa stojąca „Kula” & co. 1",
        "description": "Biała kula & klosz",
        "link": "https://lampenladen.example/p1",
        "image_link": "https://lampenladen.example/p1.jpg",
        "price": "12.50 EUR",
        "availability": "in stock",
        "product_type": "Lampy > Stojące",
        "brand": "Żarówka",
        "gtin": "5901234123457",
        "mpn": "SKU-1",
        "location": "idosell",
    }


async def test_offers_and_events_name_products_alike(stage):
    for options in ({}, {"offer_ids": "sku"}):
        target = await stage.target([Kind.ORDERS], Timing.HISTORICAL, **options)
        draft = target.draft(order(1, lines=(line(1),)))
        (item,) = await items(stage, product(1), **options)
        assert item.find(f"{G}id").text == draft.content["events"][0]["products"]
        assert item.find("location").text == draft.content["events"][0]["location"]


async def test_what_is_not_for_sale_or_has_no_name_stays_out(stage):
    assert await items(stage, product(1, is_active=False), product(2, name="")) == []


async def test_stock_says_whether_it_can_be_bought(stage):
    none_left, one_left = Variant(id="1", quantity=Decimal(0)), Variant(id="2", quantity=Decimal(1))
    made = await items(
        stage,
        product(1, quantity=Decimal(0)),
        product(2, quantity=None),
        product(3, quantity=None, variants=(none_left, one_left)),
        product(4, quantity=None, variants=(none_left,)),
    )

    assert [each.find(f"{G}availability").text for each in made] == [
        "out of stock",
        "in stock",
        "in stock",
        "out of stock",
    ]


async def test_a_product_without_a_price_of_its_own_shows_the_lowest_of_its_variants(stage):
    variants = tuple(Variant(id=price, price=Money.of(price, "EUR")) for price in ("20.00", "15.00"))
    (item,) = await items(stage, product(1, price=None, variants=variants))
    (without,) = await items(stage, product(2, price=None))

    assert item.find(f"{G}price").text == "15.00 EUR"
    assert without.find(f"{G}price") is None


async def test_characters_that_no_xml_may_hold_are_left_out(stage):
    (item,) = await items(stage, product(1, name="La\x00mpa\x0b", description="\ud800ok"))

    assert (item.find("title").text, item.find("description").text) == ("Lampa", "ok")


async def test_the_product_table_goes_first(stage):
    mapped = Mappings(products={"SKU-1": "offer-1"}, source_system=SHOP.source_system)
    (item,) = await items(stage, product(1), mappings=mapped)

    assert item.find(f"{G}id").text == "offer-1"
