"""The lines of an order or cart, fit for ActiveCampaign: whole quantities, no negative prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.money import Money
from app.core.records import Adjustment, Discount, OrderLine
from app.sdk.target import Mappings


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One line as both interfaces take it."""

    line_id: str
    product: str
    name: str
    quantity: int
    unit_price: Money
    """The vendor's plugin and the Deep Data reference send the price of one piece."""
    sku: str
    category: str
    url: str
    image_url: str


@dataclass(frozen=True, slots=True)
class Basket:
    """``is_regrouped``: a quantity such as 1.5 became one piece at the price of the whole line."""

    positions: tuple[Position, ...]
    discounts: tuple[Discount, ...]
    is_regrouped: bool = False


def basket_of(
    lines: Sequence[OrderLine],
    discounts: Sequence[Discount],
    mappings: Mappings,
    adjustments: Sequence[Adjustment] = (),
) -> Basket:
    """A line below zero (a voucher, a return within an order) becomes a discount: prices must not be negative. So does
    an adjustment that lowers the total."""
    lowering = (each for each in adjustments if each.amount.is_negative())
    reductions = [*discounts, *(Discount(name=each.name, amount=-each.amount) for each in lowering)]
    positions, is_regrouped = [], False
    for line in lines:
        if line.total.is_negative():
            reductions.append(Discount(name=line.name, amount=-line.total))
        elif line.quantity:
            is_regrouped = is_regrouped or not _is_whole(line.quantity)
            positions.append(_position(line, mappings))
    return Basket(tuple(positions), tuple(reductions), is_regrouped)


def _position(line: OrderLine, mappings: Mappings) -> Position:
    product = mappings.product_number(line) or line.variant_id or line.product_id or line.sku or line.id
    is_whole = _is_whole(line.quantity)
    return Position(
        line_id=line.id,
        product=product,
        name=line.name or line.sku or product,
        quantity=abs(int(line.quantity)) if is_whole else 1,
        unit_price=_positive(line.unit_price) if is_whole else line.total,
        sku=line.sku,
        category=line.category,
        url=line.url,
        image_url=line.image_url,
    )


def _positive(price: Money) -> Money:
    """Negative price and negative quantity together are an ordinary line."""
    return -price if price.is_negative() else price


def _is_whole(quantity: Decimal) -> bool:
    return quantity == quantity.to_integral_value()
