"""Single values out of WooCommerce's answers. Everything raises ValueError for what cannot be read."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from app.core.money import decimal_from
from app.core.records import Address
from app.sdk.legible import CurrencyMissingError

Row = Mapping[str, Any]
_ONE_MINUTE_S = 60


def words(raw: object) -> str:
    """Text as it is, numbers as text, nothing for null."""
    return "" if raw is None else str(raw).strip()


def plain(raw: object) -> str:
    """Names come with HTML entities: ``Größe &amp; Maß``."""
    return html.unescape(words(raw))


def moment(row: Row, name: str) -> datetime | None:
    """``name_gmt`` is UTC without a zone; given in the shop's own offset of that day, which ``name`` beside it shows.

    None for an empty value.
    """
    raw = words(row.get(f"{name}_gmt"))
    if not raw:
        return None
    at = datetime.fromisoformat(raw)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(_offset(at, words(row.get(name))))


def _offset(at: datetime, local: str) -> timezone:
    try:
        minutes = round((datetime.fromisoformat(local).replace(tzinfo=UTC) - at).total_seconds() / _ONE_MINUTE_S)
        return timezone(timedelta(minutes=minutes))
    except ValueError:  # no local time beside it, or one that is no offset away
        return UTC


def as_filter(at: datetime) -> str:
    """UTC without a zone: with ``Z`` *and* ``dates_are_gmt`` the shop shifts twice and loses rows (10.0.2)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def amount(raw: object) -> Decimal:
    """Money is text; an empty one is nothing to pay."""
    return Decimal(0) if raw is None or raw == "" else decimal_from(words(raw))


def currency_of(row: Row) -> str:
    code = words(row.get("currency"))
    if not code:
        raise CurrencyMissingError("currency is empty")
    return code


def address_from(raw: object) -> Address | None:
    """None where nothing is entered."""
    if not isinstance(raw, Mapping):
        return None
    found = Address(
        first_name=words(raw.get("first_name")),
        last_name=words(raw.get("last_name")),
        company=words(raw.get("company")),
        street=words(raw.get("address_1")),
        street_2=words(raw.get("address_2")),
        postcode=words(raw.get("postcode")),
        city=words(raw.get("city")),
        region=words(raw.get("state")),
        country=words(raw.get("country")),
        phone=words(raw.get("phone")),
    )
    return None if found == Address() else found


def meta_values(row: Row, key: str) -> list[object]:
    """Every value under a key, which stands there more than once after writes at the same moment (10.0.2)."""
    return [each.get("value") for each in meta_entries(row) if each.get("key") == key]


def meta_entries(row: Row) -> list[Row]:
    found = row.get("meta_data")
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def own_fields(row: Row) -> dict[str, str]:
    """What the shop and its plug-ins keep beside the row, as text; lists and objects, and what is internal, are left.

    ``wc_…`` changes with every visit.
    """
    return {
        words(each.get("key")): words(each.get("value"))
        for each in meta_entries(row)
        if not words(each.get("key")).startswith(("_", "wc_")) and not isinstance(each.get("value"), list | Mapping)
    }
