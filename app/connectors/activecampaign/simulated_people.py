"""The simulated account's contacts, lists, tags and fields."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from app.connectors.activecampaign.simulated_call import (
    Call,
    RefusedError,
    Reply,
    not_found,
    paged,
    unprocessable,
    unwrapped,
)
from app.connectors.activecampaign.world import Row, World
from app.core.addresses import is_email

_ATTRIBUTES = ("email", "firstName", "lastName", "phone")
_FIELD_TYPES = {
    *("text", "textarea", "date", "datetime", "dropdown", "listbox", "radio", "checkbox", "hidden", "number", "NULL"),
}
_FIELD_NAMES = ("title", "type", "descript", "perstag", "defval", "visible", "ordernum", "show_in_list", "rows", "cols")


def me(_: Call) -> Reply:
    user: Row = {
        "username": "practice",
        "firstName": "Practice",
        "lastName": "User",
        "email": "practice@example.com",
        "phone": "",
        "signature": None,
        "links": {},
        "id": "1",
    }
    return Reply(200, {"user": user})


# Contacts ------------------------------------------------------------------------------------------------------------


def list_contacts(call: Call) -> Reply:
    rows = [row for row in call.world["contacts"].values() if _is_wanted(call.world, row, call)]
    rows.sort(key=lambda row: int(row["id"]), reverse=call.query.get("orders[id]", "ASC").upper() == "DESC")
    if call.query.get("include") == "contactLists":
        return paged(call, "contacts", rows, contactLists=lambda page: _memberships(call.world, page))
    return paged(call, "contacts", rows)


def _is_wanted(world: World, row: Row, call: Call) -> bool:
    query = call.query
    if "email" in query and row["email"].casefold() != query["email"].casefold():
        return False
    words = query.get("search") or query.get("email_like")
    if words and words.casefold() not in f"{row['email']} {row['firstName']} {row['lastName']}".casefold():
        return False
    if int(row["id"]) <= int(query.get("id_greater") or 0):
        return False
    if "listid" in query:
        held = world.membership(row["id"], query["listid"])
        if not held or query.get("status", "-1") not in {"-1", held["status"]}:
            return False
    return all(_is_after(row[f"{name[0]}date"], query.get(f"filters[{name}_after]")) for name in ("created", "updated"))


def _is_after(stamp: str, limit: str | None) -> bool:
    """Whole days, in the account's zone."""
    return not limit or datetime.fromisoformat(stamp).date() > date.fromisoformat(limit[:10])


def _memberships(world: World, page: list[Row]) -> list[Row]:
    return world.memberships_of({row["id"] for row in page})


def show_contact(call: Call) -> Reply:
    row = _contact(call.world, call.ids[0])
    tables = {"contactAutomations": "contact_automations", "deals": "deals", "accountContacts": "account_contacts"}
    beside = {name: call.world.of_contact(table, row["id"]) for name, table in tables.items()}
    values = call.world.of_contact("field_values", row["id"])
    return Reply(
        200, {**beside, "contactLists": _memberships(call.world, [row]), "fieldValues": values, "contact": row}
    )


def contact_tags(call: Call) -> Reply:
    row = _contact(call.world, call.ids[0])
    return Reply(
        200, {"contactTags": [{**each, "links": {}} for each in call.world.of_contact("contact_tags", row["id"])]}
    )


def contact_notes(call: Call) -> Reply:
    row = _contact(call.world, call.ids[0])
    return paged(call, "notes", call.world.of_contact("notes", row["id"]))


def contact_lists(call: Call) -> Reply:
    row = _contact(call.world, call.ids[0])
    return Reply(200, {"contactLists": _memberships(call.world, [row])})


def create_contact(call: Call) -> Reply:
    fields = unwrapped(call, "contact", (*_ATTRIBUTES, "fieldValues"), ("email",))
    if call.world.contact_by_email(fields["email"]):
        raise unprocessable("Email address already exists in the system", "email", "duplicate")
    return _put(call, fields, 201)


def update_contact(call: Call) -> Reply:
    row = _contact(call.world, call.ids[0])
    fields = unwrapped(call, "contact", (*_ATTRIBUTES, "fieldValues"))
    return _put(call, {**fields, "email": fields.get("email", row["email"])}, 200)


def delete_contact(call: Call) -> Reply:
    _contact(call.world, call.ids[0])
    call.world.remove_contact(call.ids[0])
    return Reply(200, {})


def sync_contact(call: Call) -> Reply:
    fields = unwrapped(call, "contact", (*_ATTRIBUTES, "fieldValues"), ("email",))
    is_known = call.world.contact_by_email(fields["email"]) is not None
    return _put(call, fields, 200 if is_known else 201)


