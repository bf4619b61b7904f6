"""The register as a source: people, goods, stock and sales, without a lost change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.connectors.mpluskassa.goods import StockReading
from app.connectors.mpluskassa.people import contact_of
from app.connectors.mpluskassa.practice import CONSENT_FIELD
from app.connectors.mpluskassa.sales import Sale, tax_rate
from app.connectors.mpluskassa.settings import MplusSettings, SourceOptions
from app.connectors.mpluskassa.simulator import SECRET
from app.connectors.mpluskassa.values import moment, moment_parts
from app.connectors.mpluskassa.wire import Wire
from app.core.consent import ConsentState
from app.core.events import now
from app.core.money import Money
from app.core.records import Deletion, Kind, Order, OrderStatus, Unreadable
from app.core.rules import GuestOrders, Rules, refusal_of
from app.sdk.settings import parse
from tests.connectors.mpluskassa.conftest import Stage, staged
from tests.connectors.standard import fetched, pages_of, read_all, records_in, request

SETTINGS = parse(MplusSettings, {"port": 50123, "ident": "practice", "secret": SECRET, "consent_field": CONSENT_FIELD})
ZONE = ZoneInfo("Europe/Amsterdam")
STAMP = {"sec": 5, "min": 30, "hour": 14, "day": 4, "mon": 3, "year": 2026, "isdst": False, "timezone": 0}


# People ---------------------------------------------------------------------------------------------------------------


def contact(**row):
    return contact_of({"relationNumber": 7, **row}, SETTINGS, {1: "Stammkunde"})


def test_a_relation_without_a_company_is_a_person() -> None:
    found = contact(name="Mieke van den Berg", email=" Mieke@Example.COM ", categoryIds={"category": [1, 9]})
    assert (found.first_name, found.last_name, found.company) == ("Mieke", "van den Berg", "")
    assert (found.id, found.email, found.tags) == ("7", "mieke@example.com", ("Stammkunde",))


def test_a_relation_with_a_company_has_its_person_as_contact() -> None:
    found = contact(name="Bos B.V.", companyName="Bos B.V.", contact="Zoë Bos", vatNumber="NL1", country="Germany")
    assert (found.first_name, found.last_name, found.company) == ("Zoë", "Bos", "Bos B.V.")
    assert found.custom["vat_number"] == "NL1"
    assert found.address is not None
    assert found.address.country == "DE"


def test_delivery_address_birthday_and_times_come_along() -> None:
    found = contact(
        name="Änne",
        deliveryAddress="Ring 5",
        deliveryCity="Köln",
        birthDate={"day": 11, "mon": 2, "year": 1980},
        createTimestamp=STAMP,
    )
    assert (found.last_name, found.birthday) == ("Änne", date(1980, 2, 11))
    assert found.delivery is not None
    assert (found.delivery.street, found.delivery.city) == ("Ring 5", "Köln")
    assert found.created_at == datetime(2026, 3, 4, 14, 30, 5, tzinfo=ZONE)


@pytest.mark.parametrize(("value", "state"), [(True, "yes"), (False, "no"), (None, "absent")])
def test_only_a_ticked_consent_field_is_an_agreement(value: bool | None, state: str) -> None:
    flag = {"fieldName": CONSENT_FIELD, **({} if value is None else {"boolValue": value})}
    assert contact(customFieldList={"customField": [flag]}).consent.state is ConsentState(state)


def test_without_a_named_field_nobody_has_agreed() -> None:
    nameless = parse(MplusSettings, {"port": 1, "ident": "a", "secret": "b"})
    flag = {"fieldName": CONSENT_FIELD, "boolValue": True}
    row = {"relationNumber": 7, "customFieldList": {"customField": [flag]}}
    assert contact_of(row, nameless, {}).consent.state is ConsentState.ABSENT


@pytest.mark.proves("mpluskassa", "deletions")
async def test_who_is_switched_off_counts_as_deleted(stage: Stage) -> None:
    source = stage.account.source()
    everybody = {each.id for each in await read_all(source, Kind.CONTACTS)}
    listed = {each async for ids in source.all_ids(Kind.CONTACTS) for each in ids}
    assert "100007" not in everybody | listed
    assert await fetched(source, Kind.CONTACTS, ["100007"]) == [Deletion(id="100007", kind=Kind.CONTACTS)]


@pytest.mark.proves("mpluskassa", "deletions")
async def test_a_product_that_is_gone_is_told_as_a_deletion(stage: Stage) -> None:
    source = stage.account.source()
    first = (await read_all(source, Kind.PRODUCTS))[0]
    del stage.world.register.table("products")[first.id]
    assert first.id not in {each async for ids in source.all_ids(Kind.PRODUCTS) for each in ids}
    assert await fetched(source, Kind.PRODUCTS, [first.id, "no number"]) == [
        Deletion(id=first.id, kind=Kind.PRODUCTS),
        Deletion(id="no number", kind=Kind.PRODUCTS),
    ]


# Sync markers ---------------------------------------------------------------------------------------------------------


@pytest.mark.proves("mpluskassa", "paging_ends")
async def test_reading_ends_at_an_empty_page_and_not_at_a_short_one(stage: Stage) -> None:
    """How many rows a page holds at most is the register's business."""
    pages = await pages_of(stage.account.source(), request(Kind.CONTACTS, limit=7))
    assert [len(page.records) for page in pages][:2] == [6, 7], "one of the first seven is switched off"
    assert len(stage.asked("getRelations")) == len(pages) + 1


