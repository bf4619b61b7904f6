"""What an order cost, such that all its parts come to what the shopper paid.

IdoSell states no total. It states the cost of products, delivery, payment and insurance, with tax where the order is
calculated "gross" and without it where it is calculated "net"; the lines have both. Names stay English: they are
content of the target, which must not change with the language of the window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from app.connectors.idosell.values import Row, is_yes, moment, money, part, rows_of, words
from app.core.money import Money, smallest_unit
from app.core.records import Adjustment, Discount, Reversal

_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    total: Money
    shipping: Money
    discounts: tuple[Discount, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class Goods:
    """All lines of an order together."""

    gross: Money
    net: Money
    pieces: Decimal

    @property
    def tolerance(self) -> Decimal:
        """Half a cent for each piece: the shop rounds unit prices, and multiplies them or not."""
        return max(self.pieces, Decimal(1)) * smallest_unit(self.gross.currency) / 2 + smallest_unit(
            self.gross.currency
        )


def goods_of(lines: Sequence[Row], currency: str) -> Goods:
    zero = Money.zero(currency)
    gross = net = zero
    pieces = Decimal(0)
    for line in lines:
        quantity = money(line.get("productQuantity"), currency).amount
        gross += unit_price(line, currency) * quantity
        net += (money(line.get("productOrderPriceNet"), currency) if _is_paid(line) else zero) * quantity
        pieces += quantity
    return Goods(gross, net, pieces)


def unit_price(line: Row, currency: str) -> Money:
    """With tax. What was paid for with loyalty points has cost no money."""
    return money(line.get("productOrderPrice"), currency) if _is_paid(line) else Money.zero(currency)


def _is_paid(line: Row) -> bool:
    return words(line.get("orderSalesMode")).lower() != "points"


def amounts_of(order: Row, lines: Sequence[Row], currency: str) -> Amounts:
    details = part(order, "orderDetails")
    payments = part(details, "payments")
    costs = part(payments, "orderCurrency")
    goods = goods_of(lines, currency)
    stated = money(costs.get("orderProductsCost"), currency)
    is_net = words(payments.get("orderWorthCalculateType")).lower() == "net" and _is_net(stated, goods)
    taxes = part(payments, "orderBaseCurrency") if is_net else {}
    cost = _gross(stated, goods) if is_net else stated
    delivery, payform, insurance = (
        _with_tax(costs.get(f"order{name}Cost"), taxes.get(f"order{name}Vat"), currency)
        for name in ("Delivery", "Payform", "Insurance")
    )
    discounts, rounding = _between(order, goods, cost)
    fees = (("Payment fee", payform), ("Insurance", insurance))
    return Amounts(
        total=(cost + delivery + payform + insurance).rounded(),
        shipping=delivery,
        discounts=discounts,
        adjustments=(*(Adjustment(name=name, amount=amount) for name, amount in fees if amount), *rounding),
    )


def _is_net(stated: Money, goods: Goods) -> bool:
    """Whether the stated cost is without tax is not documented: the lines tell."""
    return abs((stated - goods.net).amount) < abs((stated - goods.gross).amount)


def _gross(stated: Money, goods: Goods) -> Money:
    """A cost without tax, raised by the tax that the lines show together."""
    if not goods.net:
        return stated
    return Money(stated.amount * goods.gross.amount / goods.net.amount, stated.currency).rounded()


def _with_tax(cost: object, percent: object, currency: str) -> Money:
    found = money(cost, currency)
    rate = money(percent, currency).amount
    return (found * (1 + rate / _PERCENT)).rounded() if rate else found


def _between(order: Row, goods: Goods, cost: Money) -> tuple[tuple[Discount, ...], tuple[Adjustment, ...]]:
    """What lies between the lines and the cost of products that the shop states: a discount that it names, or cents.

    A difference that neither explains stays, and the order is held with it.
    """
    gap = goods.gross - cost
    if abs(gap.amount) <= goods.tolerance:
        return (), (Adjustment(name="Rounding", amount=-gap),) if gap else ()
    name = _discount(order, goods, gap)
    return ((Discount(name=name, amount=gap),) if name else ()), ()


def _discount(order: Row, goods: Goods, gap: Money) -> str:
    """Its name where the shop states one that explains the gap; empty otherwise."""
    details = part(order, "orderDetails")
    percent = money(part(details, "payments").get("orderRebatePercent"), gap.currency).amount
    if percent and _meets(goods.gross * (percent / _PERCENT), gap, goods):
        return "Discount"
    code = part(details, "discountCode")
    value = words(code.get("discountCodeValue")).replace(",", ".").rstrip("%").strip()
    if not words(code.get("discountCodeName")) or not value.replace(".", "", 1).isdecimal():
        return ""
    stated = Decimal(value)
    readings = (goods.gross * (stated / _PERCENT), Money(stated, gap.currency))
    return words(code.get("discountCodeName")) if any(_meets(each, gap, goods) for each in readings) else ""


def _meets(discount: Money, gap: Money, goods: Goods) -> bool:
    return gap.amount > 0 and abs((discount - gap).amount) <= goods.tolerance


# Money that went back -------------------------------------------------------------------------------------------------


def reversals_of(order: Row, total: Money, zone: tzinfo) -> tuple[Reversal, ...]:
    """Repayments that were carried out. What only returns an overpayment takes nothing off the order."""
    made = _payments_made(order, total.currency)
    too_much = max((paid_for(order, total.currency) - total).amount, Decimal(0))
    found: list[Reversal] = []
    for each in (row for row in made if words(row.get("paymentType")) == "repayment"):
        amount = abs(money(each.get("paymentValue"), total.currency).amount)
        taken, too_much = max(amount - too_much, Decimal(0)), max(too_much - amount, Decimal(0))
        at = moment(each.get("paymentAddDate"), zone) or moment(_added(order), zone)
        if taken and at is not None:
            number = words(each.get("paymentNumber")) or words(each.get("prepaidId"))
            found.append(Reversal(id=number, amount=Money(taken, total.currency), at=at))
    return tuple(found)


def _added(order: Mapping[str, object]) -> object:
    return part(order, "orderDetails").get("orderAddDate")


def paid_for(order: Row, currency: str) -> Money:
    """What has arrived, before anything went back."""
    made = (each for each in _payments_made(order, currency) if each.get("paymentType") in {"payment", "advance"})
    return sum((money(each.get("paymentValue"), currency) for each in made), Money.zero(currency))


def _payments_made(order: Row, currency: str) -> list[Row]:
    return [
        each
        for each in rows_of(part(order, "orderDetails").get("prepaids"))
        if is_yes(each.get("paymentStatus")) and words(each.get("currencyId")).upper() in {"", currency}
    ]
