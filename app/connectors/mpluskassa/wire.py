"""Talking to one register: signing in, asking one thing after another, and what its refusals mean."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from app.connectors.mpluskassa.faults import classify
from app.connectors.mpluskassa.settings import MplusSettings
from app.connectors.mpluskassa.soap import CONTENT_TYPE, Row, decoded, envelope
from app.core.texts import Text
from app.sdk.access import Access
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace
from app.sdk.plan import Json, Step

PAGE_SIZE = 200
"""Relations come at most 1000 at a time (developers.mpluskassa.nl, tutorial "Sync markers")."""
NO_TEXTS: Row = {}
"""A list that must be there and may be empty."""

PACE = Pace(per_second=10, parallel=1)
"""No limit is published. It is the shop's own server, at which people stand and pay: one request at a time."""


def http_options(settings: MplusSettings) -> HttpOptions:
    """The credentials stand in the address (github.com/MplusKASSA/mplusqapi-php); time-outs are those of the vendor's
    client, as large answers take their time."""
    return HttpOptions(
        query={"ident": settings.ident, "secret": settings.secret.get_secret_value()},
        headers={"Accept": "text/xml"},
        encode=envelope,
        content_type=CONTENT_TYPE,
        decode=decoded,
        classify=classify,
        connect_timeout_s=30,
        read_timeout_s=300,
        whole_timeout_s=600,
    )


def message(operation: str, content: Row | None = None) -> Json:
    return {operation: dict(content or {})}


def headers(operation: str) -> Mapping[str, str]:
    return {"SOAPAction": operation}


def step(
    name: str,
    operation: str,
    content: Row,
    *,
    key: str,
    purpose: Text,
    saves: Mapping[str, tuple[str | int, ...]] | None = None,
    is_repeatable: bool = False,
) -> Step:
    """One writing request for one record."""
    return Step(
        name=name,
        method="POST",
        path="",
        keys=(key,),
        body=message(operation, content),
        headers=headers(operation),
        saves=saves or {},
        is_repeatable=is_repeatable,
        purpose=purpose,
    )


class Wire:
    """The account's HTTP client, for what only reads."""

    def __init__(self, access: Access[MplusSettings]) -> None:
        self.http: HttpClient = access.http
        self.settings = access.settings

    async def ask(self, operation: str, content: Row | None = None) -> Row:
        """Raises what the register's refusal means, and ProtocolError for an answer in an unknown form."""
        answer = await self.http.request(
            "POST", "", body=message(operation, content), headers=headers(operation), is_read=True
        )
        found: Row = answer.json()
        return found

    async def request(self, operation: str, content: Row) -> Row:
        """Most reading operations wrap what they are asked in ``request``."""
        return await self.ask(operation, {"request": content})

    async def marked(
        self, operation: str, place: Sequence[str], marker: int, limit: int, **more: Json
    ) -> AsyncIterator[tuple[Sequence[Row], int]]:
        """Pages of rows from a sync marker on, each with the marker to continue from.

        A changed row gets a new, higher marker, so that it comes once more behind and is never missed. The end is a
        page without anything new: how many rows a page holds at most is the register's business, and one that does not
        know markers tells everything at once, again and again.
        """
        while True:
            asked = {"syncMarker": marker, "syncMarkerLimit": limit, **more}
            told = listed(await self.request(operation, asked), *place)
            rows = [row for row in told if highest_marker(row) >= marker]
            if not rows:
                return
            marker = max(highest_marker(row) for row in rows) + 1
            yield rows, marker


def highest_marker(row: Row) -> int:
    """Of a record, or of an article in a product: a change of either counts."""
    articles = listed(row, "articleList", "article")
    return max(int(each.get("syncMarker") or 0) for each in (row, *articles))


def listed(row: Row, *place: str) -> list[Any]:
    """What stands in a list of the vendor's; an empty wrapper, or none, is an empty list."""
    found: Any = row
    for name in place:
        found = found.get(name) if isinstance(found, Mapping) else None
    if found is None or found == "":
        return []
    return list(found) if isinstance(found, list | tuple) else [found]
