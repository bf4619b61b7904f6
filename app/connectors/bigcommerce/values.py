"""Single values out of BigCommerce's answers. Everything raises ValueError for what cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from email.utils import parsedate_to_datetime

from app.connectors.bigcommerce.client import Row
from app.core.money import Money, decimal_from
from app.core.records import Address


def words(raw: object) -> str:
    """Text as it is, numbers as text, nothing for null."""
    return "" if raw is None else str(raw).strip()


def moment_v2(raw: object, zone: tzinfo) -> datetime | None:
    """RFC 2822 (``Wed, 25 Jun 2025 05:22:10 +0000``) in the shop's zone; None for an empty value."""
    if not raw:
        return None
    moment = parsedate_to_datetime(words(raw))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone)


def moment_v3(raw: object) -> datetime | None:
    """ISO 8601, in UTC where no offset is given; None for an empty value."""
    if not raw:
        return None
    moment = datetime.fromisoformat(words(raw))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def as_filter(moment: datetime) -> str:
    """For date filters: full and with its zone, because products add the time of day to a bare date."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def money(raw: object, currency: str) -> Money:
    """Amounts are texts with four decimals in V2 and numbers in V3; nothing is nothing to pay."""
    return Money.of(Decimal(0) if raw is None or raw == "" else decimal_from(words(raw)), currency)


def address_of_order(raw: Row) -> Address:
    return Address(
        first_name=words(raw.get("first_name")),
        last_name=words(raw.get("last_name")),
        company=words(raw.get("company")),
        street=words(raw.get("street_1")),
        street_2=words(raw.get("street_2")),
        postcode=words(raw.get("zip")),
        city=words(raw.get("city")),
        region=words(raw.get("state")),
        country=words(raw.get("country_iso2")) or words(raw.get("country")),
        phone=words(raw.get("phone")),
    )


def address_of_customer(raw: Row) -> Address:
    return Address(
        first_name=words(raw.get("first_name")),
        last_name=words(raw.get("last_name")),
        company=words(raw.get("company")),
        street=words(raw.get("address1")),
        street_2=words(raw.get("address2")),
        postcode=words(raw.get("postal_code")),
        city=words(raw.get("city")),
        region=words(raw.get("state_or_province")),
        country=words(raw.get("country_code")) or words(raw.get("country")),
        phone=words(raw.get("phone")),
    )
