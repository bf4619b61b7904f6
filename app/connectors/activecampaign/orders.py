"""Orders in ActiveCampaign's terms, without asking it: pure.

Field names are those of the order object (https://developers.activecampaign.com/reference/orders-1) and of Deep Data
(https://developers.activecampaign.com/reference/create-order).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from app.connectors.activecampaign.amounts import LARGEST_INT, cents, major_units, net_of
from app.connectors.activecampaign.lines import Basket, Position, basket_of
from app.connectors.activecampaign.wire import utc_stamp
from app.core.consent import Consent, ConsentState
from app.core.money import CurrencyMismatchError, Money
from app.core.records import Address, Adjustment, Cart, Discount, Kind, Order, OrderStatus
from app.core.rules import Refusal, hold
from app.core.texts import Text, text
from app.sdk.plan import Draft, FieldLine, Json
from app.sdk.target import Mappings

NORMALISED_STATUS: Mapping[OrderStatus, str] = {
    OrderStatus.PENDING: "PENDING_PAYMENT",
    OrderStatus.ON_HOLD: "WAITING",
    OrderStatus.PROCESSING: "COMPLETED",
    OrderStatus.COMPLETED: "COMPLETED",
    OrderStatus.PARTIALLY_REFUNDED: "COMPLETED",
    OrderStatus.FAILED: "FAILED",
    OrderStatus.REFUNDED: "REFUNDED",
    OrderStatus.CANCELLED: "CANCELLED",
}
"""As the vendor's own WooCommerce plugin maps them."""
_EARNS_NOTHING = {OrderStatus.CANCELLED, OrderStatus.FAILED}


def graphql_order(order: Order, mappings: Mappings) -> Draft | Refusal:
    """Amounts are decimals in major units."""
    paid = _paid(order)
    if isinstance(paid, Refusal):
        return paid
    basket = basket_of(order.lines, order.discounts, mappings, order.adjustments)
    beside = _beside_goods(order)
    content = _filled(
        {
            "storeOrderId": order.id,
            "orderNumber": order.number or order.id,
            "email": order.email,
            "storeCustomerId": customer_key(order.customer_id, order.email),
            "currency": order.total.currency,
            "finalAmount": major_units(paid),
            "shippingAmount": major_units(beside) if beside is not None else None,
            "taxAmount": major_units(order.tax) if order.tax is not None else None,
            "discountsAmount": major_units(_sum(basket, order.total.currency)),
            "discounts": [_graphql_discount(each) for each in basket.discounts],
            "storeCreatedDate": utc_stamp(order.created_at),
            "storeModifiedDate": utc_stamp(order.updated_at or order.created_at),
            "normalizedStatus": NORMALISED_STATUS[order.status],
            "storeStatus": order.source_status or order.status.value,
            "acceptsMarketing": accepts_marketing(order.accepts_marketing),
            "cartId": order.cart_id,
            "orderUrl": order.url,
            "shippingMethod": order.shipping_method,
            "paymentMethod": order.payment_method,
            "notes": [order.note] if order.note else None,
            "billingAddress": _address(order.billing),
            "shippingAddress": _address(order.delivery),
            "customerData": _filled(
                {
                    "firstName": order.first_name,
                    "lastName": order.last_name,
                    "company": order.company,
                    "phone": order.phone,
                }
            ),
            "lineItems": [_graphql_line(each) for each in basket.positions],
        }
    )
    return _draft(order, content, paid, basket, "finalAmount", str(content["finalAmount"]))


