"""One order out of BigCommerce's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from app.connectors.bigcommerce.catalogue import ProductFacts
from app.connectors.bigcommerce.client import Row
from app.connectors.bigcommerce.settings import ArchivedOrders
from app.connectors.bigcommerce.totals import Amounts, reductions_of, shipping_of
from app.connectors.bigcommerce.values import address_of_order, moment_v2, money, words
from app.core.addresses import normalised_email
from app.core.consent import Consent, ConsentState
from app.core.money import Money
from app.core.records import Address, Cart, Order, OrderLine, OrderStatus
from app.sdk.legible import CurrencyMissingError

INCOMPLETE = 0
"""``status_id`` of a checkout that reached payment and was not finished."""

# The owner may rename a status; its id never changes.
STATUS_BY_ID: Mapping[int, OrderStatus] = {
    1: OrderStatus.PENDING,
    2: OrderStatus.COMPLETED,
    3: OrderStatus.PROCESSING,
    4: OrderStatus.REFUNDED,
    5: OrderStatus.CANCELLED,
    6: OrderStatus.FAILED,
    7: OrderStatus.PENDING,
    8: OrderStatus.PROCESSING,
    9: OrderStatus.PROCESSING,
    10: OrderStatus.COMPLETED,
    11: OrderStatus.PROCESSING,
    12: OrderStatus.ON_HOLD,
    13: OrderStatus.ON_HOLD,
    14: OrderStatus.PARTIALLY_REFUNDED,
}
_MAY_BE_REFUNDED = frozenset({OrderStatus.COMPLETED, OrderStatus.PROCESSING, OrderStatus.PARTIALLY_REFUNDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderParts:
    """An order's row and what had to be fetched beside it."""

    row: Row
    items: Sequence[Row]
    delivery: Row | None = None
    """The first shipping address, or the pick-up place."""
    shipping_method: str = ""
    refunded: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all orders of a page share."""

    zone: tzinfo
    products: Mapping[int, ProductFacts]
    consents: Mapping[str, Consent]
    archived: ArchivedOrders = ArchivedOrders.KEEP


def order_from(parts: OrderParts, around: Surroundings) -> Order:
    """Raises ValueError and its like for an order that cannot be read."""
    row = parts.row
    currency = currency_of(row)
    created_at = moment_v2(row["date_created"], around.zone)
    if created_at is None:
        raise ValueError("date_created is empty")
    billing = row.get("billing_address") or {}
    email = normalised_email(words(billing.get("email")))
    lines = tuple(_line(item, currency, around.products) for item in parts.items)
    total = money(row["total_inc_tax"], currency)
    shipping = shipping_of(row, currency)
    amounts = Amounts(sum((line.total for line in lines), Money.zero(currency)), shipping, total)
    reductions = reductions_of(row, parts.items, amounts)
    refunded = Money(parts.refunded, currency)
    is_guest = not int(row.get("customer_id") or 0)
    return Order(
        id=str(row["id"]),
        number=str(row["id"]),
        email=email,
        status=_status(row, total, refunded, around.archived),
        source_status=words(row.get("custom_status")) or words(row.get("status")),
        created_at=created_at,
        updated_at=moment_v2(row.get("date_modified"), around.zone),
        total=total,
        customer_id="" if is_guest else f"c:{row['customer_id']}",
        is_guest=is_guest,
        first_name=words(billing.get("first_name")),
        last_name=words(billing.get("last_name")),
        company=words(billing.get("company")),
        phone=words(billing.get("phone")),
        shipping=shipping,
        tax=money(row.get("total_tax"), currency),
        refunded=refunded or None,
        discounts=reductions.discounts,
        adjustments=reductions.adjustments,
        lines=lines,
        shipping_method=parts.shipping_method,
        payment_method=words(row.get("payment_method")),
        billing=address_of_order(billing) if billing else None,
        delivery=_delivery(parts.delivery),
        accepts_marketing=_consent(row, around.consents.get(email)),
        cart_id=cart_key(row),
        note=words(row.get("customer_message")),
        raw=row,
    )


def cart_from(parts: OrderParts, around: Surroundings) -> Cart:
    """An incomplete order as the cart that it is. Raises ValueError and its like."""
    row = parts.row
    currency = currency_of(row)
    abandoned_at = moment_v2(row["date_modified"], around.zone)
    if abandoned_at is None:
        raise ValueError("date_modified is empty")
    billing = row.get("billing_address") or {}
    customer_id = int(row.get("customer_id") or 0)
    return Cart(
        id=cart_key(row),
        email=normalised_email(words(billing.get("email"))),
        total=money(row["total_inc_tax"], currency),
        abandoned_at=abandoned_at,
        updated_at=abandoned_at,
        customer_id=f"c:{customer_id}" if customer_id else "",
        is_guest=not customer_id,
        first_name=words(billing.get("first_name")),
        last_name=words(billing.get("last_name")),
        lines=tuple(_line(item, currency, around.products) for item in parts.items),
        raw=row,
    )


def cart_key(row: Row) -> str:
    """The cart's id, by which an order is known to have come from it; older orders have none and keep their own."""
    return words(row.get("cart_id")) or str(row["id"])


