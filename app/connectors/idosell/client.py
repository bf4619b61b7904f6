"""The Admin API of one panel: versions, parameters, and the pages of its lists.

Reading costs money: plans include a number of calls a month. So pages are full (100 rows, the vendor's most), only the
fields in use are asked for, and nothing is read one by one. Facts: https://idosell.readme.io/reference.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.connectors.idosell.answers import body_of, classify, list_within
from app.connectors.idosell.settings import ApiVersion, IdoSellSettings
from app.connectors.idosell.values import Row, words
from app.core.errors import AddressError, PermissionMissingError, UnreachableError
from app.core.texts import text
from app.sdk.answers import Answer, RejectedError
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace

Params = Mapping[str, Any]

PACE = Pace(per_second=4, parallel=1)
"""No limit is documented; one request at a time burdens no shop."""

MOST_ROWS = 100
_VERSIONS = tuple(each.value for each in ApiVersion if each is not ApiVersion.AUTO)
_LOAD_EVERY_S = 300.0
"""``serverLoad`` is to be asked every few minutes at most, and each question counts."""


def http_options(settings: IdoSellSettings) -> HttpOptions:
    return HttpOptions(
        headers={"X-API-KEY": settings.api_key.get_secret_value()},
        classify=classify,
        connect_timeout_s=10,
        read_timeout_s=60,
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """One page. ``total`` counts all rows of the search; None where the answer does not say."""

    rows: list[Row]
    total: int | None


class Api:
    """Raises the errors of :class:`HttpClient`, and ProtocolError for a shape that is not documented."""

    def __init__(self, http: HttpClient, version: ApiVersion, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.http = http
        self._versions = _VERSIONS if version is ApiVersion.AUTO else (version.value,)
        self._newest = 0
        self._by_node: dict[str, str] = {}
        self._clock = clock
        self._load_asked_at = clock()

    def path(self, node: str) -> str:
        """With the version that has answered for this node, else the newest that is known to answer."""
        return f"api/admin/{self._by_node.get(node, self._versions[self._newest])}/{node}"

    async def get(self, node: str, params: Params | None = None) -> Answer:
        """Lists are joined by commas, objects become ``key[sub]``, lists of objects become texts of JSON."""
        return await self._versioned(node, lambda path: self.http.get(path, _query(params or {}) or None))

    async def search(self, node: str, params: Params) -> Answer:
        """A POST that only reads; its body is always ``{"params": …}``."""
        return await self._versioned(
            node, lambda path: self.http.request("POST", path, body={"params": params}, is_read=True)
        )

    async def _versioned(self, node: str, send: Callable[[str], Any]) -> Answer:
        """Old versions are switched off over time, and some nodes exist only in older ones."""
        if node in self._by_node:
            answer: Answer = await send(self.path(node))
            return answer
        for step, version in enumerate(self._versions[self._newest :], self._newest):
            try:
                answer = await send(f"api/admin/{version}/{node}")
            except RejectedError as error:
                if error.answer.status not in {404, 405}:
                    raise
                last = error
            else:
                if not self._by_node:
                    self._newest = step
                self._by_node[node] = version
                return answer
        raise self._not_there(last)

    def _not_there(self, error: RejectedError) -> AddressError:
        if len(self._versions) == 1:
            return AddressError(
                text("This shop does not know version {version} of the API.", version=self._versions[0]),
                remedy=text('Set "Version of the API" to automatic.'),
                field="api_version",
                detail=error.detail,
            )
        return AddressError(
            text("There is no Admin API of IdoSell at this address."),
            remedy=text("Enter the address of the panel, such as client12345.idosell.com."),
            field="panel_address",
            detail=error.detail,
        )

    # Lists -----------------------------------------------------------------------------------------------------------

    async def listed(self, node: str, params: Params, page: int, size: int) -> Listing:
        """By POST. Pages count from 0; one beyond the last is empty."""
        answer = await self.search(node, {**params, "resultsPage": page, "resultsLimit": size})
        return _listing(answer, "results", "clientsResults")

    async def got(self, node: str, params: Params, page: int, size: int) -> Listing:
        answer = await self.get(node, {**params, "resultsPage": page, "resultsLimit": size})
        return _listing(answer, "results")

    async def snake_listed(self, node: str, params: Params, page: int, size: int, name: str) -> Listing:
        """Newsletter and categories count in snake_case and name their rows themselves."""
        answer = await self.search(node, {**params, "results_page": page, "results_limit": size})
        return _listing(answer, name)

    async def snake_got(self, node: str, params: Params, page: int, size: int, name: str) -> Listing:
        answer = await self.get(node, {**params, "results_page": page, "results_limit": size})
        return _listing(answer, name)

    # Load ------------------------------------------------------------------------------------------------------------

    async def make_way(self) -> None:
        """Asks, during long readings only, whether the shop is overloaded. Raises UnreachableError with a time to wait.

        A key that may not ask goes on: the permission is worth having, not needed.
        """
        if self._clock() - self._load_asked_at < _LOAD_EVERY_S:
            return
        self._load_asked_at = self._clock()
        try:
            answer = await self.get("system/serverLoad")
        except (PermissionMissingError, AddressError):
            return
        if words(body_of(answer).get("serverLoadStatus")).lower() == "overloaded":
            raise UnreachableError(
                text("IdoSell says that the shop is overloaded; reading waits so as not to burden it."),
                remedy=text("It goes on by itself in five minutes."),
                retry_after_s=_LOAD_EVERY_S,
                detail="serverLoadStatus is overloaded",
            )


def _listing(answer: Answer, *names: str) -> Listing:
    body = body_of(answer)
    rows = list_within(body, answer, *names)
    told = words(body.get("resultsNumberAll", body.get("results_number_all")))
    return Listing(rows, int(told) if told.isdecimal() else None)


def _query(params: Params) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in params.items():
        if isinstance(value, Mapping):
            found |= {f"{name}[{inner}]": words(each) for inner, each in value.items()}
        elif isinstance(value, Sequence) and not isinstance(value, str):
            found[name] = ",".join(json.dumps(each) if isinstance(each, dict) else words(each) for each in value)
        else:
            found[name] = words(value)
    return found
