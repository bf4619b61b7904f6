"""Filtering and paging as BigCommerce does it, in the two generations of its API."""

from __future__ import annotations

import base64
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.connectors.bigcommerce.simulator_gate import as_json, v3_problem

Row = dict[str, Any]
Test = Callable[[Row, str], bool]

_MOST = 250


@lru_cache(maxsize=100_000)
def moment_of(raw: str) -> datetime:
    """RFC 2822 or ISO 8601, in UTC where no zone is given. Raises ValueError."""
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        moment = parsedate_to_datetime(raw)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def one_of(name: str) -> Test:
    return lambda row, value: str(row.get(name, "")).lower() in {each.strip().lower() for each in value.split(",")}


def equal(name: str) -> Test:
    return lambda row, value: str(row.get(name) or "").lower() == value.lower()


def at_least(name: str) -> Test:
    return lambda row, value: int(row[name]) >= int(value)


def at_most(name: str) -> Test:
    return lambda row, value: int(row[name]) <= int(value)


def greater(name: str) -> Test:
    return lambda row, value: int(row[name]) > int(value)


def since(name: str, *, adds_time_of_day: bool = False) -> Test:
    """Products add the present time of day to a date without one."""

    def is_since(row: Row, value: str) -> bool:
        start = moment_of(value)
        if adds_time_of_day and "T" not in value:
            now = datetime.now(UTC)
            start += timedelta(hours=now.hour, minutes=now.minute, seconds=now.second)
        return moment_of(row[name]) >= start

    return is_since


def until(name: str) -> Test:
    return lambda row, value: moment_of(row[name]) <= moment_of(value)


def filtered(rows: Iterable[Row], query: Mapping[str, str], tests: Mapping[str, Test]) -> list[Row]:
    return list(matching(rows, query, tests))


def matching(rows: Iterable[Row], query: Mapping[str, str], tests: Mapping[str, Test]) -> Iterator[Row]:
    """One after another, for whoever needs the first ones only."""
    asked = [(tests[name], value) for name, value in query.items() if name in tests]
    return (row for row in rows if all(test(row, value) for test, value in asked))


def limit_of(query: Mapping[str, str], most: int = _MOST) -> int:
    """50 without a wish; more than the most is cut, without a word."""
    return max(1, min(int(query.get("limit", "50")), most))


def v2_page(rows: Sequence[Row], query: Mapping[str, str]) -> Response:
    """Nothing, and a page beyond the end, is 204 without a body."""
    limit = limit_of(query)
    start = (int(query.get("page", "1")) - 1) * limit
    found = rows[start : start + limit]
    return as_json(list(found)) if found else Response(status_code=204)


def has_failing(rows: Sequence[Row], query: Mapping[str, str], failing: Container[int]) -> bool:
    """Whether the page that is asked for holds a row on which the shop fails."""
    limit = limit_of(query)
    start = (int(query.get("page", "1")) - 1) * limit
    return any(row["id"] in failing for row in rows[start : start + limit])


def unknown_filter(request: Request, known: Iterable[str]) -> Response | None:
    unknown = sorted(set(request.query_params) - set(known) - {"page", "limit"})
    if not unknown:
        return None
    title = f"The filter(s): {', '.join(unknown)} are not valid filter parameter(s)."
    return v3_problem(422, title, dict.fromkeys(unknown, "unknown"))


def v3_page(rows: Sequence[Row], query: Mapping[str, str], *, most: int = _MOST) -> Response:
    limit = limit_of(query, most)
    page = max(1, int(query.get("page", "1")))
    found = rows[(page - 1) * limit : page * limit]
    return as_json({"data": list(found), "meta": {"pagination": _pagination(len(rows), len(found), limit, page)}})


def v3_cursor_page(rows: Sequence[Row], query: Mapping[str, str]) -> Response:
    """Cursors appear on the first page, and on those asked for by one; ``page`` is then ignored."""
    if "after" in query and "before" in query:
        return v3_problem(422, "Only one of after and before may be used.")
    if "after" not in query and int(query.get("page", "1")) > 1:
        return v3_page(rows, query)
    limit = limit_of(query)
    ordered = sorted(rows, key=lambda row: int(row["id"]))
    if "after" in query:
        start = _id_in(query["after"])
        if start is None:
            return v3_problem(422, "The cursor is not valid.", {"after": "invalid"})
        ordered = [row for row in ordered if int(row["id"]) > start]
    found = ordered[:limit]
    cursors: Row = {"count": len(found), "per_page": limit, "links": {}}
    if found:
        cursors |= {"start_cursor": _cursor(found[0]), "end_cursor": _cursor(found[-1])}
    if len(ordered) > limit:
        cursors["links"]["next"] = f"?limit={limit}&after={_cursor(found[-1])}"
    pagination = _pagination(len(rows), len(found), limit, 1)
    return as_json({"data": found, "meta": {"pagination": pagination, "cursor_pagination": cursors}})


def _pagination(total: int, count: int, limit: int, page: int) -> Row:
    pages = -(-total // limit)
    links = {"current": f"?page={page}&limit={limit}"}
    if page > 1:
        links["previous"] = f"?page={page - 1}&limit={limit}"
    if page < pages:
        links["next"] = f"?page={page + 1}&limit={limit}"
    return {
        "total": total,
        "count": count,
        "per_page": limit,
        "current_page": page,
        "total_pages": pages,
        "links": links,
    }


def _cursor(row: Row) -> str:
    return base64.b64encode(f"id:{row['id']}".encode()).decode()


def _id_in(cursor: str) -> int | None:
    try:
        name, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
    except ValueError:
        return None
    return int(number) if name == "id" and number.isdecimal() else None
