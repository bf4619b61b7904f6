"""Where the interface of a shop lies, how requests are signed, and the shape of its lists.

Seen on WooCommerce 10.0.2. With plain permalinks the interface answers at ``?rest_route=``, but the key is only looked
at where the address holds the text ``wp-json/wc/``, its slashes not encoded; from 11.1 on it is looked at in any case.
"""

from __future__ import annotations

import base64
import codecs
from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.connectors.woocommerce.refusals import refusal
from app.connectors.woocommerce.settings import Permalinks, SignIn, WooCommerceSettings
from app.connectors.woocommerce.values import Row
from app.core.errors import ProtocolError
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace
from app.sdk.plan import Json

MOST_ROWS = 100
"""In one page, and in one batch of changes."""
_KEY_IS_LOOKED_AT = "x=wp-json/wc/"

Query = Mapping[str, str]

# The core has no limit; a page of a hundred orders may occupy a small server for seconds.
PACE = Pace(per_second=4, parallel=2)


def http_options(settings: WooCommerceSettings) -> HttpOptions:
    key, secret = settings.consumer_key.get_secret_value(), settings.consumer_secret.get_secret_value()
    if settings.sign_in is SignIn.QUERY:
        return HttpOptions(query=query_credentials(settings), classify=refusal, decode=_decoded, tries=4)
    basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
    return HttpOptions(headers={"Authorization": f"Basic {basic}"}, classify=refusal, decode=_decoded, tries=4)


def _decoded(answer: Answer) -> Json:
    """A file of a plug-in that was saved with a byte order mark puts it in front of every answer."""
    return replace(answer, content=answer.content.removeprefix(codecs.BOM_UTF8), decode=None).json()


def query_credentials(settings: WooCommerceSettings) -> dict[str, str]:
    """They win over the header, where both arrive."""
    return {
        "consumer_key": settings.consumer_key.get_secret_value(),
        "consumer_secret": settings.consumer_secret.get_secret_value(),
    }


@dataclass(frozen=True, slots=True)
class Listing:
    rows: list[Row]
    total: int | None
    """None where a cache on the way took the header off."""


class Api:
    """Reading, with the shape of every answer checked. Raises the errors of :class:`HttpClient`."""

    def __init__(self, http: HttpClient, permalinks: Permalinks) -> None:
        self.http = http
        self._permalinks = permalinks

    def path(self, resource: str) -> str:
        if self._permalinks is Permalinks.REST_ROUTE:
            return f"?rest_route=/wc/v3/{resource}&{_KEY_IS_LOOKED_AT}"
        return f"wp-json/wc/v3/{resource}"

    async def rows(self, resource: str, query: Query | None = None) -> Listing:
        answer = await self.http.get(self.path(resource), query)
        found = answer.json()
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise unexpected(answer)
        total = answer.headers.get("x-wp-total", "")
        return Listing(found, int(total) if total.isdecimal() else None)

    async def permits(self, method: str, resource: str) -> bool:
        """Every answer names in ``Allow`` what this key's user may do there. Where that is missing: no."""
        answer = await self.http.request("OPTIONS", self.path(resource), query={"_fields": "namespace"})
        return method in [each.strip() for each in answer.headers.get("allow", "").split(",")]


def api_of(http: HttpClient, settings: WooCommerceSettings) -> Api:
    return Api(http, settings.permalinks)


def unexpected(answer: Answer) -> ProtocolError:
    return ProtocolError(
        text("The shop answered in a form that WooCommerce's documentation does not know."),
        remedy=text("Try again later. If it stays, a plug-in of the shop may change its answers; report it."),
        detail=f"unexpected shape from {answer.url}: {answer.evidence[:500]}",
    )
