"""Talking to one Newsletter2Go account: lists, groups, attributes and recipients, page by page.

``_limit`` and ``_offset`` page through everything; without ``_fields`` or ``_expand`` a row is an id only
(https://docs.newsletter2go.com, "Common GET Parameters"). How many rows a page may hold is not documented.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime

from app.connectors.newsletter2go.answers import Row, classify, rows_of, total_of, words
from app.connectors.newsletter2go.session import TokenSession
from app.connectors.newsletter2go.settings import Newsletter2GoSettings
from app.core.addresses import normalised_email
from app.core.errors import ConfigError, ProtocolError
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.answers import RejectedError
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace
from app.sdk.reading import batches
from app.sdk.times import moment_in

PACE = Pace(per_second=5, parallel=2)
"""No limit is published."""
PAGE_SIZE = 100
_IN_ONE_FILTER = 25
"""Addresses; a filter stands in the address of the request, which cannot be endless."""
_ID = re.compile(r"[a-z0-9]+")


def http_options(settings: Newsletter2GoSettings) -> HttpOptions:
    return HttpOptions(session=TokenSession(settings), classify=classify)


class Wire:
    def __init__(self, access: Access[Newsletter2GoSettings]) -> None:
        self.http: HttpClient = access.http

    async def rows(self, path: str, query: Mapping[str, str] | None = None) -> list[Row]:
        """Every row of a short list."""
        return [row async for page in self.pages(path, query or {}) for row in page]

    async def pages(
        self, path: str, query: Mapping[str, str], *, offset: int = 0, size: int = PAGE_SIZE
    ) -> AsyncIterator[list[Row]]:
        """A page may hold fewer rows than were asked for; the end is where the total says so, else an empty page."""
        while True:
            found = await self.http.get(path, {**query, "_limit": str(size), "_offset": str(offset)})
            rows, total = rows_of(found), total_of(found)
            if not rows:
                return
            offset += len(rows)
            yield rows
            if total and offset >= total:
                return

    async def recipients_named(
        self, list_id: str, emails: Iterable[str], fields: Sequence[str]
    ) -> dict[str, list[Row]]:
        """Of these addresses, by address. Compared here again: a filter that is read in another way must not make a
        stranger of somebody, nor somebody of a stranger."""
        wanted = list(dict.fromkeys(emails))
        found: dict[str, list[Row]] = {each: [] for each in wanted}
        for few in in_filters("email", wanted):
            query = {"_filter": few, "_fields": ",".join(fields)}
            for row in await self.rows(members_path(list_id), query):
                email = normalised_email(words(row.get("email")))
                if email in found:
                    found[email].append(row)
        return found

    async def recipient(self, list_id: str, recipient_id: str, fields: Sequence[str]) -> Row | None:
        try:
            answer = await self.http.get(recipient_path(list_id, recipient_id), {"_fields": ",".join(fields)})
        except RejectedError as error:
            if error.answer.status == 404:
                return None
            raise
        return next(iter(rows_of(answer)), None)

    async def list_names(self) -> dict[str, str]:
        rows = await self.rows("lists", {"_fields": "id,name"})
        return {words(row.get("id")): words(row.get("name")) for row in rows}

    async def chosen_list(self, wanted: str, field: str) -> tuple[str, str]:
        """Id and name of the chosen list, else of the account's default. Raises ConfigError."""
        names = await self.list_names()
        chosen = wanted
        if not chosen:
            companies = rows_of(await self.http.get("companies"))
            chosen = words(companies[0].get("default_list_id")) if companies else ""
        if chosen in names:
            return chosen, names[chosen]
        known = ", ".join(f"{each} ({name})" for each, name in names.items())
        raise ConfigError(
            text('Newsletter2Go has no address book "{name}".', name=chosen or "?"),
            remedy=text("Choose one of these by its id: {lists}.", lists=known or "–"),
            field=field,
        )


def members_path(list_id: str) -> str:
    return f"lists/{_checked(list_id)}/recipients"


def recipient_path(list_id: str, recipient_id: str) -> str:
    """One recipient. Without its id the same address would mean everybody of the list, so that it cannot be made
    without one."""
    return f"lists/{_checked(list_id)}/recipients/{_checked(recipient_id)}"


def any_of(field: str, values: Sequence[str]) -> str:
    """``email=="a",email=="b"``. Never empty: without a filter a request means everybody. Raises ProtocolError."""
    if not values or any('"' in each or "\\" in each or not each for each in values):
        raise ProtocolError(text("A filter for recipients could not be made."), detail=f"{len(values)} values")
    return ",".join(f'{field}=="{each}"' for each in values)


def in_filters(field: str, values: Sequence[str]) -> Sequence[str]:
    """As many filters as it takes for all values; none for none."""
    return [any_of(field, part) for part in batches(values, _IN_ONE_FILTER)]


def moment(value: object) -> datetime | None:
    """``2018-05-18T12:40:33+0000``; a time without an offset is taken as UTC."""
    return moment_in(words(value))


def _checked(raw: str) -> str:
    if not _ID.fullmatch(raw):
        raise ProtocolError(text("Newsletter2Go named something without an id."), detail=f"id {raw[:20]!r}")
    return raw
