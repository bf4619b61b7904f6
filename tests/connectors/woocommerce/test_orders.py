"""Orders: amounts to the cent, refunds, lines whose product is gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.woocommerce import world_rows as rows
from app.connectors.woocommerce.order_records import Surroundings, order_from
from app.connectors.woocommerce.world_rows import Basket, Item
from app.core.consent import ConsentState
from app.core.money import Money
from app.core.records import Kind, OrderStatus
from app.core.rules import GuestOrders, Rules, refusal_of
from tests.connectors.standard import read_all
from tests.connectors.woocommerce.conftest import guest, mug

_NOTHING = Surroundings(products={}, consents={}, refunds={})
_DATED = {"date_created": "2026-05-01T10:00:00", "date_created_gmt": "2026-05-01T08:00:00"}


def _order(basket: Basket, **changes):
    return order_from({**rows.order(1, basket, "EUR"), **_DATED, **changes}, _NOTHING)


async def _read(shop):
    async with shop() as account:
        return await read_all(account.source(), Kind.ORDERS)


async def test_an_order_with_every_part_meets_its_total(shop, world, clock):
    basket = Basket(
        items=[
            mug(quantity=3, off=Decimal("3.00"), name="Tee &amp; Becher"),
            mug(net=Decimal("7.99"), tax_class="reduced-rate"),
        ],
        shipping=Decimal("4.12"),
        fees={"Geschenkverpackung": Decimal("2.10"), "Treue": Decimal("-1.00")},
        coupon="zehn",
    )
    world.add_order(basket, guest=guest("vera@example.com"), customer_note="Bitte 🔔")
    (order,) = await _read(shop)
    assert order.lines[0].unit_price == Money.of("11.90", "EUR")
    assert order.lines[0].name == "Tee & Becher"
    assert [each.tax_percent for each in order.lines] == [Decimal(19), Decimal(7)]
    assert order.shipping == Money.of("4.90", "EUR")
    assert [(each.name, str(each.amount)) for each in order.discounts] == [("zehn", "3.57 EUR")]
    assert [(each.name, str(each.amount)) for each in order.adjustments[:2]] == [
        ("Geschenkverpackung", "2.50 EUR"),
        ("Treue", "-1.19 EUR"),
    ]
    assert order.parts_total.rounded() == order.total
    assert order.created_at == clock.now
    assert order.created_at.hour == clock.now.hour + 2
    assert (order.note, order.shipping_method, order.payment_method) == ("Bitte 🔔", "DHL", "Überweisung")


@given(
    st.lists(
        st.tuples(
            st.decimals("0.01", "900", places=2),
            st.integers(1, 12),
            st.integers(0, 90),
            st.sampled_from(["", "reduced-rate"]),
        ),
        min_size=1,
        max_size=6,
    ),
    st.one_of(st.none(), st.decimals("0", "20", places=2)),
    st.booleans(),
)
def test_any_basket_meets_its_total_to_the_cent(items, shipping, has_coupon):
    basket = Basket(
        items=[
            Item(net=net, quantity=quantity, off=(net * percent / 100).quantize(Decimal("0.01")), tax_class=tax_class)
            for net, quantity, percent, tax_class in items
        ],
        shipping=shipping,
        fees={"Gebühr": Decimal("1.50")},
        coupon="herbst" if has_coupon else "",
    )
    order = _order(basket)
    assert refusal_of(order, Rules(GuestOrders.SEND)) is None or not order.email
    assert order.parts_total.rounded() == order.total
    assert all(each.amount.amount > 0 for each in order.discounts)


def test_a_rate_that_the_order_does_not_name_is_not_guessed():
    order = _order(Basket(items=[mug()]), tax_lines=[])
    assert order.lines[0].tax_percent is None


def test_a_difference_that_is_no_rounding_is_held_and_not_explained_away():
    order = _order(Basket(items=[mug()]), total="20.00", billing=rows.address("billing", {"email": "a@example.com"}))
    refusal = refusal_of(order, Rules(GuestOrders.SEND))
    assert refusal is not None
    assert refusal.reason == "money_mismatch"
    assert order.adjustments == ()


def test_a_cent_that_rounding_leaves_stands_as_such():
    """Facts 11: a shop may round tax on the whole."""
    order = _order(Basket(items=[mug()]), total="11.91")
    assert [(each.name, str(each.amount)) for each in order.adjustments] == [("Rounding", "0.01 EUR")]


def test_a_price_raised_by_hand_is_named():
    row = rows.order(1, Basket(items=[mug()]), "EUR")
    row["line_items"][0] |= {"total": "12.00", "total_tax": "2.28"}
    order = order_from({**row, **_DATED, "total": "14.28"}, _NOTHING)
    assert [(each.name, str(each.amount)) for each in order.adjustments] == [("Price changed by hand", "2.38 EUR")]


def test_a_reduction_without_a_coupon_is_a_discount():
    order = _order(Basket(items=[mug(off=Decimal("1.00"))]))
    assert [(each.name, str(each.amount)) for each in order.discounts] == [("Discount", "1.19 EUR")]


async def test_each_order_counts_in_its_own_currency_and_one_without_is_told_alone(shop, world):
    world.add_order([mug()], guest=guest("a@example.com"), currency="PLN")
    world.add_order([mug()], guest=guest("b@example.com"), currency="")
    zloty, unknown = await _read(shop)
    assert zloty.total.currency == "PLN"
    assert unknown.reason == "currency_missing"


# Refunds --------------------------------------------------------------------------------------------------------------


async def test_a_partial_refund_keeps_the_total_and_is_itemised(shop, world, clock):
    """Facts 12: the order's own list is negative, the refund's amount positive."""
    order_id = world.add_order([mug(quantity=2)], guest=guest("a@example.com"), status="completed")
    clock.pass_by(days=2)
    refund_id = world.refund(order_id, "10.00", "Größe passt nicht 😕")
    world.refund(order_id, "0.00")
    (order,) = await _read(shop)
    assert (order.total, order.refunded) == (Money.of("23.80", "EUR"), Money.of("10.00", "EUR"))
    assert order.status is OrderStatus.PARTIALLY_REFUNDED
    (reversal,) = order.reversals
    assert (reversal.id, reversal.amount, reversal.at) == (str(refund_id), Money.of("10.00", "EUR"), clock.now)
    assert reversal.reason == "Größe passt nicht 😕"


async def test_a_whole_refund_changes_the_status_and_a_sync_sees_it(shop, world, clock):
    order_id = world.add_order([mug()], guest=guest("a@example.com"), status="completed")
    since = clock.pass_by(days=2)
    world.refund(order_id, "11.90")
    async with shop() as account:
        (order,) = await read_all(account.source(), Kind.ORDERS, since=since, until=since + timedelta(hours=1))
    assert (order.status, order.source_status) == (OrderStatus.REFUNDED, "refunded")
    assert order.refunded == order.total


async def test_a_refund_that_vanished_meanwhile_breaks_nothing(shop, world):
    order_id = world.add_order([mug()], guest=guest("a@example.com"))
    world.refund(order_id, "5.00")
    async with shop() as account:
        account.simulator.fail(status=404, path="/refunds", body='{"code": "woocommerce_rest_shop_order_invalid_id"}')
        (order,) = await read_all(account.source(), Kind.ORDERS)
    assert order.refunded == Money.of("5.00", "EUR")
    assert order.reversals == ()


# Lines and products ---------------------------------------------------------------------------------------------------


async def test_a_line_knows_its_product_of_today(shop, world):
    parent = world.add_category("Geschirr &amp; Co")
    inner = world.add_category("Becher", parent)
    product_id = world.add_product(
        "Becher",
        "10.00",
        sku="BG-1",
        category_ids=(inner, parent),
        global_unique_id="4000",
        images=[{"id": 1, "src": "https://shop.example/b.jpg"}],
    )
    world.add_order([mug(product_id=product_id)], guest=guest("a@example.com"))
    (line,) = (await _read(shop))[0].lines
    assert (line.sku, line.ean, line.product_id) == ("BG-1", "4000", str(product_id))
    assert line.category == "Geschirr & Co > Becher"
    assert line.category_paths == (("Geschirr & Co", "Becher"), ("Geschirr & Co",))
    assert line.image_url.endswith("b.jpg")
    assert line.url.startswith("https://shop.example/product/")


async def test_a_line_of_a_deleted_product_keeps_its_name_and_price(shop, world):
    """Facts 14: product 0 and no SKU, because that is looked up anew."""
    product_id = world.add_product("Becher", "10.00", sku="BG-1")
    world.add_order([mug(product_id=product_id)], guest=guest("a@example.com"))
    world.delete_product(product_id)
    (line,) = (await _read(shop))[0].lines
    assert (line.name, line.product_id, line.sku, line.unit_price) == ("Becher", "", "", Money.of("11.90", "EUR"))


async def test_a_line_of_a_variation_has_its_own_number(shop, world):
    product_id = world.add_product("T-Shirt", "10.00", type="variable", sku="T")
    variation_id = world.add_variation(product_id, {"Größe": "M"}, "10.00", sku="T-M")
    world.add_order([mug(product_id=product_id, variation_id=variation_id)], guest=guest("a@example.com"))
    (line,) = (await _read(shop))[0].lines
    assert (line.product_id, line.variant_id, line.sku) == (str(product_id), str(variation_id), "T-M")


# Status and people ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "status"),
    [
        ("pending", OrderStatus.PENDING),
        ("processing", OrderStatus.PROCESSING),
        ("on-hold", OrderStatus.ON_HOLD),
        ("completed", OrderStatus.COMPLETED),
        ("cancelled", OrderStatus.CANCELLED),
        ("failed", OrderStatus.FAILED),
        ("verpackt", OrderStatus.ON_HOLD),
    ],
)
def test_every_status_has_a_meaning_and_those_of_plug_ins_claim_nothing(slug, status):
    order = _order(Basket(items=[mug()]), status=slug)
    assert (order.status, order.source_status) == (status, slug)


async def test_unfinished_checkouts_are_left_out_with_a_reason(shop, world):
    world.add_order([mug()], guest=guest("a@example.com"), status="checkout-draft")
    async with shop() as account:
        (order,) = await read_all(account.source(), Kind.ORDERS)
        refusal = account.source().screen(order)
    assert refusal is not None
    assert refusal.reason == "unfinished_checkout"


async def test_an_order_number_of_a_plug_in_is_kept_beside_the_id(shop, world):
    order_id = world.add_order([mug()], guest=guest("a@example.com"), number="2026/RE-007")
    (order,) = await _read(shop)
    assert (order.id, order.number) == (str(order_id), "2026/RE-007")


async def test_an_old_tick_counts_by_what_the_account_says_today(shop, world):
    left = world.add_customer("vera@example.com", consent="no")
    stayed = world.add_customer("otto@example.com", consent="yes")
    silent = world.add_customer("ida@example.com")
    for customer_id in (left, stayed, silent):
        world.add_order([mug()], customer_id=customer_id, consent="yes")
    world.add_order([mug()], customer_id=stayed)
    orders = await _read(shop)
    states = [each.accepts_marketing.state for each in orders]
    assert states == [ConsentState.NO, ConsentState.YES, ConsentState.YES, ConsentState.ABSENT]


async def test_an_order_without_a_date_fails_alone(shop, world):
    bad = world.add_order([mug()], guest=guest("a@example.com"), number="1")
    good = world.add_order([mug()], guest=guest("b@example.com"), number="2")
    world.orders[bad]["date_created_gmt"] = None
    async with shop() as account:
        source = account.source()
        found = [record async for page in source.fetch(Kind.ORDERS, [str(bad), str(good)]) for record in page.records]
    assert [getattr(each, "reason", "") for each in found] == ["unreadable", ""]


async def test_times_of_both_clock_changes_are_those_of_the_shop(shop, world):
    for hour in (0, 1):
        world.add_order([mug()], guest=guest(f"a{hour}@example.com"), at=datetime(2026, 10, 25, hour, 30, tzinfo=UTC))
    first, second = await _read(shop)
    assert second.created_at - first.created_at == timedelta(hours=1)
    assert (first.created_at.hour, second.created_at.hour) == (2, 2)
    assert first.created_at.utcoffset() != second.created_at.utcoffset()
