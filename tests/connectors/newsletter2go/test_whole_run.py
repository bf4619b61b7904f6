"""The real engine and the connector together: everything balances, and a second run writes nothing."""

from __future__ import annotations

from app.core.events import RunMode
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.sdk.simulator import FaultKind
from tests.connectors.newsletter2go.records import agreed, contact, withdrawn


def people(count=60):
    return [agreed(number) if number % 3 else contact(number) for number in range(1, count + 1)]


async def test_a_history_arrives_whole_and_a_second_run_writes_nothing(stage):
    first = await stage.run({Kind.CONTACTS: people()}, mode=RunMode.HISTORICAL, new_people="add", group="Laden")
    writes = len(stage.writes)
    second = await stage.run({Kind.CONTACTS: people()}, mode=RunMode.HISTORICAL, new_people="add", group="Laden")

    assert first.is_finished
    assert first.balance.total.count(Outcome.CREATED) == 40
    assert first.balance.flows[Kind.CONTACTS].reasons == {"no_consent": 20}
    assert second.balance.total.count(Outcome.UNCHANGED) == 40
    assert len(stage.writes) == writes
    assert len(stage.world.members_of("Laden")) == 40
    assert stage.simulator.summary()["active"] == 42


async def test_a_sync_sends_the_changes_and_those_who_left_stay_away(stage):
    await stage.run({Kind.CONTACTS: people()}, mode=RunMode.HISTORICAL, new_people="add")
    stage.world.unsubscribe("neu0002@example.com")
    stage.world.delete_by_hand("neu0004@example.com")
    changed = people()
    changed[0] = withdrawn(1)
    changed[1] = agreed(2, last_name="Schwarz")
    changed[3] = agreed(4, last_name="Schwarz")
    changed[2] = agreed(3)

    result = await stage.run({Kind.CONTACTS: changed}, new_people="add")

    assert result.balance.balances
    assert stage.outcome(Kind.CONTACTS, "4") == (Outcome.SKIPPED, "stays_deleted")
    assert stage.outcome(Kind.CONTACTS, "3")[0] is Outcome.CREATED
    assert stage.world.by_email("neu0001@example.com")["is_unsubscribed"] is True
    assert stage.world.by_email("neu0002@example.com")["last_name"] == "Schwarz"
    summary = stage.simulator.summary()
    assert (summary["resubscribed"], summary["brought_back"], summary["filterless_calls"]) == (0, 0, 0)


async def test_a_rough_connection_leaves_no_double_and_nothing_open(stage):
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="/recipients", times=2)
    stage.simulator.fail(status=503, path="/recipients", skip=3)
    stage.simulator.fail(kind=FaultKind.DROP_BEFORE, path="/oauth/v2/token")
    stage.simulator.fail(kind=FaultKind.CUT, path="/attributes")
    result = await stage.run({Kind.CONTACTS: people()}, new_people="add")

    assert result.is_finished
    assert result.balance.total.count(Outcome.IN_DOUBT) == 0
    assert stage.simulator.summary()["recipients"] == 42
