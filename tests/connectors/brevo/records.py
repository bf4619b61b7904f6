"""Records as a shop would bring them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from app.core.consent import Consent, ConsentState
from app.core.money import Money
from app.core.records import Address, Contact, Order, OrderLine, OrderStatus

PLACED = datetime(2025, 3, 4, 9, 30, tzinfo=UTC)


def contact(number: int = 1, /, **values: object) -> Contact:
    given: dict[str, object] = {
        "id": str(number),
        "email": f"neu{number:04d}@example.com",
        "first_name": "Jörg",
        "last_name": "Weiß",
        **values,
    }
    return Contact(**given)  # type: ignore[arg-type]


def agreed(number: int = 1, /, **values: object) -> Contact:
    return contact(number, consent=Consent(ConsentState.YES), **values)


def withdrawn(number: int = 1, /, **values: object) -> Contact:
    return contact(number, consent=Consent(ConsentState.WITHDRAWN), **values)


def line(number: int = 1, /, **values: object) -> OrderLine:
    given: dict[str, object] = {
        "id": f"L{number}",
        "name": f"Lampe {number}",
        "quantity": Decimal(2),
        "unit_price": Money.of("12.50", "EUR"),
        "product_id": f"P{number}",
        "sku": f"SKU-{number}",
        **values,
    }
    return OrderLine(**given)  # type: ignore[arg-type]


def order(number: int = 1, /, **values: object) -> Order:
    given: dict[str, object] = {
        "id": f"O{number}",
        "number": f"2025/{number:03}",
        "email": "vera@example.com",
        "customer_id": str(number),
        "status": OrderStatus.COMPLETED,
        "created_at": PLACED,
        "total": Money.of("29.95", "EUR"),
        "shipping": Money.of("4.95", "EUR"),
        "lines": (line(1),),
        "billing": Address(street="Lange Straße 1", postcode="04109", city="Leipzig", country="DE"),
        **values,
    }
    return Order(**given)  # type: ignore[arg-type]
