"""The connection test from sign-in on. Nothing that it does changes anything in the shop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from app.connectors.idosell.catalogue import PRODUCTS
from app.connectors.idosell.client import Api
from app.connectors.idosell.settings import IdoSellSettings, IdoSellSourceOptions
from app.connectors.idosell.shop import clock_ahead_by, read_shop
from app.connectors.idosell.source import IdoSellSource
from app.connectors.idosell.target import CLIENTS
from app.core.errors import AppError, ProtocolError, TemporaryError
from app.core.records import Kind
from app.core.texts import Text, text
from app.sdk.access import Access
from app.sdk.answers import RejectedError
from app.sdk.check import OPT_OUT_UNPROVEN, Finding, Probe
from app.sdk.samples import sample_of
from app.sdk.source import ReadRequest

_CLOCK_MAY_DIFFER = timedelta(minutes=2)
_NEWSLETTER = "clients/newsletter/email/search"
_ORDERS, _UNFINISHED, _CATEGORIES = "orders/orders/search", "orders/unfinished/search", "products/categories"

# What each kind reads on its way: a test that passes means that the run will not lack a permission.
_READ_BY_KIND: Mapping[Kind, tuple[str, ...]] = {
    Kind.CONTACTS: (CLIENTS, _NEWSLETTER),
    Kind.ORDERS: (_ORDERS, CLIENTS, _NEWSLETTER, PRODUCTS, _CATEGORIES),
    Kind.CARTS: (_UNFINISHED, _ORDERS, CLIENTS, _NEWSLETTER, PRODUCTS, _CATEGORIES),
    Kind.PRODUCTS: (PRODUCTS, _CATEGORIES),
    Kind.CATEGORIES: (_CATEGORIES,),
    Kind.STOCK: (PRODUCTS,),
    Kind.OPT_OUTS: (CLIENTS, _NEWSLETTER),
    Kind.BOUNCES: (CLIENTS, _NEWSLETTER),
}
_TITLES: Mapping[Kind, Text] = {
    Kind.CONTACTS: text("May read customers and newsletter consents"),
    Kind.ORDERS: text("May read orders, their products and customers"),
    Kind.CARTS: text("May read unfinished orders"),
    Kind.PRODUCTS: text("May read products"),
    Kind.CATEGORIES: text("May read categories"),
    Kind.STOCK: text("May read stock"),
    Kind.OPT_OUTS: text("May write back opt-outs"),
    Kind.BOUNCES: text("May write back bounces"),
}
_SAMPLED = (Kind.ORDERS, Kind.CONTACTS, Kind.PRODUCTS, Kind.CATEGORIES, Kind.STOCK, Kind.CARTS)


def probes(access: Access[IdoSellSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    api = Api(access.http, access.settings.api_version)
    wanted = [kind for kind in Kind if kind in kinds]
    asked: dict[str, AppError | None] = {}
    stages = [Probe(name="sign_in", title=text("Sign-in"), run=partial(_sign_in, access, api))]
    stages += [
        Probe(
            name=f"permission:{kind.value}",
            title=_TITLES[kind],
            run=_permission(api, kind, asked),
            is_blocking=False,
        )
        for kind in wanted
    ]
    sampled = next((kind for kind in _SAMPLED if kind in wanted), None)
    if sampled is not None:
        title = text("A sample record")
        stages.append(Probe(name="sample", title=title, run=partial(_sample, access, sampled), is_blocking=False))
    return stages


async def _sign_in(access: Access[IdoSellSettings], api: Api) -> Finding:
    ahead_by = await clock_ahead_by(api, access.clock())
    shop = await read_shop(api, access.settings)
    version = api.path("").split("/")[2]
    time = access.clock().astimezone(shop.zone).strftime("%H:%M")
    if abs(ahead_by) > _CLOCK_MAY_DIFFER:
        minutes = round(abs(ahead_by).total_seconds() / 60)
        found = text(
            'Shop "{shop}", API {version}. Its clock and that of this computer differ by {minutes} minutes; the shop\'s'
            " counts.",
            shop=shop.name,
            version=version,
            minutes=minutes,
        )
        return Finding(found, is_note=True)
    return Finding(
        text('Shop "{shop}", API {version}. In the shop it is {time} now.', shop=shop.name, version=version, time=time)
    )


def _permission(api: Api, kind: Kind, asked: dict[str, AppError | None]) -> Callable[[], Awaitable[Finding]]:
    return partial(_may_write if kind.runs_back else _may_read, api, kind, asked)


async def _may_read(api: Api, kind: Kind, asked: dict[str, AppError | None]) -> Finding:
    for node in _READ_BY_KIND[kind]:
        await _read_one(api, node, asked)
    return Finding(text("Permitted."))


async def _read_one(api: Api, node: str, asked: dict[str, AppError | None]) -> None:
    """Once for all kinds together: each call counts against the plan."""
    if node not in asked:
        try:
            await _ask(api, node)
        except AppError as error:
            asked[node] = error
            raise
        asked[node] = None
    elif (known := asked[node]) is not None:
        raise known


async def _ask(api: Api, node: str) -> None:
    if node == CLIENTS:
        await api.got(node, {"returnElements": ["clientId"]}, 0, 1)
    elif node == _CATEGORIES:
        await api.snake_got(node, {}, 0, 1, "categories")
    elif node == _NEWSLETTER:
        await api.snake_listed(node, {"return_elements": ["client_number"]}, 0, 1, "clients")
    elif node == PRODUCTS:
        await api.listed(node, {"returnElements": ["code"]}, 0, 1)
    else:
        await api.listed(node, {}, 0, 1)


async def _may_write(api: Api, kind: Kind, asked: dict[str, AppError | None]) -> Finding:
    """Asks to change no client at all: nothing can come of it, and a key that may only read is refused (403).

    That the permission is checked before the empty list is not documented: hence a note and no promise.
    """
    await _may_read(api, kind, asked)
    if api.http.read_only:
        return OPT_OUT_UNPROVEN
    nobody: Mapping[str, Any] = {"params": {"clients": []}}
    try:
        await api.http.request("PUT", api.path(CLIENTS), body=nobody, is_repeatable=True)
    except (RejectedError, TemporaryError, ProtocolError):
        return OPT_OUT_UNPROVEN
    return OPT_OUT_UNPROVEN


async def _sample(access: Access[IdoSellSettings], kind: Kind) -> Finding:
    source = IdoSellSource(access, IdoSellSourceOptions())
    request = ReadRequest(kind=kind, until=access.clock(), limit=1)
    return await sample_of(source.read(request))
