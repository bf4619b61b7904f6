"""Orders as a shop answers them: 2.3 kB of JSON each, three lines, no two alike."""

from __future__ import annotations

import json
from functools import lru_cache

PAGE_SIZE = 250
_PLACEHOLDER = 7_777_777
"""Stands for the order's number in the rendered text; seven digits, so that every order has the same size."""
FIRST_ID = 1_000_000


def order_document(number: int) -> dict[str, object]:
    address = {
        "first_name": "Katarzyna",
        "last_name": "Wiśniewska-Müller",
        "company": "Kräuterhof Morgentau GmbH",
        "street_1": "Große Bleichen 21",
        "street_2": "Hinterhaus, 3. Stock links",
        "city": "Hamburg",
        "state": "Hamburg",
        "zip": "20354",
        "country": "Germany",
        "country_iso2": "DE",
        "phone": "+49 40 5550 1234",
        "email": f"person{number}@example.com",
    }
    return {
        "id": number,
        "number": f"2026-{number}",
        "customer_id": number + 5,
        "date_created": "2026-03-14T09:26:53+00:00",
        "date_modified": "2026-03-15T11:02:10+00:00",
        "status": "Completed",
        "currency": "EUR",
        "total": "141.80",
        "tax": "22.64",
        "shipping": "4.90",
        "discount": "10.00",
        "discount_name": "SPRING26",
        "refunded": "0.00",
        "items_total": 4,
        "payment_method": "PayPal Commerce",
        "payment_status": "captured",
        "shipping_method": "DHL Paket, 2 bis 3 Werktage",
        "channel_id": 1,
        "is_deleted": False,
        "staff_notes": "",
        "customer_message": "Bitte beim Nachbarn im Erdgeschoss abgeben, danke!",
        "url": f"https://shop.example.com/account/orders/{number}",
        "billing_address": address,
        "shipping_address": {key: value for key, value in address.items() if key != "email"},
        "lines": [_line(number, index) for index in range(3)],
    }


def _line(number: int, index: int) -> dict[str, object]:
    return {
        "id": number * 10 + index,
        "product_id": 4_100 + index,
        "variant_id": 9_300 + index,
        "sku": f"TEA-{4_100 + index}-100G",
        "name": ("Sencha Kräuter weiß 100 g", "Teekanne Löffel groß", "Geschenkdose Morgentau")[index],
        "quantity": 1 + index % 2,
        "price": ("19.90", "45.50", "36.00")[index],
        "price_tax": ("3.18", "7.26", "5.75")[index],
        "category": "Tee > Grüner Tee",
        "url": f"https://shop.example.com/products/{4_100 + index}",
        "image": f"https://cdn.shop.example.com/s-1/products/{4_100 + index}/images/{9_300 + index}/tea.1280.jpg",
    }


@lru_cache(maxsize=1)
def _pieces() -> list[bytes]:
    rendered = json.dumps(order_document(_PLACEHOLDER), ensure_ascii=False).encode()
    # Numbers derived from the order's own differ by a constant, which renders as one of seven or eight digits.
    return rendered.split(str(_PLACEHOLDER).encode())


def render_order(number: int) -> bytes:
    return str(number).encode().join(_pieces())


def render_page(first: int, count: int) -> bytes:
    """Orders ``first`` to ``first + count - 1``, counted from 0."""
    orders = (render_order(FIRST_ID + first + index) for index in range(count))
    return b'{"orders":[' + b",".join(orders) + b"]}"


def order_size() -> int:
    """Bytes of one order on the wire."""
    return len(render_order(FIRST_ID))
