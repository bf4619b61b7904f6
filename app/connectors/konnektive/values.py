"""The values of an order that may fill Konnektive's free fields, and the events that may enter or take out a buyer.

Keys are plain text and the same for every source; what a source knows beside the common fields of an order stands in
``Order.custom`` under them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.core.consent import ConsentState
from app.core.records import Address, Contact, Order, OrderEvent, OrderStatus
from app.core.texts import Text, text

ENTER, TAKE_OUT, NOTHING = ACTIONS = ("enter", "take_out", "nothing")
ACTION_NAMES: Mapping[str, Text] = {ENTER: text("Enter"), TAKE_OUT: text("Take out"), NOTHING: text("Nothing")}
CANCELLED = "cancelled"
"""The event of shops that know states rather than payments."""

EVENTS: Mapping[str, Text] = {
    OrderEvent.PAYMENT.value: text("Payment"),
    OrderEvent.REFUND.value: text("Refund"),
    OrderEvent.CHARGEBACK.value: text("Chargeback"),
    OrderEvent.PAYMENT_MISSED.value: text("Missed payment"),
    OrderEvent.REBILL_STOPPED.value: text("Subscription stopped"),
    OrderEvent.REBILL_RESUMED.value: text("Subscription resumed"),
    OrderEvent.LAST_PAID_DAY.value: text("Last paid day"),
    CANCELLED: text("Order cancelled in the shop"),
}
DEFAULT_ACTIONS: Mapping[str, str] = {
    OrderEvent.PAYMENT.value: ENTER,
    OrderEvent.REFUND.value: TAKE_OUT,
    OrderEvent.CHARGEBACK.value: TAKE_OUT,
    OrderEvent.PAYMENT_MISSED.value: NOTHING,
    OrderEvent.REBILL_STOPPED.value: NOTHING,
    OrderEvent.REBILL_RESUMED.value: NOTHING,
    OrderEvent.LAST_PAID_DAY.value: TAKE_OUT,
    CANCELLED: TAKE_OUT,
}

CUSTOM_FIELDS = tuple(f"custom{number}" for number in range(1, 6))
ORDER_FIELDS = (*CUSTOM_FIELDS, *(f"sourceValue{number}" for number in range(1, 6)), "affId")
PAY_SOURCES = ("PREPAID", "CHECK", "COD")
"""Those that charge nobody: the order was paid elsewhere."""

ADDITIONAL: Mapping[str, Text] = {
    "order_number": text("Order number"),
    "order_date": text("Order date"),
    "customer_number": text("Customer number"),
    "language": text("Language"),
    "event": text("Event"),
    "pay_method": text("Payment method"),
    "newsletter_choice": text("Newsletter choice"),
    "voucher_code": text("Voucher code"),
    "billing_type": text("Kind of payment plan"),
    "order_type": text("Kind of order"),
    "upsell_no": text("Number of the upsell"),
    "custom": text("Free text of the order link"),
    "campaignkey": text("Campaign key"),
    "trackingkey": text("Tracking key"),
    "click_id": text("Click id"),
    "utm_source": text("utm_source"),
    "utm_medium": text("utm_medium"),
    "utm_campaign": text("utm_campaign"),
    "utm_term": text("utm_term"),
    "utm_content": text("utm_content"),
    "tags": text("Tags"),
}
AFFILIATES: Mapping[str, Text] = {
    "affiliate_name": text("Affiliate's name"),
    "affiliate_id": text("Affiliate's id"),
    "customer_affiliate_name": text("The buyer's own affiliate name"),
    "salesteam_name": text("Sales team"),
    "salesteam_id": text("Id of the sales team"),
}
PRODUCT: Mapping[str, Text] = {
    "product_id": text("Product id"),
    "product_name": text("Product name"),
    "product_sku": text("SKU"),
    "variant_name": text("Variant"),
    "quantity": text("Quantity"),
    "product_delivery_type": text("Kind of delivery"),
    "license_key": text("Licence key"),
}
ADDRESS: Mapping[str, Text] = {
    "salutation": text("Salutation"),
    "title": text("Title"),
    "company": text("Company"),
    "street": text("Street"),
    "postcode": text("Postcode"),
    "city": text("City"),
    "state": text("State"),
    "country": text("Country"),
    "phone": text("Phone"),
    "mobile_no": text("Mobile phone"),
    "tax_id": text("Tax number"),
}
AMOUNTS: Mapping[str, Text] = {
    "total": text("Total"),
    "net_amount": text("Total without tax"),
    "vat_amount": text("Tax"),
    "vat_rate": text("Tax rate"),
    "shipping_amount": text("Shipping"),
    "discount_amount": text("Discount"),
    "currency": text("Currency"),
    "amount_vendor": text("Seller's share"),
    "amount_affiliate": text("Affiliate's share"),
    "amount_fee": text("Fees"),
    "monthly_amount": text("Amount of further payments"),
}


def event_of(order: Order) -> str:
    """What happened last; read from the state where the source tells no event."""
    if order.event is not None:
        return order.event.value
    if any(each.is_chargeback for each in order.reversals):
        return OrderEvent.CHARGEBACK.value
    match order.status:
        case OrderStatus.CANCELLED | OrderStatus.FAILED:
            return CANCELLED
        case OrderStatus.REFUNDED | OrderStatus.PARTIALLY_REFUNDED:
            return OrderEvent.REFUND.value
        case _:
            return OrderEvent.PAYMENT.value


def value_of(order: Order, key: str) -> str:
    """Empty where the source does not know it."""
    find = _FROM_ORDER.get(key)
    found = find(order) if find else ""
    return found or order.custom.get(key, "")


def value_of_contact(contact: Contact, key: str) -> str:
    find = _FROM_CONTACT.get(key)
    found = find(contact) if find else ""
    return found or contact.custom.get(key, "")


def _address(order: Order) -> Address:
    return order.billing or order.delivery or Address()


def _line(order: Order, name: str) -> str:
    return str(getattr(order.lines[0], name)) if order.lines else ""


def _plain(value: object) -> str:
    return format(value, "f") if hasattr(value, "as_tuple") else str(value)


_FROM_ORDER: Mapping[str, Callable[[Order], str]] = {
    "order_number": lambda order: order.number,
    "order_date": lambda order: order.created_at.date().isoformat(),
    "customer_number": lambda order: order.customer_id,
    "language": lambda order: order.language,
    "event": event_of,
    "pay_method": lambda order: order.payment_method,
    "newsletter_choice": lambda order: (
        "" if order.accepts_marketing.state is ConsentState.ABSENT else order.accepts_marketing.state.value
    ),
    "product_id": lambda order: _line(order, "product_id"),
    "product_name": lambda order: ", ".join(line.name for line in order.lines),
    "product_sku": lambda order: _line(order, "sku"),
    "quantity": lambda order: _plain(sum(line.quantity for line in order.lines)),
    "company": lambda order: order.company or _address(order).company,
    "street": lambda order: _address(order).street,
    "postcode": lambda order: _address(order).postcode,
    "city": lambda order: _address(order).city,
    "state": lambda order: _address(order).region,
    "country": lambda order: _address(order).country,
    "phone": lambda order: order.phone or _address(order).phone,
    "total": lambda order: _plain(order.total.rounded().amount),
    "net_amount": lambda order: _plain((order.total - order.tax).rounded().amount) if order.tax else "",
    "vat_amount": lambda order: _plain(order.tax.rounded().amount) if order.tax else "",
    "shipping_amount": lambda order: _plain(order.shipping.rounded().amount) if order.shipping else "",
    "discount_amount": lambda order: _plain(order.discount.rounded().amount) if order.discounts else "",
    "currency": lambda order: order.total.currency,
}
_FROM_CONTACT: Mapping[str, Callable[[Contact], str]] = {
    "customer_number": lambda contact: contact.id,
    "language": lambda contact: contact.language,
    "newsletter_choice": lambda contact: (
        "" if contact.consent.state is ConsentState.ABSENT else contact.consent.state.value
    ),
    "tags": lambda contact: ", ".join(contact.tags),
    "company": lambda contact: contact.company,
    "street": lambda contact: contact.address.street if contact.address else "",
    "postcode": lambda contact: contact.address.postcode if contact.address else "",
    "city": lambda contact: contact.address.city if contact.address else "",
    "state": lambda contact: contact.address.region if contact.address else "",
    "country": lambda contact: contact.address.country if contact.address else "",
    "phone": lambda contact: contact.phone,
}
