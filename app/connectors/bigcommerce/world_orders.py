"""Orders as BigCommerce answers them. All amounts that go in include tax; what comes out is text with four decimals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Row = dict[str, Any]

STATUS_NAMES: Mapping[int, str] = {
    0: "Incomplete",
    1: "Pending",
    2: "Shipped",
    3: "Partially Shipped",
    4: "Refunded",
    5: "Cancelled",
    6: "Declined",
    7: "Awaiting Payment",
    8: "Awaiting Pickup",
    9: "Awaiting Shipment",
    10: "Completed",
    11: "Awaiting Fulfillment",
    12: "Manual Verification Required",
    13: "Disputed",
    14: "Partially Refunded",
}
_ZERO = "0.0000"


def text_of(amount: Decimal) -> str:
    """Money in V2: a text with four decimals."""
    return str(amount.quantize(Decimal("0.0001"), ROUND_HALF_UP))


def without_tax(gross: Decimal, percent: int) -> Decimal:
    return gross * 100 / (100 + percent)


@dataclass(frozen=True, slots=True)
class OrderSums:
    """Including tax, in the order's currency."""

    goods: Decimal
    shipping: Decimal
    coupon: Decimal
    discount: Decimal

    @property
    def total(self) -> Decimal:
        return self.goods + self.shipping - self.coupon - self.discount


def order_line(
    order_id: int, number: int, quantity: int, product_row: Row | None, price: Decimal | None, name: str
) -> Row:
    product_row = product_row or {}
    percent = int(product_row.get("tax_class_id", 19))
    gross = price if price is not None else Decimal(str(product_row.get("price", 0)))
    net = without_tax(gross, percent)
    variant = (product_row.get("variants") or [{}])[0]
    title = name or str(product_row.get("name", ""))
    return {
        "id": order_id * 100 + number,
        "order_id": order_id,
        "product_id": int(product_row.get("id", 0)),
        "variant_id": int(variant.get("id", 0)),
        "order_address_id": order_id,
        "name": title,
        "name_customer": title,
        "name_merchant": title,
        "sku": str(variant.get("sku", "")),
        "upc": str(variant.get("upc", "")),
        "type": "physical",
        "base_price": text_of(gross),
        "price_ex_tax": text_of(net),
        "price_inc_tax": text_of(gross),
        "price_tax": text_of(gross - net),
        "base_total": text_of(gross * quantity),
        "total_ex_tax": text_of(net * quantity),
        "total_inc_tax": text_of(gross * quantity),
        "total_tax": text_of((gross - net) * quantity),
        "discounted_total_inc_tax": text_of(gross * quantity),
        "quantity": quantity,
        "is_refunded": False,
        "quantity_refunded": 0,
        "refund_amount": _ZERO,
        "quantity_shipped": 0,
        "brand": "",
        "applied_discounts": [],
        "product_options": [],
        "configurable_fields": [],
    }


def apply_discounts(lines: Sequence[Row], goods: Decimal, code: str, off: Decimal, discount: Decimal) -> None:
    """Both discounts shared among the lines by value; the last line takes what rounding leaves."""
    for name, amount, discount_id in ((code, off, "coupon"), ("", discount, "manual-discount")):
        left = amount
        for line in lines if amount else ():
            is_last = line is lines[-1]
            share = left if is_last else (amount * Decimal(line["total_inc_tax"]) / goods).quantize(Decimal("0.01"))
            left -= share
            line["applied_discounts"].append(
                {
                    "id": discount_id,
                    "amount": text_of(share),
                    "name": name or "Manual Discount",
                    "code": name or None,
                    "target": "order",
                }
            )
            line["discounted_total_inc_tax"] = text_of(Decimal(line["discounted_total_inc_tax"]) - share)


