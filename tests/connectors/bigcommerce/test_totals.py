"""Lines, shipping and discounts come to the total, to the cent, however the shop counts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.bigcommerce.totals import Amounts, reductions_of, shipping_of
from app.core.money import Money


def _eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


def _amounts(lines: str, charges: str, total: str) -> Amounts:
    return Amounts(_eur(lines), _eur(charges), _eur(total))


def _names_and_sums(discounts):
    return [(each.name, str(each.amount)) for each in discounts]


def _discounts(order, items, amounts):
    return reductions_of(order, items, amounts).discounts


def _coupon(code: str, amount: str):
    return {"id": "coupon", "amount": amount, "name": code, "code": code, "target": "order"}


_MANUAL = {"id": "manual-discount", "amount": "1.5000", "name": "Manual Discount", "code": None, "target": "order"}


def test_no_discount():
    assert _discounts({}, [{}], _amounts("20", "4.90", "24.90")) == ()


def test_coupons_by_their_codes_and_manual_discounts_by_their_name():
    order = {"coupon_discount": "3.0000", "discount_amount": "1.5000"}
    items = [
        {"applied_discounts": [_coupon("HERBST", "1.0000"), _MANUAL]},
        {"applied_discounts": [_coupon("HERBST", "0.5000"), _coupon("NEU", "1.5000")]},
    ]
    found = _discounts(order, items, _amounts("20", "4.90", "20.40"))
    assert _names_and_sums(found) == [("HERBST", "1.50 EUR"), ("NEU", "1.50 EUR"), ("Manual Discount", "1.50 EUR")]


def test_coupons_whose_shares_do_not_add_up_come_as_one():
    order = {"coupon_discount": "3.0000"}
    items = [{"applied_discounts": [_coupon("A", "1.0000"), _coupon("B", "1.0000")]}]
    assert _names_and_sums(_discounts(order, items, _amounts("20", "0", "17"))) == [("A, B", "3.00 EUR")]


def test_discounts_without_tax_are_raised_to_what_was_taken_off():
    """19 % tax: ten net are 11.90 gross."""
    order = {"coupon_discount": "10.0000", "total_ex_tax": "90.0000", "total_tax": "17.1000"}
    found = _discounts(order, [{}], _amounts("119.00", "0", "107.10"))
    assert _names_and_sums(found) == [("Coupon", "11.90 EUR")]


def test_the_lines_own_discounted_totals_show_the_tax_as_well():
    order = {"discount_amount": "10.0000", "total_ex_tax": "0", "total_tax": "0"}
    items = [{"total_inc_tax": "107.0000", "discounted_total_inc_tax": "96.3000"}]
    assert _names_and_sums(_discounts(order, items, _amounts("107.00", "0", "96.30"))) == [("Discount", "10.70 EUR")]


@pytest.mark.parametrize("total", ["15.00", "20.00"])
def test_gift_certificates_count_only_where_the_total_is_without_them(total):
    order = {"gift_certificate_amount": "3.0000", "store_credit_amount": "2.0000"}
    found = _discounts(order, [{}], _amounts("20.00", "0", total))
    expected = [("Gift certificate", "3.00 EUR"), ("Store credit", "2.00 EUR")] if total == "15.00" else []
    assert _names_and_sums(found) == expected


@pytest.mark.parametrize(
    ("order", "total", "rounding"),
    [({}, "20.00", "-0.02 EUR"), ({}, "20.04", "0.02 EUR"), ({"discount_amount": "5.0000"}, "15.03", "0.01 EUR")],
)
def test_a_cent_of_rounding_for_each_line_is_named_and_alters_no_discount(order, total, rounding):
    found = reductions_of(order, [{}, {}], _amounts("20.02", "0", total))
    assert _names_and_sums(found.discounts) == ([("Discount", "5.00 EUR")] if order else [])
    assert _names_and_sums(found.adjustments) == [("Rounding", rounding)]


def test_numbers_that_nothing_explains_stay_the_shops_own():
    """The money check then holds the order: better than an amount that we made up."""
    found = reductions_of({"discount_amount": "5.0000"}, [{}], _amounts("50.00", "0", "20.00"))
    assert _names_and_sums(found.discounts) == [("Discount", "5.00 EUR")]
    assert found.adjustments == ()


def test_shipping_holds_everything_paid_beside_the_goods():
    order = {
        "shipping_cost_inc_tax": "4.9000",
        "handling_cost_inc_tax": "1.0000",
        "wrapping_cost_inc_tax": "2.5000",
        "fees": [{"cost_inc_tax": "0.6000"}, {"cost_inc_tax": 1}],
    }
    assert str(shipping_of(order, "EUR")) == "10.00 EUR"
    assert str(shipping_of({"fees": {"url": "…"}}, "EUR")) == "0.00 EUR"


_cents = st.decimals(min_value="0.01", max_value="999.99", places=2)


@given(st.lists(_cents, min_size=1, max_size=4), _cents, st.sampled_from(["0", "7", "19", "25.5"]))
def test_any_discount_with_any_tax_is_met_to_the_cent(discounts, goods, percent):
    """Discounts stated without tax, for shops that enter their prices so."""
    factor = 1 + Decimal(percent) / 100
    net_total = goods * 10
    net_discount = min(sum(discounts), net_total / 2).quantize(Decimal("0.01"))
    gross = (net_total * factor).quantize(Decimal("0.01"))
    total = ((net_total - net_discount) * factor).quantize(Decimal("0.01"))
    order = {
        "discount_amount": str(net_discount),
        "total_ex_tax": str(net_total - net_discount),
        "total_tax": str(total - (net_total - net_discount)),
    }
    amounts = Amounts(Money(gross, "EUR"), _eur("0"), Money(total, "EUR"))
    found = sum((each.amount for each in _discounts(order, [{}], amounts)), _eur("0"))
    assert found.rounded() == amounts.gap.rounded()
