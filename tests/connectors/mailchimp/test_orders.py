"""Orders: amounts, states, lines, customers, products that the store lacks, and somebody who is faster."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.connectors.mailchimp.lines import NO_LINES
from app.connectors.mailchimp.orders import FINANCIAL_STATUS, order_draft
from app.connectors.mailchimp.practice import AUDIENCE
from app.connectors.mailchimp.wire import store_key, subscriber_hash
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Adjustment, Deletion, Discount, Kind, OrderStatus, Reversal
from app.core.rules import Refusal
from app.sdk.plan import Draft
from app.sdk.simulator import FaultKind
from app.sdk.target import Timing
from tests.connectors.mailchimp.conftest import STORE
from tests.connectors.mailchimp.records import AGREED, PLACED, cart, discounted, line, order, product


def euros(amount: str) -> Money:
    return Money.of(amount, "EUR")


def draft_of(record) -> Draft:
    drafted = order_draft(record)
    assert isinstance(drafted, Draft), drafted
    return drafted


async def sent(stage, *orders, **options):
    return await stage.run({Kind.ORDERS: list(orders)}, **options)


# Amounts --------------------------------------------------------------------------------------------------------------


def test_amounts_are_major_units_with_two_places():
    content = draft_of(order(1)).content
    assert (content["order_total"], content["shipping_total"]) == (Decimal("24.80"), Decimal("4.90"))
    assert str(content["lines"][0]["price"]) == "9.95"


async def test_amounts_go_out_digit_for_digit(stage):
    await sent(stage, order(1, lines=(line(unit_price=euros("93.99")),), total=euros("192.88")))
    (write,) = stage.writes("POST", "/orders")
    assert b'"price":93.99' in write.body
    assert b'"order_total":192.88' in write.body


def test_discounts_fees_and_vouchers_keep_the_parts_at_the_total():
    record = order(
        1,
        lines=(line(), line(2, name="Gutschein", quantity=Decimal(1), unit_price=euros("-5"))),
        discounts=(Discount(name="SOMMER", amount=euros("2")),),
        adjustments=(
            Adjustment(name="Nachnahme", amount=euros("3.50")),
            Adjustment(name="Rundung", amount=euros("-0.30")),
        ),
        total=euros("21"),
    )
    content = draft_of(record).content
    assert content["shipping_total"] == Decimal("8.40")
    assert content["discount_total"] == Decimal("7.30")
    goods = sum(each["price"] * each["quantity"] for each in content["lines"])
    assert goods + content["shipping_total"] - content["discount_total"] == content["order_total"]
    assert [each["code"] for each in content["promos"]] == ["SOMMER", "Rundung", "Gutschein"]


async def test_the_parts_of_every_order_come_to_its_total_at_the_other_end(stage):
    await sent(stage, order(1), discounted(2), order(3, lines=(), total=euros("9.99")))
    assert stage.world.mismatched == 0


def test_half_a_piece_becomes_one_at_the_price_of_the_line():
    content = draft_of(order(1, lines=(line(quantity=Decimal("1.5"), unit_price=euros("10")),))).content
    assert (content["lines"][0]["quantity"], content["lines"][0]["price"]) == (1, Decimal("15.00"))


async def test_an_order_without_lines_gets_one_that_says_so(stage):
    await sent(stage, order(1, lines=(), total=euros("24.80")))
    (only,) = stage.order("5001")["lines"]
    assert (only["product_id"], only["price"]) == (NO_LINES, Decimal("19.90"))


@pytest.mark.parametrize(
    ("refunded", "status", "total"),
    [
        ("4.80", OrderStatus.PARTIALLY_REFUNDED, "20.00"),
        ("24.80", OrderStatus.REFUNDED, "0.00"),
        (None, OrderStatus.REFUNDED, "0.00"),
    ],
)
def test_a_refund_lowers_the_total_by_its_sum(refunded, status, total):
    money = euros(refunded) if refunded else None
    reversals = (Reversal(id="1", amount=money, at=PLACED),) if money else ()
    draft = draft_of(order(1, status=status, refunded=money, reversals=reversals))
    assert str(draft.content["order_total"]) == total
    assert draft.amount == euros(total)
    assert draft.content["financial_status"] == FINANCIAL_STATUS[status]


def test_more_paid_back_than_paid_is_held():
    refusal = order_draft(order(1, refunded=euros("30")))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "money_mismatch"


# States ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", list(OrderStatus))
def test_every_status_has_a_word_at_mailchimp(status):
    assert draft_of(order(1, status=status)).content["financial_status"]


async def test_a_cancellation_reaches_an_order_that_is_there(stage):
    await sent(stage, order(1))
    await stage.sync({Kind.ORDERS: [order(1, status=OrderStatus.CANCELLED)]})
    held = stage.order("5001")
    assert (held["financial_status"], bool(held["cancelled_at_foreign"])) == ("cancelled", True)


@pytest.mark.parametrize("status", [OrderStatus.FAILED, OrderStatus.ON_HOLD])
async def test_a_failed_payment_is_not_sent_as_revenue(stage, status):
    result = await sent(stage, order(1, status=status))
    assert result.balance.total.reasons == {"not_a_sale": 1}
    assert stage.world.orders[STORE] == {}


# Lines and products ---------------------------------------------------------------------------------------------------


async def test_lines_that_vanished_are_deleted_one_by_one(stage):
    await sent(stage, order(1, lines=(line(1), line(2), line(3)), total=euros("64.60")))
    await stage.sync({Kind.ORDERS: [order(1, lines=(line(2), line(4)), total=euros("44.70"))]})
    assert sorted(each["id"] for each in stage.order("5001")["lines"]) == ["L2", "L4"]
    assert len(stage.writes("DELETE", "/lines/")) == 2


async def test_products_that_the_store_lacks_are_made_before_the_order(stage):
    await sent(stage, order(1))
    assert stage.world.products[STORE]["701"]["variants"][0]["sku"] == "B-1"


async def test_a_product_of_the_catalogue_is_used_by_its_sku(stage):
    """The order names no product id; the catalogue knows the SKU under another one."""
    named = order(1, lines=(line(1, product_id="", variant_id=""),))
    await stage.run({Kind.PRODUCTS: [product(1)], Kind.ORDERS: [named]})
    assert stage.order("5001")["lines"][0]["product_id"] == "701"
    assert list(stage.world.products[STORE]) == ["701"]


async def test_a_variant_that_a_product_lacks_is_added_to_it(stage):
    await stage.run({Kind.PRODUCTS: [product(1)]})
    await stage.sync({Kind.ORDERS: [order(1, lines=(line(1, variant_id="v9", sku="NEU"),))]})
    assert [each["id"] for each in stage.world.products[STORE]["701"]["variants"]] == ["701", "v9"]


async def test_a_product_deleted_meanwhile_is_made_again(stage):
    await stage.run({Kind.PRODUCTS: [product(1)]})
    target = stage.target()
    await target.open([Kind.ORDERS], Timing.LIVE)
    stage.world.products[STORE].clear()
    stage.target = lambda *_args, **_options: _opened(target)
    result = await stage.sync({Kind.ORDERS: [order(1)]})
    assert result.balance.total.count(Outcome.CREATED) == 1


def _opened(target):
    async def already(_kinds, _timing):
        """It has been opened before."""

    target.open = already
    return target


# Customers ------------------------------------------------------------------------------------------------------------


async def test_an_order_subscribes_nobody(stage):
    await sent(stage, order(1, accepts_marketing=AGREED))
    assert stage.member("kunde0001@example.com")["status"] == "transactional"
    assert stage.world.fired == []


async def test_an_order_leaves_the_subscription_of_a_member_alone(stage):
    stage.world.add_member(AUDIENCE, "kunde0001@example.com", "subscribed")
    await sent(stage, order(1))
    assert stage.member("kunde0001@example.com")["status"] == "subscribed"


async def test_a_customer_is_known_by_the_hash_of_the_address_and_named_by_it_alone_later(stage):
    await sent(stage, order(1), order(2, email="kunde0001@example.com"))
    first, second = (each.json()["customer"] for each in stage.writes("POST", "/orders"))
    assert first["id"] == subscriber_hash("kunde0001@example.com")
    assert first["opt_in_status"] is False
    assert second == {"id": first["id"]}


async def test_the_address_of_a_customer_is_never_changed(stage):
    """The address changes in the shop: the order keeps its customer, and nobody's address is overwritten."""
    await sent(stage, order(1))
    result = await stage.sync({Kind.ORDERS: [order(1, email="neu@example.com", number="R1b")]})
    assert result.balance.total.count(Outcome.FAILED) == 0
    assert [row["email_address"] for row in stage.world.customers[STORE].values()] == ["kunde0001@example.com"]


