"""An order in the register's terms: its lines, its taxes, its payment. Pure.

Everything that was paid stands in a line, as the register works its totals out itself: goods, shipping, discounts, and
whatever else the total holds, each under an article of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from app.connectors.mpluskassa.article_numbers import ALL_PRODUCTS, article_number
from app.connectors.mpluskassa.countries import alpha_2
from app.connectors.mpluskassa.debtors import DebtorTerms
from app.connectors.mpluskassa.target_options import TargetOptions
from app.connectors.mpluskassa.values import LARGEST_NUMBER, MOST_DECIMAL_PLACES, scaled, units
from app.core.money import Money
from app.core.records import Order, OrderLine, OrderStatus
from app.core.rules import Refusal, hold
from app.sdk.plan import Json
from app.sdk.target import Mappings

_PAID = frozenset({OrderStatus.PROCESSING, OrderStatus.COMPLETED})


@dataclass(frozen=True, slots=True)
class _Line:
    article: str
    name: str
    """Empty leaves the article's own words."""
    quantity: Decimal
    price: Money
    """Including tax, in whole cents."""
    tax_percent: Decimal | None = None
    sku: str = ""

    @property
    def total(self) -> Decimal:
        return (self.price * self.quantity).rounded().amount

    def content(self) -> Json:
        number, places = scaled(self.quantity)
        line = {
            "article": self.article,
            "sku": self.sku,
            "text": self.name,
            "quantity": number,
            "places": places,
            "price": units(self.price),
        }
        return line if self.tax_percent is None else {**line, "tax": str(self.tax_percent.normalize())}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerms:
    options: TargetOptions
    mappings: Mappings
    debtors: DebtorTerms
    currency: str

    def external_id(self, order_id: str) -> str:
        """The same order always, another shop's never: an id that was used once cannot be used again, not even after a
        cancellation (developers.mpluskassa.nl, tutorial "Orders")."""
        shop = sha256(self.mappings.source_id.encode()).hexdigest()[:6]
        return f"{self.mappings.source_system or 'shop'}-{shop}-{order_id}"

    def content(self, order: Order) -> Mapping[str, Json] | Refusal:
        if order.total.currency != self.currency:
            return hold("currency_foreign", currency=order.total.currency, register=self.currency)
        lines = self._lines(order)
        if isinstance(lines, Refusal):
            return lines
        method = self._method(order.payment_method)
        place = order.delivery or order.billing
        return {
            "extOrderId": self.external_id(order.id),
            "reference": order.number,
            "at": order.created_at.isoformat(),
            "relation": {} if self.options.default_debtor else dict(self.debtors.of_order(order)),
            "debtor": self.options.default_debtor,
            "days": self.options.payment_terms.get(order.payment_method, ""),
            "country": alpha_2(place.country) if place else "",
            "invoiceAddress": self._address(order, is_delivery=False),
            "deliveryAddress": self._address(order, is_delivery=True),
            "lines": [line.content() for line in lines],
            "total": units(order.total),
            "untaxed": order.tax is not None and not order.tax and bool(order.total),
            "method": method,
            "paid": bool(method) and self.options.book_payments and order.status in _PAID and bool(order.total),
            "fate": fate(order),
        }

    def _method(self, name: str) -> str:
        """The register's payment method for the shop's name."""
        wanted = name.strip().casefold()
        for method, names in self.options.payment_methods.items():
            if wanted and wanted in {each.strip().casefold() for each in names.split(",")}:
                return method
        return self.options.default_payment_method

    def _address(self, order: Order, *, is_delivery: bool) -> Json:
        address = (order.delivery or order.billing) if is_delivery else (order.billing or order.delivery)
        if address is None:
            return {}
        person = f"{address.first_name or order.first_name} {address.last_name or order.last_name}".strip()
        company = address.company
        named = {"name": company, "contact": person, "companyName": company} if company else {"name": person}
        told = {**named, **self.debtors.address(address)}
        return {name: value for name, value in told.items() if value}

    # Lines ------------------------------------------------------------------------------------------------------------

    def _lines(self, order: Order) -> list[_Line] | Refusal:
        if not order.lines:
            return hold("order_without_lines")
        lines: list[_Line] = []
        for line in order.lines:
            made = self._line(line)
            if isinstance(made, Refusal):
                return made
            lines.append(made)
        for article, name, amount, missing in self._others(order):
            if not article:
                return hold(missing, amount=str(amount))
            lines.append(_Line(article, name, Decimal(1), amount.rounded()))
        return self._balanced(order, lines)

    def _line(self, line: OrderLine) -> _Line | Refusal:
        keys = (line.sku, line.variant_id, line.product_id)
        number = article_number(self.mappings, keys, line.sku, otherwise=self._all)
        if isinstance(number, Refusal):
            return number
        if _is_too_fine(line.quantity):
            return hold("quantity_too_fine", sku=line.sku, quantity=str(line.quantity))
        price = line.unit_price.rounded()
        return _Line(number, line.name, line.quantity, price, line.tax_percent, line.sku)

    def _others(self, order: Order) -> Iterator[tuple[str, str, Money, str]]:
        """Article, text, amount, and the reason to hold the order where there is no article for it."""
        if order.shipping:
            yield self._shipping, order.shipping_method, order.shipping, "shipping_article_missing"
        for discount in order.discounts:
            if discount.amount:
                yield self._discount, discount.name, -discount.amount, "discount_article_missing"
        for other in order.adjustments:
            if other.amount:
                yield self._other, other.name, other.amount, "other_article_missing"

    def _balanced(self, order: Order, lines: list[_Line]) -> list[_Line] | Refusal:
        """Prices of a fraction of a cent were rounded: the cents that this moved get a line of their own."""
        rest = order.total.amount - sum((line.total for line in lines), Decimal(0))
        if not rest:
            return lines
        if not self._other:
            return hold("other_article_missing", amount=str(rest))
        rounding = Money(rest, order.total.currency)
        return [*lines, _Line(self._other, "", Decimal(1), rounding)]

    @property
    def _all(self) -> str:
        return self.mappings.products.get(ALL_PRODUCTS, "")

    @property
    def _shipping(self) -> str:
        return self.options.shipping_article or self._all

    @property
    def _discount(self) -> str:
        return self.options.discount_article or self._all

    @property
    def _other(self) -> str:
        return self.options.other_article or self._shipping


def fate(order: Order) -> str:
    """What the order has come to in the shop."""
    if order.status in {OrderStatus.CANCELLED, OrderStatus.FAILED}:
        return "cancelled"
    refunded = order.refunded.amount if order.refunded else Decimal(0)
    if order.status is OrderStatus.REFUNDED or (refunded and refunded >= order.total.amount):
        return "refunded"
    return "partly_refunded" if refunded or order.status is OrderStatus.PARTIALLY_REFUNDED else "sold"


def _is_too_fine(quantity: Decimal) -> bool:
    number, places = scaled(quantity)
    return Decimal(number).scaleb(-places) != quantity or places > MOST_DECIMAL_PLACES or abs(number) > LARGEST_NUMBER
