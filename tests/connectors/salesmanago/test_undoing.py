"""What an import entered can be taken back: events, and only those that are as they were sent."""

from __future__ import annotations

import pytest

from app.core.money import Money
from app.core.records import Kind
from app.sdk.plan import Plan
from app.sdk.target import Timing, Undoes
from tests.connectors.salesmanago.conftest import integration
from tests.connectors.salesmanago.records import contact, drafted, order
from tests.connectors.standard import send


async def looked_back(stage, *records):
    target = await stage.target([Kind.ORDERS, Kind.CONTACTS], Timing.HISTORICAL)
    drafts = [drafted(target.draft(each)) for each in records]
    return target, drafts, await target.look_back(drafts)


async def test_contacts_are_never_removed(stage):
    target = await stage.target([Kind.CONTACTS, Kind.ORDERS, Kind.CARTS], Timing.HISTORICAL)

    assert isinstance(target, Undoes)
    assert target.undo_order() == (Kind.ORDERS, Kind.CARTS)


async def test_a_purchase_and_its_refund_go_and_the_buyer_stays(stage):
    record = order(1, refunded=Money.of("5", "EUR"))
    await integration(stage, contacts=[contact(1)], orders=[record, order(2)]).run()

    target, (draft,), found = await looked_back(stage, record)
    removal = target.removal(draft, found["O1"], {})
    await send(target, (await stage.access()).http, Plan((), removal.steps))

    assert found["O1"].is_same
    assert len(removal.steps) == 2
    assert [each["externalId"] for each in stage.world.events] == ["O2"]
    assert "klient0001@example.com" in stage.world.contacts
    assert not (await target.look_back([draft]))["O1"].exists


@pytest.mark.parametrize("change", [{"value": 1}, {"products": "9"}])
async def test_an_event_that_somebody_changed_is_kept(stage, change):
    await integration(stage, orders=[order(1)]).run()
    stage.world.events[0] |= change

    _target, _drafts, found = await looked_back(stage, order(1))

    assert (found["O1"].exists, found["O1"].is_same) == (True, False)


async def test_where_events_are_not_told_nothing_is_taken_for_gone(stage):
    await integration(stage, orders=[order(1)]).run()
    stage.world.lists_events = False

    target, (draft,), found = await looked_back(stage, order(1))

    assert (found["O1"].exists, found["O1"].is_same) == (True, False)
    assert target.removal(draft, found["O1"], {}).steps == ()
