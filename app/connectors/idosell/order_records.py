"""One order, or one basket that was left, out of IdoSell's answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from app.connectors.idosell.amounts import amounts_of, paid_for, reversals_of, unit_price
from app.connectors.idosell.catalogue import ProductFacts
from app.connectors.idosell.contacts import client_id
from app.connectors.idosell.marketplaces import is_masked, marketplace_of
from app.connectors.idosell.shop import Shop
from app.connectors.idosell.values import (
    MissingError,
    Row,
    billing_address,
    country,
    currency_from,
    is_yes,
    language,
    moment,
    money,
    part,
    rows_of,
    words,
)
from app.core.addresses import normalised_email
from app.core.consent import Consent
from app.core.money import Money
from app.core.records import Address, Cart, Order, OrderLine, OrderStatus

PATH_SEPARATOR = " / "

# https://idosell.readme.io/reference: orderStatus. A merged order lives on in another one, a false one never was one.
STATUSES: Mapping[str, OrderStatus] = {
    "new": OrderStatus.PENDING,
    "payment_waiting": OrderStatus.PENDING,
    "on_order": OrderStatus.PROCESSING,
    "delivery_waiting": OrderStatus.PROCESSING,
    "packed": OrderStatus.PROCESSING,
    "packed_fulfillment": OrderStatus.PROCESSING,
    "packed_ready": OrderStatus.PROCESSING,
    "ready": OrderStatus.PROCESSING,
    "wait_for_dispatch": OrderStatus.PROCESSING,
    "finished": OrderStatus.COMPLETED,
    "finished_ext": OrderStatus.COMPLETED,
    "suspended": OrderStatus.ON_HOLD,
    "missing": OrderStatus.ON_HOLD,
    "false": OrderStatus.FAILED,
    "lost": OrderStatus.CANCELLED,
    "canceled": OrderStatus.CANCELLED,
    "joined": OrderStatus.CANCELLED,
}
_MAY_BE_REFUNDED = frozenset({OrderStatus.COMPLETED, OrderStatus.PROCESSING, OrderStatus.PENDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all orders of a page share."""

    shop: Shop
    products: Mapping[str, ProductFacts]
    clients: Mapping[str, Row]
    """By number; the client says whether there is an account."""
    consents: Mapping[str, Consent]


def order_key(row: Row) -> str:
    """The number of the order. ``orderId`` begins with the buyer's login, which may be an address: it is hashed."""
    serial = words(row.get("orderSerialNumber"))
    if serial.strip("0"):
        return serial
    return hashlib.sha256(words(row.get("orderId")).encode()).hexdigest()[:24]


def order_from(row: Row, around: Surroundings) -> Order:
    """Raises ValueError and its like for an order that cannot be read."""
    details, billing = part(row, "orderDetails"), _billing(row)
    currency = currency_from(part(part(details, "payments"), "orderCurrency").get("currencyId"))
    lines = rows_of(details.get("productsResults"))
    amounts = amounts_of(row, lines, currency)
    reversals = reversals_of(row, amounts.total, around.shop.zone)
    refunded = sum((each.amount for each in reversals), Money.zero(currency))
    created_at = moment(details.get("orderAddDate"), around.shop.zone)
    if created_at is None:
        raise MissingError("orderAddDate")
    buyer = _Buyer.of(row, around)
    return Order(
        id=order_key(row),
        number=words(row.get("orderSerialNumber")) or order_key(row),
        email=buyer.email,
        status=_status(row, amounts.total, refunded),
        source_status=words(details.get("orderStatus")),
        created_at=created_at,
        updated_at=moment(details.get("orderChangeDate"), around.shop.zone) or created_at,
        total=amounts.total,
        customer_id=buyer.customer_id,
        is_guest=buyer.is_guest,
        first_name=words(billing.get("clientFirstName")),
        last_name=words(billing.get("clientLastName")),
        company=words(billing.get("clientFirm")),
        phone=words(billing.get("clientPhone1")) or words(_account(row).get("clientPhone1")),
        shipping=amounts.shipping,
        refunded=refunded or None,
        reversals=reversals,
        discounts=amounts.discounts,
        adjustments=amounts.adjustments,
        lines=_lines(lines, currency, around),
        shipping_method=words(part(details, "dispatch").get("courierName")),
        payment_method=_payment_method(details),
        billing=billing_address(billing),
        delivery=_delivery(row),
        accepts_marketing=buyer.consent,
        note=words(details.get("clientNoteToOrder")),
        language=buyer.language,
        pickup_point=_pickup_point(row),
        custom=_custom(row),
        raw=row,
    )


def cart_from(row: Row, around: Surroundings) -> Cart:
    """Raises ValueError and its like."""
    details, billing = part(row, "orderDetails"), _billing(row)
    currency = currency_from(part(part(details, "payments"), "orderCurrency").get("currencyId"))
    lines = rows_of(details.get("productsResults"))
    left_at = moment(details.get("orderAddDate"), around.shop.zone)
    if left_at is None:
        raise MissingError("orderAddDate")
    buyer = _Buyer.of(row, around)
    return Cart(
        id=order_key(row),
        email=buyer.email,
        total=amounts_of(row, lines, currency).total,
        abandoned_at=left_at,
        updated_at=moment(details.get("orderChangeDate"), around.shop.zone) or left_at,
        customer_id=buyer.customer_id,
        is_guest=buyer.is_guest,
        first_name=words(billing.get("clientFirstName")),
        last_name=words(billing.get("clientLastName")),
        lines=_lines(lines, currency, around),
        raw=row,
    )


