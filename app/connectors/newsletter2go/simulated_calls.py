"""What a simulated Newsletter2Go answers, behind the sign-in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.connectors.newsletter2go.world import DEFAULT, FORM, Row, World, add_attribute, add_group
from app.core.addresses import is_email, normalised_email

_MARKS = {"is_unsubscribed", "is_blacklisted", "is_bounced"}
_FIXED = {"list_id", "email", "phone", "gender", "first_name", "last_name", "is_unsubscribed", "is_blacklisted"}
_READABLE = {"id", "is_bounced", "created_at", "group_ids"}
_COMPARISON = re.compile(r'(\w+)(==|=ne=|=like=)"([^"]*)"', re.IGNORECASE)
_ATTRIBUTE_TYPES = {"text", "number", "date", "boolean"}
_MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    world: World
    query: Mapping[str, str]
    body: Any = None
    ids: Sequence[str] = ()
    """What the pattern of the path captured."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any


class RefusedError(Exception):
    def __init__(self, status: int, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.reply = Reply(status, {"status": status, "code": code, "error_message": message})


def enveloped(rows: Sequence[Any], *, count: int | None = None, status: int = 200, **additional: Any) -> Reply:
    info: Row = {"count": len(rows) if count is None else count}
    if additional:
        info["additional"] = additional
    return Reply(status, {"status": status, "info": info, "value": list(rows)})


# Company, lists, groups, attributes ----------------------------------------------------------------------------------


def companies(call: Call) -> Reply:
    row = {"id": "3kf9rpeb", "name": "Übungsladen", "default_list_id": DEFAULT, "state": call.world.state}
    return enveloped([{**row, "credits_abo": 989}])


def show_lists(call: Call) -> Reply:
    rows = [{"id": list_id, "name": name} for list_id, name in call.world.lists.items()]
    return _paged(call, rows, {"id", "name"}, expanded={"id", "name"})


def show_groups(call: Call) -> Reply:
    list_id = _list(call)
    rows = [row for row in call.world.groups.values() if row["list_id"] == list_id]
    return _paged(call, rows, {"id", "name", "is_dynamic", "list_id"}, expanded={"id", "name", "is_dynamic"})


def create_group(call: Call) -> Reply:
    body = _object(call, {"list_id", "name", "is_dynamic"}, {"list_id", "name"})
    _known_list(call.world, body["list_id"])
    if any(row["name"] == body["name"] and row["list_id"] == body["list_id"] for row in call.world.groups.values()):
        raise RefusedError(400, "Duplicate entry for name", 1062)
    return enveloped([{"id": add_group(call.world, body["list_id"], body["name"])["id"]}], status=201)


def fill_group(call: Call) -> Reply:
    list_id, group_id = call.ids
    group = call.world.groups.get(group_id)
    if group is None or group["list_id"] != list_id:
        raise RefusedError(404, "Group not found")
    if group["is_dynamic"]:
        raise RefusedError(400, "Group is dynamic")
    rows = _filtered(call, list_id)
    held = call.world.members.setdefault(group_id, [])
    held += [row["id"] for row in rows if row["id"] not in held]
    return enveloped([], count=len(rows), status=201)


def show_attributes(call: Call) -> Reply:
    rows = list(call.world.attributes[_list(call)].values())
    return _paged(call, rows, {"id", "name", "type"}, expanded={"id", "name", "type", "sub_type", "display"})


def create_attribute(call: Call) -> Reply:
    known = {"list_ids", "name", "display", "type", "sub_type", "is_enum", "is_public", "is_multiselect"}
    known |= {"html_element_type", "is_global", "default_value"}
    body = _object(call, known, {"list_ids", "name", "type", "sub_type", "display"})
    if not re.fullmatch(r"[0-9a-zA-Z_]+", body["name"]) or body["type"] not in _ATTRIBUTE_TYPES:
        raise RefusedError(400, "Name or type is not valid")
    created = []
    for list_id in body["list_ids"]:
        _known_list(call.world, list_id)
        if body["name"] in call.world.attributes[list_id]:
            raise RefusedError(400, "Duplicate entry for name", 1062)
        created.append({"id": add_attribute(call.world, list_id, body["name"], body["type"])["id"]})
    return enveloped(created, status=201)


# Recipients ----------------------------------------------------------------------------------------------------------


def show_recipients(call: Call) -> Reply:
    list_id = _list(call)
    rows = _filtered(call, list_id) if "_filter" in call.query else list(call.world.recipients[list_id].values())
    return _paged(call, [_shown(call.world, row) for row in rows], _readable(call.world, list_id), expanded={"email"})


def show_recipient(call: Call) -> Reply:
    list_id, row = _recipient(call)
    return _paged(call, [_shown(call.world, row)], _readable(call.world, list_id), expanded={"email"})


def put_recipients(call: Call) -> Reply:
    objects = call.body if isinstance(call.body, list) else [call.body]
    if not objects or len(objects) > _MOST_AT_ONCE or not all(isinstance(each, dict) for each in objects):
        raise RefusedError(400, "An object or an array of objects is expected")
    if any(set(each) != set(objects[0]) for each in objects):
        raise RefusedError(400, "All objects must share the same attributes")
    accepted, refused = [], []
    for each in objects:
        list_id = each.get("list_id", DEFAULT)
        _known_list(call.world, list_id)
        _check_fields(call.world, list_id, each)
        if is_email(normalised_email(each.get("email"))) and "ungueltig" not in each["email"]:
            values = {name: value for name, value in each.items() if name not in {"list_id", "email"}}
            accepted.append({"id": call.world.put(each["email"], values, list_id)["id"]})
        else:
            refused.append({"email": each.get("email")})
    return enveloped(accepted, status=200 if len(objects) == 1 else 201, invalid_recipients=refused)


def change_recipient(call: Call) -> Reply:
    list_id, row = _recipient(call)
    body = call.body if isinstance(call.body, dict) else {}
    _check_fields(call.world, list_id, body)
    email = normalised_email(body.get("email")) or row["email"]
    if (call.world.by_email(email, list_id) or row) is not row:
        raise RefusedError(400, "Duplicate entry for email", 1062)
    call.world.put(row["email"], {**body, "email": email}, list_id)
    return enveloped([], count=1)


def delete_recipient(call: Call) -> Reply:
    list_id, row = _recipient(call)
    if any(row[mark] for mark in _MARKS):
        call.world.note("objections_forgotten", row["email"])
    call.world.note("deleted", row["email"])
    del call.world.recipients[list_id][row["id"]]
    return enveloped([], count=1)


def everybody(call: Call) -> Reply:
    """PATCH and DELETE on the collection: without a filter they mean every recipient of the list, and are obeyed."""
    rows = _filtered(call, _list(call))
    return enveloped([], count=len(rows))


# Forms ---------------------------------------------------------------------------------------------------------------


def show_form(call: Call) -> Reply:
    if call.ids[0] != FORM:
        raise RefusedError(404, "Form not found")
    return enveloped([{"items": [{"name": "email", "attribute_type": "text", "type": "attribute", "id": "email"}]}])


def submit_form(call: Call) -> Reply:
    """Answers 200 in any case; the person is added after the click."""
    if call.ids[0] != FORM:
        raise RefusedError(404, "Form not found")
    recipient = _object(call, {"recipient"}, {"recipient"})["recipient"]
    email, world = normalised_email(recipient.get("email")), call.world
    _check_fields(world, DEFAULT, recipient)
    lists: dict[str, list[Row]] = {"duplicate": [], "invalid": []}
    if not is_email(email) or "ungueltig" in email:
        lists["invalid"].append({"email": email})
    elif world.by_email(email):
        lists["duplicate"].append({"email": email})
    else:
        world.asked[email] = {**recipient, "email": email}
        world.note("asked", email)
    failed = sum(len(each) for each in lists.values())
    success = {"inserted": 0 if failed else 1, "updated": 0}
    return enveloped([{"result": {"success": success, "error": {"failed": failed, "recipients": lists}}}], count=0)


# What they share -----------------------------------------------------------------------------------------------------


def _paged(call: Call, rows: Sequence[Row], known: set[str], *, expanded: set[str]) -> Reply:
    """Without ``_fields`` or ``_expand`` a row is an id only; fifty unless something else is asked for."""
    wanted = {each for each in call.query.get("_fields", "").split(",") if each}
    if unknown := wanted - known:
        raise RefusedError(400, f"Unknown field {min(unknown)}")
    wanted |= expanded if call.query.get("_expand") == "true" else set()
    limit, offset = min(int(call.query.get("_limit", "50")), call.world.most_rows), int(call.query.get("_offset", "0"))
    page = rows[offset : offset + limit]
    return enveloped([{name: row.get(name) for name in {"id", *wanted}} for row in page], count=len(rows))


def _filtered(call: Call, list_id: str) -> list[Row]:
    raw = call.query.get("_filter", "")
    rows = list(call.world.recipients[list_id].values())
    if not raw:
        call.world.note("filterless", f"{list_id}")
        return rows
    if _COMPARISON.sub("", raw).strip(",;()"):
        raise RefusedError(400, "Filter could not be parsed")
    tests = [_test(call.world, *found) for found in _COMPARISON.findall(raw)]
    combine = all if ";" in raw else any
    return [row for row in rows if combine(test(row) for test in tests)]


def _test(world: World, name: str, operator: str, value: str) -> Callable[[Row], bool]:
    if name not in {"id", "email", "first_name", "last_name"} and not world.filters_own_attributes:
        raise RefusedError(400, f"Field {name} cannot be filtered")
    match operator.lower():
        case "==":
            return lambda row: str(row.get(name) or "") == value
        case "=ne=":
            return lambda row: str(row.get(name) or "") != value
        case _:
            return lambda row: value.strip("%") in str(row.get(name) or "")


def _readable(world: World, list_id: str) -> set[str]:
    told = {f"statistic_{name}" for name in ("last_unsubscribe_list", "last_blacklist_list", "last_bounce")}
    told = {each for name in told for each in (name, f"{name}_reason")} if world.tells_statistics else set()
    return _FIXED | _READABLE | told | set(world.attributes[list_id])


def _shown(world: World, row: Row) -> Row:
    if not world.texts_for_booleans:
        return row
    return {name: str(int(value)) if isinstance(value, bool) else value for name, value in row.items()}


def _check_fields(world: World, list_id: str, values: Mapping[str, Any]) -> None:
    """Stricter than the vendor, of whom it is not known: an unknown name is refused, and so is a wrong type."""
    attributes = world.attributes[list_id]
    for name, value in values.items():
        if name in _FIXED:
            if name == "gender" and value not in {"m", "f"}:
                raise RefusedError(400, "gender must be m or f")
        elif name not in attributes:
            raise RefusedError(400, f"Unknown attribute {name}")
        elif attributes[name]["type"] == "number" and not isinstance(value, int | Decimal):
            raise RefusedError(400, f"{name} must be a number")


def _object(call: Call, known: set[str], required: set[str]) -> Row:
    if not isinstance(call.body, dict):
        raise RefusedError(400, "An object is expected")
    if unknown := set(call.body) - known:
        raise RefusedError(400, f"Unknown field {min(unknown)}")
    if missing := required - set(call.body):
        raise RefusedError(400, f"Missing field {min(missing)}")
    body: Row = call.body
    return body


def _list(call: Call) -> str:
    _known_list(call.world, call.ids[0])
    return call.ids[0]


def _known_list(world: World, list_id: str) -> None:
    if list_id not in world.lists:
        raise RefusedError(404, "List not found")


def _recipient(call: Call) -> tuple[str, Row]:
    list_id = _list(call)
    row = call.world.recipients[list_id].get(call.ids[1])
    if row is None:
        raise RefusedError(404, "Recipient not found")
    return list_id, row
