"""One order out of WooCommerce's answers.

Amounts of lines, shipping and fees are texts without tax, with the tax beside them; ``subtotal`` is before the coupons,
``total`` after. Names of amounts stay English: they are content of the target, which must not change with the window's
language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.connectors.woocommerce.catalogue import ProductFacts, first_image
from app.connectors.woocommerce.people import email_of_order
from app.connectors.woocommerce.values import (
    Row,
    address_from,
    amount,
    currency_of,
    moment,
    own_fields,
    plain,
    words,
)
from app.core.consent import Consent
from app.core.money import Money, smallest_unit
from app.core.records import Adjustment, Discount, Order, OrderLine, OrderStatus, Reversal

# Slugs of plug-ins are not among them: nothing is claimed of such an order but that somebody has to look.
STATUS_BY_SLUG: Mapping[str, OrderStatus] = {
    "pending": OrderStatus.PENDING,
    "checkout-draft": OrderStatus.PENDING,
    "processing": OrderStatus.PROCESSING,
    "on-hold": OrderStatus.ON_HOLD,
    "completed": OrderStatus.COMPLETED,
    "cancelled": OrderStatus.CANCELLED,
    "refunded": OrderStatus.REFUNDED,
    "failed": OrderStatus.FAILED,
}
_MAY_BE_REFUNDED = frozenset({OrderStatus.COMPLETED, OrderStatus.PROCESSING})
_UNIT_DECIMALS = Decimal("0.00000001")
_LANGUAGE = "wpml_language"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all orders of a page share; by order id where it belongs to one."""

    products: Mapping[str, ProductFacts]
    consents: Mapping[str, Consent]
    refunds: Mapping[str, Sequence[Row]]


def order_from(row: Row, around: Surroundings) -> Order:
    """Raises ValueError and its like for an order that cannot be read."""
    currency, order_id = currency_of(row), words(row["id"])
    created_at = moment(row, "date_created")
    if created_at is None:
        raise ValueError("date_created_gmt is empty")
    billing = address_from(row.get("billing"))
    total = Money.of(amount(row["total"]), currency)
    rates = {each.get("rate_id"): amount(each.get("rate_percent")) for each in _rows(row, "tax_lines")}
    lines = tuple(_line(item, currency, around.products, rates) for item in _rows(row, "line_items"))
    shipping = Money(_sum(row, "shipping_total", "shipping_tax"), currency)
    discounts, adjustments = _reductions(row, lines, shipping, total)
    refunded = Money(-sum((amount(each.get("total")) for each in _rows(row, "refunds")), Decimal(0)), currency)
    return Order(
        id=order_id,
        number=words(row.get("number")) or order_id,
        email=email_of_order(row),
        status=_status(row, total, refunded),
        source_status=words(row.get("status")),
        created_at=created_at,
        updated_at=moment(row, "date_modified"),
        total=total,
        customer_id=words(row.get("customer_id")) if row.get("customer_id") else "",
        is_guest=not row.get("customer_id"),
        first_name=billing.first_name if billing else "",
        last_name=billing.last_name if billing else "",
        company=billing.company if billing else "",
        phone=billing.phone if billing else "",
        shipping=shipping,
        tax=Money(amount(row.get("total_tax")), currency),
        refunded=refunded or None,
        reversals=tuple(_reversals(around.refunds.get(order_id, ()), currency)),
        discounts=discounts,
        adjustments=adjustments,
        lines=lines,
        shipping_method=", ".join(plain(each.get("method_title")) for each in _rows(row, "shipping_lines")),
        payment_method=plain(row.get("payment_method_title")) or words(row.get("payment_method")),
        billing=billing,
        delivery=address_from(row.get("shipping")),
        accepts_marketing=around.consents.get(order_id, Consent()),
        note=words(row.get("customer_note")),
        language=own_fields(row).get(_LANGUAGE, ""),
        custom=own_fields(row),
        raw=row,
    )


def _rows(row: Row, name: str) -> Sequence[Row]:
    found = row.get(name)
    return found if isinstance(found, list) else []


def _sum(row: Row, *names: str) -> Decimal:
    return sum((amount(row.get(name)) for name in names), Decimal(0))


def _status(row: Row, total: Money, refunded: Money) -> OrderStatus:
    status = STATUS_BY_SLUG.get(words(row.get("status")), OrderStatus.ON_HOLD)
    if not refunded or status not in _MAY_BE_REFUNDED:
        return status
    return OrderStatus.PARTIALLY_REFUNDED if (total - refunded).amount > 0 else OrderStatus.REFUNDED


