"""People as a shop would bring them."""

from __future__ import annotations

from app.core.consent import Consent, ConsentState
from app.core.records import Contact


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
