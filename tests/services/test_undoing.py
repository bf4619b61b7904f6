"""An import from the practice shop taken back from a simulated ActiveCampaign account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest

from app.connectors.activecampaign.world import World as MailWorld
from app.core.events import RunMode
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.engine.undo_survey import Survey
from app.sdk.pacing import Pace
from app.sdk.registry import Registry
from app.sdk.simulator import Simulator, serve
from app.services import RunResult, Services
from app.services.names import WrongUseError
from app.services.undoing import SurveyProgress
from tests.services.conftest import Open

FAST = Pace(per_second=100_000, parallel=4)
RECORDS = 12
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


async def test_a_wrong_number_removes_nothing(shop: Shop) -> None:
    run = await shop.run()
    survey = await shop.survey(run.run_id)
    writes = len(shop.mail.writes)
    with pytest.raises(WrongUseError):
        await shop.services.undoing.start(survey, survey.count + 1)
    assert len(shop.mail.writes) == writes
    assert len(await shop.services.runs.recent(KEY)) == 1
