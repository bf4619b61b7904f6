"""Reading a store's orders. There is no filter by date, so all are read each time and compared by what they hold.

Who wrote the store decides what its amounts mean: some send prices with tax, some without; some take refunds off the
total, some do not. The parts of an order say which, because only one reading of them comes to its total.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.connectors.mailchimp.account import Store
from app.connectors.mailchimp.product_reader import skus_of
from app.connectors.mailchimp.reading import pages
from app.connectors.mailchimp.wire import Row, Wire, cents, moment, number, words
from app.core.addresses import normalised_email
from app.core.money import Money
from app.core.records import (
    Address,
    Adjustment,
    Deletion,
    Discount,
    Kind,
    Order,
    OrderLine,
    OrderStatus,
    Unreadable,
)
from app.sdk.reading import Once
from app.sdk.source import Page, ReadRequest

_FIELDS = (
    "id",
    "customer",
    "financial_status",
    "fulfillment_status",
    "currency_code",
    "order_total",
    "discount_total",
    "tax_total",
    "shipping_total",
    "processed_at_foreign",
    "cancelled_at_foreign",
    "updated_at_foreign",
    "order_url",
    "promos",
    "shipping_address",
    "billing_address",
    "lines",
)
_STATUS = {
    "pending": OrderStatus.PENDING,
    "authorized": OrderStatus.PENDING,
    "partially_paid": OrderStatus.PENDING,
    "on-hold": OrderStatus.ON_HOLD,
    "failed": OrderStatus.FAILED,
    "cancelled": OrderStatus.CANCELLED,
    "voided": OrderStatus.CANCELLED,
    "refunded": OrderStatus.REFUNDED,
    "partially_refunded": OrderStatus.PARTIALLY_REFUNDED,
}
_DELIVERED = {"shipped", "fulfilled"}
_REFUNDED = {OrderStatus.REFUNDED, OrderStatus.PARTIALLY_REFUNDED}
_PRICE_PLACES = Decimal("0.000001")
"""Unit prices may be the quotient of a line; behind that comes what a float has added."""
_HALF_A_CENT = Decimal("0.005")

Skus = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class OrderReader:
    wire: Wire
    store: Once[Store]
    skus: Once[Skus]

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        path = f"ecommerce/stores/{(await self.store.get()).id}/orders"
        skus = await self.skus.get()
        found = pages(self.wire, path, "orders", _FIELDS, {}, cursor=request.cursor, limit=request.limit)
        async for rows, cursor in found:
            yield Page([order_of(row, skus) for row in rows], cursor)

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        path = f"ecommerce/stores/{(await self.store.get()).id}/orders"
        skus = await self.skus.get()
        for order_id in ids:
            row = await self.wire.get_or_none(f"{path}/{order_id}", {"fields": ",".join(_FIELDS)})
            yield Page([Deletion(id=order_id, kind=Kind.ORDERS) if row is None else order_of(row, skus)], "")

    async def count(self, _: ReadRequest) -> int | None:
        return await self.wire.total(f"ecommerce/stores/{(await self.store.get()).id}/orders")

    async def all_ids(self) -> AsyncIterator[Sequence[str]]:
        path = f"ecommerce/stores/{(await self.store.get()).id}/orders"
        async for rows, _cursor in pages(self.wire, path, "orders", ("id",), {}):
            yield [words(row.get("id")) for row in rows]


async def read_skus(wire: Wire, store: Store) -> Skus:
    path = f"ecommerce/stores/{store.id}/products"
    return skus_of([row async for row in wire.rows(path, "products", ("id", "variants.id", "variants.sku"))])


def order_of(row: Row, skus: Skus) -> Order | Unreadable:
    order_id = words(row.get("id"))
    placed_at = moment(row.get("processed_at_foreign"))
    if placed_at is None:
        return Unreadable(id=order_id, reason="unreadable", message="processed_at_foreign", raw=row)
    try:
        return _order(row, order_id, placed_at, skus)
    except ValueError:
        return Unreadable(id=order_id, reason="currency_missing", message="currency_code", raw=row)


def _order(row: Row, order_id: str, placed_at: datetime, skus: Skus) -> Order:
    customer = _object(row.get("customer"))
    billing, delivery = _address(row.get("billing_address")), _address(row.get("shipping_address"))
    sums, status = _Sums(row), _status(row)
    states = (words(row.get("financial_status")), words(row.get("fulfillment_status")))
    return Order(
        id=order_id,
        number=order_id,
        email=normalised_email(words(customer.get("email_address"))),
        status=status,
        created_at=placed_at,
        updated_at=moment(row.get("updated_at_foreign")) or placed_at,
        total=sums.total(status),
        customer_id=words(customer.get("id")),
        first_name=words(customer.get("first_name")),
        last_name=words(customer.get("last_name")),
        company=words(customer.get("company")),
        phone=billing.phone if billing else "",
        source_status=" ".join(filter(None, states)),
        shipping=sums.money(sums.shipping),
        tax=sums.money(sums.tax) if sums.tax else None,
        refunded=sums.refunded(status),
        discounts=tuple(_discounts(row, sums)),
        adjustments=sums.adjustments(status),
        lines=tuple(_lines(row, sums.currency, skus)),
        billing=billing,
        delivery=delivery,
        url=words(row.get("order_url")),
        raw=row,
    )


class _Sums:
    """The amounts of one order, and the reading under which they come to its total."""

    def __init__(self, row: Row) -> None:
        self.currency = words(row.get("currency_code"))
        self.stated = cents(row.get("order_total"))
        self.shipping = cents(row.get("shipping_total"))
        self.discount = cents(row.get("discount_total"))
        self.tax = cents(row.get("tax_total"))
        lines = [each for each in row.get("lines") or () if isinstance(each, Mapping)]
        self.goods = sum((_unit_price(each) * _quantity(each) for each in lines), Decimal(0))
        self.in_lines = cents(sum((number(each.get("discount")) for each in lines), Decimal(0)))
        self._parts = self.goods + self.shipping - self.discount

    def money(self, amount: Decimal) -> Money:
        return Money.of(amount, self.currency)

    def total(self, status: OrderStatus) -> Money:
        """Before refunds."""
        return self.money(self._whole if self._is_reduced(status) else self.stated)

    def refunded(self, status: OrderStatus) -> Money | None:
        if self._is_reduced(status):
            return self.money(self._whole - self.stated)
        return self.money(self.stated) if status is OrderStatus.REFUNDED else None

    def adjustments(self, status: OrderStatus) -> tuple[Adjustment, ...]:
        """Tax on top of prices without it, and discounts that stand in the lines only."""
        found = []
        extra = self._reading or (self.tax, Decimal(0))
        is_open = self._reading is None and not self._is_reduced(status)
        if is_open:
            return ()  # nothing explains the difference: the order is held, and a person looks at it
        if extra[0]:
            found.append(Adjustment(name="Tax", amount=self.money(extra[0])))
        if extra[1]:
            found.append(Adjustment(name="Discounts of lines", amount=self.money(-extra[1])))
        rest = cents(self.goods) - self.goods
        if rest:
            found.append(Adjustment(name="Rounding", amount=self.money(rest)))
        return tuple(found)

    @property
    def _reading(self) -> tuple[Decimal, Decimal] | None:
        """Tax to add and discounts to take off; None where no reading comes to the stated total."""
        nothing = Decimal(0)
        for tax in (self.tax, nothing):
            for in_lines in (nothing, self.in_lines):
                if abs(cents(self._parts) + tax - in_lines - self.stated) < _HALF_A_CENT:
                    return tax, in_lines
        return None

    @property
    def _whole(self) -> Decimal:
        """Where a refund was taken off, the parts tell the total before it; the vendor's own identity adds the tax."""
        return cents(self._parts) + self.tax

    def _is_reduced(self, status: OrderStatus) -> bool:
        return status in _REFUNDED and self._reading is None and self._whole > self.stated


