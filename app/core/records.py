"""What travels from a source to a target.

A record's ``id`` is the source's own and the key in the ledger. ``raw`` is the vendor's answer, for showing "what came
in"; it stays in memory, takes no part in comparison and is never printed. Every time is aware.

Structs and no dataclasses: a run makes a dozen of them for every order, and these are made nine times as fast. None can
be part of a cycle, so the garbage collector need not visit them. They are hashed as bare values without names, which
takes half the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from app.core.consent import Consent
from app.core.money import Money

Raw = Mapping[str, object]
EMPTY: Mapping[str, str] = {}
_ZERO = Decimal(0)


class Kind(StrEnum):
    """Kinds of record, in the order in which a run sends them."""

    OPT_OUTS = "opt_outs"
    BOUNCES = "bounces"
    CATEGORIES = "categories"
    PRODUCTS = "products"
    STOCK = "stock"
    CONTACTS = "contacts"
    ORDERS = "orders"
    CARTS = "carts"

    @property
    def runs_back(self) -> bool:
        """Opt-outs and bounces run from the target to the source."""
        return self in {Kind.OPT_OUTS, Kind.BOUNCES}


class OrderStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    REFUNDED = "refunded"
    PARTIALLY_REFUNDED = "partially_refunded"
    ON_HOLD = "on_hold"


class OrderEvent(StrEnum):
    """What happened last to an order, where the source tells it: sources that speak of payments rather than states."""

    PAYMENT = "payment"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    PAYMENT_MISSED = "payment_missed"
    REBILL_STOPPED = "rebill_stopped"
    REBILL_RESUMED = "rebill_resumed"
    LAST_PAID_DAY = "last_paid_day"


class Address(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    street: str = ""
    street_2: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    """ISO 3166 alpha-2 where the source knows it, else the source's words."""
    phone: str = ""


class _Told(msgspec.Struct, frozen=True, kw_only=True, eq=False, gc=False, array_like=True):
    """What a source told: compared and shown without the vendor's answer behind it."""

    id: str
    raw: Raw | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Told) and type(self) is type(other) and self._values() == other._values()

    __hash__ = None  # type: ignore[assignment]  # a record may hold mappings

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self._values())
        return f"{type(self).__name__}({values})"

    def _values(self) -> list[tuple[str, object]]:
        return [(name, getattr(self, name)) for name in self.__struct_fields__ if name != "raw"]


class _Record(_Told, frozen=True, kw_only=True, eq=False, gc=False):
    updated_at: datetime | None = None


class Contact(_Record, frozen=True, kw_only=True, eq=False, gc=False):
    email: str
    """Normalised (see :func:`app.core.addresses.normalised_email`); empty where the source has none."""
    consent: Consent = Consent()
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""
    birthday: date | None = None
    language: str = ""
    group: str = ""
    address: Address | None = None
    tags: tuple[str, ...] = ()
    created_at: datetime | None = None
    is_guest: bool = False
    is_subscriber_only: bool = False
    """On the newsletter list of the shop without an account there."""
    delivery: Address | None = None
    custom: Mapping[str, str] = {}


