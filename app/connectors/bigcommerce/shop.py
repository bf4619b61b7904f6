"""What the shop says of itself: name, currency, time zone, address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.connectors.bigcommerce.client import Api, Row
from app.connectors.bigcommerce.values import words


@dataclass(frozen=True, slots=True)
class Shop:
    name: str
    plan: str
    currency: str
    """ISO 4217; empty where the shop does not state one."""
    zone: tzinfo
    url: str
    """https address of the storefront, without a slash at the end."""
    status: str = ""


async def read_shop(api: Api) -> Shop:
    """``GET /v2/store``, which every key of a store may read that has Information & settings."""
    return shop_from(await api.v2_row("store"))


def shop_from(raw: Row) -> Shop:
    return Shop(
        name=words(raw.get("name")) or words(raw.get("domain")),
        plan=words(raw.get("plan_name")),
        currency=words(raw.get("currency")).upper(),
        zone=_zone(raw.get("timezone") or {}),
        url=words(raw.get("secure_url")).rstrip("/"),
        status=words(raw.get("status")),
    )


def _zone(raw: Row) -> tzinfo:
    """The named zone; where this computer does not know the name, the offset that the shop states (in seconds)."""
    try:
        return ZoneInfo(words(raw.get("name")) or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return timezone(timedelta(seconds=int(raw.get("raw_offset") or 0)))
