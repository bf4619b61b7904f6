"""The connection test from sign-in on. Nothing that it does changes anything in the shop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from app.connectors.bigcommerce.client import Api
from app.connectors.bigcommerce.settings import BigCommerceSettings, BigCommerceSourceOptions
from app.connectors.bigcommerce.shop import read_shop
from app.connectors.bigcommerce.source import BigCommerceSource
from app.core.errors import SignInError, TemporaryError
from app.core.records import Kind
from app.core.texts import Text, text
from app.sdk.access import Access
from app.sdk.answers import RejectedError
from app.sdk.check import OPT_OUT_UNPROVEN, Finding, Probe
from app.sdk.reading import together
from app.sdk.samples import sample_of
from app.sdk.source import ReadRequest

_NO_SUBSCRIBER = 2_147_483_647
"""The largest id there can be; no shop has so many subscribers."""

_CUSTOMERS = "v3/customers"
_SUBSCRIBERS = "v3/customers/subscribers"
_PRODUCTS = "v3/catalog/products"
_CATEGORIES = "v3/catalog/trees/categories"

# What each kind reads on its way: a test that passes means that the run will not lack a permission.
_READ_BY_KIND: Mapping[Kind, tuple[str, ...]] = {
    Kind.CONTACTS: (_CUSTOMERS, _SUBSCRIBERS),
    Kind.ORDERS: ("v2/orders", "v3/orders/payment_actions/refunds", _PRODUCTS, _CATEGORIES, _SUBSCRIBERS),
    Kind.CARTS: ("v2/orders", _PRODUCTS, _CATEGORIES),
    Kind.PRODUCTS: (_PRODUCTS, _CATEGORIES),
    Kind.CATEGORIES: (_CATEGORIES,),
    Kind.STOCK: (_PRODUCTS,),
    Kind.OPT_OUTS: (_SUBSCRIBERS,),
    Kind.BOUNCES: (_SUBSCRIBERS,),
}
_TITLES: Mapping[Kind, Text] = {
    Kind.CONTACTS: text("May read customers and newsletter consents"),
    Kind.ORDERS: text("May read orders, refunds and their products"),
    Kind.CARTS: text("May read abandoned checkouts"),
    Kind.PRODUCTS: text("May read products"),
    Kind.CATEGORIES: text("May read categories"),
    Kind.STOCK: text("May read stock"),
    Kind.OPT_OUTS: text("May write back opt-outs"),
    Kind.BOUNCES: text("May write back bounces"),
}


def probes(access: Access[BigCommerceSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    api = Api(access.http, access.settings.store_hash)
    wanted = [kind for kind in Kind if kind in kinds]
    stages = [Probe(name="sign_in", title=text("Sign-in"), run=partial(_sign_in, access, api))]
    stages += [
        Probe(
            name=f"permission:{kind.value}",
            title=_TITLES[kind],
            run=_permission(api, kind),
            is_blocking=False,
        )
        for kind in wanted
    ]
    sampled = next((kind for kind in _SAMPLED if kind in wanted), None)
    if sampled is not None:
        title = text("A sample record")
        stages.append(Probe(name="sample", title=title, run=partial(_sample, access, sampled), is_blocking=False))
    return stages


async def _sign_in(access: Access[BigCommerceSettings], api: Api) -> Finding:
    try:
        shop = await read_shop(api)
    except RejectedError as error:
        raise SignInError(error.message, remedy=error.remedy, field="store_hash", detail=error.detail) from error
    time = access.clock().astimezone(shop.zone).strftime("%H:%M")
    found = text(
        'Shop "{shop}", plan {plan}. In the shop it is {time} now; its currency is {currency}.',
        shop=shop.name,
        plan=shop.plan or "?",
        time=time,
        currency=shop.currency or "?",
    )
    return Finding(found)


def _permission(api: Api, kind: Kind) -> Callable[[], Awaitable[Finding]]:
    return partial(_may_write if kind.runs_back else _may_read, api, kind)


async def _may_read(api: Api, kind: Kind) -> Finding:
    await together(_read_one(api, each) for each in _READ_BY_KIND[kind])
    return Finding(text("Permitted."))


async def _read_one(api: Api, path: str) -> None:
    version, _, resource = path.partition("/")
    read = api.v2_rows if version == "v2" else api.v3
    await read(resource, {"limit": "1"})


async def _may_write(api: Api, kind: Kind) -> Finding:
    """Asks to change a subscriber that cannot exist: 404 without the permission missing, 403 with it missing.

    The specification knows 404 for this call and no creating by PUT, so nothing can come of it. That the permission is
    checked before the record is looked for is not documented: hence a note and no promise.
    """
    await _may_read(api, kind)
    if api.http.read_only:
        return OPT_OUT_UNPROVEN
    path = api.path("v3", f"customers/subscribers/{_NO_SUBSCRIBER}")
    try:
        await api.http.request("PUT", path, body={"consents": []}, is_repeatable=True)
    except RejectedError as error:
        if error.answer.status == 404:
            return Finding(text("The shop did not object to writing; the first opt-out will prove it."), is_note=True)
    except TemporaryError:
        return OPT_OUT_UNPROVEN
    return OPT_OUT_UNPROVEN


# A sample ------------------------------------------------------------------------------------------------------------

_SAMPLED = (Kind.ORDERS, Kind.CONTACTS, Kind.PRODUCTS, Kind.CATEGORIES, Kind.STOCK, Kind.CARTS)


async def _sample(access: Access[BigCommerceSettings], kind: Kind) -> Finding:
    source = BigCommerceSource(access, BigCommerceSourceOptions())
    request = ReadRequest(kind=kind, until=access.clock(), limit=1)
    return await sample_of(source.read(request))