async def test_what_changes_during_the_reading_comes_once_more_behind_and_is_not_lost(stage: Stage) -> None:
    source = stage.account.source()
    reading = source.read(request(Kind.CONTACTS, limit=5))
    first = await anext(reading)
    relations = stage.world.register.table("relations")
    late = relations["100012"]
    late["city"] = "Verhuisd"
    stage.world.register.marked(late)
    rest: list[Any] = [record async for page in reading for record in page.records]
    assert "100012" not in {each.id for each in first.records}
    assert [each.address.city for each in rest if each.id == "100012"] == ["Verhuisd"]
    assert {each.id for each in (*first.records, *rest)} == set(relations) - {"100007"}


async def test_a_register_that_knows_no_markers_is_read_once_and_not_for_ever(stage: Stage) -> None:
    people = stage.world.people.operations["getRelations"]({})["relationList"]["relation"]
    for row in people:
        row["syncMarker"] = 0
    stage.world.register.state["marker"] = 0
    wire = Wire(stage.account.access)
    pages = [rows async for rows, _ in wire.marked("getRelations", ("relationList", "relation"), 0, 500)]
    assert [len(rows) for rows in pages] == [len(people)]


async def test_products_are_asked_for_by_the_time_of_their_change(stage: Stage) -> None:
    source = stage.account.source()
    assert await read_all(source, Kind.PRODUCTS, since=now() - timedelta(hours=1)) == []
    product = stage.world.register.table("products")["2"]
    stage.world.goods.operations["updateProduct"]({"product": {**product, "description": "Neu"}})
    changed = await read_all(source, Kind.PRODUCTS, since=now() - timedelta(hours=1))
    assert [(each.id, each.name) for each in changed] == [("2", "Neu")]


async def test_other_kinds_are_read_whole_whatever_the_moment(stage: Stage) -> None:
    source = stage.account.source()
    for kind in (Kind.CONTACTS, Kind.ORDERS, Kind.STOCK, Kind.CATEGORIES):
        assert await read_all(source, kind, since=now()) == await read_all(source, kind)


# Goods ----------------------------------------------------------------------------------------------------------------


async def test_one_article_is_a_simple_product_and_several_are_variants(stage: Stage) -> None:
    products = {each.id: each for each in await read_all(stage.account.source(), Kind.PRODUCTS)}
    simple, variable = products["1"], products["4"]
    assert (simple.sku, simple.ean, simple.variants) == ("1010", "8700000001010", ())
    assert (simple.price, simple.net_price) == (Money.of("10.45", "EUR"), Money.of("8.64", "EUR"))
    assert simple.description.startswith("Theepot aus Steingut")
    assert simple.categories == (("Keuken", "Serviesgoed"),)
    assert (variable.sku, [each.sku for each in variable.variants]) == ("", ["1040", "1041", "1042", "1043"])
    assert variable.variants[0].attributes == {"colour": "Rood", "size": "S"}
    assert variable.attributes["colour"] == ("Rood", "Grün")


