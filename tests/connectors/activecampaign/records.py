"""Records as a shop would bring them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from app.core.consent import Consent, ConsentState
from app.core.money import Money
from app.core.records import Address, Cart, Contact, Order, OrderLine, OrderStatus
from app.core.rules import Refusal
from app.sdk.plan import Draft

PLACED = datetime(2025, 3, 4, 9, 30, tzinfo=UTC)


def drafted(made: Draft | Refusal) -> Draft:
    assert isinstance(made, Draft), made
    return made


def contact(number: int = 1, /, **values: object) -> Contact:
    given: dict[str, object] = {
        "id": str(number),
        "email": f"kunde{number:04d}@example.com",
        "first_name": "Erika",
        "last_name": "Müller",
        "phone": "+49 30 1234",
        **values,
    }
    return Contact(**given)  # type: ignore[arg-type]


def agreed(number: int = 1, /, **values: object) -> Contact:
    return contact(number, consent=Consent(ConsentState.YES), **values)


def line(number: int = 1, /, **values: object) -> OrderLine:
    given: dict[str, object] = {
        "id": f"L{number}",
        "name": f"Lamp {number}",
        "quantity": Decimal(2),
        "unit_price": Money.of("12.50", "GBP"),
        "product_id": f"P{number}",
        "sku": f"SKU-{number}",
        "category": "Lamps",
        **values,
    }
    return OrderLine(**given)  # type: ignore[arg-type]


def order(number: int = 1, /, **values: object) -> Order:
    given: dict[str, object] = {
        "id": f"O{number}",
        "number": f"2025/INV-{number:03}",
        "email": f"kunde{number:04d}@example.com",
        "customer_id": str(number),
        "status": OrderStatus.COMPLETED,
        "created_at": PLACED,
        "total": Money.of("91.11", "GBP"),
        "shipping": Money.of("4.95", "GBP"),
        "tax": Money.of("14.55", "GBP"),
        "first_name": "Erika",
        "last_name": "Müller",
        "lines": (line(1), line(2, unit_price=Money.of("30.58", "GBP"))),
        "shipping_method": "Parcel",
        "billing": Address(first_name="Erika", last_name="Müller", city="Köln", country="DE"),
        **values,
    }
    return Order(**given)  # type: ignore[arg-type]


def cart(number: int = 1, /, **values: object) -> Cart:
    given: dict[str, object] = {
        "id": f"C{number}",
        "email": f"kunde{number:04d}@example.com",
        "customer_id": str(number),
        "total": Money.of("25.00", "GBP"),
        "abandoned_at": PLACED,
        "lines": (line(1),),
        **values,
    }
    return Cart(**given)  # type: ignore[arg-type]
