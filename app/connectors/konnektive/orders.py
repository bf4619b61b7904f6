"""Orders: one order there for one order here, paid elsewhere, found again by our id in a custom field.

Konnektive has no key against doubles, and an imported order cannot be changed. So an order is looked up by its e-mail
address before it is imported; once it is there, only what happened to it is added: refunds, chargebacks, its end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.connectors.konnektive import values
from app.connectors.konnektive.address import (
    Placeholder,
    address_fields,
    cut,
    is_whole,
    phone_number,
    shipping_fields,
)
from app.connectors.konnektive.campaigns import Campaign
from app.connectors.konnektive.lines import UnpricedError, priced
from app.connectors.konnektive.reversals import content_of, wanted_reversals
from app.connectors.konnektive.settings import PriceMeaning, Review, TargetOptions, TaxShown, WithoutAddress
from app.core.addresses import is_email, normalised_email
from app.core.records import Address, Kind, Order, OrderEvent, OrderStatus
from app.core.rules import Refusal, hold, skip
from app.core.texts import text
from app.sdk.plan import Draft, FieldLine
from app.sdk.target import Mappings

_UNPAID = {OrderStatus.PENDING, OrderStatus.ON_HOLD, OrderStatus.FAILED}


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides how an order looks there, besides the order."""

    options: TargetOptions
    campaign: Campaign
    mappings: Mappings

    @property
    def currency(self) -> str:
        return self.options.campaign_currency.upper() or self.campaign.currency

    @property
    def placeholder(self) -> Placeholder:
        chosen = self.options
        return Placeholder(
            street=chosen.placeholder_street,
            postcode=chosen.placeholder_postcode,
            city=chosen.placeholder_city,
            country=chosen.placeholder_country,
            state=chosen.default_state,
        )


def draft_order(order: Order, terms: Terms) -> Draft | Refusal:
    """Pure."""
    refusal = _refusal(order, terms)
    if refusal is not None:
        return refusal
    bought = _products(order, terms)
    if isinstance(bought, Refusal):
        return bought
    fields = _fields(order, terms) | bought
    reversals = wanted_reversals(order, _is_out(terms.options))
    content = {
        "order": fields,
        "note": _note(order, terms) if terms.options.adds_note else "",
        "review": terms.options.review.value,
        "sends_confirmation": terms.options.sends_confirmation,
        "enters": enters(order, terms.options),
        "ends": _end_of(order, terms.options),
        "reversals": content_of(reversals),
    }
    return Draft(
        key=order.id,
        kind=Kind.ORDERS,
        record=order,
        content=content,
        fields=_shown(order, terms, fields),
        natural_keys=(order.number, normalised_email(order.email)),
        amount=order.total,
    )


def _refusal(order: Order, terms: Terms) -> Refusal | None:
    if not is_email(normalised_email(order.email)):
        return hold("invalid_email" if order.email else "no_email")
    if order.status in _UNPAID and order.event in {None, OrderEvent.PAYMENT}:
        return skip("not_paid")
    if not terms.currency:
        return hold("campaign_currency_unknown")
    if order.total.currency != terms.currency:
        return hold("other_currency", currency=order.total.currency, campaign=terms.currency)
    if len(order.id) > 30:
        return hold("order_id_too_long", length=str(len(order.id)))
    address = order.delivery or order.billing
    if terms.options.without_address is WithoutAddress.HOLD and not is_whole(address):
        return hold("address_missing")
    return None


def _product_numbers(order: Order, terms: Terms) -> Sequence[str] | Refusal:
    numbers = [terms.mappings.product_number(line) for line in order.lines]
    for line, number in zip(order.lines, numbers, strict=True):
        if not number:
            return hold("product_unmapped", product=line.sku or line.product_id or line.name)
        if number not in terms.campaign.offers:
            return hold("offer_unknown", number=number, campaign=terms.campaign.id)
    return numbers


def _products(order: Order, terms: Terms) -> dict[str, str] | Refusal:
    numbers = _product_numbers(order, terms)
    if isinstance(numbers, Refusal):
        return numbers
    tax = order.tax if terms.options.tax_shown is TaxShown.SEPARATE else None
    try:
        lines = priced(order, tax=tax, is_unit_price=terms.options.price_meaning is PriceMeaning.UNIT)
    except UnpricedError:
        return hold("amounts_not_placeable", total=str(order.total))
    fields = {} if tax is None else {"salesTax": format(tax.rounded().amount, "f")}
    for place, (number, line) in enumerate(zip(numbers, lines, strict=True), 1):
        fields |= {
            f"product{place}_id": number,
            f"product{place}_qty": str(line.quantity),
            f"product{place}_price": format(line.price, "f"),
            f"product{place}_shipPrice": format(line.shipping, "f"),
        }
    return fields


