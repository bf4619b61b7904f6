"""What the parts of the simulator share: a call, a reply, a refusal, pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.connectors.brevo.world import Row, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    world: World
    query: Mapping[str, str]
    body: Any = None
    size: int = 0
    """Bytes of the body."""
    ids: Sequence[str] = ()
    """What the pattern of the path captured."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any = None
    """None is an empty answer, as 204 has."""
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Reply]


class RefusedError(Exception):
    def __init__(self, status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.reply = Reply(status, {"code": code, "message": message, **more})


def invalid(message: str, code: str = "invalid_parameter", **more: Any) -> RefusedError:
    return RefusedError(400, code, message, **more)


def not_found(message: str) -> RefusedError:
    return RefusedError(404, "document_not_found", message)


def fields_of(call: Call, known: Iterable[str], required: Iterable[str] = ()) -> Row:
    """Stricter than the vendor: an unknown field is refused, so that a mistake shows here."""
    if not isinstance(call.body, dict):
        raise invalid("Invalid JSON body", "bad_request")
    check(call.body, known, required)
    body: Row = call.body
    return body


def check(row: Any, known: Iterable[str], required: Iterable[str] = ()) -> None:
    if not isinstance(row, dict):
        raise invalid("An object is expected")
    if unknown := set(row) - set(known):
        raise invalid(f"{min(unknown)} is not a valid parameter")
    for name in required:
        if row.get(name) in {None, ""} if not isinstance(row.get(name), list | dict) else False:
            raise invalid(f"{name} is missing", "missing_parameter")


def paged(call: Call, name: str, rows: Sequence[Row], *, most: int, usual: int = 50) -> Reply:
    limit, offset = _whole(call.query.get("limit"), usual), _whole(call.query.get("offset"), 0)
    if limit > most:
        raise RefusedError(400, "out_of_range", f"Limit exceeds max value {most}")
    ordered = list(rows) if call.query.get("sort") == "asc" else list(reversed(rows))
    page = ordered[offset : offset + limit]
    return Reply(200, {**({name: page} if rows or name == "contacts" else {}), "count": len(rows)})


def _whole(raw: str | None, otherwise: int) -> int:
    if raw is None:
        return otherwise
    if not raw.isdecimal():
        raise invalid("Limit and offset must be numbers")
    return int(raw)
