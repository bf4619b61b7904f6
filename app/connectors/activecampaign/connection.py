"""The shop's connection in ActiveCampaign: what its customers, orders and carts belong to.

Service and external id identify it (https://developers.activecampaign.com/reference/connections). The service also
remembers how the shop's orders are written, because the two ways must never be mixed: Deep Data orders are not copied
to the GraphQL side, so the data would fall apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.connectors.activecampaign.settings import OrderPath
from app.connectors.activecampaign.wire import Wire, words
from app.core.errors import ConfigError
from app.core.texts import text
from app.sdk.plan import Step
from app.sdk.target import Mappings

_SUFFIX = {OrderPath.GRAPHQL: "", OrderPath.REST: "-rest"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopConnection:
    """What a shop's connection is called; ``id`` is empty as long as it does not exist."""

    source_system: str
    external_id: str
    name: str
    home: str
    """An https address; ActiveCampaign insists on a link and a logo."""
    path: OrderPath
    id: str = ""

    @property
    def service(self) -> str:
        return service_name(self.source_system, self.path)

    def creation(self) -> Step:
        body = {
            "service": self.service,
            "externalid": self.external_id,
            "name": self.name,
            "logoUrl": f"{self.home}/favicon.ico",
            "linkUrl": self.home,
        }
        return Step(
            name="connection",
            method="POST",
            path="api/3/connections",
            keys=(),
            body={"connection": body},
            purpose=text("Make the shop known to ActiveCampaign"),
        )


def service_name(source_system: str, path: OrderPath) -> str:
    return f"koppler-{source_system or 'shop'}{_SUFFIX[path]}"


def wanted_connection(mappings: Mappings, path: OrderPath, account_url: str) -> ShopConnection:
    """Where the shop's own address is not known, the link leads to the account itself."""
    known = mappings.source_url if mappings.source_url.startswith("https://") else account_url
    return ShopConnection(
        source_system=mappings.source_system,
        external_id=mappings.source_id or mappings.source_name or "shop",
        name=mappings.source_name or mappings.source_id or "Shop",
        home=f"https://{urlsplit(known).netloc}",
        path=path,
    )


async def find_connection(wire: Wire, wanted: ShopConnection) -> str:
    """Its id, empty where there is none. Raises ConfigError when this shop's orders were written the other way."""
    mine, other = "", ""
    query = {"filters[externalid]": wanted.external_id}
    async for row in wire.rows("connections", query):
        # Filters may compare with "contains" (the vendor does not say which): compare again here.
        if words(row.get("externalid")) != wanted.external_id:
            continue
        service = words(row.get("service"))
        if service == wanted.service:
            mine = words(row.get("id"))
        elif service in _other_services(wanted):
            other = words(row.get("id"))
    if other and not mine:
        raise ConfigError(
            text("The orders of this shop were written to ActiveCampaign in the other way before."),
            remedy=text('Set "How orders are written" back: the two ways must not be mixed for one shop.'),
            field="order_path",
            detail=f"connection {other} exists for {wanted.external_id} beside the wanted {wanted.service}",
        )
    return mine


def _other_services(wanted: ShopConnection) -> Sequence[str]:
    return [service_name(wanted.source_system, path) for path in OrderPath if path is not wanted.path]