async def test_properties_and_switched_off_products_are_told(stage: Stage) -> None:
    products = {each.id: each for each in await read_all(stage.account.source(), Kind.PRODUCTS)}
    assert products["3"].attributes["Herkunftsland"] == ("Portugal",)
    assert not products["6"].is_active


async def test_categories_have_their_path_and_their_parent(stage: Stage) -> None:
    found = {each.id: each for each in await read_all(stage.account.source(), Kind.CATEGORIES)}
    assert found["3"].path == ("Keuken", "Glas & Kristall")
    assert found["3"].parent_id == "1"
    stage.world.register.table("groups")["3"]["isDeleted"] = True
    assert "3" not in {each.id for each in await read_all(stage.account.source(), Kind.CATEGORIES)}


STOCK = {"articleNumber": 5, "stockId": 1, "amountFree": 125, "decimalPlacesFree": 1, "amountReserved": 3}


@pytest.mark.parametrize(
    ("count", "holds_reserved", "amount"),
    [
        ("available", False, "12.5"),
        ("physical", False, "15.5"),
        ("free", False, "12.5"),
        ("available", True, "9.5"),
        ("physical", True, "12.5"),
        ("free", True, "12.5"),
    ],
)
def test_stock_is_counted_in_three_ways_whatever_free_means(count: str, holds_reserved: bool, amount: str) -> None:
    options = parse(SourceOptions, {"stock_count": count, "free_holds_reserved": holds_reserved})
    assert StockReading(options).amount(STOCK) == Decimal(amount)


def test_available_less_committed_sales_is_the_default() -> None:
    assert SourceOptions().stock_count.value == "available"


async def test_stock_has_its_decimal_places_and_its_branch(stage: Stage) -> None:
    found = {each.sku: each for each in await read_all(stage.account.source(), Kind.STOCK)}
    assert (found["1010"].quantity, found["1010"].location) == (Decimal("12.5"), "1")
    assert "1090" not in found, "an article without stock management has none"
    summed = {each.sku: each for each in await read_all(stage.account.source(all_branches=True), Kind.STOCK)}
    assert (summed["1010"].quantity, summed["1010"].location) == (Decimal("13.75"), "")


# Sales ----------------------------------------------------------------------------------------------------------------


async def test_orders_add_up_and_have_their_customers(stage: Stage) -> None:
    found = await read_all(stage.account.source(), Kind.ORDERS)
    everything = Rules(guest_orders=GuestOrders.SEND)
    reasons = {refusal.reason for each in found if (refusal := refusal_of(each, everything))}
    assert reasons <= {"no_email"}
    first = found[0]
    assert (first.email, first.customer_id, first.created_at.utcoffset()) == (
        "klant000@example.com",
        "100001",
        timedelta(hours=1),
    )
    assert {each.status for each in found} == {OrderStatus.COMPLETED, OrderStatus.PENDING, OrderStatus.CANCELLED}


async def test_invoices_of_the_counter_belong_to_nobody_and_credit_notes_are_negative(stage: Stage) -> None:
    found = await read_all(stage.account.source(register_sales="invoices"), Kind.ORDERS)
    assert all(each.id.startswith("invoice:") for each in found)
    assert [each for each in found if each.is_guest and not each.email]
    (credit,) = [each for each in found if each.is_credit_note]
    refusal = refusal_of(credit, Rules())
    assert refusal is not None
    assert refusal.reason == "credit_note"


async def test_orders_and_invoices_together_count_every_sale_once(stage: Stage) -> None:
    source = stage.account.source(register_sales="both")
    found = await read_all(source, Kind.ORDERS)
    orders = [each for each in found if not each.id.startswith("invoice:")]
    invoices = [each for each in found if each.id.startswith("invoice:")]
    assert len(orders) == len(await read_all(stage.account.source(), Kind.ORDERS))
    assert len(invoices) == 5, "four at the counter, and a credit note"
    again = await fetched(source, Kind.ORDERS, [orders[0].id, invoices[0].id, "invoice:98765"])
    assert again == [orders[0], invoices[0], Deletion(id="invoice:98765", kind=Kind.ORDERS)]


async def test_both_lists_are_continued_after_any_page(stage: Stage) -> None:
    source = stage.account.source(register_sales="both")
    pages = await pages_of(source, request(Kind.ORDERS, limit=6))
    whole = [each.id for each in records_in(pages)]
    for number, page in enumerate(pages, 1):
        before = [each.id for each in records_in(pages[:number])]
        rest = await read_all(source, Kind.ORDERS, cursor=page.cursor)
        assert sorted([*before, *(each.id for each in rest)]) == sorted(whole)