def _line(item: Row, currency: str, products: Mapping[str, ProductFacts], rates: Mapping[object, Decimal]) -> OrderLine:
    """At its price before coupons; a SKU is empty where the product is gone, because the shop looks it up anew."""
    product_id = words(item.get("product_id")) if item.get("product_id") else ""
    facts = products.get(product_id, ProductFacts())
    quantity = amount(item["quantity"])
    gross = _sum(item, "subtotal", "subtotal_tax")
    return OrderLine(
        id=words(item["id"]),
        name=plain(item.get("name")),
        quantity=quantity,
        unit_price=Money(_each(gross, quantity), currency),
        product_id=product_id,
        variant_id=words(item.get("variation_id")) if item.get("variation_id") else "",
        sku=words(item.get("sku")),
        ean=words(item.get("global_unique_id")) or facts.ean,
        category=facts.category,
        category_paths=facts.category_paths,
        url=facts.url,
        image_url=first_image(item.get("image")) or facts.image_url,
        tax_percent=_percent(item, rates),
    )


def _each(gross: Decimal, quantity: Decimal) -> Decimal:
    """A third of a cent is no rounding to be lost: lines times quantity must meet the order's total again."""
    if not quantity:
        return gross
    whole = (gross / quantity).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return whole if whole * quantity == gross else (gross / quantity).quantize(_UNIT_DECIMALS, ROUND_HALF_UP)


def _percent(item: Row, rates: Mapping[object, Decimal]) -> Decimal | None:
    """By the rates of the order; those of a line are named by their ids. None where one is not told."""
    named = [each.get("id") for each in _rows(item, "taxes") if each.get("total") not in {None, ""}]
    if not named and not amount(item.get("subtotal_tax")):
        return Decimal(0)
    return sum((rates[each] for each in named), Decimal(0)) if named and rates.keys() >= set(named) else None


# What lies between the parts and the total ---------------------------------------------------------------------------


def _reductions(
    row: Row, lines: Sequence[OrderLine], shipping: Money, total: Money
) -> tuple[tuple[Discount, ...], tuple[Adjustment, ...]]:
    """Discounts are what the lines cost less than before; fees stand by themselves; each amount is rounded by itself,
    so that a cent for each may stay over."""
    currency = total.currency
    items, fees = _rows(row, "line_items"), _rows(row, "fee_lines")
    before = sum((_sum(each, "subtotal", "subtotal_tax") for each in items), Decimal(0))
    after = sum((_sum(each, "total", "total_tax") for each in items), Decimal(0))
    named = [Adjustment(name=plain(each.get("name")) or "Fee", amount=_money(each, currency)) for each in fees]
    adjustments = [each for each in named if each.amount]
    discounts = _discounts(row, before - after, currency)
    if after > before:
        adjustments.append(Adjustment(name="Price changed by hand", amount=Money(after - before, currency)))
    charged = sum((each.amount.amount for each in adjustments), Decimal(0))
    taken = sum((each.amount.amount for each in discounts), Decimal(0))
    goods = sum((line.total.amount for line in lines), Decimal(0))
    left = total.amount - (goods + shipping.amount + charged - taken)
    if abs(left) > smallest_unit(currency) * (len(items) + len(fees) + 1):
        return discounts, tuple(adjustments)
    left = left.quantize(smallest_unit(currency), ROUND_HALF_UP)
    if left:
        adjustments.append(Adjustment(name="Rounding", amount=Money(left, currency)))
    return discounts, tuple(adjustments)


def _money(row: Row, currency: str) -> Money:
    return Money(_sum(row, "total", "total_tax"), currency)


def _discounts(row: Row, taken: Decimal, currency: str) -> tuple[Discount, ...]:
    """By coupon, the last one taking what its tax is off by a cent; all of it under one name where the coupons do not
    explain it."""
    if taken <= 0:
        return ()
    coupons = [(plain(each.get("code")) or "Coupon", _sum(each, "discount", "discount_tax")) for each in _coupons(row)]
    difference = taken - sum((value for _, value in coupons), Decimal(0))
    if not coupons or abs(difference) > smallest_unit(currency) * (len(_rows(row, "line_items")) + len(coupons)):
        name = ", ".join(code for code, _ in coupons) or "Discount"
        return (Discount(name=name, amount=Money(taken, currency)),)
    code, value = coupons.pop()
    coupons.append((code, value + difference))
    return tuple(Discount(name=name, amount=Money(value, currency)) for name, value in coupons if value)


def _coupons(row: Row) -> Sequence[Row]:
    return [each for each in _rows(row, "coupon_lines") if _sum(each, "discount", "discount_tax")]


def _reversals(refunds: Sequence[Row], currency: str) -> list[Reversal]:
    """``amount`` is positive here, unlike in the order's own list; a refund of nothing is possible."""
    found = []
    for row in refunds:
        at, value = moment(row, "date_created"), amount(row.get("amount"))
        if at is not None and value:
            reversal = Reversal(
                id=words(row["id"]), amount=Money(value, currency), at=at, reason=words(row.get("reason"))
            )
            found.append(reversal)
    return sorted(found, key=lambda each: (each.at, each.id))
