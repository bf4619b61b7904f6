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


def refused(made: Draft | Refusal) -> str:
    assert isinstance(made, Refusal), made
    return made.reason


def consent(state: str) -> Consent:
    return Consent(ConsentState(state), PLACED)


def contact(number: int = 1, state: str = "absent", /, **values: object) -> Contact:
    given: dict[str, object] = {
        "id": str(number),
        "email": f"klient{number:04d}@example.com",
        "first_name": "Grażyna",
        "last_name": "Żółć",
        "phone": "+48 12 345 67 89",
        "consent": consent(state),
        "address": Address(street="Długa 7", street_2="m. 3", postcode="31-147", city="Kraków", country="PL"),
        **values,
    }
    return Contact(**given)  # type: ignore[arg-type]


def line(number: int = 1, /, **values: object) -> OrderLine:
    given: dict[str, object] = {
        "id": f"L{number}",
        "name": f"Lampa {number}",
        "quantity": Decimal(2),
        "unit_price": Money.of("12.50", "EUR"),
        "product_id": f"P{number}",
        "sku": f"SKU-{number}",
        "category_paths": (("Lampy", "Stojące", "Białe"),),
        **values,
    }
    return OrderLine(**given)  # type: ignore[arg-type]


def order(number: int = 1, /, **values: object) -> Order:
    given: dict[str, object] = {
        "id": f"O{number}",
        "number": f"2025/{number:03}",
        "email": f"klient{number:04d}@example.com",
        "customer_id": str(number),
        "status": OrderStatus.COMPLETED,
        "created_at": PLACED,
        "updated_at": PLACED,
        "total": Money.of("29.95", "EUR"),
        "shipping": Money.of("4.95", "EUR"),
        "first_name": "Grażyna",
        "last_name": "Żółć",
        "lines": (line(1),),
        "shipping_method": "Paczkomat",
        "payment_method": "BLIK",
        "language": "pl",
        "pickup_point": "KRA01A",
        "billing": Address(street="Długa 7", postcode="31-147", city="Kraków", country="PL"),
        **values,
    }
    return Order(**given)  # type: ignore[arg-type]


def cart(number: int = 1, /, **values: object) -> Cart:
    given: dict[str, object] = {
        "id": f"C{number}",
        "email": f"klient{number:04d}@example.com",
        "customer_id": str(number),
        "total": Money.of("25.00", "EUR"),
        "abandoned_at": PLACED,
        "first_name": "Grażyna",
        "last_name": "Żółć",
        "lines": (line(1),),
        "url": "https://lampenladen.example/cart/1",
        **values,
    }
    return Cart(**given)  # type: ignore[arg-type]
