"""Lists as WooCommerce 10.0.2 answers them: parameters checked by name, filters with their edges, pages, fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from urllib.parse import urlencode

from app.connectors.woocommerce.world_rows import Row

Params = Mapping[str, str]
ORDER_STATUSES = (
    "any",
    "trash",
    "auto-draft",
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})?\Z")
_DATES = ("after", "before", "modified_after", "modified_before")
_WHOLE = re.compile(r"-?\d+\Z")
_EMAIL = re.compile(r"[^@\s]+@[a-z0-9.-]+\.[a-z0-9-]+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What one list can do. ``orderby`` begins with its default."""

    orderby: tuple[str, ...]
    descends: bool = True
    has_dates: bool = False
    statuses: tuple[str, ...] = ()
    always: tuple[tuple[str, str], ...] = ()
    """What the Link header adds of itself."""


ORDERS = Resource(
    orderby=("date", "id", "include", "title", "slug", "modified"),
    has_dates=True,
    statuses=ORDER_STATUSES,
    always=(("status[0]", "any"), ("dp", "2"), ("context", "view")),
)
CUSTOMERS = Resource(orderby=("name", "id", "include", "registered_date"), descends=False)
PRODUCTS = Resource(
    orderby=("date", "id", "include", "title", "slug", "modified", "price", "popularity", "rating", "menu_order"),
    has_dates=True,
    statuses=("any", "future", "trash", "draft", "pending", "private", "publish"),
)
CATEGORIES = Resource(orderby=("name", "id", "include", "slug", "term_group", "description", "count"), descends=False)
PLAIN = Resource(orderby=("id",), descends=False)


# Parameters ----------------------------------------------------------------------------------------------------------


def problems(params: Params, resource: Resource) -> dict[str, tuple[str, str]]:
    """Parameter to code and text, as ``rest_invalid_param`` names them."""
    found: dict[str, tuple[str, str]] = {}
    for name, most in (("page", None), ("per_page", 100), ("offset", None)):
        if name in params and (problem := _whole_problem(name, params[name], most)):
            found[name] = problem
    for name in _DATES if resource.has_dates else ():
        if name in params and not _DATE.match(params[name]):
            found[name] = ("rest_invalid_date", "Invalid date.")
    if "email" in params and not _EMAIL.match(params["email"]):
        found["email"] = ("rest_invalid_email", "Invalid email address.")
    for name, allowed in (("order", ("asc", "desc")), ("orderby", resource.orderby)):
        if name in params and params[name] not in allowed:
            found[name] = ("rest_not_in_enum", f"{name} is not one of {_listed(allowed)}.")
    for number, each in enumerate(params.get("status", "").split(",") if resource.statuses else ()):
        if each and each not in resource.statuses:
            words = f"status[{number}] is not one of {_listed(resource.statuses)}."
            found["status"] = ("rest_not_in_enum", words)
    return found


def _whole_problem(name: str, value: str, most: int | None) -> tuple[str, str] | None:
    if not _WHOLE.match(value):
        return "rest_invalid_type", f"{name} is not of type integer."
    number = int(value)
    if name == "offset" or 1 <= number <= (most or number):
        return None
    if most is None:
        return "rest_out_of_bounds", f"{name} must be greater than or equal to 1"
    return "rest_out_of_bounds", f"{name} must be between 1 (inclusive) and {most} (inclusive)"


def _listed(allowed: Sequence[str]) -> str:
    return ", ".join(allowed[:-1]) + f", and {allowed[-1]}"


# Filters -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dates:
    """How this shop reads moments. Both bounds leave out a row exactly at them."""

    zone: tzinfo
    ignores_changes: bool = False
    ignores_gmt: bool = False

    def passes(self, row: Row, params: Params) -> bool:
        is_gmt = params.get("dates_are_gmt") in {"true", "1"} and not self.ignores_gmt
        for name in _DATES:
            if name not in params or (self.ignores_changes and name.startswith("modified")):
                continue
            column = ("date_modified" if name.startswith("modified") else "date_created") + ("_gmt" if is_gmt else "")
            bound, value = self._bound(params[name]), str(row.get(column) or "")
            if not (value > bound if name.endswith("after") else value < bound):
                return False
        return True

    def _bound(self, raw: str) -> str:
        """A moment with its own zone is put into shop time, also where it is then held against UTC: so ``Z`` together
        with ``dates_are_gmt`` is shifted twice."""
        at = datetime.fromisoformat(raw.replace(" ", "T").upper())
        return (at.astimezone(self.zone) if at.tzinfo else at.replace(tzinfo=UTC)).strftime("%Y-%m-%dT%H:%M:%S")


def sorted_rows(found: Iterable[Row], params: Params, resource: Resource) -> list[Row]:
    """Equal seconds come in any order, here the reverse of their ids."""
    name = params.get("orderby", resource.orderby[0])
    if name == "include":
        place = {each: number for number, each in enumerate(params.get("include", "").split(","))}
        return sorted(found, key=lambda row: place.get(str(row["id"]), 0))
    column = {"date": "date_created_gmt", "registered_date": "date_created_gmt", "modified": "date_modified_gmt"}
    is_descending = params.get("order", "desc" if resource.descends else "asc") == "desc"
    by_id = sorted(found, key=lambda row: -row["id"])
    return sorted(by_id, key=lambda row: row.get(column.get(name, name)) or 0, reverse=is_descending)


# Pages ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cut:
    rows: list[Row]
    total: int
    pages: int
    link: str


def cut(found: Sequence[Row], params: Params, base: str, resource: Resource) -> Cut:
    """A page past the end is empty, with right totals and a link to the last one."""
    size, number = int(params.get("per_page", "10")), int(params.get("page", "1"))
    start = max(0, int(params.get("offset", "0"))) if "offset" in params else (number - 1) * size
    pages = -(-len(found) // size)
    links = []
    if number > 1:
        links.append(_link(base, params, resource, min(number - 1, max(pages, 1)), "prev"))
    if number < pages:
        links.append(_link(base, params, resource, number + 1, "next"))
    return Cut(list(found[start : start + size]), len(found), pages, ", ".join(links))


def _link(base: str, params: Params, resource: Resource, number: int, rel: str) -> str:
    """Repeats every parameter, key and secret with them."""
    rest = {name: value for name, value in params.items() if name != "page"}
    return f'<{base}?{urlencode({**rest, **dict(resource.always), "page": number})}>; rel="{rel}"'


def only_fields(row: Row, wanted: str) -> Row:
    """``_fields`` with names of fields within fields."""
    if not wanted:
        return row
    shown: Row = {}
    for name in wanted.split(","):
        head, _, inner = name.strip().partition(".")
        if head not in row:
            continue
        value = row[head]
        if inner and isinstance(value, dict):
            shown.setdefault(head, {}).update(only_fields(value, inner))
        elif not inner:
            shown[head] = value
    return shown
