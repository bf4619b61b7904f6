"""What stands in front of a shop's interface: looked at without the key, so that nothing is entrusted to a stranger.

WordPress answers its index to everybody: name, address as configured, time zone, and which interfaces there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from app.connectors.woocommerce.refusals import blocked, maintenance, redirect, refusal
from app.connectors.woocommerce.settings import Permalinks, SignIn, WooCommerceSettings
from app.connectors.woocommerce.values import words
from app.core.errors import AddressError, AppError, ConfigError, UnreachableError
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.knocking import knock

_FIELDS = "_fields=name,url,home,gmt_offset,timezone_string,namespaces"
_INDEX = {Permalinks.PRETTY: f"/wp-json/?{_FIELDS}", Permalinks.REST_ROUTE: f"/?rest_route=/&{_FIELDS}"}
_NAMESPACE = "wc/v3"
_ONE_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Site:
    name: str = ""
    zone: tzinfo = UTC
    is_secure: bool = True
    """As far as WordPress itself believes."""


class Frontage:
    def __init__(self, base_url: str, settings: WooCommerceSettings) -> None:
        self._base_url = base_url
        self._settings = settings

    async def look(self) -> Site:
        """An index that a security plug-in keeps to itself tells nothing: then the key has to.

        Raises AddressError, ConfigError, PermissionMissingError and UnreachableError.
        """
        answer = await self._knock(self._settings.permalinks)
        index = _index_in(answer)
        if index is not None:
            return self._site(index)
        if other := await self._other_permalinks():
            raise other
        error = _obstacle(answer)
        if error is not None and not self._may_pass(answer):
            raise error
        return Site()

    async def _knock(self, permalinks: Permalinks) -> Answer:
        return (await knock(f"{self._base_url}{_INDEX[permalinks]}")).answer

    def _may_pass(self, answer: Answer) -> bool:
        """A password before the whole site, which the key in the address gets past where the provider excepts it."""
        return answer.status == 401 and self._settings.sign_in is SignIn.QUERY

    async def _other_permalinks(self) -> AppError | None:
        is_plain = self._settings.permalinks is Permalinks.PRETTY
        if not is_plain:
            return None  # the form with rest_route answers on every shop that has an interface at all
        if _index_in(await self._knock(Permalinks.REST_ROUTE)) is None:
            return None
        return ConfigError(
            text('The permalinks of the shop are "Plain": its interface does not answer at the usual address.'),
            remedy=text(
                'Best choose "Post name" in WordPress under Settings → Permalinks. Else set "Permalinks of the shop" to'
                ' "Plain" in the account.'
            ),
            field="permalinks",
            detail="the index answers through rest_route only",
        )

    def _site(self, index: Mapping[str, Any]) -> Site:
        namespaces = index.get("namespaces")
        if isinstance(namespaces, list) and _NAMESPACE not in namespaces:
            raise ConfigError(
                text("WordPress answers, but WooCommerce does not offer its interface there."),
                remedy=text("Activate WooCommerce, or update it: version 3.5 or later is needed."),
                field="shop_address",
                detail=f"{_NAMESPACE} is not among the namespaces",
            )
        home = words(index.get("home")) or words(index.get("url"))
        self._compare(home)
        return Site(words(index.get("name")), _zone(index), not home.startswith("http://") or _is_here(home))

    def _compare(self, home: str) -> None:
        """Another host than the configured one redirects visitors, and with them the key."""
        configured, entered = urlsplit(home), urlsplit(self._base_url)
        is_same_place = (configured.netloc, configured.path.rstrip("/")) == (entered.netloc, entered.path.rstrip("/"))
        if not configured.netloc or is_same_place or _is_here(self._base_url):
            return
        suggestion = f"https://{configured.netloc}{configured.path.rstrip('/')}"
        raise AddressError(
            text("WordPress says that this shop lies at {address}.", address=suggestion),
            remedy=text("Use that address in the account; another one is often redirected, and the key with it lost."),
            suggestion=suggestion,
            field="shop_address",
            detail=f"home is {home}, entered was {self._base_url}",
        )


def _is_here(address: str) -> bool:
    """A practice shop on this computer, which has no encryption."""
    return urlsplit(address).hostname in {"127.0.0.1", "localhost", "::1"}


def _index_in(answer: Answer) -> Mapping[str, Any] | None:
    """None for everything but an index, such as the storefront, which plain permalinks answer with 200."""
    if not 200 <= answer.status < 300:
        return None
    try:
        found = msgspec.json.decode(answer.content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) and ("namespaces" in found or "home" in found) else None


def _obstacle(answer: Answer) -> AppError | None:
    match answer.status:
        case status if 300 <= status < 400:
            return redirect(answer)
        case 503:
            return maintenance(answer)
        case 401 if "basic" in answer.headers.get("www-authenticate", "").lower():
            return refusal(answer)
        case 401 | 403 | 406 | 501 if answer.content.lstrip()[:1] == b"<" or not answer.content.strip():
            return blocked(f"{answer.status} from {answer.url}: {answer.evidence[:500]}")
        case 401 | 403:
            return None  # a plug-in that hides the index from strangers; the key may still open the rest
        case status if 200 <= status < 300:
            return _page_instead(answer)
        case status if status >= 500:
            return refusal(answer) or UnreachableError(text("The shop has a fault at the moment."), detail=str(status))
        case _:
            return refusal(answer)


def _page_instead(answer: Answer) -> AppError:
    return AddressError(
        text("At this address is a web page, but no interface of WordPress."),
        remedy=text(
            "Check the address; the folder of WordPress belongs to it. A maintenance or sign-in page of a plug-in, or a"
            " cache, may also answer in its place."
        ),
        field="shop_address",
        detail=f"{answer.status} from {answer.url}: {answer.evidence[:500]}",
    )


def _zone(index: Mapping[str, Any]) -> tzinfo:
    try:
        return ZoneInfo(words(index.get("timezone_string")))
    except (ZoneInfoNotFoundError, ValueError):
        pass
    try:
        return timezone(float(words(index.get("gmt_offset")) or 0) * _ONE_HOUR)
    except ValueError:
        return UTC
