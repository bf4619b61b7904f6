"""Money in both units: never a factor of 100, never a lost penny."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.connectors.activecampaign.amounts import LARGEST_INT, cents, major_units, net_of
from app.connectors.activecampaign.lines import basket_of
from app.connectors.activecampaign.orders import graphql_order, rest_order
from app.core.money import Money
from app.sdk.target import Mappings
from tests.connectors.activecampaign.records import drafted, line, order

pennies = st.integers(min_value=0, max_value=LARGEST_INT)


def pounds(amount):
    return Money(Decimal(amount) / 100, "GBP")


@given(pennies)
def test_the_two_units_say_the_same(amount):
    assert cents(pounds(amount)) == amount
    assert major_units(pounds(amount)) * 100 == amount


@given(pennies, st.data())
def test_a_refund_lowers_both_ways_by_exactly_its_sum(total, data):
    refund = data.draw(st.integers(min_value=0, max_value=total))
    record = order(total=pounds(total), refunded=pounds(refund), shipping=None, tax=None)

    by_graphql = drafted(graphql_order(record, Mappings()))
    by_rest = drafted(rest_order(record, Mappings()))

    assert by_graphql.content["finalAmount"] == pounds(total - refund).amount
    assert by_rest.content["totalPrice"] == total - refund
    assert by_graphql.amount == by_rest.amount == net_of(pounds(total), pounds(refund))
    assert isinstance(by_rest.content["totalPrice"], int)
    assert isinstance(by_graphql.content["finalAmount"], Decimal)


@given(
    st.lists(
        st.tuples(
            st.integers(-50, 50), st.sampled_from(["1", "1.5", "0.25", "0", "-1"]), st.integers(-10_000, 1_000_000)
        ),
        max_size=8,
    )
)
def test_regrouped_lines_keep_their_sum(drawn):
    lines = [
        line(place, quantity=Decimal(count) * Decimal(part), unit_price=pounds(price))
        for place, (count, part, price) in enumerate(drawn)
    ]
    basket = basket_of(lines, (), Mappings())

    kept = sum((each.unit_price.amount * each.quantity for each in basket.positions), Decimal(0))
    reduced = sum((each.amount.amount for each in basket.discounts), Decimal(0))
    assert kept - reduced == sum((each.total.amount for each in lines), Decimal(0))
    assert all(each.quantity > 0 and not each.unit_price.is_negative() for each in basket.positions)


def test_yen_has_no_decimals_by_graphql_and_two_by_rest():
    """The reference speaks of cents for every currency; the manifest asks for a trial with one order."""
    assert major_units(Money.of("5000", "JPY")) == Decimal(5000)
    assert cents(Money.of("5000", "JPY")) == 500_000
