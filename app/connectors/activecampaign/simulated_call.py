"""What the parts of the simulator share: a call, a reply, a refusal, pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.connectors.activecampaign.world import Row, World

DEFAULT_LIMIT, LARGEST_LIMIT = 20, 100


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
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Reply]


class RefusedError(Exception):
    def __init__(self, status: int, body: Any) -> None:
        super().__init__(str(body))
        self.reply = Reply(status, body)


def unprocessable(title: str, pointer: str = "", code: str = "") -> RefusedError:
    error = {"title": title, "detail": "", "code": code, "source": {"pointer": f"/data/attributes/{pointer}"}}
    return RefusedError(422, {"errors": [error]})


def not_found(what: str, row_id: str) -> RefusedError:
    return RefusedError(404, {"message": f"No Result found for {what} with id {row_id}"})


def unwrapped(call: Call, root: str, known: Iterable[str], required: Iterable[str] = ()) -> Row:
    """The object under the one root key. What the vendor does with an unwrapped body is not documented: refused."""
    if not isinstance(call.body, dict) or set(call.body) != {root} or not isinstance(call.body[root], dict):
        raise unprocessable(f'The body must be wrapped in "{root}" alone', root)
    fields: Row = call.body[root]
    if unknown := set(fields) - set(known):
        raise unprocessable(f"Unknown attribute {min(unknown)}", min(unknown))
    for name in required:
        if fields.get(name) in {None, ""}:
            raise unprocessable("Missing attribute", name, "field_missing")
    return fields


def paged(call: Call, name: str, rows: Sequence[Row], **beside: Any) -> Reply:
    """``meta.total`` is a text; a limit above 100 is lowered in silence."""
    limit = min(_whole(call.query.get("limit"), DEFAULT_LIMIT) or DEFAULT_LIMIT, LARGEST_LIMIT)
    offset = _whole(call.query.get("offset"), 0)
    page = rows[offset : offset + limit]
    extra = {key: make(page) if callable(make) else make for key, make in beside.items()}
    return Reply(200, {**extra, name: page, "meta": {"total": str(len(rows))}})


def _whole(raw: str | None, otherwise: int) -> int:
    return int(raw) if raw and raw.isdigit() else otherwise
