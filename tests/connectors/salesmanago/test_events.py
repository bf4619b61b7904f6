"""Orders and carts as events: the vendor's own conventions, lengths, money, what counts when."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from app.connectors.salesmanago.events import EventTerms, cut, milliseconds, moment_of
from app.connectors.salesmanago.settings import OfferIds
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Kind, OrderStatus, Reversal
from app.sdk.plan import Known
from app.sdk.target import Mappings, Timing
from tests.connectors.salesmanago.conftest import SHOP
from tests.connectors.salesmanago.records import PLACED, cart, drafted, line, order, refused


def terms(mappings=SHOP, **changes):
    values = {"location": "", "offer_ids": OfferIds.PRODUCT, "counts_unpaid": False, **changes}
    return EventTerms.of(mappings, **values)


async def target(stage, kind=Kind.ORDERS, timing=Timing.HISTORICAL, **options):
    return await stage.target([kind], timing, **options)


def test_a_purchase_follows_the_vendors_own_plug_in():
    lines = (line(1), line(2, quantity=Decimal(10), name="Lampa, mała", ean="5901234123457"))
    (event,) = terms().events_of(order(1, lines=lines, note="Proszę zadzwonić"))

    assert event == {
        "contactExtEventType": "PURCHASE",
        "externalId": "O1",
        "value": Decimal("29.95"),
        "products": "P1,P2",
        "location": "idosell",
        "shopDomain": "lampenladen.example",
        "description": "BLIK",
        "detail1": "Lampa 1,Lampa  mała",
        "detail2": "2025/001",
        "detail3": "2/10",
        "detail4": "Proszę zadzwonić",
        "detail5": "Paczkomat",
        "detail6": "SKU-1,SKU-2",
        "detail7": "5901234123457",
        "detail8": "pl",
        "detail9": "EUR",
        "detail10": "KRA01A",
        "detail11": "lampenladen",
    }


def test_a_cart_carries_the_way_back_to_it():
    event = terms(location="lampenladen_1").cart_event(cart(1))

    assert (event["contactExtEventType"], event["externalId"], event["value"]) == ("CART", "C1", Decimal("25.00"))
    assert (event["description"], event["location"]) == ("https://lampenladen.example/cart/1", "lampenladen_1")


def test_a_long_order_is_cut_at_a_comma_and_every_detail_fits():
    lines = tuple(line(number, product_id=f"PRODUKT-{number:05d}", name="Ż" * 60) for number in range(1, 101))
    (event,) = terms().events_of(order(1, lines=lines, note="n" * 900))

    assert len(event["products"]) <= 512
    assert all(part.startswith("PRODUKT-") and len(part) == 13 for part in event["products"].split(","))
    assert all(len(value) <= 255 for name, value in event.items() if name.startswith("detail"))
    assert event["detail1"].endswith("Ż")
    assert not event["detail3"].endswith("/")


def test_one_word_that_is_too_long_alone_is_cut():
    assert cut(["a" * 600], ",", 512) == "a" * 512
    assert cut([], ",", 512) == ""


@pytest.mark.parametrize(
    ("status", "more", "kinds"),
    [
        ("completed", {}, ["PURCHASE"]),
        ("processing", {}, ["PURCHASE"]),
        ("pending", {}, []),
        ("on_hold", {}, []),
        ("cancelled", {}, ["CANCELLATION"]),
        ("failed", {}, ["CANCELLATION"]),
        ("refunded", {}, ["PURCHASE", "RETURN"]),
        ("partially_refunded", {"refunded": Money.of("5", "EUR")}, ["PURCHASE", "RETURN"]),
        ("completed", {"refunded": Money.of("0", "EUR")}, ["PURCHASE"]),
        ("cancelled", {"refunded": Money.of("29.95", "EUR")}, ["CANCELLATION"]),
    ],
)
def test_each_status_becomes_the_events_that_it_means(status, more, kinds):
    events = terms().events_of(order(1, status=OrderStatus(status), **more))

    assert [each["contactExtEventType"] for each in events] == kinds


def test_orders_on_account_can_count_before_they_are_paid():
    made = terms(counts_unpaid=True).events_of(order(1, status=OrderStatus.PENDING))

    assert [each["contactExtEventType"] for each in made] == ["PURCHASE"]


def test_a_refund_counts_what_went_back():
    whole = terms().events_of(order(1, status=OrderStatus.REFUNDED))[1]
    part = terms().events_of(order(1, refunded=Money.of("5", "EUR")))[1]

    assert (whole["value"], part["value"]) == (Decimal("29.95"), Decimal("5.00"))


def test_an_event_happened_when_it_happened():
    later = PLACED + timedelta(days=9)
    reversals = (Reversal(id="r1", amount=Money.of("5", "EUR"), at=later),)
    refunded = order(1, refunded=Money.of("5", "EUR"), reversals=reversals, updated_at=PLACED + timedelta(days=30))

    assert moment_of(refunded, "PURCHASE") == PLACED
    assert moment_of(refunded, "RETURN") == later
    assert milliseconds(PLACED) == 1741080600000


def test_products_are_named_by_the_table_then_by_the_persons_choice():
    by_table = Mappings(products={"SKU-1": "offer-1"})

    assert terms(by_table).line_id(line(1)) == "offer-1"
    assert terms(by_table).line_id(line(2)) == "P2"
    assert terms(offer_ids=OfferIds.SKU).line_id(line(2)) == "SKU-2"
    assert terms(offer_ids=OfferIds.SKU).line_id(line(2, sku="")) == "P2"


async def test_an_order_in_another_currency_is_held_with_both_named(stage):
    made = (await target(stage)).draft(order(1, total=Money.of("29.95", "USD")))

    assert (made.outcome, made.reason) == (Outcome.HELD, "other_currency")
    assert made.details == {"currency": "USD", "expected": "EUR"}


async def test_an_order_that_is_not_paid_yet_is_looked_at_again_later(stage):
    assert refused((await target(stage)).draft(order(1, status=OrderStatus.PENDING))) == "status_left_out"


async def test_every_level_of_every_category_becomes_a_tag(stage):
    record = order(
        1,
        lines=(
            line(1, category_paths=(("Lampy", "Stojące", "Białe kule"), ("Wyprzedaż", "Lampy"))),
            line(2, category_paths=(), category="Dom > Kable"),
        ),
    )
    with_tags = drafted((await target(stage, purchase_tags="Kupił")).draft(record))
    without = drafted((await target(stage, category_tags=False)).draft(record))

    assert with_tags.content["tags"] == ["KUPIŁ", "LAMPY", "STOJĄCE", "BIAŁE_KULE", "WYPRZEDAŻ", "DOM", "KABLE"]
    assert without.content["tags"] == []


async def test_the_content_is_the_same_whenever_it_is_made(stage):
    opened = await target(stage)
    first = drafted(opened.draft(order(1)))
    touched = drafted(opened.draft(order(1, updated_at=PLACED + timedelta(days=300))))
    live = drafted((await target(stage, timing=Timing.LIVE)).draft(order(1)))

    assert first.content == touched.content == live.content


async def test_a_cancelled_order_takes_back_a_purchase_that_is_there_and_nothing_else(stage):
    opened = await target(stage)
    draft = drafted(opened.draft(order(1, status=OrderStatus.CANCELLED)))
    there = {"contactExtEventType": "PURCHASE", "externalId": "O1", "id": "e1", "value": Decimal("29.95")}

    never = opened.plan([(draft, Known())])
    taken = opened.plan([(draft, Known(exists=True, target_id="e1", facts={"tags": [], "events": [there]}))])

    assert [(each.outcome, each.reason) for each in never.records] == [(Outcome.SKIPPED, "cancelled_before")]
    assert never.steps == ()
    (record,) = taken.records
    assert record.outcome is Outcome.UPDATED
    assert [item["contactEvent"]["contactExtEventType"] for _, item in taken.steps[-1].body.items] == ["CANCELLATION"]
