"""Who stands behind an address: an account, or orders without one. Asked from the shop, one person at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from app.connectors.woocommerce.consents import ConsentField
from app.connectors.woocommerce.values import Row, words
from app.connectors.woocommerce.wire import MOST_ROWS, Api
from app.core.addresses import normalised_email
from app.core.consent import Consent, ConsentState
from app.sdk.answers import RejectedError

UNFINISHED = frozenset({"checkout-draft", "auto-draft", "trash"})
"""What shoppers have typed so far, or what was thrown away: no orders."""
_NEWEST = {"orderby": "id", "order": "desc", "per_page": str(MOST_ROWS)}
_GUEST = "guest-"
_ERASED = "deleted@site.invalid"
"""What WordPress writes for an address when somebody's data is erased: nobody, and the same for all of them."""


def guest_id(email: str) -> str:
    """The shop has no id for people without an account. ``email`` is normalised."""
    return _GUEST + hashlib.sha256(email.encode()).hexdigest()[:32]


def is_guest_id(contact_id: str) -> bool:
    return contact_id.startswith(_GUEST)


def email_of_order(row: Row) -> str:
    """Normalised; empty where there is none, or where it was erased."""
    billing = row.get("billing")
    email = normalised_email(words(billing.get("email"))) if isinstance(billing, dict) else ""
    return "" if email == _ERASED else email


def is_of_guest(row: Row) -> bool:
    """Without an account; a deleted customer's orders look the same (10.0.2)."""
    return not int(row.get("customer_id") or 0) and words(row.get("status")) not in UNFINISHED


def newest_consent(field: ConsentField, rows: Sequence[Row]) -> Consent:
    """Of orders, newest first: what was said last; an order that never asked says nothing."""
    found = (field.consent_of(row) for row in rows)
    return next((each for each in found if each.state is not ConsentState.ABSENT), Consent())


class People:
    def __init__(self, api: Api) -> None:
        self._api = api

    async def accounts(self, email: str) -> list[Row]:
        """Customers of every role with exactly this address."""
        try:
            found = (await self._api.rows("customers", {"email": email, "role": "all"})).rows
        except RejectedError as error:
            if error.answer.status == 400:  # WordPress takes fewer addresses for valid: then nobody has this one
                return []
            raise
        return [row for row in found if normalised_email(words(row.get("email"))) == email]

    async def guest_orders(self, email: str) -> list[Row]:
        """Newest first; the shop's search also finds parts of addresses."""
        found = (await self._api.rows("orders", {"search": email, **_NEWEST})).rows
        return [row for row in found if is_of_guest(row) and email_of_order(row) == email]

    async def orders_of(self, customer_id: str) -> list[Row]:
        """Newest first."""
        found = (await self._api.rows("orders", {"customer": customer_id, **_NEWEST})).rows
        return [row for row in found if words(row.get("status")) not in UNFINISHED]
