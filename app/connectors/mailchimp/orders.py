"""Orders and carts in Mailchimp's terms, without asking it: pure.

https://mailchimp.com/developer/marketing/api/ecommerce-orders/ . Amounts are numbers in major units with two places.
Prices of lines include tax, so no tax is named beside them: the parts of an order come to its total.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.connectors.mailchimp.lines import Basket, basket_of
from app.connectors.mailchimp.wire import cents, stamp, store_key, subscriber_hash
from app.core.money import CurrencyMismatchError, Money
from app.core.records import Address, Cart, Kind, Order, OrderStatus
from app.core.rules import Refusal, hold
from app.core.texts import text
from app.sdk.plan import Draft, FieldLine, Json

FINANCIAL_STATUS: Mapping[OrderStatus, str] = {
    OrderStatus.PENDING: "pending",
    OrderStatus.ON_HOLD: "pending",
    OrderStatus.PROCESSING: "paid",
    OrderStatus.COMPLETED: "paid",
    OrderStatus.PARTIALLY_REFUNDED: "partially_refunded",
    OrderStatus.REFUNDED: "refunded",
    OrderStatus.CANCELLED: "cancelled",
    OrderStatus.FAILED: "cancelled",
}
"""https://mailchimp.com/help/test-or-troubleshoot-order-notifications/ names the words that start e-mails; partly
refunded as the vendor's own WooCommerce plugin writes it."""
FULFILLMENT_STATUS: Mapping[OrderStatus, str] = {OrderStatus.COMPLETED: "fulfilled"}
NOT_A_SALE = frozenset({OrderStatus.FAILED, OrderStatus.ON_HOLD})
"""The vendor's plugin does not send such an order for the first time: a failed payment would look like revenue."""
_CANCELLED = frozenset({OrderStatus.CANCELLED, OrderStatus.FAILED})


def order_draft(order: Order) -> Draft | Refusal:
    try:
        paid = _paid(order)
        basket = basket_of(
            order.lines,
            order.total,
            discounts=order.discounts,
            adjustments=order.adjustments,
            shipping=order.shipping,
        )
    except CurrencyMismatchError:
        return hold("money_mismatch", field="order_total")
    if paid.is_negative():
        return hold("money_mismatch", field="order_total")
    content = _order_content(order, basket, paid)
    return Draft(
        key=order.id,
        kind=Kind.ORDERS,
        record=order,
        content=content,
        fields=_order_lines(order, content, basket),
        natural_keys=(order.number, order.email),
        amount=paid.rounded(),
    )


def _order_content(order: Order, basket: Basket, paid: Money) -> Mapping[str, Json]:
    changed_at = order.updated_at or order.created_at
    return {
        "id": store_key(order.id),
        "customer": _customer(order),
        "currency_code": order.total.currency,
        "order_total": cents(paid.amount),
        "shipping_total": cents(basket.beside.amount),
        "discount_total": cents(basket.discount.amount),
        "financial_status": FINANCIAL_STATUS[order.status],
        "processed_at_foreign": stamp(order.created_at),
        "updated_at_foreign": stamp(changed_at),
        "promos": [
            {"code": each.name[:100], "amount_discounted": cents(each.amount.amount), "type": "fixed"}
            for each in basket.discounts
            if each.name
        ],
        "lines": list(basket.lines),
        **_filled(
            {
                "fulfillment_status": FULFILLMENT_STATUS.get(order.status, ""),
                "cancelled_at_foreign": stamp(changed_at) if order.status in _CANCELLED else "",
                "order_url": order.url,
                "billing_address": _address(order.billing),
                "shipping_address": _address(order.delivery),
            }
        ),
        "cart_id": store_key(order.cart_id) if order.cart_id else "",
    }


def cart_draft(cart: Cart) -> Draft | Refusal:
    if cart.total.is_negative():
        return hold("money_mismatch", field="order_total")
    basket = basket_of(cart.lines, cart.total)
    content = {
        "id": store_key(cart.id),
        "customer": _customer(cart),
        "currency_code": cart.total.currency,
        "order_total": cents(cart.total.amount),
        "lines": list(basket.lines),
        "checkout_url": cart.url,
    }
    fields = (
        FieldLine(text("E-mail"), cart.email, f"customer.email_address: {cart.email}"),
        FieldLine(text("Total"), str(cart.total), f"order_total: {content['order_total']}", basket.rule),
    )
    return Draft(
        key=cart.id,
        kind=Kind.CARTS,
        record=cart,
        content=content,
        fields=fields,
        natural_keys=(cart.email,),
        amount=cart.total,
    )


def _paid(order: Order) -> Money:
    """What the shopper has paid in the end, as the vendor's own plugin sends it; an order that was wholly refunded
    earns nothing even where the shop does not name the sum."""
    if order.status is OrderStatus.REFUNDED and not order.refunded:
        return Money.zero(order.total.currency)
    return order.total - order.refunded if order.refunded else order.total


def _customer(record: Order | Cart) -> dict[str, Json]:
    """Never subscribes anybody: a new customer becomes a member without a newsletter
    (https://mailchimp.com/developer/marketing/docs/e-commerce/)."""
    billing = record.billing if isinstance(record, Order) else None
    return {
        "id": subscriber_hash(record.email),
        "email_address": record.email,
        "opt_in_status": False,
        **_filled(
            {
                "first_name": record.first_name,
                "last_name": record.last_name,
                "company": record.company if isinstance(record, Order) else "",
                "address": _place(billing),
            }
        ),
    }


def _place(address: Address | None) -> dict[str, Json]:
    if address is None:
        return {}
    is_code = len(address.country) == 2
    return _filled(
        {
            "address1": address.street,
            "address2": address.street_2,
            "city": address.city,
            "province": address.region,
            "postal_code": address.postcode,
            "country": "" if is_code else address.country,
            "country_code": address.country.upper() if is_code else "",
        }
    )


def _address(address: Address | None) -> dict[str, Json]:
    if address is None:
        return {}
    name = f"{address.first_name} {address.last_name}".strip()
    return _filled({"name": name, **_place(address), "phone": address.phone, "company": address.company})


def _order_lines(order: Order, content: Mapping[str, Json], basket: Basket) -> tuple[FieldLine, ...]:
    refunded = f" - {order.refunded}" if order.refunded else ""
    status = " + ".join(filter(None, (content["financial_status"], content.get("fulfillment_status", ""))))
    return (
        FieldLine(text("Order number"), order.number, f"id: {content['id']}"),
        FieldLine(text("E-mail"), order.email, f"customer.email_address: {order.email}"),
        FieldLine(text("Total"), f"{order.total}{refunded}", f"order_total: {content['order_total']}", basket.rule),
        FieldLine(text("Currency"), order.total.currency, f"currency_code: {content['currency_code']}"),
        FieldLine(text("Order date"), order.created_at.isoformat(timespec="minutes"), content["processed_at_foreign"]),
        FieldLine(text("Status"), order.source_status or order.status.value, status),
        *(
            FieldLine(text("Product"), f"{line['quantity']} × {line['title']}", f"{line['product_id']} · {line['sku']}")
            for line in basket.lines
        ),
    )


def _filled(fields: Mapping[str, Json]) -> dict[str, Json]:
    """Without what the shop does not know."""
    return {name: value for name, value in fields.items() if value not in ("", None, {})}
