"""Rows of a practice shop in the shape in which WooCommerce 10.0.2 answers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Row = dict[str, Any]
_CENT = Decimal("0.01")
_RATE_IDS: Mapping[str, int] = {"": 3, "reduced-rate": 4}
PERCENT: Mapping[str, Decimal] = {"": Decimal(19), "reduced-rate": Decimal(7)}
_BILLING = ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country")


def text_of(amount: Decimal) -> str:
    return str(amount.quantize(_CENT, ROUND_HALF_UP))


def tax_on(net: Decimal, tax_class: str) -> Decimal:
    return (net * PERCENT[tax_class] / 100).quantize(_CENT, ROUND_HALF_UP)


def address(kind: str, values: Mapping[str, str]) -> Row:
    more = ("email", "phone") if kind == "billing" else ("phone",)
    return {name: values.get(name, "") for name in (*_BILLING, *more)}


def customer(customer_id: int, email: str, role: str, person: Mapping[str, str]) -> Row:
    return {
        "id": customer_id,
        "date_created": "",
        "date_created_gmt": "",
        "date_modified": None,
        "date_modified_gmt": None,
        "email": email,
        "first_name": person.get("first_name", ""),
        "last_name": person.get("last_name", ""),
        "role": role,
        "username": email.partition("@")[0],
        "billing": address("billing", {**person, "email": email} if person else {}),
        "shipping": address("shipping", person),
        "is_paying_customer": False,
        "avatar_url": f"https://secure.gravatar.com/avatar/{customer_id:032x}?s=96&d=mm&r=g",
        "meta_data": [],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """``net`` is the price of one, without tax. ``off`` is taken off the whole line, without tax."""

    net: Decimal
    quantity: int = 1
    name: str = "Becher"
    product_id: int = 0
    variation_id: int = 0
    sku: str | None = ""
    tax_class: str = ""
    off: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    items: Sequence[Item]
    shipping: Decimal | None = None
    fees: Mapping[str, Decimal] = field(default_factory=dict)
    coupon: str = ""


def line(line_id: int, item: Item) -> Row:
    subtotal = item.net * item.quantity
    total = subtotal - item.off
    taxes = tax_on(subtotal, item.tax_class), tax_on(total, item.tax_class)
    return {
        "id": line_id,
        "name": item.name,
        "product_id": item.product_id,
        "variation_id": item.variation_id,
        "quantity": item.quantity,
        "tax_class": item.tax_class,
        "subtotal": text_of(subtotal),
        "subtotal_tax": text_of(taxes[0]),
        "total": text_of(total),
        "total_tax": text_of(taxes[1]),
        "taxes": [{"id": _RATE_IDS[item.tax_class], "total": text_of(taxes[1]), "subtotal": text_of(taxes[0])}],
        "meta_data": [],
        "sku": item.sku,
        "price": float(total / item.quantity),
        "image": {"id": "", "src": ""},
        "parent_name": None,
    }


def _fee(fee_id: int, name: str, net: Decimal) -> Row:
    tax = text_of(tax_on(net, ""))
    taxes = [{"id": 3, "total": tax, "subtotal": ""}]
    return {
        "id": fee_id,
        "name": name,
        "tax_class": "",
        "tax_status": "taxable",
        "amount": "",
        "total": text_of(net),
        "total_tax": tax,
        "taxes": taxes,
        "meta_data": [],
    }


def order(order_id: int, basket: Basket, currency: str) -> Row:
    lines = [line(order_id * 10 + number, item) for number, item in enumerate(basket.items, 1)]
    fees = [_fee(order_id * 10 + 7, name, net) for name, net in basket.fees.items()]
    shipping = basket.shipping or Decimal(0)
    shipping_tax = tax_on(shipping, "")
    off = sum((item.off for item in basket.items), Decimal(0))
    off_tax = sum((Decimal(each["subtotal_tax"]) - Decimal(each["total_tax"]) for each in lines), Decimal(0))
    cart_tax = sum((Decimal(each["total_tax"]) for each in (*lines, *fees)), Decimal(0))
    net = sum((Decimal(each["total"]) for each in (*lines, *fees)), shipping)
    return {
        "id": order_id,
        "parent_id": 0,
        "status": "processing",
        "currency": currency,
        "version": "10.0.2",
        "prices_include_tax": False,
        "date_created": "",
        "date_modified": "",
        "discount_total": text_of(off),
        "discount_tax": text_of(off_tax),
        "shipping_total": text_of(shipping),
        "shipping_tax": text_of(shipping_tax),
        "cart_tax": text_of(cart_tax),
        "total": text_of(net + cart_tax + shipping_tax),
        "total_tax": text_of(cart_tax + shipping_tax),
        "customer_id": 0,
        "order_key": f"wc_order_{order_id:013d}",
        "billing": address("billing", {}),
        "shipping": address("shipping", {}),
        "payment_method": "bacs",
        "payment_method_title": "Überweisung",
        "transaction_id": "",
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": "checkout",
        "customer_note": "",
        "date_completed": None,
        "date_paid": None,
        "cart_hash": "",
        "number": str(order_id),
        "meta_data": [],
        "line_items": lines,
        "tax_lines": _tax_lines(order_id, lines, shipping_tax),
        "shipping_lines": [] if basket.shipping is None else [_shipping_line(order_id, shipping, shipping_tax)],
        "fee_lines": fees,
        "coupon_lines": [_coupon_line(order_id, basket.coupon, off, off_tax)] if basket.coupon else [],
        "refunds": [],
        "payment_url": "",
        "is_editable": False,
        "needs_payment": False,
        "needs_processing": True,
        "date_created_gmt": "",
        "date_modified_gmt": "",
        "date_completed_gmt": None,
        "date_paid_gmt": None,
        "currency_symbol": "€",
    }


def _tax_lines(order_id: int, lines: Sequence[Row], shipping_tax: Decimal) -> list[Row]:
    taxes = {each["tax_class"]: Decimal(0) for each in lines}
    for each in lines:
        taxes[each["tax_class"]] += Decimal(each["total_tax"])
    return [
        {
            "id": order_id * 100 + _RATE_IDS[name],
            "rate_code": f"DE-MWST-{_RATE_IDS[name]}",
            "rate_id": _RATE_IDS[name],
            "label": "MwSt",
            "compound": False,
            "tax_total": text_of(total),
            "shipping_tax_total": text_of(Decimal(0) if name else shipping_tax),
            "rate_percent": int(PERCENT[name]),
            "meta_data": [],
        }
        for name, total in taxes.items()
    ]


def _shipping_line(order_id: int, net: Decimal, tax: Decimal) -> Row:
    return {
        "id": order_id * 10 + 8,
        "method_title": "DHL",
        "method_id": "flat_rate",
        "instance_id": "",
        "total": text_of(net),
        "total_tax": text_of(tax),
        "taxes": [{"id": 3, "total": text_of(tax), "subtotal": ""}],
        "tax_status": "taxable",
        "meta_data": [],
    }


def _coupon_line(order_id: int, code: str, off: Decimal, off_tax: Decimal) -> Row:
    """One decimal where it is enough; the tax of a coupon may differ from that of the order by a cent."""
    return {
        "id": order_id * 10 + 9,
        "code": code,
        "discount": text_of(off).removesuffix("0"),
        "discount_tax": text_of(off_tax - _CENT),
        "meta_data": [],
        "discount_type": "percent",
        "nominal_amount": 10,
        "free_shipping": False,
    }


def refund(refund_id: int, order_id: int, amount: Decimal, reason: str) -> Row:
    return {
        "id": refund_id,
        "parent_id": order_id,
        "date_created": "",
        "date_created_gmt": "",
        "amount": text_of(amount),
        "reason": reason,
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": [],
        "line_items": [],
        "shipping_lines": [],
        "tax_lines": [],
        "fee_lines": [],
    }