def client_number(row: Row) -> str:
    """The buyer's; empty where the order has none."""
    return words(_account(row).get("clientId")).strip("0") and words(_account(row).get("clientId"))


@dataclass(frozen=True, slots=True)
class _Buyer:
    email: str
    customer_id: str
    is_guest: bool
    language: str
    consent: Consent

    @classmethod
    def of(cls, row: Row, around: Surroundings) -> _Buyer:
        """Who bought without an account has a number as well; the client says that there is none."""
        account, number = _account(row), client_number(row)
        client = around.clients.get(number, {})
        email = normalised_email(words(account.get("clientEmail")) or words(client.get("clientEmail")))
        is_guest = is_yes(client.get("isUnregistered")) if client else not words(account.get("clientLogin"))
        is_hidden = is_masked(email) or bool(marketplace_of(row))
        consent = Consent() if is_hidden else around.consents.get(number, Consent())
        is_guest = is_guest or not number
        return cls(email, "" if is_guest else client_id(number), is_guest, language(client.get("langId")), consent)


def _account(row: Row) -> Row:
    return part(part(row, "clientResult"), "clientAccount")


def _billing(row: Row) -> Row:
    return part(part(row, "clientResult"), "clientBillingAddress")


def _status(row: Row, total: Money, refunded: Money) -> OrderStatus:
    word = words(part(row, "orderDetails").get("orderStatus"))
    # A word that the documentation does not know: nothing is claimed of such an order but that somebody has to look.
    status = STATUSES.get(word, OrderStatus.ON_HOLD)
    if word == "new" and _is_sure(row, total):
        status = OrderStatus.PROCESSING
    if not refunded or status not in _MAY_BE_REFUNDED:
        return status
    return OrderStatus.PARTIALLY_REFUNDED if (total - refunded).amount > 0 else OrderStatus.REFUNDED


def _is_sure(row: Row, total: Money) -> bool:
    """A new order is only one that nobody has handled yet: paid, or to be paid on delivery, it is a purchase."""
    kind = words(part(part(row, "orderDetails"), "payments").get("orderPaymentType"))
    return kind in {"cash_on_delivery", "tradecredit"} or paid_for(row, total.currency).amount >= total.amount


def _lines(lines: list[Row], currency: str, around: Surroundings) -> tuple[OrderLine, ...]:
    return tuple(_line(number, line, currency, around) for number, line in enumerate(lines, 1))


def _line(position: int, line: Row, currency: str, around: Surroundings) -> OrderLine:
    product, size = words(line.get("productId")), words(line.get("sizeId"))
    facts = around.products.get(product, ProductFacts())
    name = " ".join(filter(None, [words(line.get("productName")), words(line.get("versionName"))]))
    percent = words(line.get("productVat"))
    return OrderLine(
        id=str(position),
        name=name,
        quantity=money(line.get("productQuantity"), currency).amount,
        unit_price=unit_price(line, currency),
        product_id=product,
        variant_id=f"{product}-{size}" if product and size else "",
        sku=words(line.get("productSizeCodeExternal")) or words(line.get("productCode")),
        ean=facts.eans.get(size, ""),
        category=PATH_SEPARATOR.join(facts.path),
        category_paths=(facts.path,) if facts.path else (),
        url=facts.url,
        image_url=facts.image_url,
        tax_percent=money(percent, currency).amount if percent else None,
    )


def _payment_method(details: Row) -> str:
    forms = (words(each.get("payformName")) for each in rows_of(details.get("prepaids")))
    return next(filter(None, forms), "") or words(part(details, "payments").get("orderPaymentType"))


def _delivery(row: Row) -> Address | None:
    raw = part(part(row, "clientResult"), "clientDeliveryAddress")

    def told(name: str) -> str:
        return words(raw.get(f"clientDeliveryAddress{name}"))

    found = Address(
        first_name=told("FirstName"),
        last_name=told("LastName"),
        company=told("Firm"),
        street=told("Street"),
        postcode=told("ZipCode"),
        city=told("City"),
        region=told("Province"),
        country=country(told("CountryId"), told("Country")),
        phone=told("Phone1") or told("Phone2"),
    )
    return None if found == Address() else found


def _pickup_point(row: Row) -> str:
    """Where the buyer collects the order: the point's name, else its number, with its town."""
    result = part(row, "clientResult")
    point, delivery = part(result, "clientPickupPointAddress"), part(result, "clientDeliveryAddress")
    number = words(delivery.get("clientDeliveryAddressPickupPointInternalId")).strip("0")
    is_point = words(delivery.get("clientDeliveryAddressType")) in {"pickupPoint", "warehouse"}
    name = words(point.get("name")) or words(point.get("pickupPointId")) or (number if is_point or not point else "")
    if not name:
        return ""
    return ", ".join(filter(None, [name, words(point.get("city"))]))


def _custom(row: Row) -> dict[str, str]:
    source = part(part(row, "orderDetails"), "orderSourceResults")
    found = {
        "shop": words(source.get("shopId")),
        "source": words(part(source, "orderSourceDetails").get("orderSourceName")),
        "marketplace": marketplace_of(row),
    }
    return {name: value for name, value in found.items() if value}
