"""Orders and carts as SALESmanago's external events.

https://docs.salesmanago.com/#adding-contact-external-events. The details follow the vendor's own plug-in for
WooCommerce, so that its ready-made templates work: 1 names, 2 number of the order, 3 quantities, 4 note, 5 shipping,
6 and 7 other product numbers, 8 language, 9 currency; 10 is the pick-up point, 11 the key of the shop.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlsplit

from app.connectors.salesmanago.settings import OfferIds
from app.core.money import Money
from app.core.records import Cart, Order, OrderLine, OrderStatus, Product
from app.sdk.target import Mappings

PURCHASE, RETURN, CANCELLATION, CART = "PURCHASE", "RETURN", "CANCELLATION", "CART"
_PAID = {
    OrderStatus.PROCESSING,
    OrderStatus.COMPLETED,
    OrderStatus.REFUNDED,
    OrderStatus.PARTIALLY_REFUNDED,
}
_UNPAID = {OrderStatus.PENDING, OrderStatus.ON_HOLD}
_OVER = {OrderStatus.CANCELLED, OrderStatus.FAILED}
_LONGEST_PRODUCTS = 512
_LONGEST_DETAIL = 255
_LONGEST_DESCRIPTION = 2048
SHOP_KEY = "detail11"
_CENT = Decimal("0.01")
_NOT_IN_LOCATION = re.compile(r"[^A-Za-z0-9_.;-]+")

Event = dict[str, Any]
"""What goes out as ``contactEvent``, without its date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTerms:
    """``location`` ties an event to the product catalogue."""

    location: str
    shop_domain: str
    offer_ids: OfferIds
    mappings: Mappings
    counts_unpaid: bool = False

    @classmethod
    def of(cls, mappings: Mappings, *, location: str, offer_ids: OfferIds, counts_unpaid: bool) -> EventTerms:
        return cls(
            location=location or _NOT_IN_LOCATION.sub("_", mappings.source_system or "shop")[:36],
            shop_domain=urlsplit(mappings.source_url).hostname or "",
            offer_ids=offer_ids,
            mappings=mappings,
            counts_unpaid=counts_unpaid,
        )

    def line_id(self, line: OrderLine) -> str:
        mapped = self.mappings.product_number(line)
        own = (line.product_id, line.sku) if self.offer_ids is OfferIds.PRODUCT else (line.sku, line.product_id)
        return mapped or next((each for each in own if each), "")

    def product_id(self, product: Product) -> str:
        products = self.mappings.products
        mapped = next((products[key] for key in (product.sku, product.id, "*") if key and products.get(key)), "")
        return mapped or (product.id if self.offer_ids is OfferIds.PRODUCT else product.sku or product.id)

    def events_of(self, order: Order) -> list[Event]:
        """In the order in which they are sent. Empty while the order counts for nothing yet."""
        if order.status in _OVER:
            return [self._of_order(order, CANCELLATION, order.total)]
        if order.status in _UNPAID and not self.counts_unpaid:
            return []
        events = [self._of_order(order, PURCHASE, order.total)]
        returned = _returned(order)
        if returned:
            events.append(self._of_order(order, RETURN, returned))
        return events

    def cart_event(self, cart: Cart) -> Event:
        return _tidied(
            {
                **self._about(CART, cart.id, cart.total, cart.lines),
                "description": cart.url[:_LONGEST_DESCRIPTION],
                "detail9": cart.total.currency,
            }
        )

    def _of_order(self, order: Order, kind: str, amount: Money) -> Event:
        return _tidied(
            {
                **self._about(kind, order.id, amount, order.lines),
                "description": order.payment_method[:_LONGEST_DESCRIPTION],
                "detail2": order.number,
                "detail4": order.note,
                "detail5": order.shipping_method,
                "detail8": order.language,
                "detail9": order.total.currency,
                "detail10": order.pickup_point,
            }
        )

    def _about(self, kind: str, external_id: str, amount: Money, lines: Iterable[OrderLine]) -> Event:
        told = [(self.line_id(line), line) for line in lines]
        known = [(number, line) for number, line in told if number]
        return {
            "contactExtEventType": kind,
            "externalId": external_id,
            "value": amount.amount.quantize(_CENT, ROUND_HALF_UP),
            "products": cut((number for number, _ in known), ",", _LONGEST_PRODUCTS),
            "location": self.location,
            "shopDomain": self.shop_domain,
            SHOP_KEY: self.mappings.source_id,
            "detail1": cut((line.name.replace(",", " ") for _, line in known), ",", _LONGEST_DETAIL),
            "detail3": cut((f"{line.quantity.normalize():f}" for _, line in known), "/", _LONGEST_DETAIL),
            "detail6": cut((line.sku for _, line in known if line.sku), ",", _LONGEST_DETAIL),
            "detail7": cut((line.ean for _, line in known if line.ean), ",", _LONGEST_DETAIL),
        }


def moment_of(record: Order | Cart, kind: str) -> datetime:
    """When the event happened. A refund or cancellation happened last, as far as the shop tells."""
    if isinstance(record, Cart):
        return record.abandoned_at
    if kind == PURCHASE:
        return record.created_at
    if kind == RETURN and record.reversals:
        return max(each.at for each in record.reversals)
    return record.updated_at or record.created_at


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def cut(words: Iterable[str], separator: str, longest: int) -> str:
    """As many whole words as fit."""
    joined = ""
    for word in words:
        longer = f"{joined}{separator}{word}" if joined else word
        if len(longer) > longest:
            return joined or word[:longest]
        joined = longer
    return joined


def is_equal(event: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether SALESmanago holds what would be sent, as far as it tells it back."""
    value = found.get("value")
    if value is not None and Decimal(str(value)) != event["value"]:
        return False
    compared = ("products", "description", "location", "shopDomain", "detail1", "detail3", "detail10")
    return all(found[name] == event.get(name, "") for name in compared if found.get(name))


def _returned(order: Order) -> Money | None:
    if order.refunded:
        return order.refunded
    return order.total if order.status is OrderStatus.REFUNDED else None


def _tidied(event: Event) -> Event:
    """Without what is empty, every detail within its length."""
    return {
        name: value[:_LONGEST_DETAIL] if name.startswith("detail") or name in {"externalId", "shopDomain"} else value
        for name, value in event.items()
        if value != ""
    }
