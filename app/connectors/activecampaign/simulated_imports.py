"""The simulated bulk importer: whole requests are refused, accepted ones are worked off later."""

from __future__ import annotations

import uuid
from typing import Any

from app.connectors.activecampaign.simulated_call import Call, RefusedError, Reply
from app.connectors.activecampaign.world import Row, World
from app.core.addresses import is_email

_MOST_CONTACTS, _MOST_BYTES = 250, 400_000
_PER_MINUTE, _PER_MINUTE_ALONE = 100, 20
_KNOWN = {
    *("email", "first_name", "last_name", "phone", "customer_acct_name", "exclude_automations", "tags", "fields"),
    *("subscribe", "unsubscribe"),
}
_ATTRIBUTES = {"first_name": "firstName", "last_name": "lastName", "phone": "phone"}


def start_import(call: Call) -> Reply:
    contacts = call.body.get("contacts") if isinstance(call.body, dict) else None
    if not isinstance(contacts, list) or set(call.body) - {"contacts", "callback"}:
        raise _refused("JSON payload did not pass validation.", ["contacts is a required field."])
    _guard_rate(call.world, is_alone=len(contacts) == 1)
    if len(contacts) > _MOST_CONTACTS or call.size >= _MOST_BYTES:
        raise _refused("The request is too large.", ["At most 250 contacts and 400,000 bytes."])
    if problems := [each for place, row in enumerate(contacts) if (each := _problem(call.world, place, row))]:
        raise _refused("JSON payload did not pass validation. Please fix failure Reasons and retry.", problems)
    batch_id = str(uuid.UUID(int=len(call.world["imports"]) + 1, version=4))
    call.world["imports"][batch_id] = {"contacts": contacts, "polls": call.world.polls_until_imported, "report": None}
    return Reply(
        200,
        {"Success": 1, "queued_contacts": len(contacts), "batchId": batch_id, "message": "Contact import queued"},
    )


def show_import(call: Call) -> Reply:
    batch = call.world["imports"].get(call.query.get("batchId", ""))
    if batch is None:
        raise RefusedError(400, {"success": 0, "message": "'batchId' is a required field."})
    if batch["polls"] > 0:
        batch["polls"] -= 1
        return Reply(200, {"status": "active", "success": [], "failure": []})
    return Reply(200, {"status": "completed", **_report(call.world, batch)})


def list_imports(call: Call) -> Reply:
    waiting = [each for each in call.world["imports"].values() if each["report"] is None]
    contacts = sum(len(each["contacts"]) for each in waiting)
    outstanding = [{"forDate": call.world.stamp()[:10], "batches": str(len(waiting)), "contacts": str(contacts)}]
    return Reply(200, {"outstanding": outstanding if waiting else [], "recentlyCompleted": []})


def finish_imports(world: World) -> None:
    """What happens in time, whether somebody asks or not."""
    for batch in world["imports"].values():
        _report(world, batch)


def _report(world: World, batch: Row) -> Row:
    if batch["report"] is None:
        done: Row = {"success": [], "failure": []}
        for contact in batch["contacts"]:
            if contact["email"].casefold() in world.blocked:
                done["failure"].append(contact["email"])
            else:
                done["success"].append(_bring_in(world, contact))
        batch["report"] = done
    report: Row = batch["report"]
    return report


def _bring_in(world: World, contact: Row) -> str:
    values = {name: contact[key] for key, name in _ATTRIBUTES.items() if key in contact}
    row, is_new = world.put_contact(contact["email"], values)
    row_id: str = row["id"]
    if is_new and not contact.get("exclude_automations"):
        world.fire(f"contact imported: {row_id}")
    for name in contact.get("tags", []):
        tag = world.tag_named(name) or world.add_tag(name)
        _, is_tagged_now = world.tag_contact(row_id, tag["id"])
        if is_tagged_now and not contact.get("exclude_automations"):
            world.fire(f"tagged: {row_id}")
    for each in contact.get("fields", []):
        world.set_field(row_id, str(each["id"]), each["value"])
    for each in contact.get("subscribe", []):
        held = world.membership(row_id, each["listid"])
        if not held or held["status"] not in {"2", "3"}:  # the importer never re-subscribes
            world.set_membership(row_id, each["listid"], "1")
    for each in contact.get("unsubscribe", []):
        world.set_membership(row_id, each["listid"], "2")
    return row_id


def _problem(world: World, place: int, row: Any) -> Row | None:
    if not isinstance(row, dict) or not is_email(str(row.get("email", ""))):
        return {"contact": place, "failureReason": "Field 'email' incorrect format"}
    if unknown := set(row) - _KNOWN:
        return {"contact": place, "failureReason": f"Field '{min(unknown)}' is not known"}
    if any(str(each.get("id")) not in world["fields"] or "value" not in each for each in row.get("fields", [])):
        return {"contact": place, "failureReason": "Field 'fields' names an unknown field"}
    lists = [*row.get("subscribe", []), *row.get("unsubscribe", [])]
    if any(each.get("listid") not in world["lists"] for each in lists):
        return {"contact": place, "failureReason": "Field 'subscribe' names an unknown list"}
    return None


def _guard_rate(world: World, *, is_alone: bool) -> None:
    at = world.monotonic()
    world.import_window = [each for each in world.import_window if each[0] > at - 60]
    alone = sum(1 for _, was_alone in world.import_window if was_alone)
    if len(world.import_window) >= _PER_MINUTE or (is_alone and alone >= _PER_MINUTE_ALONE):
        raise _refused("Rate limit exceeded.", [f"Up to {_PER_MINUTE} imports may be requested per minute."])
    world.import_window.append((at, is_alone))


def _refused(message: str, reasons: list[Any]) -> RefusedError:
    return RefusedError(400, {"success": 0, "message": message, "failureReasons": reasons})
