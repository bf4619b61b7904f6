"""The simulator's members: look-ups, upserts, the bulk call, tags, and whom Mailchimp does not let in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.connectors.mailchimp.simulated_call import (
    Call,
    RefusedError,
    Reply,
    Row,
    fields_of,
    invalid,
    not_found,
    paged,
    shown,
)
from app.connectors.mailchimp.simulated_lists import ANY_OF, checked_fields, list_id_of
from app.connectors.mailchimp.wire import moment, stamp, subscriber_hash
from app.connectors.mailchimp.world import World
from app.core.events import now

_STATUSES = {"subscribed", "unsubscribed", "cleaned", "pending", "transactional"}
_OF_MEMBER = {
    "email_address",
    "status",
    "status_if_new",
    "email_type",
    "merge_fields",
    "language",
    "vip",
    "interests",
    "timestamp_signup",
    "timestamp_opt",
    "ip_signup",
    "ip_opt",
    "tags",
}
_NOT_IN_BULK = {"contact_id", "full_name", "source", "unsubscribe_reason", "web_id"}
"""The answer of the bulk call shows less of a member than all others."""
_LARGEST_BULK = 500
_FAKE_DOMAINS = ("example.invalid", "keine-adresse.test")


def list_members(call: Call) -> Reply:
    list_id, query = list_id_of(call), call.query
    status = query.get("status", "")
    if status and status not in {*_STATUSES, "archived"}:
        raise invalid("The status is not known.", ("status", "Value must be one of the documented ones."))
    if "unsubscribed_since" in query and status != "unsubscribed":
        raise invalid("unsubscribed_since needs the status unsubscribed.", ("unsubscribed_since", "Not possible here."))
    rows = [
        row
        for row in call.world.members[list_id].values()
        if (row["status"] == status if status else row["status"] != "archived") and _is_in_window(row, query)
    ]
    if query.get("sort_field"):
        rows.sort(key=lambda row: str(row[query["sort_field"]]), reverse=query.get("sort_dir") == "DESC")
    return paged(call, "members", rows, list_id=list_id)


def search(call: Call) -> Reply:
    """By the address as it stands in the row, whatever the hash of its path."""
    wanted = call.query.get("query", "").casefold()
    rows = [
        row
        for list_id, members in call.world.members.items()
        if call.query.get("list_id") in {None, list_id}
        for row in members.values()
        if row["email_address"].casefold() == wanted
    ]
    exact = {"members": rows, "total_items": len(rows)}
    return shown(call, {"exact_matches": exact, "full_search": {"members": [], "total_items": 0}})


def show_member(call: Call) -> Reply:
    return shown(call, _member(call))


def put_member(call: Call) -> Reply:
    """``tags`` is overlooked here: the schema of this call does not know it."""
    list_id, path = list_id_of(call), call.ids[1]
    body = fields_of(call, _OF_MEMBER, ("email_address",))
    row = _find(call.world, list_id, path)
    if row is None and not body.get("status_if_new"):
        raise invalid("The resource submitted could not be validated.", ("status_if_new", "Required."))
    is_taken = row is not None and row["email_address"].casefold() != body["email_address"].casefold()
    if is_taken or (subscriber_hash(body["email_address"]) != path and "@" not in path):
        raise _member_exists(body["email_address"])
    fields = checked_fields(call, list_id, body)
    if row is None:
        return shown(call, _added(call.world, list_id, body, body.get("status") or body["status_if_new"], fields))
    if row["status"] == "archived":  # a PUT revives whoever was archived
        row["status"] = body.get("status") or body["status_if_new"]
    return shown(call, _changed(call.world, row, body, fields))


def patch_member(call: Call) -> Reply:
    row = _member(call)
    body = fields_of(call, _OF_MEMBER - {"status_if_new"})
    if body.get("status") == "transactional":
        raise invalid("The resource submitted could not be validated.", ("status", ANY_OF))
    return shown(call, _changed(call.world, row, body, checked_fields(call, list_id_of(call), body)))


def archive_member(call: Call) -> Reply:
    row = _member(call)
    if row["status"] == "archived":
        raise RefusedError(405, "Method Not Allowed", "This list member cannot be removed.")
    row["status"], row["last_changed"] = "archived", stamp(now())
    return Reply(204)


def bulk(call: Call) -> Reply:
    list_id = list_id_of(call)
    body = fields_of(call, {"members", "update_existing", "sync_tags"}, ("members",))
    items: Sequence[Row] = body["members"]
    if len(items) > _LARGEST_BULK:
        raise invalid("Too many members.", ("members", "Schema describes a maximum of 500 items."))
    new, updated, errors, seen = list[Row](), list[Row](), list[Row](), set[str]()
    for item in items:
        email = str(item.get("email_address", ""))
        try:
            row, is_new = _bulk_item(call, list_id, item, may_update=bool(body.get("update_existing")), seen=seen)
        except RefusedError as error:
            code = "ERROR_CONTACT_EXISTS" if error.title == "Member Exists" else "ERROR_GENERIC"
            named = error.errors[0] if error.errors else {}
            errors.append(
                {
                    "email_address": email,
                    "error": error.detail,
                    "error_code": code,
                    "field": named.get("field", ""),
                    "field_message": named.get("message", ""),
                }
            )
        else:
            (new if is_new else updated).append({name: row[name] for name in row if name not in _NOT_IN_BULK})
    counts = {"total_created": len(new), "total_updated": len(updated), "error_count": len(errors)}
    return shown(call, {"new_members": new, "updated_members": updated, "errors": errors, **counts})


def list_tags(call: Call) -> Reply:
    return paged(call, "tags", [{**tag, "date_added": stamp(now())} for tag in _member(call)["tags"]])


def change_tags(call: Call) -> Reply:
    """Answers nothing; a tag that is set starts automations unless the call says that it is syncing."""
    row = _member(call)
    body = fields_of(call, {"tags", "is_syncing"}, ("tags",))
    for tag in body["tags"]:
        if set(tag) != {"name", "status"} or tag["status"] not in {"active", "inactive"}:
            raise invalid("The resource submitted could not be validated.", ("tags.status", ANY_OF))
        held = [each for each in row["tags"] if each["name"].casefold() != tag["name"].casefold()]
        is_new = len(held) == len(row["tags"])
        if tag["status"] == "active":
            held.append({"id": _tag_id(call.world, tag["name"]), "name": tag["name"]})
            if is_new and not body.get("is_syncing"):
                call.world.fired.append(f"tag {tag['name']}")
        row["tags"], row["tags_count"] = held, len(held)
    return Reply(204)


# Rules ---------------------------------------------------------------------------------------------------------------


def _bulk_item(call: Call, list_id: str, item: Row, *, may_update: bool, seen: set[str]) -> tuple[Row, bool]:
    email = str(item.get("email_address", ""))
    if item.get("status") not in _STATUSES or set(item) - (_OF_MEMBER - {"status_if_new", "tags"}):
        raise invalid("The resource submitted could not be validated.", ("status", ANY_OF))
    key = subscriber_hash(email)
    if key in seen:
        raise invalid(f"{email} was included in the request more than once.")
    seen.add(key)
    fields = checked_fields(call, list_id, item)
    row = call.world.members[list_id].get(key)
    if row is None:
        return _added(call.world, list_id, item, item["status"], fields), True
    if not may_update:
        raise _member_exists(email)
    return _changed(call.world, row, item, fields), False


def _added(world: World, list_id: str, body: Row, status: str, fields: Row) -> Row:
    email = body["email_address"]
    _refuse_impossible(world, email, status)
    row = world.add_member(list_id, email, status)
    if status == "subscribed":
        world.fired.append("welcome")
    return _written(row, body, fields)


def _changed(world: World, row: Row, body: Row, fields: Row) -> Row:
    status = body.get("status")
    if status is not None and status not in _STATUSES:
        raise invalid("The resource submitted could not be validated.", ("status", ANY_OF))
    has_left = row["status"] in {"unsubscribed", "cleaned"}
    if status == "subscribed" and has_left and row["id"] not in world.left_by_api:
        detail = (
            f"{row['email_address']} is in a compliance state due to unsubscribe, bounce, or compliance review and "
            "cannot be subscribed."
        )
        raise RefusedError(400, "Member In Compliance State", detail)
    if status == "subscribed" and row["status"] != "subscribed":
        world.resubscribed += has_left
        world.fired.append("welcome")
    if status == "unsubscribed" and row["status"] != "unsubscribed":
        world.left_by_api.append(row["id"])
    row["status"] = status or row["status"]
    return _written(row, body, fields)


def _written(row: Row, body: Row, fields: Row) -> Row:
    row["merge_fields"] = {**row["merge_fields"], **fields}
    for name in ("language", "vip", "email_type", "timestamp_signup", "timestamp_opt"):
        row[name] = body.get(name, row[name])
    row["full_name"] = f"{row['merge_fields'].get('FNAME', '')} {row['merge_fields'].get('LNAME', '')}".strip()
    row["last_changed"] = stamp(now())
    return row


def _refuse_impossible(world: World, email: str, status: str) -> None:
    if subscriber_hash(email) in world.forgotten:
        detail = f"{email} was permanently deleted and cannot be re-imported. The contact must re-subscribe."
        raise RefusedError(400, "Forgotten Email Not Subscribed", detail)
    if "@" not in email or email.endswith(_FAKE_DOMAINS):
        raise invalid(f"{email} looks fake or invalid, please enter a real email address.")
    if status not in _STATUSES:
        raise invalid("The resource submitted could not be validated.", ("status", ANY_OF))


def _member_exists(email: str) -> RefusedError:
    detail = f"{email} is already a list member. Use PUT to insert or update list members."
    return RefusedError(400, "Member Exists", detail)


def _is_in_window(row: Row, query: Any) -> bool:
    at = moment(row["last_changed"])
    since = moment(query.get("since_last_changed") or query.get("unsubscribed_since"))
    before = moment(query.get("before_last_changed"))
    return at is None or ((since is None or at >= since) and (before is None or at < before))


def _find(world: World, list_id: str, path: str) -> Row | None:
    """By hash, by plain address, or by the contact's id."""
    members = world.members[list_id]
    if "@" in path:
        return members.get(subscriber_hash(path))
    return members.get(path) or next((row for row in members.values() if row["contact_id"] == path), None)


def _member(call: Call) -> Row:
    row = _find(call.world, list_id_of(call), call.ids[1])
    if row is None:
        raise not_found()
    return row


def _tag_id(world: World, name: str) -> int:
    named = {tag["name"]: tag["id"] for rows in world.members.values() for row in rows.values() for tag in row["tags"]}
    return int(named.get(name) or max(named.values(), default=0) + 1)
