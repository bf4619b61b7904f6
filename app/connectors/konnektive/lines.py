"""An order's amounts as Konnektive counts them: prices of offers that come to what was paid, to the cent.

There is no place for discounts or fees: they are spread over the lines. What cannot be divided by the number of pieces
goes into the shipping of the first line. Whether a price is meant for one piece or for the line is not documented, so a
setting decides, and the total of the answer is compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from app.core.money import Money, smallest_unit
from app.core.records import Order, OrderLine

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PricedLine:
    quantity: int
    price: Decimal
    shipping: Decimal = _ZERO


class UnpricedError(ValueError):
    """The order's amounts cannot be put into prices: a line would cost less than nothing."""


def priced(order: Order, *, tax: Money | None, is_unit_price: bool) -> Sequence[PricedLine]:
    """``tax`` is what goes out apart. Raises UnpricedError."""
    unit = smallest_unit(order.total.currency)
    shipping = order.total.same(order.shipping) if order.shipping is not None else _ZERO
    goods = order.total.amount - shipping - (order.total.same(tax) if tax is not None else _ZERO)
    if goods < 0 or shipping < 0 or not order.lines:
        raise UnpricedError
    shares = spread(goods, [_worth(line) for line in order.lines], unit)
    lines, rest = [], shipping
    for line, share in zip(order.lines, shares, strict=True):
        quantity = _pieces(line)
        price = (share / quantity).quantize(unit, ROUND_DOWN) if is_unit_price else share
        rest += share - (price * quantity if is_unit_price else price)
        lines.append(PricedLine(quantity, price))
    first, *others = lines
    return [PricedLine(first.quantity, first.price, rest), *others]


def spread(amount: Decimal, weights: Sequence[Decimal], unit: Decimal) -> Sequence[Decimal]:
    """The amount in parts by weight, none negative, together exactly the amount; what is left goes to the largest."""
    if any(weight < 0 for weight in weights):
        raise UnpricedError
    whole = sum(weights, _ZERO)
    if not whole:
        return [amount, *(_ZERO for _ in weights[1:])]
    parts = [(amount * weight / whole).quantize(unit, ROUND_DOWN) for weight in weights]
    largest = max(range(len(parts)), key=lambda place: weights[place])
    parts[largest] += amount - sum(parts, _ZERO)
    return parts


def _worth(line: OrderLine) -> Decimal:
    return line.unit_price.amount * line.quantity


def _pieces(line: OrderLine) -> int:
    """Konnektive counts whole pieces; a weight or length is one piece of its own price."""
    whole = line.quantity == line.quantity.to_integral_value() and line.quantity >= 1
    return int(line.quantity) if whole else 1