def _put(call: Call, fields: Row, status: int) -> Reply:
    if not is_email(str(fields["email"])):
        raise unprocessable("Email address is not valid", "email", "email_invalid")
    values = fields.get("fieldValues") or []
    for each in values:
        if set(each) != {"field", "value"} or str(each["field"]) not in call.world["fields"]:
            raise unprocessable("Unknown custom field", "fieldValues")
    attributes = {name: str(fields[name]) for name in _ATTRIBUTES[1:] if name in fields}
    contact, is_new = call.world.put_contact(fields["email"], attributes)
    if is_new:
        call.world.fire(f"contact added: {contact['id']}")
    stored = [call.world.set_field(contact["id"], str(each["field"]), str(each["value"])) for each in values]
    return Reply(status, {"fieldValues": stored, "contact": contact})


def _contact(world: World, contact_id: str) -> Row:
    row = world["contacts"].get(contact_id)
    if row is None:
        raise not_found("Subscriber", contact_id)
    return row


# Lists ---------------------------------------------------------------------------------------------------------------


def list_lists(call: Call) -> Reply:
    return paged(call, "lists", list(call.world["lists"].values()))


def put_membership(call: Call) -> Reply:
    fields = unwrapped(call, "contactList", ("list", "contact", "status", "sourceid"), ("list", "contact", "status"))
    contact_id, list_id, status = (str(fields[name]) for name in ("contact", "list", "status"))
    if list_id not in call.world["lists"] or status not in {"1", "2"}:
        raise RefusedError(400, {"message": "List or status is not valid"})
    row = _contact(call.world, contact_id)
    is_new = call.world.set_membership(contact_id, list_id, status)
    if status == "1":
        call.world.fire(f"subscribed: {contact_id}")
    held = call.world.membership(contact_id, list_id)
    return Reply(201 if is_new else 200, {"contacts": [row], "contactList": held})


# Tags ----------------------------------------------------------------------------------------------------------------


def list_tags(call: Call) -> Reply:
    """The search finds whatever contains the words."""
    contained, exact = call.query.get("search", ""), call.query.get("filters[search][eq]")
    rows = [row for row in call.world["tags"].values() if contained.casefold() in row["tag"].casefold()]
    return paged(call, "tags", [row for row in rows if exact is None or row["tag"].casefold() == exact.casefold()])


def create_tag(call: Call) -> Reply:
    fields = unwrapped(call, "tag", ("tag", "tagType", "description"), ("tag", "tagType"))
    if call.world.tag_named(fields["tag"]):
        raise unprocessable("A tag with this name already exists", "tag", "duplicate")
    return Reply(201, {"tag": call.world.add_tag(fields["tag"])})


def tag_contact(call: Call) -> Reply:
    fields = unwrapped(call, "contactTag", ("contact", "tag"), ("contact", "tag"))
    contact_id, tag_id = str(fields["contact"]), str(fields["tag"])
    if contact_id not in call.world["contacts"]:
        raise RefusedError(404, {"errors": [{"status": 404, "title": "Not Found", "detail": "Contact not found"}]})
    if tag_id not in call.world["tags"]:
        raise RefusedError(404, {"errors": [{"status": 404, "title": "Not Found", "detail": "Tag not found"}]})
    row, is_new = call.world.tag_contact(contact_id, tag_id)
    if is_new:
        call.world.fire(f"tagged: {contact_id}")
    return Reply(201 if is_new else 200, {"contactTag": {**row, "links": {}}})


# Fields --------------------------------------------------------------------------------------------------------------


def list_fields(call: Call) -> Reply:
    rels = list(call.world["field_rels"].values())
    return paged(call, "fields", list(call.world["fields"].values()), fieldOptions=[], fieldRels=rels)


def create_field(call: Call) -> Reply:
    fields = unwrapped(call, "field", _FIELD_NAMES, ("title", "type"))
    if fields["type"] not in _FIELD_TYPES:
        raise unprocessable("Unknown type", "type")
    if any(row["title"].casefold() == fields["title"].casefold() for row in call.world["fields"].values()):
        raise unprocessable("There is already a field with this title", "title", "duplicate")
    perstag = fields.get("perstag") or "".join(c if c.isalnum() else "_" for c in fields["title"]).upper()
    row = call.world.add("fields", {"perstag": perstag, **{name: _text(value) for name, value in fields.items()}})
    return Reply(201, {"fieldOptions": [], "fieldRels": [], "field": row})


def relate_field(call: Call) -> Reply:
    fields = unwrapped(call, "fieldRel", ("field", "relid"), ("field",))
    if str(fields["field"]) not in call.world["fields"]:
        raise unprocessable("Unknown field", "field")
    row = call.world.add("field_rels", {"field": int(fields["field"]), "relid": int(fields.get("relid", 0))})
    return Reply(201, {"fieldRel": row})


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
