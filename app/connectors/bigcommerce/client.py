"""The two generations of the BigCommerce API behind one account, and how their refusals read.

V2 answers bare lists, and 204 without a body where there is nothing; V3 wraps ``data`` and ``meta``. Facts:
https://developer.bigcommerce.com/docs/start/about/status-codes and /docs/start/best-practices/api-rate-limits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.connectors.bigcommerce.settings import BigCommerceSettings
from app.core.errors import (
    AppError,
    ConfigError,
    PermissionMissingError,
    ProtocolError,
    RateLimitError,
    SignInError,
    UnreachableError,
)
from app.core.texts import Text, text
from app.sdk.answers import Answer
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Hint, Pace

Row = Mapping[str, Any]
Query = Mapping[str, str]

_WAIT_WITHOUT_HEADERS_S = 30.0
_MAINTENANCE_WAIT_S = 300.0


class ServerFaultError(UnreachableError):
    """The shop answered with a fault of its own: smaller pages may help."""


@dataclass(frozen=True, slots=True)
class V3Answer:
    data: list[Row]
    meta: Row = field(default_factory=dict)

    @property
    def total(self) -> int | None:
        total = (self.meta.get("pagination") or {}).get("total")
        return total if isinstance(total, int) else None

    @property
    def end_cursor(self) -> str | None:
        """``after`` for what follows this page, which may be nothing; None where the answer has no cursors."""
        end = self._cursors.get("end_cursor")
        return str(end) if end else None

    @property
    def has_next(self) -> bool:
        """Whether the cursors lead on."""
        return bool((self._cursors.get("links") or {}).get("next"))

    @property
    def _cursors(self) -> Row:
        return self.meta.get("cursor_pagination") or {}


class Api:
    """Reading, with the shape of every answer checked. Raises the errors of :class:`HttpClient`."""

    def __init__(self, http: HttpClient, store_hash: str) -> None:
        self.http = http
        self._store = f"/stores/{store_hash}"

    def path(self, version: str, resource: str) -> str:
        return f"{self._store}/{version}/{resource}"

    async def v2_rows(self, resource: str, query: Query | None = None) -> list[Row]:
        """Nothing to list is 204 without a body, also beyond the last page."""
        answer = await self.http.get(self.path("v2", resource), query)
        if answer.status == 204:
            return []
        found = answer.json()
        if not isinstance(found, list) or not _are_rows(found):
            raise _unexpected(answer)
        return found

    async def v2_row(self, resource: str, query: Query | None = None) -> Row:
        answer = await self.http.get(self.path("v2", resource), query)
        found = answer.json()
        if not isinstance(found, dict):
            raise _unexpected(answer)
        return found

    async def v3(self, resource: str, query: Query | None = None) -> V3Answer:
        answer = await self.http.get(self.path("v3", resource), query)
        found = answer.json()
        data = found.get("data") if isinstance(found, dict) else None
        if not isinstance(data, list) or not _are_rows(data):
            raise _unexpected(answer)
        meta = found.get("meta")
        return V3Answer(data, meta if isinstance(meta, dict) else {})


def _are_rows(found: list[Any]) -> bool:
    return all(isinstance(row, dict) for row in found)


def _unexpected(answer: Answer) -> ProtocolError:
    return ProtocolError(
        text("The shop answered in a form that its documentation does not know."),
        remedy=text("Try again later; if it stays, report it with the log."),
        detail=f"unexpected shape from {answer.url}: {answer.evidence[:500]}",
    )


# Signing in and refusals ---------------------------------------------------------------------------------------------


def http_options(settings: BigCommerceSettings) -> HttpOptions:
    return HttpOptions(
        headers={"X-Auth-Token": settings.access_token.get_secret_value()},
        classify=refusal,
        read_timeout_s=60,
        tries=4,
    )


def refusal(answer: Answer) -> AppError | None:
    """What an answer means where BigCommerce differs from the common reading of its status."""
    detail = f"{answer.status} from {answer.url}: {answer.evidence[:500]}"
    match answer.status:
        case 401:
            return _does_not_belong_together(detail)
        case 403 | 404 if answer.url.endswith("/v2/store") and not _names_a_scope(answer):
            return _does_not_belong_together(detail)
        case 403:
            scope = scope_of(answer.url)
            return PermissionMissingError(
                text('The access token lacks the permission "{scope}".', scope=scope),
                remedy=text(
                    "Permissions of an API account cannot be changed afterwards: create a new one with this permission"
                    " and enter its token."
                ),
                permission=str(scope),
                field="access_token",
                detail=detail,
            )
        case 429:
            return RateLimitError(
                text("The shop asks to slow down."), retry_after_s=wait_s(answer.headers), detail=detail
            )
        case 503 if "suspend" in answer.text.lower():
            return ConfigError(
                text("BigCommerce has suspended this shop."),
                remedy=text("Sign in to the shop's control panel: it says what is needed."),
                field="store_hash",
                detail=detail,
            )
        case 503 if "maintenance" in answer.text.lower() or "upgrad" in answer.text.lower():
            return UnreachableError(
                text("The shop is in maintenance."),
                remedy=text("Try again in a few minutes."),
                retry_after_s=_MAINTENANCE_WAIT_S,
                detail=detail,
            )
        case status if status in {500, 502, 504}:
            return ServerFaultError(
                text("The shop has a fault at the moment."),
                remedy=text("Try again in a few minutes."),
                detail=detail,
            )
        case _:
            return None


def _does_not_belong_together(detail: str) -> SignInError:
    return SignInError(
        text("Store hash and access token do not belong together, or the token was revoked."),
        remedy=text(
            "Copy both from the same API account. The token is the field Access token, not the client ID or secret."
        ),
        field="access_token",
        detail=detail,
    )


def _names_a_scope(answer: Answer) -> bool:
    return "required scope" in answer.text


_SCOPES: tuple[tuple[str, Text], ...] = (
    (r"/v2/(store|time)\b", text("Information & settings: read-only")),
    (r"/payment_actions/refunds", text("Order transactions: read-only")),
    (r"/v2/order|/v3/orders", text("Orders: read-only")),
    (r"/v3/customers/subscribers/\d+", text("Customers: modify")),
    (r"/v3/customers", text("Customers: read-only")),
    (r"/v3/catalog", text("Products: read-only")),
)


def scope_of(url: str) -> Text:
    """The permission in the control panel's words that an address needs."""
    return next((scope for pattern, scope in _SCOPES if re.search(pattern, url)), text("Unknown permission"))