def rest_order(order: Order, mappings: Mappings) -> Draft | Refusal:
    """Amounts are integer cents. There is no status: what was cancelled or failed counts nothing."""
    paid = _paid(order)
    if isinstance(paid, Refusal):
        return paid
    is_void = order.status in _EARNS_NOTHING or (order.status is OrderStatus.REFUNDED and not order.refunded)
    counted = Money.zero(order.total.currency) if is_void else paid
    basket = basket_of(order.lines, order.discounts, mappings, order.adjustments)
    beside = _beside_goods(order)
    content = _filled(
        {
            "externalid": order.id,
            "orderNumber": order.number or order.id,
            "email": order.email,
            "customer": customer_key(order.customer_id, order.email),
            "acceptsMarketing": marketing_digit(order.accepts_marketing),
            "currency": order.total.currency,
            "totalPrice": cents(counted),
            "shippingAmount": cents(beside) if beside is not None else None,
            "taxAmount": cents(order.tax) if order.tax is not None else None,
            "discountAmount": cents(_sum(basket, order.total.currency)),
            "orderDiscounts": [_rest_discount(each) for each in basket.discounts],
            "externalCreatedDate": order.created_at.isoformat(timespec="seconds"),
            "externalUpdatedDate": (order.updated_at or order.created_at).isoformat(timespec="seconds"),
            "externalcheckoutid": order.cart_id,
            "orderUrl": order.url,
            "shippingMethod": order.shipping_method,
            "orderProducts": [rest_line(each) for each in basket.positions],
        }
    )
    if has_overflow(content):
        return hold("amount_too_large", field="totalPrice")
    return _draft(order, content, counted, basket, "totalPrice", str(content["totalPrice"]))


def rest_cart(cart: Cart, mappings: Mappings) -> Draft | Refusal:
    """Carts exist in Deep Data only: the vendor's own plugin writes them there beside GraphQL orders."""
    basket = basket_of(cart.lines, (), mappings)
    if cart.total.is_negative():
        return hold("money_mismatch", field="totalPrice")
    content = _filled(
        {
            "externalcheckoutid": cart.id,
            "email": cart.email,
            "customer": customer_key(cart.customer_id, cart.email),
            "currency": cart.total.currency,
            "totalPrice": cents(cart.total),
            "abandonedDate": cart.abandoned_at.isoformat(timespec="seconds"),
            "externalCreatedDate": cart.abandoned_at.isoformat(timespec="seconds"),
            "externalUpdatedDate": (cart.updated_at or cart.abandoned_at).isoformat(timespec="seconds"),
            "orderUrl": cart.url,
            "orderProducts": [rest_line(each) for each in basket.positions],
        }
    )
    if has_overflow(content):
        return hold("amount_too_large", field="totalPrice")
    fields = (FieldLine(text("Total"), str(cart.total), f"totalPrice: {content['totalPrice']}", _rule(basket)),)
    return Draft(
        key=cart.id,
        kind=Kind.CARTS,
        record=cart,
        content=content,
        fields=fields,
        natural_keys=(cart.email,),
        amount=cart.total,
    )


def customer_key(customer_id: str, email: str) -> str:
    """The shop's own id, or a stable stand-in for a guest that does not show the address."""
    return customer_id or f"guest-{hashlib.sha1(email.encode(), usedforsecurity=False).hexdigest()}"


def accepts_marketing(consent: Consent) -> bool | None:
    """Feeds a condition of segments and subscribes nobody; None where nobody asked."""
    return None if consent.state is ConsentState.ABSENT else consent.is_given


def marketing_digit(consent: Consent) -> str | None:
    accepts = accepts_marketing(consent)
    return None if accepts is None else str(int(accepts))


def rest_line(position: Position) -> Json:
    return _filled(
        {
            "externalid": position.product,
            "name": position.name,
            "price": cents(position.unit_price),
            "quantity": position.quantity,
            "sku": position.sku,
            "category": position.category,
            "productUrl": position.url,
            "imageUrl": position.image_url,
        }
    )


def has_overflow(content: Json) -> bool:
    match content:
        case bool():
            return False
        case int():
            return content > LARGEST_INT
        case Mapping():
            return any(has_overflow(each) for each in content.values())
        case list():
            return any(has_overflow(each) for each in content)
        case _:
            return False


def _paid(order: Order) -> Money | Refusal:
    try:
        paid = net_of(order.total, order.refunded)
    except CurrencyMismatchError:
        return hold("money_mismatch", field="refunded")
    return hold("money_mismatch", field="refunded") if paid.is_negative() else paid


