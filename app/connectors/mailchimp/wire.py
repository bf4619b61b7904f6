"""Talking to one Mailchimp account: signing in, reading collections, making sense of values."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from app.connectors.mailchimp.answers import classify
from app.connectors.mailchimp.settings import MailchimpSettings
from app.core.errors import ProtocolError
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.answers import Answer, RejectedError
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace
from app.sdk.reading import batches, together
from app.sdk.times import moment_in

Row = Mapping[str, Any]

PAGE_SIZE = 1_000
"""The most that a collection gives at once (https://mailchimp.com/developer/marketing/docs/methods-parameters/)."""
PACE = Pace(per_second=20, parallel=4)
"""Ten connections at once for the whole account, all programs together, and no figure for a minute
(https://mailchimp.com/developer/marketing/docs/fundamentals/): four leave room for the others."""
_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,50}")
_CENT = Decimal("0.01")


def http_options(settings: MailchimpSettings) -> HttpOptions:
    """HTTP Basic with any user name. A refusal names no time to wait, so the pauses grow from two seconds on; the
    vendor itself ends a request after 120."""
    token = base64.b64encode(f"koppler:{settings.api_key.get_secret_value()}".encode()).decode("ascii")
    return HttpOptions(
        headers={"Authorization": f"Basic {token}"},
        classify=classify,
        backoff_s=2.0,
        tries=6,
        read_timeout_s=120,
    )


class Wire:
    """The account's HTTP client; paths are those behind ``/3.0``."""

    def __init__(self, access: Access[MailchimpSettings]) -> None:
        self.http: HttpClient = access.http

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Row:
        """Raises ProtocolError for anything but a JSON object."""
        return as_object(await self.http.get(at(path), query))

    async def get_or_none(self, path: str, query: Mapping[str, str] | None = None) -> Row | None:
        """None where it is not there."""
        try:
            return await self.get(path, query)
        except RejectedError as error:
            if error.answer.status != 404:
                raise
            return None

    async def total(self, path: str, query: Mapping[str, str] | None = None) -> int:
        page = await self.get(path, {**(query or {}), "count": "1", "fields": "total_items"})
        return total_of(page)

    async def rows(
        self, path: str, name: str, fields: Sequence[str], query: Mapping[str, str] | None = None
    ) -> AsyncIterator[Row]:
        """Every row of a collection, by offset in records."""
        offset = 0
        while True:
            page = await self.get(path, {**(query or {}), **page_query(name, fields, offset, PAGE_SIZE)})
            rows = rows_of(page, name)
            for row in rows:
                yield row
            offset += len(rows)
            if not rows or offset >= total_of(page):
                return


def at(path: str) -> str:
    return f"3.0/{path}"


def page_query(name: str, fields: Sequence[str], offset: int, count: int) -> dict[str, str]:
    """Only what is needed: whole rows are mostly links."""
    wanted = ",".join(["total_items", *(f"{name}.{field}" for field in fields)])
    return {"count": str(count), "offset": str(offset), "fields": wanted}


def as_object(answer: Answer) -> Row:
    body = answer.json()
    if isinstance(body, Mapping):
        return body
    raise _unknown_form(f"no object from {answer.url}")


def rows_of(page: Row, name: str) -> list[Row]:
    """Raises ProtocolError where the list is missing: taken for an empty one, it would make everybody new."""
    rows = page.get(name)
    if not isinstance(rows, list):
        raise _unknown_form(f"no {name} among {', '.join(page) or 'nothing'}")
    return [row for row in rows if isinstance(row, Mapping)]


def total_of(page: Row) -> int:
    total = page.get("total_items")
    if not isinstance(total, int):
        raise _unknown_form("no total_items")
    return total


def _unknown_form(detail: str) -> ProtocolError:
    return ProtocolError(
        text("Mailchimp answered in a form that its documentation does not know."),
        remedy=text("Try again later; if it happens again, please report it with the log."),
        detail=detail,
    )


T = TypeVar("T")


async def few_at_once(keys: Sequence[str], ask: Callable[[str], Coroutine[Any, Any, T]]) -> dict[str, T]:
    """What ``ask`` gives for each key, in order; the first error ends all of them, and so does cancelling."""
    found: dict[str, T] = {}
    for few in batches(keys, PACE.parallel):
        found |= zip(few, await together(ask(key) for key in few), strict=True)
    return found


# Values --------------------------------------------------------------------------------------------------------------


def subscriber_hash(email: str) -> str:
    """MD5 of the lower-case address (https://mailchimp.com/developer/marketing/docs/methods-parameters/). Also the
    number of a customer: 32 characters always fit, and guests and accounts of one person meet."""
    return hashlib.md5(email.strip().lower().encode(), usedforsecurity=False).hexdigest()


def store_key(raw: str) -> str:
    """A number of the shop's as it stands in the store: what could break an address, or is longer than the 50
    characters that the interface takes, is replaced by its hash."""
    if _PLAIN_ID.fullmatch(raw) and set(raw) != {"."}:
        return raw
    return f"x{hashlib.sha1(raw.encode(), usedforsecurity=False).hexdigest()}"


def words(value: object) -> str:
    return "" if value is None else str(value)


def moment(value: object) -> datetime | None:
    """An ISO 8601 time; one without an offset is UTC. None for nothing and for what is no time."""
    return moment_in(words(value))


def stamp(at_moment: datetime) -> str:
    """With its offset: without one it would be taken for UTC."""
    return at_moment.astimezone(UTC).isoformat(timespec="seconds")


def number(value: object) -> Decimal:
    """Amounts are JSON numbers that may have gone through a float on the way; nothing and nonsense count as zero."""
    try:
        found = Decimal(words(value) or "0")
    except ArithmeticError:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)


def cents(value: object) -> Decimal:
    """An amount with two places."""
    return number(value).quantize(_CENT, ROUND_HALF_UP)
