"""Orders arrive once, to the cent, and start nothing when they are history."""

from __future__ import annotations

from app.core.outcomes import Outcome
from app.core.records import Kind
from tests.connectors.activecampaign.records import contact, order


async def test_historical_orders_arrive_to_the_cent_and_start_no_automation(stage):
    drive = await stage.drive(Kind.ORDERS)

    settled = await drive.send(*(order(number) for number in range(1, 31)))

    assert {each.outcome for each in settled.values()} == {Outcome.CREATED}
    summary = stage.simulator.summary()
    assert summary["orders"] == 30
    assert summary["totals"] == {"GBP": "2733.30"}
    assert summary["automations_fired"] == 0
    assert len(drive.plans) == 2, "25 orders share one request"


async def test_historical_contacts_and_orders_reach_the_same_people(stage):
    drive = await stage.drive(Kind.CONTACTS, Kind.ORDERS)
    await drive.send(*(contact(number) for number in range(1, 6)))
    await drive.send(*(order(number) for number in range(1, 6)))

    summary = stage.simulator.summary()
    assert (summary["contacts"], summary["contacts_with_orders"]) == (5, 5)
    assert summary["automations_fired"] == 0
    assert stage.world.tags_of("kunde0003@example.com") == {"bigcommerce-customer"}
