"""An import from the practice shop taken back from a simulated ActiveCampaign account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest

from app.connectors.activecampaign.world import World as MailWorld
from app.core.errors import ConfigError
from app.core.events import Event, RequestEvent, RunMode, RunState
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.core.texts import verbatim
from app.engine.undo_survey import Survey
from app.sdk.pacing import Pace
from app.sdk.registry import Registry
from app.sdk.simulator import Simulator, serve
from app.services import Action, RunResult, Services
from app.services.names import WrongUseError
from app.services.undoing import SurveyProgress
from tests.services.conftest import Open

FAST = Pace(per_second=100_000, parallel=4)
RECORDS = 8
KEY = "daily"


@dataclass
class Shop:
    services: Services
    mail: Simulator

    @property
    def world(self) -> MailWorld:
        assert isinstance(self.mail.world, MailWorld)
        return self.mail.world

    async def run(self, mode: RunMode = RunMode.HISTORICAL, **more: object) -> RunResult:
        return await (await self.services.runs.start(KEY, mode, **more)).wait()  # type: ignore[arg-type]

    async def survey(self, run_id: str) -> Survey:
        *progress, survey = [each async for each in self.services.undoing.survey(run_id)]
        assert all(isinstance(each, SurveyProgress) for each in progress)
        assert isinstance(survey, Survey)
        return survey

    async def undo(self, run_id: str) -> RunResult:
        survey = await self.survey(run_id)
        return await (await self.services.undoing.start(survey, survey.count)).wait()

    def email_of_a_contact_without_orders(self) -> str:
        ordering = {row["email"] for row in self.world["orders"].values()}
        return next(row["email"] for row in self.world["contacts"].values() if row["email"] not in ordering)


def quick(registry: Registry) -> Registry:
    """Tests wait for nobody's quota."""
    return Registry({manifest.system: replace(manifest, pace=FAST) for manifest in registry})


@pytest.fixture(params=["rest"])
async def shop(request: pytest.FixtureRequest, open_services: Open) -> AsyncIterator[Shop]:
    registry = quick(Registry.discover())
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(open_services(registry=registry))
        simulators = registry.of("bigcommerce").simulator(RECORDS), registry.of("activecampaign").simulator(0)
        for title, simulator in zip(("Shop", "Mail"), simulators, strict=True):
            address = await stack.enter_async_context(serve(simulator))
            await services.accounts.create(
                simulator.system, title, simulator.settings, simulator.secrets, api_address=address
            )
        found = Shop(services, simulators[1])
        found.world.per_second = 1_000_000
        options = {"order_path": request.param, "subscribe_to_list": "1"}
        await services.integrations.create("Daily", "shop", "mail", (Kind.CONTACTS, Kind.ORDERS), options=options)
        yield found


graphql = pytest.mark.parametrize("shop", ["graphql"], indirect=True)


async def test_an_import_is_taken_back_whole_and_a_new_one_brings_it_again_once(shop: Shop) -> None:
    first = await shop.run()
    arrived = shop.mail.summary()
    undone = await shop.undo(first.run_id)
    assert undone.is_finished
    assert undone.balance.total.count(Outcome.SKIPPED) == first.balance.total.count(Outcome.CREATED)
    assert shop.mail.summary()["orders"] == 0
    assert (await shop.survey(first.run_id)).verdicts == []

    again = await shop.run(RunMode.CHANGES)
    assert (await shop.services.runs.get(again.run_id)).record.mode is RunMode.HISTORICAL
    assert again.balance.total.count(Outcome.CREATED) == first.balance.total.count(Outcome.CREATED)
    assert shop.mail.summary() == arrived
    assert arrived["automations_fired"] == arrived["resubscribed"] == 0