class OrderLine(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    id: str
    name: str
    quantity: Decimal
    unit_price: Money
    """Including tax, as the shopper paid it."""
    product_id: str = ""
    variant_id: str = ""
    sku: str = ""
    ean: str = ""
    category: str = ""
    category_paths: tuple[tuple[str, ...], ...] = ()
    """Paths from the root, each a tuple of names."""
    url: str = ""
    image_url: str = ""
    tax_percent: Decimal | None = None

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity


class Discount(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    name: str
    amount: Money
    """Positive."""
    is_shipping: bool = False


class Reversal(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Money that went back: a refund, or a chargeback by the buyer's bank."""

    id: str
    amount: Money
    """Positive."""
    at: datetime
    is_chargeback: bool = False
    reason: str = ""


class Adjustment(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """What a total holds beside lines, shipping and discounts: a fee, a gift wrapping, tax that the source adds on top
    of its prices, the rounding of a total, or an amount that the source does not itemise."""

    name: str
    amount: Money
    """Including tax; negative where it lowers the total."""


class Order(_Record, frozen=True, kw_only=True, eq=False, gc=False):
    number: str
    email: str
    status: OrderStatus
    created_at: datetime
    total: Money
    """What the shopper paid, including tax and shipping, before refunds."""
    customer_id: str = ""
    """Empty for a guest checkout."""
    is_guest: bool = False
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""
    source_status: str = ""
    """The shop's own word for the status."""
    shipping: Money | None = None
    """Including tax; None where the source cannot tell it."""
    tax: Money | None = None
    """Contained in the other amounts, never added to them."""
    refunded: Money | None = None
    reversals: tuple[Reversal, ...] = ()
    """What ``refunded`` consists of, where the source itemises it."""
    event: OrderEvent | None = None
    discounts: tuple[Discount, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    """Every amount that lines, shipping and discounts leave open, so that all of them together come to the total."""
    lines: tuple[OrderLine, ...] = ()
    shipping_method: str = ""
    payment_method: str = ""
    billing: Address | None = None
    delivery: Address | None = None
    accepts_marketing: Consent = Consent()
    cart_id: str = ""
    url: str = ""
    note: str = ""
    language: str = ""
    pickup_point: str = ""
    custom: Mapping[str, str] = {}
    """The source's own additional values, by names that stay the same."""

    @property
    def is_credit_note(self) -> bool:
        return self.total.is_negative()

    @property
    def discount(self) -> Money:
        return _sum(self.discounts, self.total)

    @property
    def adjustment(self) -> Money:
        return _sum(self.adjustments, self.total)

    @property
    def lines_total(self) -> Money:
        return sum((line.total for line in self.lines), self._nothing)

    @property
    def parts_total(self) -> Money:
        """Lines, shipping and adjustments less discounts: what the total has to be. Raises CurrencyMismatchError."""
        # Every order of every run passes here: plain decimals, four times as fast as sums of Money.
        same, amount = self.total.same, _ZERO
        for line in self.lines:
            amount += same(line.unit_price) * line.quantity
        if self.shipping is not None:
            amount += same(self.shipping)
        for adjustment in self.adjustments:
            amount += same(adjustment.amount)
        for discount in self.discounts:
            amount -= same(discount.amount)
        return Money(amount, self.total.currency)

    @property
    def _nothing(self) -> Money:
        return Money(Decimal(0), self.total.currency)


def _sum(parts: Iterable[Discount | Adjustment], total: Money) -> Money:
    amount = _ZERO
    for part in parts:
        amount += total.same(part.amount)
    return Money(amount, total.currency)


class Variant(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    id: str
    sku: str = ""
    ean: str = ""
    name: str = ""
    price: Money | None = None
    net_price: Money | None = None
    attributes: Mapping[str, str] = {}
    quantity: Decimal | None = None
    image_url: str = ""


class Product(_Record, frozen=True, kw_only=True, eq=False, gc=False):
    name: str
    sku: str = ""
    ean: str = ""
    price: Money | None = None
    """Including tax, as far as the source tells the two apart."""
    net_price: Money | None = None
    description: str = ""
    short_description: str = ""
    url: str = ""
    image_url: str = ""
    brand: str = ""
    product_type: str = ""
    categories: tuple[tuple[str, ...], ...] = ()
    """Paths from the root, each a tuple of names."""
    variants: tuple[Variant, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = {}
    quantity: Decimal | None = None
    is_active: bool = True


class Category(_Record, frozen=True, kw_only=True, eq=False, gc=False):
    name: str
    parent_id: str = ""
    path: tuple[str, ...] = ()


class StockLevel(_Record, frozen=True, kw_only=True, eq=False, gc=False):
    sku: str
    quantity: Decimal
    location: str = ""


class Cart(_Record, frozen=True, kw_only=True, eq=False, gc=False):
    email: str
    total: Money
    abandoned_at: datetime
    customer_id: str = ""
    is_guest: bool = False
    first_name: str = ""
    last_name: str = ""
    lines: tuple[OrderLine, ...] = ()
    url: str = ""


class OptOut(_Record, frozen=True, kw_only=True, eq=False, gc=False):
    email: str
    at: datetime | None = None
    list_name: str = ""
    reason: str = ""


class Bounce(_Record, frozen=True, kw_only=True, eq=False, gc=False):
    email: str
    at: datetime | None = None
    is_hard: bool = True
    reason: str = ""


class Deletion(_Record, frozen=True, kw_only=True, eq=False, gc=False):
    """Something vanished in the source; ``kind`` says what, ``id`` which."""

    kind: Kind


Record = Contact | Order | Product | Category | StockLevel | Cart | OptOut | Bounce | Deletion


class Unreadable(_Told, frozen=True, kw_only=True, eq=False, gc=False):
    """A line or answer that could not become a record. It counts as read and failed; ``where`` says "line 17"."""

    reason: str
    message: str
    where: str = ""