def currency_of(row: Row) -> str:
    """``default_currency_code``: the amounts are in it. ``currency_code`` is only what the shopper saw.

    Raises CurrencyMissingError.
    """
    code = words(row.get("default_currency_code"))
    if not code:
        raise CurrencyMissingError("default_currency_code is empty")
    return code


def _status(row: Row, total: Money, refunded: Money, archived: ArchivedOrders) -> OrderStatus:
    if row.get("is_deleted") and archived is ArchivedOrders.AS_CANCELLED:
        return OrderStatus.CANCELLED
    # An id that the documentation does not know: nothing is claimed of such an order but that somebody has to look.
    status = STATUS_BY_ID.get(int(row["status_id"]), OrderStatus.ON_HOLD)
    if not refunded or status not in _MAY_BE_REFUNDED:
        return status
    is_whole = not (total - refunded).amount > 0
    return OrderStatus.REFUNDED if is_whole else OrderStatus.PARTIALLY_REFUNDED


def _consent(row: Row, current: Consent | None) -> Consent:
    """What the shop's subscriber record says today; without one, a tick at that checkout is no proof of a yes.

    ``is_email_opt_in`` is the box at that moment: whoever unsubscribed later still has it ticked on old orders.
    """
    if current is not None:
        return current
    ticked = row.get("is_email_opt_in")
    return Consent(ConsentState.NO if ticked is False else ConsentState.ABSENT)


def _delivery(raw: Row | None) -> Address | None:
    if raw is None:
        return None
    if "address_line_1" not in raw:
        return address_of_order(raw)
    return Address(
        company=words(raw.get("name")),
        street=words(raw.get("address_line_1")),
        street_2=words(raw.get("address_line_2")),
        postcode=words(raw.get("postal_code")),
        city=words(raw.get("city")),
        region=words(raw.get("state")),
        country=words(raw.get("country_alpha2")),
        phone=words(raw.get("phone")),
    )


def _line(item: Row, currency: str, products: Mapping[int, ProductFacts]) -> OrderLine:
    product_id = int(item.get("product_id") or 0)
    variant_id = int(item.get("variant_id") or 0)
    facts = products.get(product_id, ProductFacts())
    quantity = Decimal(str(item["quantity"]))
    return OrderLine(
        id=str(item["id"]),
        name=words(item.get("name")),
        quantity=quantity,
        unit_price=_unit_price(item, quantity, currency),
        product_id=str(product_id) if product_id else "",
        # Products are known by their own id unless they have options: the line must name the same one.
        variant_id=str(variant_id) if variant_id and variant_id != facts.base_variant_id else "",
        sku=words(item.get("sku")),
        ean=words(item.get("upc")) or facts.ean,
        category=facts.category,
        url=facts.url,
        image_url=facts.image_url,
    )


def _unit_price(item: Row, quantity: Decimal, currency: str) -> Money:
    """The unit price, or the line's total shared out where the shop rounded the line and not the unit."""
    unit = money(item.get("price_inc_tax"), currency)
    if item.get("total_inc_tax") in {None, ""} or not quantity:
        return unit
    total = money(item["total_inc_tax"], currency)
    return unit if unit * quantity == total else Money(total.amount / quantity, currency)