async def test_what_was_never_read_was_not_read_by_the_undo_either(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.why.local_moment", lambda at: verbatim(at.isoformat()))
    run = await shop.run()
    told = (await shop.services.runs.why(KEY, "no-such-number")).sentence
    await shop.undo(run.run_id)
    assert (await shop.services.runs.why(KEY, "no-such-number")).sentence == told


async def test_a_wrong_number_removes_nothing(shop: Shop) -> None:
    run = await shop.run()
    survey = await shop.survey(run.run_id)
    writes = len(shop.mail.writes)
    with pytest.raises(WrongUseError):
        await shop.services.undoing.start(survey, survey.count + 1)
    assert len(shop.mail.writes) == writes
    assert len(await shop.services.runs.recent(KEY)) == 1


async def test_an_opt_out_in_the_target_is_never_lost(shop: Shop) -> None:
    run = await shop.run()
    email = shop.email_of_a_contact_without_orders()
    contact = shop.world.contact_by_email(email)
    assert contact is not None
    shop.world.set_membership(contact["id"], "2", "2")
    undone = await shop.undo(run.run_id)
    assert undone.is_finished
    assert shop.world.contact_by_email(email) is not None
    assert (await shop.survey(run.run_id)).kept_by_reason() == {"kept_objection": 1}


async def test_an_order_changed_in_the_target_stays_and_so_does_who_placed_it(shop: Shop) -> None:
    run = await shop.run()
    order = next(iter(shop.world["orders"].values()))
    order["totalPrice"] += 1
    undone = await shop.undo(run.run_id)
    assert undone.is_finished
    assert list(shop.world["orders"].values()) == [order]
    assert shop.world.contact_by_email(order["email"]) is not None


async def test_a_person_deleted_in_the_target_stays_deleted(shop: Shop) -> None:
    run = await shop.run()
    email = shop.email_of_a_contact_without_orders()
    contact = shop.world.contact_by_email(email)
    assert contact is not None
    shop.world.remove_contact(contact["id"])
    survey = await shop.survey(run.run_id)
    assert survey.kept_by_reason() == {"stays_deleted": 1}


async def test_what_a_later_sync_updated_stays(shop: Shop) -> None:
    run = await shop.run()
    await shop.services.integrations.update(
        KEY, options={"order_path": "rest", "subscribe_to_list": "1", "tag": "another tag"}
    )
    await shop.run()
    survey = await shop.survey(run.run_id)
    assert survey.kept_by_reason(Kind.CONTACTS) == {"kept_updated_since": survey_total(survey, Kind.CONTACTS)}
    assert survey.going_by_kind().get(Kind.CONTACTS, 0) == 0


def survey_total(survey: Survey, kind: Kind) -> int:
    return sum(each.entry.kind is kind for each in survey.verdicts)


async def test_other_settings_since_the_import_make_it_incomparable(shop: Shop) -> None:
    run = await shop.run()
    await shop.services.integrations.update(KEY, options={"order_path": "rest", "subscribe_to_list": ""})
    survey = await shop.survey(run.run_id)
    assert set(survey.kept_by_reason(Kind.CONTACTS)) == {"kept_source_changed"}


@graphql
async def test_orders_written_by_graphql_stay_and_so_do_the_people_who_ordered(shop: Shop) -> None:
    run = await shop.run()
    survey = await shop.survey(run.run_id)
    assert set(survey.kept_by_reason(Kind.ORDERS)) == {"kept_not_removable"}
    assert survey.going_by_kind().get(Kind.ORDERS, 0) == 0
    ordering = {row["email"] for row in shop.world["orders"].values()}
    undone = await (await shop.services.undoing.start(survey, survey.count)).wait()
    assert undone.is_finished
    assert shop.mail.summary()["orders"] == survey_total(survey, Kind.ORDERS)
    assert {row["email"] for row in shop.world["contacts"].values()} == ordering


@graphql
async def test_an_order_whose_copy_is_still_to_come_keeps_its_person(shop: Shop) -> None:
    """The interface for orders copies them to the older one some seconds later."""
    run = await shop.run()
    ordering = {row["email"] for row in shop.world["orders"].values()}
    shop.world["orders"].clear()
    survey = await shop.survey(run.run_id)
    kept = sum(not each.goes for each in survey.verdicts if each.entry.kind is Kind.CONTACTS)
    assert kept == len({row["email"] for row in shop.world["contacts"].values()} & ordering) > 0


async def test_a_trial_can_be_undone_while_the_import_stays(shop: Shop) -> None:
    trial = await shop.run(RunMode.TRIAL, limit=2, kinds=[Kind.ORDERS])
    imported = await shop.run(kinds=[Kind.ORDERS])
    undone = await shop.undo(trial.run_id)
    assert undone.balance.total.count(Outcome.SKIPPED) == trial.balance.total.count(Outcome.CREATED) == 2
    assert shop.mail.summary()["orders"] == imported.balance.total.count(Outcome.CREATED)


async def test_a_stopped_undo_is_continued_like_any_other_run(shop: Shop) -> None:
    run = await shop.run()
    survey = await shop.survey(run.run_id)
    shop.mail.fail(status=403, method="DELETE", skip=4, times=50)
    paused = await (await shop.services.undoing.start(survey, survey.count)).wait()
    assert paused.state is RunState.PAUSED
    view = await shop.services.integrations.get(KEY)
    assert view.next_step.action is Action.CONTINUE
    shop.mail.faults.clear()
    done = await (await shop.services.runs.continue_last(KEY)).wait()
    assert done.is_finished
    assert done.run_id == paused.run_id
    assert shop.mail.summary()["orders"] == 0
    assert done.balance.total.count(Outcome.SKIPPED) == survey.count


async def test_an_unfinished_import_cannot_go_on_after_it_was_undone(shop: Shop) -> None:
    """Its place lies behind records that are gone."""
    shop.mail.fail(status=403, path="ecomOrders", method="POST", skip=4, times=50)
    stopped = await shop.run()
    assert stopped.state is RunState.PAUSED
    shop.mail.faults.clear()
    await shop.undo(stopped.run_id)
    with pytest.raises(ConfigError):
        await shop.services.runs.continue_last(KEY)
    again = await shop.run()
    assert again.is_finished
    assert shop.mail.summary()["orders"] == again.balance.flows[Kind.ORDERS].count(Outcome.CREATED)


async def test_an_import_over_an_interrupted_undo_brings_everything_and_doubles_nothing(shop: Shop) -> None:
    run = await shop.run()
    arrived = shop.mail.summary()
    survey = await shop.survey(run.run_id)
    shop.mail.fail(status=403, method="DELETE", skip=6, times=50)
    assert not (await (await shop.services.undoing.start(survey, survey.count)).wait()).is_finished
    shop.mail.faults.clear()
    again = await shop.run(RunMode.CHANGES)
    assert again.is_finished
    assert shop.mail.summary() == arrived


async def test_only_an_import_can_be_undone(shop: Shop) -> None:
    run = await shop.run()
    undone = await shop.undo(run.run_id)
    for run_id in (undone.run_id, "nothing-of-the-kind"):
        with pytest.raises(ConfigError):
            await shop.survey(run_id)
    assert not await shop.services.undoing.is_undoable(undone.run_id)
    with pytest.raises(ConfigError):
        await shop.services.undoing.latest(KEY)


async def test_no_address_is_written_to_the_log(shop: Shop) -> None:
    heard: list[Event] = []
    shop.services.events.subscribe(heard.append)
    run = await shop.run()
    addresses = {row["email"] for row in shop.world["contacts"].values()}
    heard.clear()
    await shop.undo(run.run_id)
    told = [event for event in heard if not isinstance(event, RequestEvent)]
    assert told
    assert not [event for event in told for address in addresses if address in str(event)]
