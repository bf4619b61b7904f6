"""Which shop of the panel is meant, and how its clock goes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from app.connectors.idosell.answers import body_of, misunderstood
from app.connectors.idosell.client import Api
from app.connectors.idosell.settings import IdoSellSettings
from app.connectors.idosell.values import Row, rows_of, words
from app.core.errors import ConfigError
from app.core.texts import text

_LISTS = ("shop_contact", "shops", "results")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+\Z")


@dataclass(frozen=True, slots=True)
class Shop:
    id: str
    name: str
    url: str
    """https address of the storefront, without a slash at the end; empty where nobody told it."""
    zone: tzinfo


async def read_shops(api: Api, settings: IdoSellSettings) -> Sequence[Shop]:
    """``GET system/shopsData``. Its field names differ between versions, so several are understood."""
    shops = (_shop(row, settings) for row in _rows((await api.get("system/shopsData")).json()))
    return [shop for shop in shops if shop.id.isdecimal()]


def _rows(found: object) -> list[Row]:
    """The first list under a known name, at the top or within ``results``."""
    if not isinstance(found, dict):
        return rows_of(found)
    named = (found[name] for name in _LISTS if isinstance(found.get(name), list))
    within = found.get("results")
    return rows_of(next(named, [])) or (_rows(within) if isinstance(within, dict) else [])


def _shop(row: Row, settings: IdoSellSettings) -> Shop:
    number = words(row.get("shop_id", row.get("shopId", row.get("id"))))
    name = words(row.get("shop_name", row.get("shopName", row.get("name"))))
    told = [settings.storefront, *(words(row.get(each)) for each in ("shop_url", "url", "domain")), name]
    host = next((each for each in map(_host, told) if each), "")
    url = f"https://{host}" if host else ""
    return Shop(number, name or number, url, ZoneInfo(settings.time_zone))


def _host(told: str) -> str:
    bare = told.partition("://")[2] or told
    bare = bare.partition("/")[0]
    return bare if _HOST.match(bare) else ""


async def read_shop(api: Api, settings: IdoSellSettings) -> Shop:
    """The chosen shop, or the only one. Raises ConfigError where the choice is open or wrong."""
    shops = await read_shops(api, settings)
    if not settings.shop_id and len(shops) == 1:
        return shops[0]
    if not shops:
        raise misunderstood("system/shopsData names no shop")
    named = ", ".join(f"{shop.id} ({shop.name})" for shop in shops)
    if not settings.shop_id:
        raise ConfigError(
            text("Your panel has several shops: {shops}.", shops=named),
            remedy=text('Choose one under "Shop".'),
            field="shop_id",
        )
    found = next((shop for shop in shops if shop.id == settings.shop_id), None)
    if found is None:
        raise ConfigError(
            text("Your panel has no shop {number}. It has {shops}.", number=settings.shop_id, shops=named),
            remedy=text('Choose one under "Shop".'),
            field="shop_id",
        )
    return found


async def clock_ahead_by(api: Api, now: datetime) -> timedelta:
    """How far the shop's clock is ahead of this computer's. ``serverTime`` counts seconds since 1970 (UTC)."""
    told = words(body_of(await api.get("system/serverTime")).get("time"))
    if not told.isdecimal():
        raise misunderstood("system/serverTime tells no time")
    return datetime.fromtimestamp(int(told), UTC) - now
