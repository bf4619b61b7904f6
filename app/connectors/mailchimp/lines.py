"""The lines of an order or cart, fit for Mailchimp: whole quantities, no negative prices, at least one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.connectors.mailchimp.wire import cents, store_key
from app.core.money import Money
from app.core.records import Adjustment, Discount, OrderLine
from app.core.texts import Text, text
from app.sdk.plan import Json

NO_LINES = "ci_without_lines"
"""Stands for the goods of an order that names none: Mailchimp refuses an order without lines."""


@dataclass(frozen=True, slots=True)
class Basket:
    lines: tuple[Json, ...]
    """With title and SKU of the article, which a placeholder needs; they are no part of a line at Mailchimp."""
    discounts: tuple[Discount, ...]
    beside: Money
    """Shipping with whatever else raises the total: there is no other place for a fee."""
    is_regrouped: bool = False
    """A quantity such as 1.5 became one piece at the price of the whole line."""

    @property
    def discount(self) -> Money:
        return sum((each.amount for each in self.discounts), Money.zero(self.beside.currency))

    @property
    def rule(self) -> Text:
        if self.is_regrouped:
            return text("Quantities that are not whole become one piece at the price of the line.")
        return Text("")


def basket_of(
    lines: Sequence[OrderLine],
    total: Money,
    *,
    discounts: Sequence[Discount] = (),
    adjustments: Sequence[Adjustment] = (),
    shipping: Money | None = None,
) -> Basket:
    """A line below zero (a voucher, a return within an order) becomes a discount, and so does an adjustment that lowers
    the total. Raises CurrencyMismatchError."""
    nothing = Money.zero(total.currency)
    reductions = [*discounts, *(Discount(name=each.name, amount=-each.amount) for each in adjustments if _lowers(each))]
    beside = sum((each.amount for each in adjustments if not _lowers(each)), shipping or nothing)
    positions: list[Json] = []
    is_regrouped, used = False, set[str]()
    for place, line in enumerate(lines, 1):
        if line.total.is_negative():
            reductions.append(Discount(name=line.name, amount=-line.total))
        elif line.quantity:
            is_regrouped = is_regrouped or not _is_whole(line.quantity)
            line_id = store_key(line.id) if line.id and store_key(line.id) not in used else f"line{place}"
            used.add(line_id)
            positions.append({"id": line_id, **_position(line)})
    if not positions:
        goods = total - beside + sum((each.amount for each in reductions), nothing)
        positions.append(_nameless(goods))
    return Basket(tuple(positions), tuple(reductions), beside, is_regrouped)


def _lowers(adjustment: Adjustment) -> bool:
    return adjustment.amount.is_negative()


def article_of(line: OrderLine) -> tuple[str, str]:
    """Product and variant as the shop's own numbers name them in the store."""
    product = store_key(line.product_id or line.sku or f"name {line.name}")
    return product, store_key(line.variant_id) if line.variant_id else product


def _position(line: OrderLine) -> Json:
    product, variant = article_of(line)
    is_whole = _is_whole(line.quantity)
    price = line.unit_price if is_whole else line.total
    return {
        "product_id": product,
        "product_variant_id": variant,
        "quantity": abs(int(line.quantity)) if is_whole else 1,
        "price": abs(cents(price.amount)),
        "sku": line.sku,
        "title": line.name or line.sku or product,
        "url": line.url,
        "image_url": line.image_url,
    }


def _nameless(goods: Money) -> Json:
    return {
        "id": "1",
        "product_id": NO_LINES,
        "product_variant_id": NO_LINES,
        "quantity": 1,
        "price": max(cents(goods.amount), Decimal(0)),
        "sku": "",
        "title": "Order without details",
        "url": "",
        "image_url": "",
    }


def _is_whole(quantity: Decimal) -> bool:
    return quantity == quantity.to_integral_value()
