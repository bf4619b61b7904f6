"""What the parts of the simulator share: a call, a reply, a refusal, pages, and answers cut to the wanted fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.connectors.mailchimp.world import World

Row = dict[str, Any]
_DEFAULT_COUNT, _LARGEST_COUNT = 10, 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    world: World
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    ids: Sequence[str] = ()
    """What the pattern of the path captured."""

    def is_set(self, name: str) -> bool:
        return self.query.get(name, "") in {"true", "1"}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any = None
    is_page: bool = False
    """HTML, as the edge answers."""


Handler = Callable[[Call], Reply]


class RefusedError(Exception):
    def __init__(self, status: int, title: str, detail: str, errors: Sequence[Row] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = list(errors)

    def reply(self, path: str) -> Reply:
        problem = {
            "type": "https://mailchimp.com/developer/marketing/docs/errors/",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": f"simulated-{path.strip('/').replace('/', '-')}"[:60],
        }
        return Reply(self.status, {**problem, "errors": self.errors} if self.errors else problem)


def invalid(detail: str, *errors: tuple[str, str]) -> RefusedError:
    named = [{"field": name, "message": message} for name, message in errors]
    return RefusedError(400, "Invalid Resource", detail, named)


def not_found() -> RefusedError:
    return RefusedError(404, "Resource Not Found", "The requested resource could not be found.")


def fields_of(call: Call, known: Iterable[str], required: Iterable[str] = ()) -> Row:
    """The body as an object. The vendor overlooks what it does not know; here it is refused, so that a slip shows."""
    if not isinstance(call.body, dict):
        raise RefusedError(400, "JSON Parse Error", "We encountered an unspecified JSON parsing error.")
    body: Row = call.body
    missing = [
        (name, "Required fields were not provided.") for name in required if body.get(name) is None or body[name] == ""
    ]
    unknown = [(name, "This field is not known here.") for name in set(body) - set(known)]
    if missing or unknown:
        raise invalid("The resource submitted could not be validated.", *missing, *unknown)
    return body


def paged(call: Call, name: str, rows: Sequence[Row], **beside: Any) -> Reply:
    count, offset = _whole(call, "count", _DEFAULT_COUNT), _whole(call, "offset", 0)
    if count > _LARGEST_COUNT:
        raise invalid("The count may not be larger than 1000.", ("count", "Schema describes a maximum of 1000."))
    return Reply(200, cut({name: rows[offset : offset + count], **beside, "total_items": len(rows)}, call))


def shown(call: Call, row: Row) -> Reply:
    return Reply(200, cut(row, call))


def cut(body: Row, call: Call) -> Row:
    """Only the wanted fields, in dot notation."""
    wanted = [each for each in call.query.get("fields", "").split(",") if each]
    return _cut(body, [each.split(".") for each in wanted]) if wanted else body


def _cut(value: Any, paths: Sequence[Sequence[str]]) -> Any:
    if isinstance(value, list):
        return [_cut(each, paths) for each in value]
    if not isinstance(value, Mapping):
        return value
    found: Row = {}
    for name in dict.fromkeys(path[0] for path in paths if path):
        deeper = [path[1:] for path in paths if path[:1] == [name]]
        if name in value:
            found[name] = value[name] if [] in deeper else _cut(value[name], deeper)
    return found


def _whole(call: Call, name: str, otherwise: int) -> int:
    raw = call.query.get(name, "")
    return int(raw) if raw.isdigit() else otherwise
