"""Thirty people leave the newsletter at once: the shop learns of it only after a person has seen the list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest

from app.connectors.activecampaign.world import World as MailWorld
from app.connectors.bigcommerce.world import World as ShopWorld
from app.core.events import RunMode, RunState
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.sdk.registry import Registry
from app.sdk.simulator import Simulator, serve
from app.services import Services
from tests.services.conftest import Open

LIST = "1"
UNSUBSCRIBED = "2"
CONSENTS = ["marketing_newsletter", "abandoned_cart"]
LEAVING = 30


@dataclass
class Newsletter:
    services: Services
    shop: ShopWorld
    mail: MailWorld
    left: list[str] = field(default_factory=list)

    def all_leave(self) -> None:
        members = [row["contact"] for row in self.mail["memberships"].values() if row["status"] == "1"]
        for contact in members[:LEAVING]:
            self.mail.set_membership(contact, LIST, UNSUBSCRIBED)
            self.left.append(str(self.mail["contacts"][contact]["email"]))

    def still_subscribed(self) -> list[str]:
        rows: list[Mapping[str, object]] = [self.shop.subscriber_with(email) or {} for email in self.left]
        return [str(row["email"]) for row in rows if "marketing_newsletter" in str(row["consents"])]


@pytest.fixture
async def newsletter(open_services: Open) -> AsyncIterator[Newsletter]:
    registry = Registry.discover()
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(open_services(registry=registry))
        shop, mail = registry.of("bigcommerce").simulator(120), registry.of("activecampaign").simulator(0)
        for title, system, simulator in (("Shop", "bigcommerce", shop), ("Mail", "activecampaign", mail)):
            address = await stack.enter_async_context(serve(simulator))
            await _account(services, title, system, simulator, address)
        assert isinstance(shop.world, ShopWorld)
        assert isinstance(mail.world, MailWorld)
        for number in tuple(shop.world.subscribers):
            shop.world.change_subscriber(number, consents=CONSENTS)
        await services.integrations.create(
            "Daily", "shop", "mail", (Kind.CONTACTS, Kind.OPT_OUTS), options={"subscribe_to_list": LIST}
        )
        yield Newsletter(services, shop.world, mail.world)


async def _account(services: Services, title: str, system: str, simulator: Simulator, address: str) -> None:
    await services.accounts.create(system, title, simulator.settings, simulator.secrets, api_address=address)


async def test_thirty_opt_outs_are_held_until_a_person_confirms_them(newsletter: Newsletter) -> None:
    runs = newsletter.services.runs
    assert (await (await runs.start("daily", RunMode.HISTORICAL)).wait()).is_finished
    newsletter.all_leave()
    assert len(newsletter.left) == LEAVING

    asked = await (await runs.start("daily", RunMode.CHANGES)).wait()
    assert (asked.state, asked.removals_to_confirm) == (RunState.PAUSED, LEAVING)
    assert len(newsletter.still_subscribed()) == LEAVING

    done = await (await runs.confirm_removals(asked.run_id)).wait()
    assert done.is_finished
    assert done.balance.total.count(Outcome.UPDATED) == LEAVING
    assert newsletter.still_subscribed() == []
    assert await runs.count_problems("daily", {Outcome.HELD}) == 0
