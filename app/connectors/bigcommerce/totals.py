"""Discounts and rounding of an order, such that all its parts come to what the shopper paid.

Whether a discount includes tax depends on how the shop enters its prices, and whether gift certificates and store
credit lower the total is not documented. The order's own numbers decide: a reading counts only when it meets the total;
where none does, the shop's own words are kept. Names stay English: they are content of the target, which must not
change with the language of the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.connectors.bigcommerce.client import Row
from app.connectors.bigcommerce.values import money, words
from app.core.money import Money, smallest_unit
from app.core.records import Adjustment, Discount


@dataclass(frozen=True, slots=True)
class Amounts:
    """Everything that a total is made of, all including tax, in one currency."""

    lines: Money
    charges: Money
    """Shipping, handling, wrapping and fees."""
    total: Money

    @property
    def gap(self) -> Money:
        """What must have been taken off."""
        return self.lines + self.charges - self.total


def shipping_of(order: Row, currency: str) -> Money:
    """Shipping with handling, gift wrapping and fees: what was paid beside the goods."""
    costs = [order.get(f"{name}_cost_inc_tax") for name in ("shipping", "handling", "wrapping")]
    fees = order.get("fees")
    costs += [each.get("cost_inc_tax") for each in fees] if isinstance(fees, list) else []
    return sum((money(each, currency) for each in costs), Money.zero(currency))


@dataclass(frozen=True, slots=True)
class Reductions:
    """What lies between the parts of an order and its total."""

    discounts: tuple[Discount, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()


def reductions_of(order: Row, items: Sequence[Row], amounts: Amounts) -> Reductions:
    declared = _declared(order, items, amounts.total.currency)
    payments = _means_of_payment(order, amounts.total.currency)
    left = amounts.gap - _sum(payments, amounts.total.currency)
    raised = _with_tax(declared, order, items, amounts.gap)
    raised_beside = _with_tax(declared, order, items, left)
    readings = (declared, (*declared, *payments), raised, (*raised_beside, *payments))
    for found in readings:
        if _meets(found, amounts.gap):
            return Reductions(found)
    for found in readings[:2]:
        if rounding := _rounding(found, amounts, len(items)):
            return Reductions(found, rounding)
    return Reductions(declared)


def _meets(discounts: Sequence[Discount], gap: Money) -> bool:
    return abs((_sum(discounts, gap.currency) - gap).amount) <= smallest_unit(gap.currency) / 2


def _sum(discounts: Sequence[Discount], currency: str) -> Money:
    return sum((each.amount for each in discounts), Money.zero(currency))


def _declared(order: Row, items: Sequence[Row], currency: str) -> tuple[Discount, ...]:
    """``coupon_discount`` by code and ``discount_amount``, as the order states them."""
    coupons = money(order.get("coupon_discount"), currency)
    others = money(order.get("discount_amount"), currency)
    applied = [each for item in items for each in item.get("applied_discounts") or []]
    found = _by_code(applied, coupons)
    if others:
        names = dict.fromkeys(words(each.get("name")) for each in applied if not each.get("code"))
        found = (*found, Discount(name=", ".join(filter(None, names)) or "Discount", amount=others))
    return found


def _by_code(applied: Sequence[Row], coupons: Money) -> tuple[Discount, ...]:
    """One discount for each code where their amounts add up to the order's, else one for all."""
    if not coupons:
        return ()
    zero = Money.zero(coupons.currency)
    amounts: dict[str, Money] = {}
    for each in applied:
        if code := words(each.get("code")):
            amounts[code] = amounts.get(code, zero) + money(each.get("amount"), coupons.currency)
    if sum(amounts.values(), zero) == coupons and all(amounts.values()):
        return tuple(Discount(name=code, amount=amount) for code, amount in amounts.items())
    return (Discount(name=", ".join(amounts) or "Coupon", amount=coupons),)


def _means_of_payment(order: Row, currency: str) -> tuple[Discount, ...]:
    """Gift certificates and store credit, where the shop has taken them off the total already."""
    certificate = money(order.get("gift_certificate_amount"), currency)
    credit = money(order.get("store_credit_amount"), currency)
    pairs = (("Gift certificate", certificate), ("Store credit", credit))
    return tuple(Discount(name=name, amount=amount) for name, amount in pairs if amount)


def _with_tax(declared: Sequence[Discount], order: Row, items: Sequence[Row], gap: Money) -> tuple[Discount, ...]:
    """Discounts stated without tax, raised by the tax that the order's own numbers show."""
    without_tax = _sum(declared, gap.currency)
    if not without_tax or gap.amount <= without_tax.amount:
        return ()
    shown_by_lines = sum(
        (
            money(each.get("total_inc_tax"), gap.currency) - money(each.get("discounted_total_inc_tax"), gap.currency)
            for each in items
        ),
        Money.zero(gap.currency),
    )
    net = money(order.get("total_ex_tax"), gap.currency).amount
    rate = money(order.get("total_tax"), gap.currency).amount / net if net else Decimal(0)
    shown_by_rate = without_tax * (1 + rate)
    tolerance = _cents(gap.currency, len(items) + 2)
    if not any(abs((each - gap).amount) <= tolerance for each in (shown_by_lines, shown_by_rate)):
        return ()
    return _spread(declared, gap, without_tax)


def _rounding(declared: Sequence[Discount], amounts: Amounts, line_count: int) -> tuple[Adjustment, ...]:
    """The shop rounds each line by itself: up to a cent for each line stays over, or is missing."""
    difference = _sum(declared, amounts.total.currency) - amounts.gap
    if abs(difference.amount) > _cents(amounts.total.currency, line_count):
        return ()
    return (Adjustment(name="Rounding", amount=difference),)


def _spread(discounts: Sequence[Discount], total: Money, stated: Money) -> tuple[Discount, ...]:
    """The same discounts in the same proportion, adding up to ``total`` exactly."""
    raised: list[Discount] = []
    left = total
    for each in discounts[:-1]:
        amount = Money(each.amount.amount * total.amount / stated.amount, total.currency).rounded()
        raised.append(Discount(name=each.name, amount=amount))
        left -= amount
    return (*raised, Discount(name=discounts[-1].name, amount=left))


def _cents(currency: str, count: int) -> Decimal:
    return smallest_unit(currency) * count
