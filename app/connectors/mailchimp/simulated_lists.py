"""The simulator's audiences and their merge fields."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from app.connectors.mailchimp.simulated_call import Call, Reply, Row, fields_of, invalid, not_found, paged, shown
from app.connectors.mailchimp.world import World

ANY_OF = "Data did not match any of the schemas described in anyOf."


def list_lists(call: Call) -> Reply:
    rows = [{**row, "stats": _stats(call.world, row["id"])} for row in call.world.lists.values()]
    return paged(call, "lists", rows)


def show_list(call: Call) -> Reply:
    list_id = list_id_of(call)
    return shown(call, {**call.world.lists[list_id], "stats": _stats(call.world, list_id)})


def list_merge_fields(call: Call) -> Reply:
    list_id = list_id_of(call)
    return paged(call, "merge_fields", call.world.merge_fields[list_id], list_id=list_id)


def create_merge_field(call: Call) -> Reply:
    list_id = list_id_of(call)
    body = fields_of(call, {"tag", "name", "type", "required", "default_value", "public", "options"}, ("name", "type"))
    tag = body.get("tag") or f"MMERGE{len(call.world.merge_fields[list_id]) + 1}"
    if not re.fullmatch(r"[A-Z0-9_]{1,10}", tag):
        raise invalid("The tag is not possible.", ("tag", "At most 10 of A-Z, 0-9 and _."))
    if any(each["tag"] == tag for each in call.world.merge_fields[list_id]):
        raise invalid("Merge tag already exists for this list.", ("tag", "Already exists."))
    row = call.world.add_merge_field(list_id, tag, body["name"], body["type"], options=body.get("options", {}))
    for member in call.world.members[list_id].values():
        member["merge_fields"][tag] = ""
    return shown(call, row)


def checked_fields(call: Call, list_id: str, body: Row) -> Row:
    known = {row["tag"]: row for row in call.world.merge_fields[list_id]}
    given: Row = body.get("merge_fields") or {}
    wrong = [
        (tag if tag not in known else f"merge_fields.{tag}", ANY_OF)
        for tag, value in given.items()
        if tag not in known or not _fits(known[tag], value)
    ]
    if wrong:
        raise invalid("Your merge fields were invalid.", *wrong)
    required = [tag for tag, row in known.items() if row["required"] and not given.get(tag)]
    if required and not call.is_set("skip_merge_validation"):
        raise invalid("Your merge fields were invalid.", *((tag, "Please enter a value") for tag in required))
    return given


def _fits(field: Row, value: Any) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    if value == "":
        return True
    match field["type"]:
        case "number":
            return isinstance(value, int | float | Decimal)
        case "address":
            return isinstance(value, dict) and all(value.get(name) for name in ("addr1", "city", "state", "zip"))
        case "date":
            return isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", value))
        case "birthday":
            return isinstance(value, str) and bool(re.fullmatch(r"\d{2}/\d{2}", value))
        case "dropdown" | "radio":
            return value in field["options"].get("choices", ())
        case _:
            return isinstance(value, str) and len(value) <= 255


def list_id_of(call: Call) -> str:
    if call.ids[0] not in call.world.lists:
        raise not_found()
    return call.ids[0]


def _stats(world: World, list_id: str) -> Row:
    rows = world.members[list_id].values()
    return {"member_count": sum(row["status"] == "subscribed" for row in rows)}
