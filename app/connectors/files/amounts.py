"""The amounts of one document: lines, shipping, discounts and what else its total holds.

The document's own numbers decide how its columns are meant. What no reading explains stays a difference, for which the
money check holds the order. Names stay English: they are content of the target, which must not change with the
language of the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.connectors.files.cells import Line, first_number
from app.connectors.files.options import CodeRole
from app.core.money import Money, smallest_unit
from app.core.records import Adjustment, Discount

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Position:
    """One row of a document, before its currency is known."""

    line: Line
    role: CodeRole
    quantity: Decimal
    amount: Decimal
    """Quantity times price, exact."""
    price: Decimal

    def negated(self) -> Position:
        return replace(self, quantity=-self.quantity, amount=-self.amount)

    @property
    def is_line(self) -> bool:
        """A discount that raises the total is the reversal of one; it stays a line, so that the money adds up."""
        if self.role is CodeRole.DISCOUNT:
            return self.amount > 0
        return self.role is CodeRole.PRODUCT

    def as_stated(self) -> Position:
        """With the row's own total, where the file has one: after a discount of the line, or rounded as a whole."""
        stated = self.line.number("line_total")
        if stated is None or not self.quantity:
            return self
        amount = abs(stated).copy_sign(self.amount)
        return replace(self, amount=amount, price=amount / self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    positions: Sequence[Position]
    total: Money
    shipping: Money | None
    discounts: tuple[Discount, ...]
    adjustments: tuple[Adjustment, ...] = ()


def amounts_of(lines: Sequence[Line], positions: Sequence[Position], currency: str, sign: int = 1) -> Amounts:
    """``sign`` -1 turns the amounts that stand in columns of the document: those of a credit note."""
    stated = _stated_total(lines, positions, sign)
    computed = _computed(lines, positions, currency, sign)
    if stated is None or not any(each.is_line for each in positions):
        return computed if stated is None else replace(computed, total=Money(stated, currency))
    readings = [computed]
    if any("line_total" in line.columns.places for line in lines):
        readings.append(_computed(lines, [each.as_stated() for each in positions], currency, sign))
    total = Money(stated, currency)
    for reading in readings:
        gap = (total - reading.total).amount
        if (found := _adjustments(reading, gap, lines, currency, sign)) is not None:
            return replace(reading, total=total, adjustments=found)
    return replace(computed, total=total, adjustments=_not_itemised(total - computed.total, lines, computed))


def _computed(lines: Sequence[Line], positions: Sequence[Position], currency: str, sign: int) -> Amounts:
    """What the parts come to."""
    carried = [each.amount for each in positions if each.role is CodeRole.SHIPPING]
    shipping = first_number(lines, "shipping")
    if shipping is not None:
        carried.append(sign * shipping)
    discounts = [
        Discount(name=each.line.text("name") or each.line.text("sku"), amount=Money(-each.amount, currency))
        for each in positions
        if each.role is CodeRole.DISCOUNT and not each.is_line
    ]
    if discount := first_number(lines, "discount"):
        discounts.append(Discount(name="Discount", amount=Money(abs(discount), currency)))
    lowered = sum((each.amount.amount for each in discounts), _ZERO)
    goods = sum((each.amount for each in positions if each.is_line), _ZERO)
    return Amounts(
        positions=positions,
        total=Money(goods + sum(carried, _ZERO) - lowered, currency),
        shipping=Money(sum(carried, _ZERO), currency) if carried else None,
        discounts=tuple(discounts),
    )


def _adjustments(
    reading: Amounts, gap: Decimal, lines: Sequence[Line], currency: str, sign: int
) -> tuple[Adjustment, ...] | None:
    """Nothing, rounding, or the tax on top of net prices; None where none of them explains the gap."""
    tolerance = smallest_unit(currency) * sum(each.is_line for each in reading.positions)
    if abs(gap) <= tolerance:
        return _rounding(gap, currency)
    tax = first_number(lines, "tax")
    if not tax or abs(gap - sign * tax) > tolerance:
        return None
    return (Adjustment(name="Tax", amount=Money(sign * tax, currency)), *_rounding(gap - sign * tax, currency))


def _rounding(gap: Decimal, currency: str) -> tuple[Adjustment, ...]:
    """The shop rounds each line by itself: up to a cent for each line stays over, or is missing."""
    if abs(gap) <= smallest_unit(currency) / 2:
        return ()
    return (Adjustment(name="Rounding", amount=Money(gap, currency)),)


def _not_itemised(gap: Money, lines: Sequence[Line], computed: Amounts) -> tuple[Adjustment, ...]:
    """A file without shipping costs cannot say why more was paid than for the goods."""
    tells_shipping = computed.shipping is not None or any("shipping" in line.columns.places for line in lines)
    return () if tells_shipping or gap.is_negative() else (Adjustment(name="Not itemised", amount=gap),)


def _stated_total(lines: Sequence[Line], positions: Sequence[Position], sign: int) -> Decimal | None:
    """The column of totals, unless it turns out to hold the total of each row; without the rows that are left out."""
    stated = [line.number("total") for line in lines]
    present = [each for each in stated if each is not None]
    if not present:
        return None
    if len(positions) == len(lines) > 1 and len(present) == len(lines):
        holds_row_totals = all(
            abs(a - sign * b.amount) < Decimal("0.01") for a, b in zip(present, positions, strict=True)
        )
        if holds_row_totals:
            return None
    left_out = sum((each.amount for each in positions if each.role is CodeRole.LEAVE_OUT), _ZERO)
    return sign * present[0] - left_out