# Rate limits ---------------------------------------------------------------------------------------------------------


def wait_s(headers: Mapping[str, str]) -> float | None:
    """Seconds until the window starts anew; None where no header says so, which is a general overload."""
    reset_ms = _number(headers.get("x-rate-limit-time-reset-ms"))
    if reset_ms is not None:
        return reset_ms / 1000
    return _number(headers.get("x-retry-after"))


def learn(headers: Mapping[str, str]) -> Hint | None:
    """The quota belongs to the shop and all its apps: a tenth of it stays theirs."""
    left = _number(headers.get("x-rate-limit-requests-left"))
    quota = _number(headers.get("x-rate-limit-requests-quota"))
    if left is None or quota is None:
        return None
    reset_ms = _number(headers.get("x-rate-limit-time-reset-ms"))
    reset_s = _WAIT_WITHOUT_HEADERS_S if reset_ms is None else reset_ms / 1000
    return Hint(remaining=int(left), reset_s=reset_s, reserve=int(quota) // 10)


# 450 requests in 30 s is the plan Pro; a Standard shop (150) is paced by what its headers say.
PACE = Pace(per_second=15, parallel=4, learn=learn)


def _number(raw: str | None) -> float | None:
    try:
        return max(0.0, float(raw)) if raw else None
    except ValueError:
        return None
