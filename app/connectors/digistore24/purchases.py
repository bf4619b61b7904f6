"""Purchases as orders: the API's answer, and what pushes have told beside it.

The API's answer is always the ground, so that an order is the same record whether it was pushed or polled. It does not
itemise prices; an order of one item needs none, and pushes tell those of several.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from app.connectors.digistore24.buyers import address_of, pushed_address
from app.connectors.digistore24.newsletter import consent_from
from app.connectors.digistore24.payments import Payment, Transaction, payments_of, transactions_of
from app.connectors.digistore24.pushes import Told
from app.connectors.digistore24.wire import Row
from app.core.addresses import normalised_email
from app.core.money import Money, decimal_from, smallest_unit
from app.core.records import (
    Adjustment,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
    Reversal,
    Unreadable,
)
from app.core.texts import _

_ZERO = Decimal(0)
_MISSED = {"unpaid", "reminding"}
CUSTOM = (
    "affiliate_id",
    "affiliate_name",
    "billing_type",
    "campaignkey",
    "click_id",
    "custom",
    "customer_affiliate_name",
    "monthly_amount",
    "amount_affiliate",
    "amount_fee",
    "amount_vendor",
    "newsletter_choice",
    "order_type",
    "product_delivery_type",
    "refund_days",
    "salesteam_id",
    "salesteam_name",
    "tags",
    "trackingkey",
    "upsell_no",
    "utm_campaign",
    "utm_content",
    "utm_medium",
    "utm_source",
    "utm_term",
    "vat_rate",
    "voucher_code",
)
"""Names that stay the same; values that only a push tells are absent without one."""
_OF_THE_ADDRESS = {"mobile_no": "mobile_no", "tax_id": "tax_id", "title": "title"}


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What happened to a subscription, and when; aware."""

    event: OrderEvent
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is known of a purchase beside its own row."""

    pushes: Sequence[Told] = ()
    changes: Sequence[StatusChange] = ()
    languages: Mapping[str, str] | None = None
    """Product id to language."""
    ignored: frozenset[OrderEvent] = frozenset()
    """Events that leave what was before them standing: those of a subscription that nobody chose."""


def orders_of(purchase: Row, beside: Beside) -> Sequence[Order | Unreadable]:
    """The purchase and each later payment of it."""
    number = str(purchase.get("id") or "")
    try:
        payments = payments_of(purchase, transactions_of(purchase))
        return [_order(purchase, payment, beside) for payment in payments]
    except (ValueError, KeyError, TypeError, AttributeError):
        message = _("An amount, a date or the currency of this order cannot be read.")
        return [Unreadable(id=number, reason="unreadable", message=message, where=number)]


def id_of(number: str, payment: int) -> str:
    return number if payment == 1 else f"{number}-{payment}"


def purchase_id_of(order_id: str) -> str:
    return order_id.partition("-")[0]


def _order(purchase: Row, payment: Payment, beside: Beside) -> Order:
    number, currency = str(purchase["id"]), str(purchase["currency"])
    buyer: Row = purchase.get("buyer") or {}
    event, at = _last_event(purchase, payment, beside)
    total = Money.of(payment.amount if payment.parts else decimal_from(str(purchase.get("amount") or 0)), currency)
    billing, delivery = address_of(buyer), pushed_address(beside.pushes)
    lines, shipping, adjustments = _parts(purchase, payment, total, beside)
    went_back = Money(payment.went_back, total.currency)
    return Order(
        id=id_of(number, payment.number),
        number=id_of(number, payment.number),
        email=normalised_email(str(buyer.get("email") or "") or _first(beside.pushes, "email")),
        status=_status(payment, total),
        created_at=payment.at,
        updated_at=at,
        total=total,
        customer_id=str(buyer.get("id") or ""),
        first_name=str(buyer.get("first_name") or ""),
        last_name=str(buyer.get("last_name") or ""),
        company=str(buyer.get("company") or ""),
        phone=str(buyer.get("phone_no") or ""),
        source_status=str(purchase.get("billing_status") or ""),
        shipping=shipping,
        tax=_tax(purchase, total),
        refunded=went_back if payment.reversals else None,
        reversals=tuple(_reversal(each, total.currency) for each in payment.reversals),
        event=event,
        adjustments=adjustments,
        lines=lines,
        payment_method=payment.parts[0].pay_method if payment.parts else "",
        billing=billing,
        delivery=delivery if delivery is not None and delivery != billing else None,
        accepts_marketing=consent_from(beside.pushes),
        language=_language(purchase, beside),
        custom=_custom(purchase, payment, beside, buyer),
        raw=purchase,
    )


def _status(payment: Payment, total: Money) -> OrderStatus:
    """Paid is paid: a subscription that was stopped later does not undo its first payment."""
    if any(each.event is OrderEvent.CHARGEBACK for each in payment.reversals):
        return OrderStatus.REFUNDED
    if payment.reversals:
        return OrderStatus.REFUNDED if payment.went_back >= total.amount else OrderStatus.PARTIALLY_REFUNDED
    return OrderStatus.COMPLETED if payment.parts else OrderStatus.PENDING


def _last_event(purchase: Row, payment: Payment, beside: Beside) -> tuple[OrderEvent, datetime]:
    """What happened last, and when. What becomes of a subscription belongs to its purchase, not to a later payment."""
    own = [*payment.parts, *payment.reversals]
    told = [(each.at, each.event) for each in own]
    if payment.number == 1:
        told += [(each.at, each.event) for each in beside.changes]
        told += [(each.at, each.event) for each in beside.pushes if each.event is OrderEvent.PAYMENT_MISSED]
    told = [each for each in told if each[1] not in beside.ignored]
    at, event = max(told, key=lambda each: each[0], default=(payment.at, OrderEvent.PAYMENT))
    is_missed = str(purchase.get("billing_status")) in _MISSED and OrderEvent.PAYMENT_MISSED not in beside.ignored
    if payment.number == 1 and is_missed and payment.parts and event is OrderEvent.PAYMENT:
        return OrderEvent.PAYMENT_MISSED, at
    return event, at


def _reversal(each: Transaction, currency: str) -> Reversal:
    return Reversal(
        id=each.id, amount=Money(each.amount, currency), at=each.at, is_chargeback=each.event is OrderEvent.CHARGEBACK
    )


def _tax(purchase: Row, total: Money) -> Money | None:
    """What the purchase names for its own amount; for any other amount by its rate."""
    if purchase.get("vat_amount") not in {None, ""} and decimal_from(str(purchase.get("amount") or 0)) == total.amount:
        return Money.of(str(purchase["vat_amount"]), total.currency)
    rate = purchase.get("vat_rate")
    if rate in {None, ""}:
        return None
    percent = decimal_from(str(rate))
    tax = total.amount * percent / (100 + percent)
    return Money(tax.quantize(smallest_unit(total.currency), ROUND_HALF_UP), total.currency)


def _language(purchase: Row, beside: Beside) -> str:
    """Of the product that was bought first."""
    items = purchase.get("items") or ()
    known = beside.languages or {}
    found = next((known[key] for item in items if (key := str(item.get("product_id"))) in known), "")
    return found or _first(beside.pushes, "product_language")


def _first(pushes: Sequence[Told], name: str) -> str:
    """From the push of the item that was bought first, if there is one: the same whatever comes later."""
    ordered = sorted(pushes, key=lambda each: not each.is_of_main_item)
    return next((each.get(name) for each in ordered if each.get(name)), "")


def _custom(purchase: Row, payment: Payment, beside: Beside, buyer: Row) -> Mapping[str, str]:
    told = {name: _first(beside.pushes, name) for name in CUSTOM}
    told |= {name: _first(beside.pushes, f"address_{field}") for name, field in _OF_THE_ADDRESS.items()}
    told["newsletter_choice"] = next((each.get("newsletter_choice") for each in reversed(beside.pushes)), "")
    own = {
        "billing_type": str(purchase.get("billing_type") or ""),
        "vat_rate": str(purchase.get("vat_rate") or ""),
        "salutation": str(buyer.get("salutation") or ""),
        "title": str(buyer.get("title") or ""),
        "variant_name": _variant(purchase),
        "addon_products": ",".join(_addons(purchase)),
        "payment_no": str(payment.number),
    }
    return {name: value for name, value in sorted({**told, **{k: v for k, v in own.items() if v}}.items()) if value}


def _variant(purchase: Row) -> str:
    return next((str(item["variant_name"]) for item in purchase.get("items") or () if item.get("variant_name")), "")


def _addons(purchase: Row) -> Sequence[str]:
    """Products that were bought beside the first: add-ons and upsells."""
    items = purchase.get("items") or ()
    return [str(item.get("product_id")) for place, item in enumerate(items, 1) if int(item.get("no") or place) > 1]


# Lines ---------------------------------------------------------------------------------------------------------------

_Parts = tuple[tuple[OrderLine, ...], Money | None, tuple[Adjustment, ...]]


def _parts(purchase: Row, payment: Payment, total: Money, beside: Beside) -> _Parts:
    """Lines, shipping and what the vendor does not itemise; together the total."""
    items = list(purchase.get("items") or ())
    if not items:
        return (), None, ()
    worth, shipping = _prices(items, payment, total, beside)
    lines = tuple(_line(item, amount, total.currency) for item, amount in zip(items, worth, strict=True))
    counted = sum((line.total.amount for line in lines), _ZERO) + shipping
    rest = total.amount - counted
    adjustments = (Adjustment(name=_NOT_ITEMISED, amount=Money(rest, total.currency)),) if rest else ()
    return lines, Money(shipping, total.currency) if shipping else None, adjustments


_NOT_ITEMISED = "Not itemised"


def _prices(items: Sequence[Row], payment: Payment, total: Money, beside: Beside) -> tuple[Sequence[Decimal], Decimal]:
    """What each item cost, and shipping apart: from the API where it tells, from pushes, or the total of one item."""
    if len(items) == 1:
        return [total.amount], _ZERO
    told = [decimal_from(str(item["amount"])) for item in items if item.get("amount") not in {None, ""}]
    if len(told) == len(items) and payment.number == 1:
        return told, _ZERO
    by_item = {push.get("order_item_id"): push for push in reversed(beside.pushes) if _is_of(push, payment)}
    pushes = [by_item.get(str(item.get("id"))) for item in items]
    if any(push is None for push in pushes):
        return [_ZERO for _item in items], _ZERO
    amounts = [_amount(push, "product_txn_amount", "product_amount") for push in pushes if push is not None]
    shipping = sum((_amount(push, "product_txn_shipping") for push in pushes if push is not None), _ZERO)
    is_apart = sum(amounts, _ZERO) + shipping == total.amount
    return amounts, shipping if is_apart else _ZERO


def _is_of(push: Told, payment: Payment) -> bool:
    """Whether it tells of this payment: an upsell may have a transaction of its own."""
    return push.event is OrderEvent.PAYMENT and push.get("transaction_id") in {each.id for each in payment.parts}


def _amount(push: Told, *names: str) -> Decimal:
    """Amounts come as ``49`` and as ``49.00``."""
    return next((decimal_from(push.get(name)) for name in names if push.get(name)), _ZERO)


def _line(item: Row, worth: Decimal, currency: str) -> OrderLine:
    pieces = decimal_from(str(item.get("quantity") or 1))
    price = (worth / pieces).quantize(smallest_unit(currency)) if pieces else worth
    return OrderLine(
        id=str(item.get("id") or item.get("no") or ""),
        name=str(item.get("product_name") or ""),
        quantity=pieces,
        unit_price=Money.of(price, currency),
        product_id=str(item.get("product_id") or ""),
        sku=str(item.get("product_id") or ""),
    )
