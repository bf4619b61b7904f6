"""Talking to one ActiveCampaign account: signing in, reading lists page by page, asking GraphQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.connectors.activecampaign.answers import GRAPHQL_PATH, classify, words_of
from app.connectors.activecampaign.settings import ActiveCampaignSettings
from app.core.errors import ProtocolError
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.answers import Answer, RejectedError
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Hint, Pace
from app.sdk.times import moment_in

PAGE_SIZE = 100
"""The most that the vendor returns (https://developers.activecampaign.com/reference/pagination)."""

Row = Mapping[str, Any]


def learn_pace(headers: Mapping[str, str]) -> Hint | None:
    """The headers speak of a window of one second; the wait is one request's share of it, so that others who use the
    account's limit are let in without halving our own rate."""
    limit, remaining = headers.get("ratelimit-limit", ""), headers.get("ratelimit-remaining", "")
    if not (limit.isdigit() and remaining.isdigit() and int(limit)):
        return None
    return Hint(remaining=int(remaining), reset_s=1 / int(limit))


PACE = Pace(per_second=4.5, parallel=4, learn=learn_pace)
"""Five requests a second for each account, all keys and GraphQL together
(https://developers.activecampaign.com/reference/rate-limits); below it, as jitter squeezes evenly spaced requests."""


def http_options(settings: ActiveCampaignSettings) -> HttpOptions:
    """One header signs in; nothing expires (https://developers.activecampaign.com/reference/authentication)."""
    return HttpOptions(headers={"Api-Token": settings.api_key.get_secret_value()}, classify=classify)


class Wire:
    """The account's HTTP client, and what its answers are made of."""

    def __init__(self, access: Access[ActiveCampaignSettings]) -> None:
        self.http: HttpClient = access.http

    async def get(self, resource: str, query: Mapping[str, str] | None = None) -> Row:
        """One resource under ``/api/3``. Raises ProtocolError for anything but a JSON object."""
        return as_object(await self.http.get(f"api/3/{resource}", query))

    async def rows(self, resource: str, query: Mapping[str, str] | None = None) -> AsyncIterator[Row]:
        """Every row of a list, by offset."""
        offset = 0
        while True:
            page = await self.get(resource, {**(query or {}), "limit": str(PAGE_SIZE), "offset": str(offset)})
            rows = rows_of(page, resource)
            for row in rows:
                yield row
            offset += len(rows)
            if len(rows) < PAGE_SIZE:
                return

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> Row:
        """The ``data`` of a GraphQL query; names that failed alone are null in it."""
        body = {"query": query, "variables": dict(variables or {})}
        answer = await self.http.request("POST", GRAPHQL_PATH, body=body, is_read=True, is_repeatable=True)
        return graphql_data(answer)

    async def ask_each(self, query: str, variables: Mapping[str, Any]) -> Row:
        """Like :meth:`ask` for a query of several look-ups: one that fails while it is carried out found nothing.

        Whether a missing order is null or an error is not documented; a query that the schema does not permit is a
        ProtocolError.
        """
        try:
            return await self.ask(query, variables)
        except RejectedError as error:
            if _failed_while_running(error.answer):
                return {}
            raise ProtocolError(
                text("ActiveCampaign does not understand a query that its documentation describes."),
                remedy=text('Choose "REST" under "How orders are written".'),
                detail=error.detail,
            ) from error


def _failed_while_running(answer: Answer) -> bool:
    """Errors of execution name the place in the answer; errors in the query itself do not."""
    errors = answer.json().get("errors")
    return isinstance(errors, list) and all(isinstance(each, Mapping) and each.get("path") for each in errors)


def as_object(answer: Answer) -> Row:
    body = answer.json()
    if isinstance(body, Mapping):
        return body
    raise ProtocolError(
        text("ActiveCampaign answered in an unknown form."), detail=f"no object from {answer.url}: {answer.text[:500]}"
    )


def graphql_data(answer: Answer) -> Row:
    data = as_object(answer).get("data")
    if isinstance(data, Mapping):
        return data
    raise ProtocolError(
        text("ActiveCampaign answered in an unknown form."), detail=f"no data from {answer.url}: {words_of(answer)}"
    )


def rows_of(page: Row, name: str) -> list[Row]:
    """Rows that must be there: an answer without them is no empty list, and taking it for one would make everybody
    new. Raises ProtocolError."""
    if isinstance(page.get(name), list):
        return listed(page, name)
    raise ProtocolError(
        text("ActiveCampaign answered in an unknown form."), detail=f"no {name} among {', '.join(page) or 'nothing'}"
    )


def listed(page: Row, name: str) -> list[Row]:
    """Rows that may be left out where there are none."""
    rows = page.get(name.rpartition("/")[2])
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def words(value: object) -> str:
    """Ids and numbers come as texts or as numbers; they are compared as texts."""
    return "" if value is None else str(value)


def number(value: object) -> int:
    """Counters come as texts; nothing and nonsense count as zero."""
    digits = words(value).strip()
    return int(digits) if digits.lstrip("-").isdigit() else 0


def moment(value: object) -> datetime | None:
    """A time with its offset; ``0000-00-00`` is the vendor's way to write none, a time without offset is taken as
    UTC."""
    return moment_in(words(value))


def utc_stamp(at: datetime) -> str:
    """``2023-05-03T10:48:23Z``, the form that the GraphQL reference prescribes."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def decimal(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(words(value) or "0")