def order(order_id: int, sums: OrderSums, lines: Sequence[Row], at: str, currency: str, shown_currency: str) -> Row:
    net_goods = sum((Decimal(line["total_ex_tax"]) for line in lines), Decimal(0))
    kept = sums.total / (sums.goods + sums.shipping) if sums.goods + sums.shipping else Decimal(1)
    net = (net_goods + without_tax(sums.shipping, 19)) * kept
    quantity = sum(int(line["quantity"]) for line in lines)
    return {
        "id": order_id,
        "date_created": at,
        "date_modified": at,
        "date_shipped": "",
        "subtotal_ex_tax": text_of(net_goods),
        "subtotal_inc_tax": text_of(sums.goods),
        "subtotal_tax": text_of(sums.goods - net_goods),
        "base_shipping_cost": text_of(sums.shipping),
        "shipping_cost_ex_tax": text_of(without_tax(sums.shipping, 19)),
        "shipping_cost_inc_tax": text_of(sums.shipping),
        "shipping_cost_tax": text_of(sums.shipping - without_tax(sums.shipping, 19)),
        "base_handling_cost": _ZERO,
        "handling_cost_ex_tax": _ZERO,
        "handling_cost_inc_tax": _ZERO,
        "handling_cost_tax": _ZERO,
        "base_wrapping_cost": _ZERO,
        "wrapping_cost_ex_tax": _ZERO,
        "wrapping_cost_inc_tax": _ZERO,
        "wrapping_cost_tax": _ZERO,
        "total_ex_tax": text_of(net),
        "total_inc_tax": text_of(sums.total),
        "total_tax": text_of(sums.total - net),
        "items_total": quantity,
        "items_shipped": 0,
        "payment_method": "PayPal",
        "payment_provider_id": "",
        "payment_status": "captured",
        "refunded_amount": _ZERO,
        "store_credit_amount": _ZERO,
        "gift_certificate_amount": _ZERO,
        "currency_id": 1,
        "currency_code": shown_currency,
        "currency_exchange_rate": "1.0000000000",
        "default_currency_id": 1,
        "default_currency_code": currency,
        "store_default_currency_code": currency,
        "discount_amount": text_of(sums.discount),
        "coupon_discount": text_of(sums.coupon),
        "shipping_address_count": 1 if sums.shipping else 0,
        "is_deleted": False,
        "is_tax_inclusive_pricing": True,
        "order_source": "www",
        "channel_id": 1,
        "external_source": None,
        "customer_locale": "de",
        "customer_message": "",
        "staff_notes": "",
    }


def billing_address(customer_row: Row | None, guest: tuple[str, str, str] | None) -> Row:
    if customer_row is None:
        first, last, email = guest or ("", "", "")
        return {
            "first_name": first,
            "last_name": last,
            "company": "",
            "street_1": "Am Hafen 7",
            "street_2": "",
            "city": "Kiel",
            "state": "Schleswig-Holstein",
            "zip": "24103",
            "country": "Germany",
            "country_iso2": "DE",
            "phone": "",
            "email": email,
            "form_fields": [],
        }
    home = (customer_row.get("addresses") or [{}])[0]
    return {
        "first_name": customer_row["first_name"],
        "last_name": customer_row["last_name"],
        "company": customer_row["company"],
        "street_1": home.get("address1", ""),
        "street_2": home.get("address2", ""),
        "city": home.get("city", ""),
        "state": home.get("state_or_province", ""),
        "zip": home.get("postal_code", ""),
        "country": home.get("country", ""),
        "country_iso2": home.get("country_code", ""),
        "phone": customer_row["phone"],
        "email": customer_row["email"],
        "form_fields": [],
    }


def shipping_address(order_id: int, billing: Row, cost: Decimal, items: int) -> Row:
    return {
        **{name: value for name, value in billing.items() if name != "form_fields"},
        "id": order_id,
        "order_id": order_id,
        "items_total": items,
        "items_shipped": 0,
        "shipping_method": "DHL Paket",
        "base_cost": text_of(cost),
        "cost_ex_tax": text_of(without_tax(cost, 19)),
        "cost_inc_tax": text_of(cost),
        "cost_tax": text_of(cost - without_tax(cost, 19)),
        "shipping_zone_id": 1,
        "shipping_zone_name": "Europa",
        "form_fields": [],
    }


def refund(order_id: int, amount: Decimal, at: str, *, is_declined: bool) -> Row:
    return {
        "order_id": order_id,
        "user_id": 1,
        "created": at,
        "reason": "Rückgabe",
        "total_amount": float(amount),
        "total_tax": 0,
        "uses_merchant_override_values": False,
        "items": [
            {
                "item_type": "ORDER",
                "item_id": order_id,
                "quantity": 1,
                "requested_amount": float(amount),
                "reason": "",
            }
        ],
        "payments": [
            {
                "id": order_id,
                "provider_id": "paypal",
                "amount": float(amount),
                "offline": False,
                "is_declined": is_declined,
                "declined_message": "declined" if is_declined else "",
            }
        ],
    }