def sale(**row):
    base = {"orderId": "9", "entryTimestamp": STAMP, "vatMethod": "VAT-METHOD-INCLUSIVE", **row}
    found = Sale(base, {}, SETTINGS).order()
    assert isinstance(found, Order)
    return found


def row_of(price: int, quantity: int, total: int, **more: object):
    data = {"quantity": quantity, "price": price, "totalInclAmount": total, **more}
    return {"articleNumber": 5, "text": "Krug", "data": data}


def test_what_the_register_took_off_a_line_is_a_discount() -> None:
    found = sale(totalInclAmount=1800, lineList={"line": [row_of(1000, 2, 1800, discountPercentage=10)]})
    assert [(each.amount) for each in found.discounts] == [Money.of("2.00", "EUR")]
    assert found.parts_total == found.total


def test_net_prices_are_told_with_their_tax() -> None:
    data = {"quantity": 2, "priceExcl": 1000, "totalInclAmount": 2420, "totalExclAmount": 2000, "vatPercentage": 2100}
    line = {"articleNumber": 5, "data": data}
    found = sale(
        vatMethod="VAT-METHOD-EXCLUSIVE", totalInclAmount=2420, totalExclAmount=2000, lineList={"line": [line]}
    )
    assert found.lines[0].unit_price == Money.of("12.10", "EUR")
    assert found.lines[0].tax_percent == 21
    assert found.tax == Money.of("4.20", "EUR")


def test_prices_by_weight_and_parts_of_a_menu_count_with_the_registers_totals() -> None:
    weighed = row_of(250, 1250, 313, decimalPlaces=3, pricePerQuantity=1)
    part = {"articleNumber": 6, "text": "Soep", "data": {"quantity": 1, "price": 150, "totalInclAmount": 150}}
    free = {"articleNumber": 7, "text": "Brood", "data": {"quantity": 1, "price": 0, "totalInclAmount": 0}}
    menu = {**row_of(1000, 1, 1000), "preparationList": {"line": [part, free]}}
    found = sale(totalInclAmount=1463, lineList={"line": [weighed, menu]})
    assert [each.name for each in found.lines] == ["Krug", "Krug", "Soep"]
    assert refusal_of(found, Rules(guest_orders=GuestOrders.SEND)) == refusal_of(
        found, Rules(guest_orders=GuestOrders.SEND)
    )
    assert abs(found.parts_total.amount - found.total.amount) <= Decimal("0.005")


def test_a_difference_that_the_register_does_not_explain_stays_one() -> None:
    found = sale(totalInclAmount=2500, lineList={"line": [row_of(1000, 2, 2000)]})
    assert found.parts_total != found.total


def test_an_order_without_any_date_fails_alone() -> None:
    found = Sale({"orderId": "9"}, {}, SETTINGS).order()
    assert isinstance(found, Unreadable)


def test_a_financial_date_will_do_where_there_is_no_time() -> None:
    found = Sale({"orderId": "9", "financialDate": {"day": 3, "mon": 2, "year": 2026}}, {}, SETTINGS).order()
    assert isinstance(found, Order)
    assert found.created_at == datetime(2026, 2, 3, tzinfo=ZONE)


@pytest.mark.parametrize(("told", "rate"), [(21, "21"), (2100, "21"), (900, "9"), (0, "0"), (100, "100")])
def test_both_scales_of_tax_rates_are_understood(told: int, rate: str) -> None:
    assert tax_rate(told) == Decimal(rate)


async def test_a_page_of_nonsense_is_said_in_words() -> None:
    async with staged(records=20) as stage:
        for row in stage.world.register.table("orders").values():
            row["entryTimestamp"] = {**STAMP, "mon": 13}
            row.pop("financialDate")
        found = await read_all(stage.account.source(), Kind.ORDERS)
        assert all(isinstance(each, Unreadable) for each in found)


def test_a_moment_knows_summer_time() -> None:
    for at in (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)):
        parts = moment_parts(at, ZONE)
        assert (parts["hour"], parts["min"]) == (2, 30)
        found = moment(parts, ZONE)
        assert found is not None
        assert found.astimezone(UTC) == at