def _status(row: Row) -> OrderStatus:
    word = words(row.get("financial_status")).casefold()
    if words(row.get("cancelled_at_foreign")) and word not in {"refunded", "partially_refunded"}:
        return OrderStatus.CANCELLED
    is_delivered = words(row.get("fulfillment_status")).casefold() in _DELIVERED
    return _STATUS.get(word, OrderStatus.COMPLETED if is_delivered else OrderStatus.PROCESSING)


def _discounts(row: Row, sums: _Sums) -> Iterator[Discount]:
    """By code where the codes explain the whole sum."""
    promos = [each for each in row.get("promos") or () if isinstance(each, Mapping)]
    named = [(words(each.get("code")), cents(each.get("amount_discounted"))) for each in promos]
    if named and sum(amount for _code, amount in named) == sums.discount:
        for code, amount in named:
            yield Discount(name=code, amount=sums.money(amount))
    elif sums.discount:
        codes = ", ".join(code for code, _amount in named)
        yield Discount(name=codes or "Discount", amount=sums.money(sums.discount))


def _lines(row: Row, currency: str, skus: Skus) -> Iterator[OrderLine]:
    for line in row.get("lines") or ():
        product_id, variant_id = words(line.get("product_id")), words(line.get("product_variant_id"))
        title, variant = words(line.get("product_title")), words(line.get("product_variant_title"))
        yield OrderLine(
            id=words(line.get("id")),
            name=title if variant in {"", title} else f"{title}, {variant}",
            quantity=_quantity(line),
            unit_price=Money.of(_unit_price(line), currency),
            product_id=product_id,
            variant_id="" if variant_id == product_id else variant_id,
            sku=skus.get((product_id, variant_id), ""),
            image_url=words(line.get("image_url")),
        )


def _unit_price(line: Row) -> Decimal:
    return number(line.get("price")).quantize(_PRICE_PLACES).normalize() + 0


def _quantity(line: Row) -> Decimal:
    return number(line.get("quantity"))


def _object(value: object) -> Row:
    return value if isinstance(value, Mapping) else {}


def _address(value: object) -> Address | None:
    row = _object(value)
    if not any(words(row.get(name)) for name in ("name", "address1", "city", "postal_code")):
        return None
    first, _space, last = words(row.get("name")).rpartition(" ")
    return Address(
        first_name=first,
        last_name=last,
        company=words(row.get("company")),
        street=words(row.get("address1")),
        street_2=words(row.get("address2")),
        postcode=words(row.get("postal_code")),
        city=words(row.get("city")),
        region=words(row.get("province")) or words(row.get("province_code")),
        country=words(row.get("country_code")) or words(row.get("country")),
        phone=words(row.get("phone")),
    )
