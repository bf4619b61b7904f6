"""The connection test from sign-in on. Nothing that it does changes anything in the shop.

Most of what goes wrong with these shops stands before the interface: redirects, plain permalinks, passwords of test
copies, security plug-ins, servers that take the key out of the header. So the test looks there first, without the key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from app.connectors.woocommerce.consents import consent_field_of
from app.connectors.woocommerce.frontage import Frontage
from app.connectors.woocommerce.refusals import NoKeyArrivedError
from app.connectors.woocommerce.settings import SignIn, WooCommerceSettings, WooCommerceSourceOptions
from app.connectors.woocommerce.source import WooCommerceSource
from app.connectors.woocommerce.wire import Api, api_of, query_credentials
from app.core.errors import AppError, SignInError, TemporaryError
from app.core.records import Kind
from app.core.texts import Text, text
from app.sdk.access import Access
from app.sdk.answers import RejectedError
from app.sdk.check import OPT_OUT_UNPROVEN, Finding, Probe
from app.sdk.reading import together
from app.sdk.samples import sample_of
from app.sdk.source import ReadRequest

_NOBODY = 2_147_483_647
"""The largest id there can be; no shop has so many customers."""

_READ_BY_KIND: Mapping[Kind, tuple[str, ...]] = {
    Kind.CONTACTS: ("customers", "orders"),
    Kind.ORDERS: ("orders", "products", "products/categories"),
    Kind.PRODUCTS: ("products", "products/categories"),
    Kind.CATEGORIES: ("products/categories",),
    Kind.STOCK: ("products",),
    Kind.OPT_OUTS: ("customers", "orders"),
    Kind.BOUNCES: ("customers", "orders"),
}
_TITLES: Mapping[Kind, Text] = {
    Kind.CONTACTS: text("May read customers"),
    Kind.ORDERS: text("May read orders"),
    Kind.PRODUCTS: text("May read products"),
    Kind.CATEGORIES: text("May read categories"),
    Kind.STOCK: text("May read stock"),
    Kind.OPT_OUTS: text("May write back opt-outs"),
    Kind.BOUNCES: text("May write back bounces"),
}
_MANAGER = text(
    "Permitted for customers. This key belongs to a shop manager, who may not change accounts of other roles, such as"
    " subscribers: a key of an administrator may, and changes a hundred at once."
)
_ONE = {"per_page": "1", "_fields": "id"}


def probes(access: Access[WooCommerceSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    wanted = [kind for kind in Kind if kind in kinds and kind in _TITLES]
    stages = [Probe(name="sign_in", title=text("Sign-in"), run=partial(_sign_in, access))]
    stages += [
        Probe(
            name=f"permission:{kind.value}",
            title=_TITLES[kind],
            run=partial(_may_write if kind.runs_back else _may_read, access, kind),
            is_blocking=False,
        )
        for kind in wanted
    ]
    sampled = next((kind for kind in _SAMPLED if kind in wanted), None)
    if sampled is not None:
        title = text("A sample record")
        stages.append(Probe(name="sample", title=title, run=partial(_sample, access, sampled), is_blocking=False))
    return stages


# Signing in ----------------------------------------------------------------------------------------------------------


async def _sign_in(access: Access[WooCommerceSettings]) -> Finding:
    site = await Frontage(access.http.base_url, access.settings).look()
    api = api_of(access.http, access.settings)
    try:
        await api.rows("orders", _ONE)
    except NoKeyArrivedError as error:
        raise await _why_no_key_arrived(access, api, error, is_secure=site.is_secure) from error
    time = access.clock().astimezone(site.zone).strftime("%H:%M")
    return Finding(text('Shop "{shop}". In the shop it is {time} now.', shop=site.name or "?", time=time))


async def _why_no_key_arrived(
    access: Access[WooCommerceSettings], api: Api, error: AppError, *, is_secure: bool
) -> AppError:
    """One answer stands for an unknown key, a key of a deleted user, and a key that a server took out on the way."""
    if access.settings.sign_in is SignIn.TRY_HEADER and await _arrives_in_address(access, api):
        return SignInError(
            text("Key and secret are right, but the web server takes them out of the header."),
            remedy=text(
                'Set "Where the key travels" to "In the address". Or ask the provider to pass on the Authorization'
                " header; then the key stays out of his logs."
            ),
            field="sign_in",
            detail=error.detail,
        )
    if not is_secure:
        return SignInError(
            text("WordPress takes itself for a site without encryption, and does not look at keys then."),
            remedy=text(
                "Set both addresses to https:// under Settings → General in WordPress. If they are, the server in front"
                " of it has to pass on that the connection is encrypted."
            ),
            field="shop_address",
            detail=error.detail,
        )
    return SignInError(
        error.message,
        remedy=text(
            "Copy the key anew, or make a new one under WooCommerce → Settings → Advanced → REST API, for a user who is"
            " shop manager or administrator: keys of deleted users do not work any more."
        ),
        field="consumer_key",
        detail=error.detail,
    )


async def _arrives_in_address(access: Access[WooCommerceSettings], api: Api) -> bool:
    try:
        await api.rows("orders", {**_ONE, **query_credentials(access.settings)})
    except AppError:
        return False
    return True


# Permissions ---------------------------------------------------------------------------------------------------------


async def _may_read(access: Access[WooCommerceSettings], kind: Kind) -> Finding:
    api = api_of(access.http, access.settings)
    await together(api.rows(each, _ONE) for each in _READ_BY_KIND[kind])
    if kind is Kind.CONTACTS and not consent_field_of(access.settings).key:
        found = text("Permitted. No field with the newsletter consent is named: nobody counts as having agreed.")
        return Finding(found, is_note=True)
    return Finding(text("Permitted."))


async def _may_write(access: Access[WooCommerceSettings], kind: Kind) -> Finding:
    """Asks to change nothing of a customer who cannot exist: a key without the right is refused before he is looked
    for, any other is told that he is not there (10.0.2)."""
    await _may_read(access, kind)
    if not consent_field_of(access.settings).key and not (kind is Kind.BOUNCES and access.settings.bounce_key):
        found = text("No field for it in the shop is named: what comes back is kept as a list to work off by hand.")
        return Finding(found, is_note=True)
    if access.http.read_only:
        return OPT_OUT_UNPROVEN
    path = api_of(access.http, access.settings).path(f"customers/{_NOBODY}")
    try:
        await access.http.request("PUT", path, body={"meta_data": []}, is_repeatable=True)
    except RejectedError as error:
        if error.answer.status == 404:
            return Finding(text("Permitted."))
        if error.answer.status == 403:
            return Finding(_MANAGER, is_note=True)
    except TemporaryError:
        return OPT_OUT_UNPROVEN
    return OPT_OUT_UNPROVEN


# A sample ------------------------------------------------------------------------------------------------------------

_SAMPLED = (Kind.ORDERS, Kind.CONTACTS, Kind.PRODUCTS, Kind.CATEGORIES, Kind.STOCK)


async def _sample(access: Access[WooCommerceSettings], kind: Kind) -> Finding:
    source = WooCommerceSource(access, WooCommerceSourceOptions())
    request = ReadRequest(kind=kind, until=access.clock(), limit=1)
    return await sample_of(source.read(request), lambda record: source.screen(record) is None)
