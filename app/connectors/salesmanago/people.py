"""A contact as SALESmanago tells it: who it is, and whether the newsletter may reach it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.connectors.salesmanago.answers import Row
from app.core.consent import Standing
from app.sdk.plan import Known

CUSTOMER = "CUSTOMER"
_YES = (True, "true")
_NO = (False, "false")


def id_of(row: Row) -> str:
    """``basic`` calls it contactId, ``list`` calls it id."""
    return str(row.get("contactId") or row.get("id") or "")


def is_deleted(row: Row) -> bool:
    return row.get("deleted") in _YES


def is_invalid(row: Row) -> bool:
    return row.get("invalid") in _YES


def has_opted_out(row: Row) -> bool:
    return row.get("optedOut") in _YES


def standing_of(row: Row) -> Standing:
    """Unknown where the row does not say clearly: then nobody is subscribed."""
    if is_deleted(row):
        return Standing.DELETED
    if has_opted_out(row):
        return Standing.UNSUBSCRIBED
    if is_invalid(row):
        return Standing.BOUNCED
    return Standing.SUBSCRIBED if row.get("optedOut") in _NO else Standing.UNKNOWN


def the_living(rows: Sequence[Row]) -> Row | None:
    """Contacts are unique by address, but a deleted one may be listed beside the one that came after it."""
    return next((row for row in rows if not is_deleted(row)), rows[0] if rows else None)


def known_person(rows: Sequence[Row]) -> Known:
    row = the_living(rows)
    if row is None:
        return Known(standing=Standing.NONE)
    matches = max(1, len({id_of(each) for each in rows if not is_deleted(each)}))
    return Known(
        exists=not is_deleted(row),
        target_id=id_of(row),
        standing=standing_of(row),
        matches=matches,
        facts={"state": str(row.get("state") or "")},
    )


def becomes_customer(contact: Mapping[str, Any], known: Known) -> bool:
    """A prospect who opens an account or buys. Any other state was given in SALESmanago, and stays."""
    return contact.get("state") == CUSTOMER and known.facts.get("state", "") in {"", "PROSPECT", "UNKNOWN"}
