"""Talking to one Brevo account: signing in, its limits by bucket, reading contacts page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from app.connectors.brevo.answers import classify
from app.connectors.brevo.settings import BrevoSettings
from app.core.errors import ProtocolError
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.answers import Answer, RejectedError
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Bucket, Hint, Pace
from app.sdk.times import moment_in

Row = Mapping[str, Any]
PAGE_SIZE = 1000
"""The most that GET /contacts returns (https://developers.brevo.com/reference/get-contacts)."""
_LIST_PAGE = 50
_FREE = ("contacts", "events")


def learn_pace(headers: Mapping[str, str]) -> Hint | None:
    """https://developers.brevo.com/docs/limit-headers, on every answer, for the bucket that was asked."""
    remaining = headers.get("x-sib-ratelimit-remaining", "")
    reset = headers.get("x-sib-ratelimit-reset", "").replace(".", "", 1)
    if not (remaining.isdecimal() and reset.isdecimal()):
        return None
    return Hint(remaining=int(remaining), reset_s=float(headers["x-sib-ratelimit-reset"]))


def _head(path: str) -> str:
    return path.strip("/").partition("/")[0].partition("?")[0]


def _is_block_list(_: str, path: str) -> bool:
    return path.strip("/").startswith("smtp/blockedContacts")


def _is_mail(_: str, path: str) -> bool:
    return _head(path) == "smtp"


def _is_rest(_: str, path: str) -> bool:
    return _head(path) not in _FREE


PACE = Pace(
    per_second=10,
    parallel=4,
    learn=learn_pace,
    apart=(
        Bucket(_is_block_list, Pace(per_second=20, learn=learn_pace)),
        # An hour's requests may come at once; when they are used up, the headers say so and the rest waits.
        Bucket(_is_mail, Pace(per_second=5, parallel=2, learn=learn_pace)),
        Bucket(_is_rest, Pace(per_second=5, parallel=1, learn=learn_pace)),
    ),
)
"""Ten requests a second for contacts, 300 an hour for /smtp, 100 an hour for everything else; the list of blocked
contacts has a larger limit of its own (https://developers.brevo.com/docs/api-limits)."""


def http_options(settings: BrevoSettings) -> HttpOptions:
    """One header signs in; nothing expires (https://developers.brevo.com/docs/api-key-authentication)."""
    return HttpOptions(headers={"api-key": settings.api_key.get_secret_value()}, classify=classify)


@dataclass(frozen=True, slots=True)
class Place:
    """Where reading contacts has come to: how many rows, and the highest id."""

    offset: int = 0
    last_id: int = 0


class Wire:
    """The account's HTTP client, and what its answers are made of."""

    def __init__(self, access: Access[BrevoSettings]) -> None:
        self.http: HttpClient = access.http

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Row:
        """Raises ProtocolError for anything but a JSON object."""
        return as_object(await self.http.get(path, query))

    async def find(self, path: str, query: Mapping[str, str] | None = None) -> Row | None:
        """None where Brevo knows no such thing."""
        try:
            return await self.get(path, query)
        except RejectedError as error:
            if error.answer.status == 404:
                return None
            raise

    async def contact(self, identifier: str, kind: str) -> Row | None:
        """``kind`` is email_id, contact_id or ext_id (https://developers.brevo.com/reference/get-contact-info)."""
        return await self.find(f"contacts/{quote(identifier, safe='')}", {"identifierType": kind})

    async def rows(
        self, path: str, name: str, query: Mapping[str, str] | None = None, *, size: int = _LIST_PAGE
    ) -> list[Row]:
        """Every row of a short list, by offset."""
        found: list[Row] = []
        while True:
            page = await self.get(path, {**(query or {}), "limit": str(size), "offset": str(len(found))})
            # An account without lists, templates or orders leaves the name out.
            rows = rows_of(page, name) if name in page else []
            found += rows
            if len(rows) < size:
                return found

    async def contact_pages(
        self, query: Mapping[str, str], place: Place = Place(), *, limit: int | None = None
    ) -> AsyncIterator[tuple[list[Row], Place]]:
        """Contacts by rising id, in the order of their creation. There is an offset only, which counts: each page
        begins with the last row of the one before, and goes back where rows have vanished meanwhile."""
        size = PAGE_SIZE if limit is None else min(max(limit, 1) + 1, PAGE_SIZE)
        offset, last_id = place.offset, place.last_id
        while True:
            start = max(0, offset - 1)
            page = await self.get("contacts", {**query, "limit": str(size), "offset": str(start), "sort": "asc"})
            rows = rows_of(page, "contacts")
            if start and (not rows or number(rows[0].get("id")) > last_id):
                offset = max(0, start - size)
                continue
            fresh = [row for row in rows if number(row.get("id")) > last_id]
            offset = start + len(rows)
            if fresh:
                last_id = max(number(row.get("id")) for row in fresh)
                yield fresh, Place(offset, last_id)
            if len(rows) < size:
                return


def as_object(answer: Answer) -> Row:
    body = answer.json()
    if isinstance(body, Mapping):
        return body
    raise ProtocolError(
        text("Brevo answered in an unknown form."), detail=f"no object from {answer.url}: {answer.text[:500]}"
    )


def rows_of(page: Row, name: str) -> list[Row]:
    """Rows that must be there: an answer without them is no empty list, and taking it for one would make everybody
    new. Raises ProtocolError."""
    rows = page.get(name)
    if isinstance(rows, list):
        return [row for row in rows if isinstance(row, Mapping)]
    raise ProtocolError(
        text("Brevo answered in an unknown form."), detail=f"no {name} among {', '.join(page) or 'nothing'}"
    )


def words(value: object) -> str:
    return "" if value is None else str(value)


def number(value: object) -> int:
    """Nothing and nonsense count as zero."""
    digits = words(value).strip()
    return int(digits) if digits.isdecimal() else 0


def numbers(value: object) -> list[int]:
    return [number(each) for each in value] if isinstance(value, list) else []


def moment(value: object) -> datetime | None:
    """A time with its offset; one without is taken as UTC (https://developers.brevo.com/reference/get-contacts)."""
    return moment_in(words(value))


def utc_stamp(at: datetime) -> str:
    """``2026-05-03T10:48:23.000Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def second_stamp(at: datetime) -> str:
    """``2026-05-03T10:48:23Z``, as orders carry it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
