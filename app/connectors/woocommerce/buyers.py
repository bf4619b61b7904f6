"""All orders looked through once for who placed them: the only way to people without an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.connectors.woocommerce.consents import ConsentField
from app.connectors.woocommerce.people import UNFINISHED, email_of_order, guest_id, is_of_guest
from app.connectors.woocommerce.reading import FAILING, Place, Windows
from app.connectors.woocommerce.values import Row, words
from app.connectors.woocommerce.wire import Api
from app.core.addresses import normalised_email
from app.core.consent import Consent, ConsentState


@dataclass(frozen=True, slots=True)
class Guest:
    order_id: int
    """Of the newest order, from which name and address are taken."""
    consent: Consent


@dataclass(slots=True)
class Buyers:
    guests: dict[str, Guest] = field(default_factory=dict)
    """By the id that stands for the address; people who have an account are not among them."""
    consents: dict[str, Consent] = field(default_factory=dict)
    """By customer, where consents are kept at orders only."""


async def look_through(api: Api, consent_field: ConsentField) -> Buyers:
    """Orders come in ascending ids, so that a later one speaks for the person."""
    with_account = await _addresses_with_account(api)
    found = Buyers()
    fields = "id,status,customer_id,billing.email" + (",meta_data" if consent_field.key else "")
    async for rows, _ in Windows(api, "orders", {"_fields": fields}).read(Place()):
        for row in rows:
            if FAILING not in row:
                _note(found, row, consent_field, with_account)
    return found


def _note(found: Buyers, row: Row, consent_field: ConsentField, with_account: Mapping[str, str]) -> None:
    consent = consent_field.consent_of(row)
    email = email_of_order(row)
    if is_of_guest(row) and email and email not in with_account:
        key = guest_id(email)
        known = found.guests.get(key)
        kept = known.consent if known and consent.state is ConsentState.ABSENT else consent
        found.guests[key] = Guest(int(row["id"]), kept)
    elif consent.state is not ConsentState.ABSENT and words(row.get("status")) not in UNFINISHED:
        found.consents[words(row.get("customer_id"))] = consent


async def _addresses_with_account(api: Api) -> dict[str, str]:
    found: dict[str, str] = {}
    async for rows, _ in Windows(api, "customers", {"role": "all", "_fields": "id,email"}).read(Place()):
        found |= {normalised_email(words(row.get("email"))): words(row["id"]) for row in rows if FAILING not in row}
    return found