@pytest.mark.parametrize("kind", [Kind.ORDERS, Kind.CARTS])
async def test_somebody_whom_the_audience_lacks_is_added_without_a_newsletter_where_that_is_asked_for(stage, kind):
    stage.world.needs_members = True
    result = await stage.run({kind: [order(1) if kind is Kind.ORDERS else cart(1)]})
    assert result.balance.total.count(Outcome.CREATED) == 1
    assert stage.member("kunde0001@example.com")["status"] == "transactional"


def test_numbers_that_break_an_address_or_are_too_long_are_replaced_and_stay_the_same():
    assert store_key("R-1001_a.b") == "R-1001_a.b"
    for odd in ("a/b", "x" * 51, "größe", "..", "a b"):
        assert store_key(odd) == store_key(odd)
        assert len(store_key(odd)) <= 50
        assert "/" not in store_key(odd)
    assert store_key("a/b") != store_key("a/c")


# Doubles and deletions ------------------------------------------------------------------------------------------------


@pytest.mark.proves("mailchimp", "duplicates_answered")
@pytest.mark.parametrize("path", ["/orders", "/products"])
async def test_a_lost_answer_doubles_nothing(stage, path):
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path=path)
    result = await sent(stage, order(1))
    assert result.balance.total.count(Outcome.IN_DOUBT) == 0
    assert result.balance.total.count(Outcome.FAILED) == 0
    assert list(stage.world.orders[STORE]) == ["5001"]


