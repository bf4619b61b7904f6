"""The sender's side of pushes: what Digistore24 posts about a purchase of the practice world, signed as it signs.

The signature is built here once more from the vendor's description, so that sender and receiver cannot share a mistake.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from app.connectors.digistore24.world import PASSPHRASE, Row, World
from app.sdk.pushes import Push

_MERCHANT = "39499382"


def push_of(
    world: World,
    event: str,
    number: str,
    *,
    transaction: int = 0,
    item: int = 0,
    passphrase: str = PASSPHRASE,
    **more: str,
) -> Push:
    """A push about one item of a purchase; ``transaction`` and ``item`` count from 0, ``more`` replaces fields."""
    return signed_push({**_fields(world, event, number, transaction, item), **more}, passphrase)


def connection_test(passphrase: str = PASSPHRASE) -> Push:
    fields = {"event": "connection_test", "merchant_id": _MERCHANT, "merchant_name": "kurshaus", "product_ids": "all"}
    return signed_push(fields, passphrase)


def signed_push(fields: Mapping[str, str], passphrase: str) -> Push:
    body = urlencode([*fields.items(), ("sha_sign", _signature(fields, passphrase))])
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Push(method="POST", headers=headers, body=body.encode())


def _signature(fields: Mapping[str, str], passphrase: str) -> str:
    parts = []
    for name in sorted(fields, key=str.encode):
        if fields[name]:
            parts += [name, "=", fields[name], passphrase]
    return hashlib.sha512("".join(parts).encode("utf-8")).hexdigest().upper()


def _fields(world: World, event: str, number: str, transaction: int, item: int) -> dict[str, str]:
    row = world.purchases[number]
    buyer = world.buyers[str(row["buyer_id"])]
    paid, bought = row["transactions"][transaction], row["items"][item]
    product = world.products[str(bought["product_id"])]
    amount = str(paid["amount"]).removeprefix("-")
    return {
        "event": event,
        "ipn_version": "1.6",
        "api_mode": "test" if row["pay_method"] == "test" else "live",
        "merchant_id": _MERCHANT,
        "order_id": number,
        "order_item_id": str(bought["id"]),
        "order_type": "regular",
        "order_date_time": row["created_at"],
        "item_count": str(len(row["items"])),
        "upsell_no": str(item),
        "quantity": str(bought["quantity"]),
        "billing_type": row["billing_type"],
        "billing_status": row["billing_status"],
        "pay_sequence_no": "0",
        "refund_days": "14",
        "custom": "m:abc+def/ghi=jkl",
        "transaction_id": str(paid["id"]),
        "transaction_type": paid["type"],
        "transaction_amount": amount,
        "transaction_currency": row["currency"],
        "pay_method": row["pay_method"],
        "product_id": str(product["id"]),
        "product_name": product["name"],
        "product_language": product["language"],
        "product_amount": product["price"].removesuffix(".00"),
        "product_txn_amount": product["price"].removesuffix(".00"),
        "product_txn_shipping": "0",
        "placeholder_TITLE": f"{product['name']} (Übersicht)",
        "buyer_language": "de",
        "newsletter_choice": "none",
        "newsletter_choice_msg": "No entry",
        "tags": "",
        "voucher_code": "",
        "affiliate_name": "",
        "affiliate_id": "",
        "campaignkey": "",
        "amount_brutto": amount,
        "currency": row["currency"],
        **_of_buyer(buyer),
    }


def _of_buyer(buyer: Row) -> dict[str, str]:
    told: dict[str, Any] = {
        "buyer_id": buyer["id"],
        "email": buyer["email"],
        "buyer_email": buyer["email"],
        "buyer_first_name": buyer["first_name"],
        "buyer_last_name": buyer["last_name"],
        "address_salutation": buyer["salutation"],
        "address_title": "",
        "address_tax_id": "",
        "address_mobile_no": "",
        **{f"address_{name}": buyer[name] for name in ("first_name", "last_name", "company", "street", "zipcode")},
        **{f"address_{name}": buyer[name] for name in ("city", "state", "country", "phone_no")},
    }
    return {name: str(value or "") for name, value in told.items()}