def _beside_goods(order: Order) -> Money | None:
    """Shipping with whatever else raises the total: both interfaces know no other place for a fee."""
    raising = [each.amount for each in order.adjustments if not each.amount.is_negative()]
    parts = raising if order.shipping is None else [order.shipping, *raising]
    return sum(parts, Money.zero(order.total.currency)) if parts else None


def _adjustment_line(adjustment: Adjustment) -> FieldLine:
    place = "discounts" if adjustment.amount.is_negative() else "shippingAmount"
    return FieldLine(text("Adjustment"), f"{adjustment.name} {adjustment.amount}", place)


def _draft(order: Order, content: Json, paid: Money, basket: Basket, amount_field: str, amount: str) -> Draft:
    fields = (
        FieldLine(text("Order number"), order.number, f"orderNumber: {content['orderNumber']}"),
        FieldLine(text("E-mail"), order.email, f"email: {content['email']}"),
        FieldLine(
            text("Total"), _total_words(order), f"{amount_field}: {amount} {order.total.currency}", _rule(basket)
        ),
        FieldLine(text("Currency"), order.total.currency, f"currency: {content['currency']}"),
        FieldLine(text("Order date"), order.created_at.isoformat(timespec="minutes"), _date_words(content)),
        FieldLine(text("Status"), order.source_status or order.status.value, content.get("normalizedStatus", "")),
        FieldLine(text("Shipping method"), order.shipping_method, f"shippingMethod: {order.shipping_method}"),
        *(_adjustment_line(each) for each in order.adjustments),
        *(
            FieldLine(text("Product"), f"{each.quantity} × {each.name}", f"{each.product} · {each.category}")
            for each in basket.positions
        ),
    )
    return Draft(
        key=order.id,
        kind=Kind.ORDERS,
        record=order,
        content=content,
        fields=fields,
        natural_keys=(order.number, order.email),
        amount=paid.rounded(),
    )


def _date_words(content: Json) -> str:
    name = "storeCreatedDate" if "storeCreatedDate" in content else "externalCreatedDate"
    return f"{name}: {content[name]}"


def _total_words(order: Order) -> str:
    return f"{order.total} - {order.refunded}" if order.refunded else str(order.total)


def _rule(basket: Basket) -> Text:
    if basket.is_regrouped:
        return text("Quantities that are not whole become one piece at the price of the line.")
    return Text("")


def _sum(basket: Basket, currency: str) -> Money:
    return sum((each.amount for each in basket.discounts), Money.zero(currency))


def _graphql_discount(discount: Discount) -> Json:
    return _filled(
        {
            "name": discount.name,
            "type": "SHIPPING" if discount.is_shipping else "ORDER",
            "discountAmount": major_units(discount.amount),
        }
    )


def _rest_discount(discount: Discount) -> Json:
    return _filled(
        {
            "name": discount.name,
            "type": "shipping" if discount.is_shipping else "order",
            "discountAmount": cents(discount.amount),
        }
    )


def _graphql_line(position: Position) -> Json:
    return _filled(
        {
            "storeLineItemId": position.line_id,
            "productStorePrimaryId": position.product,
            "name": position.name,
            "quantity": position.quantity,
            "priceAmount": major_units(position.unit_price),
            "sku": position.sku,
            "category": position.category,
            "productUrl": position.url,
            "imageUrl": position.image_url,
        }
    )


def _address(address: Address | None) -> Json:
    if address is None:
        return None
    return _filled(
        {
            "firstName": address.first_name,
            "lastName": address.last_name,
            "company": address.company,
            "address1": address.street,
            "address2": address.street_2,
            "city": address.city,
            "province": address.region,
            "country": address.country,
            "postal": address.postcode,
            "phone": address.phone,
        }
    )


def _filled(fields: Mapping[str, Json]) -> dict[str, Json]:
    """Without what the shop does not know: an omitted field keeps its value in ActiveCampaign."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", {})}