@pytest.mark.proves("mailchimp", "duplicates_answered")
async def test_an_order_that_came_in_by_another_way_is_changed(stage):
    await sent(stage, order(1))
    stage.ledger.entries.clear()
    result = await sent(stage, order(1, total=euros("22.80"), shipping=euros("2.90")))
    assert result.balance.total.count(Outcome.UPDATED) == 1
    assert stage.order("5001")["order_total"] == Decimal("22.8")


@pytest.mark.proves("mailchimp", "deletions")
@pytest.mark.parametrize(("choice", "left"), [("keep", ["5001"]), ("delete", [])])
async def test_an_order_deleted_in_the_shop_stays_unless_chosen_otherwise(stage, choice, left):
    await sent(stage, order(1))
    await stage.sync({Kind.ORDERS: [Deletion(id="5001", kind=Kind.ORDERS)]}, deleted_in_shop=choice)
    assert list(stage.world.orders[STORE]) == left


# Carts ----------------------------------------------------------------------------------------------------------------


async def test_a_cart_that_became_an_order_is_deleted(stage):
    await stage.sync({Kind.CARTS: [cart(1, abandoned_at=stage.account.access.clock())]})
    assert list(stage.world.carts[STORE]) == ["c1"]
    await stage.sync({Kind.ORDERS: [order(1, cart_id="c1")]})
    assert stage.world.carts[STORE] == {}


async def test_a_changed_cart_is_written_anew_without_the_lines_that_are_gone(stage):
    await stage.run({Kind.CARTS: [cart(1, lines=(line(1), line(2)), total=euros("39.80"))]})
    await stage.run({Kind.CARTS: [cart(1, lines=(line(2),))]})
    assert [each["id"] for each in stage.world.carts[STORE]["c1"]["lines"]] == ["L2"]
