"""Which records an integration sends: one pure decision before anything is mapped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.core.addresses import is_email
from app.core.money import CurrencyMismatchError, Money, smallest_unit
from app.core.outcomes import Outcome
from app.core.records import Cart, Contact, Order, OrderStatus, Record

ERASED_PERSON = "erased_person"


class GuestOrders(StrEnum):
    SKIP = "skip"
    SEND = "send"


class ContactChoice(StrEnum):
    EVERYONE = "everyone"
    ONLY_WITH_CONSENT = "only_with_consent"


def _nobody(_email: str, _number: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Rules:
    guest_orders: GuestOrders = GuestOrders.SKIP
    contacts: ContactChoice = ContactChoice.EVERYONE
    statuses: frozenset[OrderStatus] = frozenset(OrderStatus)
    created_from: datetime | None = None
    """Orders and carts created before this moment stay out; aware."""
    is_erased: Callable[[str, str], bool] = _nobody
    """Whether an address or an order number belongs to somebody who was erased here at their wish."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that is not sent: ``SKIPPED`` by a choice, ``HELD`` until somebody acts, ``FAILED`` as it stands."""

    outcome: Outcome
    reason: str
    details: Mapping[str, str] = field(default_factory=dict)
    """Facts for the log and the list of failures: field, value found. No personal data."""


def skip(reason: str) -> Refusal:
    return Refusal(Outcome.SKIPPED, reason)


def hold(reason: str, **details: str) -> Refusal:
    return Refusal(Outcome.HELD, reason, details)


def refusal_of(record: Record, rules: Rules) -> Refusal | None:
    """Why this record stays out, or None when it may go on to the mapping."""
    if rules.is_erased is not _nobody and _is_of_erased(record, rules):
        return skip(ERASED_PERSON)
    match record:
        case Order():
            return _order_refusal(record, rules)
        case Cart():
            return _cart_refusal(record, rules)
        case Contact():
            return _contact_refusal(record, rules)
        case _:
            return None


def _is_of_erased(record: Record, rules: Rules) -> bool:
    """What only ever lessens mail goes on: an opt-out, a bounce, a deletion."""
    match record:
        case Order():
            return rules.is_erased(record.email, record.number)
        case Contact() | Cart():
            return rules.is_erased(record.email, "")
        case _:
            return False


def _order_refusal(order: Order, rules: Rules) -> Refusal | None:
    if order.is_credit_note:
        return skip("credit_note")
    if order.is_guest and rules.guest_orders is GuestOrders.SKIP:
        return skip("guest_order")
    if order.status not in rules.statuses:
        return skip("status_left_out")
    if rules.created_from and order.created_at < rules.created_from:
        return skip("before_start_date")
    return _email_refusal(order.email) or money_refusal(order)


def money_refusal(order: Order) -> Refusal | None:
    """Held where lines, shipping, adjustments and discounts miss the total by more than half a cent, or where more was
    paid back than paid. An order without lines has nothing to compare."""
    total = order.total
    try:
        if order.refunded is not None and total.same(order.refunded) > total.amount:
            return hold("money_mismatch", refunded=str(order.refunded), total=str(total))
        parts = order.parts_total
    except CurrencyMismatchError:
        return hold("money_mismatch", currencies=", ".join(sorted(_currencies(order))))
    if not order.lines or abs(parts.amount - total.amount) <= smallest_unit(total.currency) / 2:
        return None
    named = {
        "lines": order.lines_total,
        "shipping": order.shipping,
        "other": order.adjustment,
        "discounts": order.discount,
    }
    told = {name: str(amount) for name, amount in named.items() if amount}
    return hold("money_mismatch", difference=str(parts - total), sum=str(parts), total=str(total), **told)


def _currencies(order: Order) -> set[str]:
    parts: tuple[Money | None, ...] = (
        order.total,
        order.shipping,
        order.refunded,
        *(line.unit_price for line in order.lines),
        *(each.amount for each in order.discounts),
        *(each.amount for each in order.adjustments),
    )
    return {each.currency for each in parts if each is not None}


def _cart_refusal(cart: Cart, rules: Rules) -> Refusal | None:
    if cart.is_guest and rules.guest_orders is GuestOrders.SKIP:
        return skip("guest_order")
    if rules.created_from and cart.abandoned_at < rules.created_from:
        return skip("before_start_date")
    return _email_refusal(cart.email)


def _contact_refusal(contact: Contact, rules: Rules) -> Refusal | None:
    if contact.is_guest and rules.guest_orders is GuestOrders.SKIP:
        return skip("guest_order")
    if rules.contacts is ContactChoice.ONLY_WITH_CONSENT and not contact.consent.is_given:
        return skip("consent_required")
    return _email_refusal(contact.email)


def _email_refusal(address: str) -> Refusal | None:
    if not address:
        return hold("no_email")
    if not is_email(address):
        return hold("invalid_email")
    return None