def enters(order: Order, options: TargetOptions) -> bool:
    """Whether an order that is not there yet is imported. What went back whole is not: it would be shipped."""
    if options.action(values.event_of(order)) == values.ENTER:
        return True
    return not _is_over(order, options) and options.action(OrderEvent.PAYMENT.value) == values.ENTER


def _is_over(order: Order, options: TargetOptions) -> bool:
    went_back = order.refunded is not None and order.refunded.amount >= order.total.amount > 0
    was_charged_back = any(each.is_chargeback for each in order.reversals)
    return went_back or was_charged_back or bool(_end_of(order, options))


_ENDS: Mapping[str, str] = {
    values.CANCELLED: "Cancelled in the shop",
    OrderEvent.PAYMENT_MISSED.value: "Payment missed",
    OrderEvent.REBILL_STOPPED.value: "Subscription stopped",
    OrderEvent.LAST_PAID_DAY.value: "Last paid day reached",
}
"""What Konnektive keeps as the reason of a cancellation: English for everybody, so that it is the same in every run."""


def _end_of(order: Order, options: TargetOptions) -> str:
    """The reason for cancelling the order there; empty while it lives."""
    event = values.event_of(order)
    if options.action(event) != values.TAKE_OUT:
        return ""
    return _ENDS.get(event, "")


def _is_out(options: TargetOptions) -> Mapping[str, bool]:
    return {event: options.action(event) == values.TAKE_OUT for event in values.EVENTS}


def _fields(order: Order, terms: Terms) -> dict[str, str]:
    options, spare = terms.options, terms.placeholder
    billing = order.billing or order.delivery or Address()
    person = _person(order, billing) | address_fields(billing, spare)
    fields = {
        "campaignId": terms.campaign.id,
        "paySource": options.pay_source,
        "emailAddress": normalised_email(order.email),
        **{name: value for name, value in person.items() if value},
    }
    if phone := phone_number(order.phone or billing.phone):
        fields["phoneNumber"] = phone
    delivery = order.delivery
    if delivery is None or delivery == order.billing:
        fields["billShipSame"] = "1"
    else:
        there = _person(order, delivery) | address_fields(delivery, spare)
        fields |= {"billShipSame": "0", **shipping_fields({name: value for name, value in there.items() if value})}
    if options.buyer_ip:
        fields["ipAddress"] = options.buyer_ip
    if options.review is Review.HOLD:
        fields["forceQA"] = "1"
    elif options.review is not Review.CAMPAIGN:
        fields["skipQA"] = "1"
    for key, field in options.fields.items():
        if value := cut(field, values.value_of(order, key)):
            fields[field] = value
    fields[options.order_id_field] = order.id
    return fields


def _person(order: Order, address: Address) -> dict[str, str]:
    return {
        "firstName": cut("firstName", address.first_name or order.first_name) or "-",
        "lastName": cut("lastName", address.last_name or order.last_name) or "-",
        "companyName": cut("companyName", address.company or order.company),
    }


def _note(order: Order, terms: Terms) -> str:
    source = terms.mappings.source_name or terms.mappings.source_system
    return f"{source}: order {order.number} of {order.created_at.date().isoformat()}, {order.total}"[:500]


def _shown(order: Order, terms: Terms, fields: Mapping[str, str]) -> tuple[FieldLine, ...]:
    address = order.delivery or order.billing or Address()
    split = text("At most 30 characters a line")
    rule = split if is_whole(address) else text("What is missing is filled from the placeholder address")
    lines = [
        FieldLine(text("Order number"), order.number, f"{terms.options.order_id_field}: {order.id}"),
        FieldLine(text("E-mail"), order.email, fields["emailAddress"]),
        FieldLine(text("Address"), address.street, fields["address1"], rule),
        FieldLine(text("Total"), str(order.total), f"campaign {terms.campaign.id}, {fields['paySource']}"),
    ]
    for place, line in enumerate(order.lines, 1):
        target = f"{fields[f'product{place}_id']}: {fields[f'product{place}_qty']} x {fields[f'product{place}_price']}"
        lines.append(FieldLine(text("Product"), line.name, target, text("By the product table")))
    for key, field in terms.options.fields.items():
        value = values.value_of(order, key)
        how = text("Cut to what the field takes") if len(value) > len(fields.get(field, "")) else text("As it is")
        lines.append(FieldLine(text("Free field"), value, f"{field}: {fields.get(field, '')}", how))
    return tuple(lines)
