"""What may be removed of the account again, and what somebody has made something of."""

from __future__ import annotations

import pytest

from app.core.records import Kind
from app.sdk.plan import Known
from app.sdk.target import Undoes
from tests.connectors.activecampaign.conftest import Stage
from tests.connectors.activecampaign.records import agreed, cart, contact, drafted, line, order


async def sent(stage, *records, **options):
    drive = await stage.drive(Kind.CONTACTS, Kind.ORDERS, Kind.CARTS, **{"order_path": "rest", **options})
    for record in records:
        await drive.send(record)
    return drive


async def verdict(drive, record, leaving=None):
    """Empty where it would go, else why it stays; ``changed`` where it is not what was sent."""
    draft = drafted(drive.target.draft(record))
    known = (await drive.target.look_back([draft])).get(draft.key, Known())
    if not known.exists:
        return "gone"
    removal = drive.target.removal(draft, known, leaving or {})
    return removal.reason or ("" if known.is_same and removal.steps else "changed")


async def remove(drive, record, leaving=None):
    draft = drafted(drive.target.draft(record))
    known = (await drive.target.look_back([draft]))[draft.key]
    for step in drive.target.removal(draft, known, leaving or {}).steps:
        await drive.http.request(step.method, step.path, is_repeatable=step.is_repeatable)


async def test_a_contact_as_it_was_sent_goes(stage: Stage) -> None:
    drive = await sent(stage, agreed(1), subscribe_to_list="1")
    assert isinstance(drive.target, Undoes)
    assert await verdict(drive, agreed(1)) == ""
    await remove(drive, agreed(1))
    assert stage.simulator.summary()["contacts"] == 0
    assert await verdict(drive, agreed(1)) == "gone"


async def test_looking_back_writes_nothing(stage: Stage) -> None:
    drive = await sent(stage, agreed(1), order(1), cart(2))
    writes = len(stage.simulator.writes)
    for record in (agreed(1), order(1), cart(2)):
        await verdict(drive, record)
    assert len(stage.simulator.writes) == writes


async def test_orders_go_before_the_contacts_who_placed_them(stage: Stage) -> None:
    drive = await sent(stage, agreed(1), order(1))
    assert list(drive.target.undo_order()) == [Kind.ORDERS, Kind.CARTS, Kind.CONTACTS]
    assert await verdict(drive, agreed(1)) == "kept_in_use"
    assert await verdict(drive, agreed(1), {Kind.ORDERS: {"1"}}) == ""
    assert await verdict(drive, order(1)) == ""
    await remove(drive, order(1))
    assert await verdict(drive, agreed(1)) == ""
    assert not stage.world["order_products"]


async def test_what_was_written_by_graphql_is_not_offered(stage: Stage) -> None:
    drive = await sent(stage, agreed(1), order(1), order_path="graphql")
    assert list(drive.target.undo_order()) == [Kind.CARTS, Kind.CONTACTS]
    assert await verdict(drive, agreed(1), {Kind.ORDERS: {"1"}}) == "kept_in_use", "the order itself stays"


def bounced(world, row):
    row["bounced_hard"] = "1"


def left_another_list(world, row):
    world.set_membership(row["id"], "2", "2")


def left_our_list(world, row):
    world.set_membership(row["id"], "1", "2")


def renamed(world, row):
    row["lastName"] = "Somebody-Else"


def given_a_field(world, row):
    world.set_field(row["id"], "1", "1980-01-01")


def tagged(world, row):
    world.tag_contact(row["id"], world.add_tag("VIP")["id"])


def untagged(world, row):
    world["contact_tags"].clear()


def put_on_another_list(world, row):
    world.set_membership(row["id"], "2", "1")


def in_an_automation(world, row):
    world.add("contact_automations", {"contact": row["id"], "automation": "1", "status": "1"})


def with_a_deal(world, row):
    world.add("deals", {"contact": row["id"], "title": "A large one"})


def at_a_company(world, row):
    row["orgid"] = "7"


def written_to(world, row):
    row["sentcnt"] = "3"


def with_a_note(world, row):
    world.add("notes", {"contact": row["id"], "note": "Called on Monday"})


def with_an_order_of_another_shop(world, row):
    values = {"connectionid": "99", "externalid": "X1", "externalcheckoutid": "", "email": row["email"]}
    world.add("orders", {**values, "totalPrice": 1, "currency": "EUR", "state": 1, "orderDiscounts": []})


@pytest.mark.parametrize(
    ("touch", "reason"),
    [
        (bounced, "kept_objection"),
        (left_another_list, "kept_objection"),
        (left_our_list, "kept_objection"),
        (renamed, "changed"),
        (given_a_field, "changed"),
        (tagged, "changed"),
        (untagged, "changed"),
        (put_on_another_list, "kept_in_use"),
        (in_an_automation, "kept_in_use"),
        (with_a_deal, "kept_in_use"),
        (at_a_company, "kept_in_use"),
        (written_to, "kept_in_use"),
        (with_a_note, "kept_in_use"),
        (with_an_order_of_another_shop, "kept_in_use"),
    ],
)
async def test_a_contact_of_whom_somebody_has_made_something_stays(stage: Stage, touch, reason) -> None:
    drive = await sent(stage, agreed(1), subscribe_to_list="1")
    touch(stage.world, stage.world.contact_by_email("kunde0001@example.com"))
    assert await verdict(drive, agreed(1)) == reason


async def test_an_account_that_does_not_show_lists_beside_a_contact_is_asked_for_them(stage: Stage) -> None:
    drive = await sent(stage, agreed(1), subscribe_to_list="1")
    stage.world.set_membership("1", "2", "2")
    stage.simulator.fail(status=200, path="contacts/1", body='{"contact": {"email": "kunde0001@example.com"}}')
    assert await verdict(drive, agreed(1)) == "kept_objection"


async def test_somebody_who_came_onto_the_list_by_another_way_stays(stage: Stage) -> None:
    drive = await sent(stage, contact(1), subscribe_to_list="1")
    assert await verdict(drive, contact(1)) == ""
    stage.world.set_membership("1", "1", "1")
    assert await verdict(drive, contact(1)) == "kept_in_use"


@pytest.mark.parametrize("change", [{"totalPrice": 1}, {"orderNumber": "other"}, {"email": "else@example.com"}])
async def test_an_order_changed_in_the_account_stays(stage: Stage, change) -> None:
    drive = await sent(stage, order(1))
    stage.world["orders"]["1"] |= change
    assert await verdict(drive, order(1)) == "changed"


async def test_an_order_that_lost_a_line_in_the_account_stays(stage: Stage) -> None:
    drive = await sent(stage, order(1))
    stage.world["order_products"].popitem()
    assert await verdict(drive, order(1)) == "changed"


async def test_an_order_changed_in_the_shop_is_not_what_was_sent(stage: Stage) -> None:
    drive = await sent(stage, order(1))
    assert await verdict(drive, order(1, lines=(line(1),))) == "changed"


async def test_a_cart_that_became_an_order_stays(stage: Stage) -> None:
    drive = await sent(stage, cart(1))
    assert await verdict(drive, cart(1)) == ""
    stage.world["orders"]["1"]["externalid"] = "O1"
    assert await verdict(drive, cart(1)) == "changed"


async def test_what_was_set_up_stays_for_the_next_import(stage: Stage) -> None:
    drive = await sent(stage, agreed(1), order(1))
    await remove(drive, order(1))
    await remove(drive, agreed(1))
    assert [len(stage.world[table]) for table in ("connections", "customers")] == [1, 1]
    assert stage.world.tag_named("bigcommerce-customer")
