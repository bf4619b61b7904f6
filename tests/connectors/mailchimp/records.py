"""Records as a shop would bring them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from app.core.consent import Consent, ConsentState
from app.core.money import Money
from app.core.records import Address, Cart, Contact, Discount, Order, OrderLine, OrderStatus, Product

PLACED = datetime(2025, 3, 4, 9, 30, tzinfo=UTC)
AGREED = Consent(ConsentState.YES, PLACED)
WITHDRAWN = Consent(ConsentState.WITHDRAWN, PLACED)


def contact(number: int = 1, /, **values: object) -> Contact:
    given: dict[str, object] = {
        "id": str(number),
        "email": f"kunde{number:04d}@example.com",
        "first_name": "Erika",
        "last_name": "Müller",
        "phone": "+49 30 1234",
        "created_at": PLACED,
        **values,
    }
    return Contact(**given)  # type: ignore[arg-type]


def agreed(number: int = 1, /, **values: object) -> Contact:
    return contact(number, **{"consent": AGREED, **values})


def line(number: int = 1, /, **values: object) -> OrderLine:
    given: dict[str, object] = {
        "id": f"L{number}",
        "name": f"Becher {number}",
        "quantity": Decimal(2),
        "unit_price": Money.of("9.95", "EUR"),
        "product_id": str(700 + number),
        "sku": f"B-{number}",
        **values,
    }
    return OrderLine(**given)  # type: ignore[arg-type]


def order(number: int = 1, /, **values: object) -> Order:
    given: dict[str, object] = {
        "id": str(5000 + number),
        "number": f"R{number}",
        "email": f"kunde{number:04d}@example.com",
        "status": OrderStatus.COMPLETED,
        "created_at": PLACED,
        "updated_at": PLACED,
        "total": Money.of("24.80", "EUR"),
        "customer_id": str(number),
        "first_name": "Erika",
        "last_name": "Müller",
        "shipping": Money.of("4.90", "EUR"),
        "lines": (line(),),
        "billing": Address(first_name="Erika", last_name="Müller", street="Weg 1", city="Köln", country="DE"),
        **values,
    }
    return Order(**given)  # type: ignore[arg-type]


def discounted(number: int = 1, /) -> Order:
    discount = Discount(name="SOMMER", amount=Money.of("2", "EUR"))
    return order(number, discounts=(discount,), total=Money.of("22.80", "EUR"))


def cart(number: int = 1, /, **values: object) -> Cart:
    given: dict[str, object] = {
        "id": f"c{number}",
        "email": f"kunde{number:04d}@example.com",
        "total": Money.of("19.90", "EUR"),
        "abandoned_at": PLACED,
        "lines": (line(),),
        "url": "https://shop.example/cart",
        **values,
    }
    return Cart(**given)  # type: ignore[arg-type]


def product(number: int = 1, /, **values: object) -> Product:
    given: dict[str, object] = {
        "id": str(700 + number),
        "name": f"Becher {number}",
        "sku": f"B-{number}",
        "price": Money.of("9.95", "EUR"),
        "quantity": Decimal(5),
        "categories": (("Geschirr", "Becher"),),
        **values,
    }
    return Product(**given)  # type: ignore[arg-type]
