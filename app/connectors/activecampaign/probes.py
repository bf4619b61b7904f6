"""The connection test: sign-in, what the key's user may see, a sample. Whether writing is allowed cannot be proven
harmlessly: every write of this interface changes something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from app.connectors.activecampaign.answers import GRAPHQL_PATH
from app.connectors.activecampaign.settings import ActiveCampaignSettings
from app.connectors.activecampaign.wire import Wire, number, rows_of, words
from app.core.addresses import masked_email
from app.core.errors import AddressError, ConfigError
from app.core.records import Kind
from app.core.texts import Text, ntext, text
from app.sdk.access import Access
from app.sdk.answers import RejectedError
from app.sdk.check import TARGET_UNPROVEN, Finding, Probe

_NEEDS: dict[Kind, tuple[str, ...]] = {
    Kind.CONTACTS: ("contacts", "tags", "fields", "lists"),
    Kind.ORDERS: ("connections", "ecom/graphql"),
    Kind.CARTS: ("connections", "ecomOrders"),
    Kind.PRODUCTS: ("connections", "ecom/graphql"),
    Kind.OPT_OUTS: ("contacts", "lists"),
    Kind.BOUNCES: ("contacts",),
}
_TITLES: dict[str, Text] = {
    "contacts": text("Permission: contacts"),
    "tags": text("Permission: tags"),
    "fields": text("Permission: custom fields"),
    "lists": text("Permission: lists"),
    "connections": text("Permission: shop connections"),
    "ecomOrders": text("Permission: carts"),
    "ecom/graphql": text("Permission: orders by GraphQL"),
}


def probes(access: Access[ActiveCampaignSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    test = _Test(access)
    resources = dict.fromkeys(each for kind in kinds for each in _NEEDS.get(kind, ()))
    permissions = [
        Probe(name=f"permission:{each}", title=_TITLES[each], run=_Permission(test, each), is_blocking=False)
        for each in resources
    ]
    writes = [Probe(name="writing", title=text("Writing"), run=test.writing)] if _writes(kinds) else []
    return [
        Probe(name="sign_in", title=text("Sign-in"), run=test.sign_in),
        *permissions,
        *writes,
        Probe(name="sample", title=text("A sample"), run=test.sample, is_blocking=False),
    ]


def _writes(kinds: Sequence[Kind]) -> bool:
    return any(not kind.runs_back for kind in kinds)


class _Test:
    def __init__(self, access: Access[ActiveCampaignSettings]) -> None:
        self.wire = Wire(access)
        self._host = urlsplit(access.http.base_url).netloc

    async def sign_in(self) -> Finding:
        user = (await self.wire.get("users/me")).get("user")
        if not isinstance(user, Mapping):
            raise AddressError(
                text("Something else answered instead of ActiveCampaign."),
                remedy=text('Copy the address again from "Settings", then "Developer".'),
                field="api_url",
            )
        email = masked_email(words(user.get("email")))
        return Finding(text("Signed in at {host} as {user}.", host=self._host, user=email))

    async def permission(self, resource: str) -> Finding:
        if resource == "ecom/graphql":
            return await self._graphql()
        page = await self.wire.get(resource, {"limit": "1"})
        rows = rows_of(page, resource)
        total = number((page.get("meta") or {}).get("total")) or len(rows)
        return Finding(ntext("{count} found.", "{count} found.", total))

    async def _graphql(self) -> Finding:
        """A query of one word; any answer in the right form will do."""
        try:
            body = {"query": "query { __typename }"}
            await self.wire.http.request("POST", GRAPHQL_PATH, body=body, is_read=True, is_repeatable=True)
        except RejectedError as error:
            raise ConfigError(
                text("This account has no GraphQL interface for orders."),
                remedy=text('Choose "REST" under "How orders are written" in the integration.'),
                detail=error.detail,
            ) from error
        return Finding(text("Available."))

    async def writing(self) -> Finding:
        return TARGET_UNPROVEN

    async def sample(self) -> Finding:
        rows = rows_of(await self.wire.get("contacts", {"limit": "1"}), "contacts")
        if not rows:
            return Finding(text("The account has no contacts yet."))
        return Finding(text("A contact: {email}", email=masked_email(words(rows[0].get("email")))))


class _Permission:
    def __init__(self, test: _Test, resource: str) -> None:
        self._test = test
        self._resource = resource

    async def __call__(self) -> Finding:
        return await self._test.permission(self._resource)
