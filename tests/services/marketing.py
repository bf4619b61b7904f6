"""The two real systems, simulated behind real sockets without their limits of speed, and everything above them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.bootstrap import opened
from app.connectors.activecampaign.world import World as MailWorld
from app.connectors.bigcommerce.world import World as ShopWorld
from app.core.events import Event, LogEvent, RunMode
from app.core.records import Kind
from app.engine.life import Patience
from app.sdk.pacing import Pace
from app.sdk.registry import Registry
from app.sdk.simulator import Simulator, serve
from app.services import Services
from app.services.launching import RunResult
from app.storage.folder import DataFolder
from app.storage.keystore import Keystore
from tests.conftest import MemoryKeyring

LIST = "1"
AGREED = ["marketing_newsletter"]
KEY = "shop-to-mail"
_FAST = Pace(per_second=10_000, parallel=4)


def fast(registry: Registry) -> Registry:
    """The same systems without pacing: what is tried here is not the rate."""
    return Registry({manifest.system: replace(manifest, pace=_FAST) for manifest in registry})


@dataclass
class Marketing:
    """A shop, a newsletter system, and one integration between them."""

    services: Services
    shop: Simulator
    mail: Simulator
    events: list[Event] = field(default_factory=list)

    @property
    def subscribers(self) -> ShopWorld:
        assert isinstance(self.shop.world, ShopWorld)
        return self.shop.world

    @property
    def members(self) -> MailWorld:
        assert isinstance(self.mail.world, MailWorld)
        return self.mail.world

    async def run(self, mode: RunMode = RunMode.CHANGES, **more: Any) -> RunResult:
        handle = await self.services.runs.start(KEY, mode, **more)
        return await handle.wait()

    def customer(self, name: str, *, consents: list[str] | None) -> int:
        """Its number. ``consents`` None: nobody asked, so the shop holds no subscriber."""
        email = f"{name}@example.com"
        number = self.subscribers.add_customer(email, name.title(), "Berg")
        if consents is not None:
            self.subscribers.add_subscriber(email, name.title(), "Berg", consents=consents)
        return number

    def consents_of(self, name: str) -> list[str]:
        row = self.subscribers.subscriber_with(f"{name}@example.com")
        assert row is not None
        return list(row["consents"])

    def agree(self, name: str) -> None:
        row = self.subscribers.subscriber_with(f"{name}@example.com")
        assert row is not None
        self.subscribers.change_subscriber(row["id"], consents=AGREED)

    def stand(self, name: str, status: str) -> None:
        """As a person, or the newsletter system, sets it."""
        contact = self.members.contact_by_email(f"{name}@example.com")
        assert contact is not None
        self.members.set_membership(contact["id"], LIST, status)
        self.members.resubscribed.clear()

    def status_of(self, name: str) -> str | None:
        contact = self.members.contact_by_email(f"{name}@example.com")
        held = self.members.membership(contact["id"], LIST) if contact else None
        return str(held["status"]) if held else None

    def writes(self) -> tuple[int, int]:
        return len(self.shop.writes), len(self.mail.writes)

    def said(self) -> list[LogEvent]:
        return [each for each in self.events if isinstance(each, LogEvent)]


@asynccontextmanager
async def marketing(
    folder: Path,
    keyring: MemoryKeyring,
    *,
    flows: tuple[Kind, ...] = (Kind.CONTACTS,),
    options: Mapping[str, object] | None = None,
) -> AsyncIterator[Marketing]:
    registry = Registry.discover()
    shop, mail = registry.of("bigcommerce").simulator(0), registry.of("activecampaign").simulator(0)
    assert isinstance(mail.world, MailWorld)
    mail.world.per_second = 10_000
    mail.world.polls_until_imported = 0
    async with AsyncExitStack() as stack:
        addresses = {each.system: await stack.enter_async_context(serve(each)) for each in (shop, mail)}
        services = await stack.enter_async_context(
            opened(
                DataFolder(folder),
                registry=fast(registry),
                keystore=Keystore(lambda: keyring),
                environ={},
                patience=Patience(()),
            )
        )
        for simulator, title in ((shop, "Shop"), (mail, "Mail")):
            await services.accounts.create(
                simulator.system,
                title,
                simulator.settings,
                simulator.secrets,
                api_address=addresses[simulator.system],
            )
        await services.integrations.create(
            "Shop to mail", "shop", "mail", flows, options={"subscribe_to_list": LIST, **(options or {})}
        )
        found = Marketing(services, shop, mail)
        stack.callback(services.events.subscribe(found.events.append))
        yield found
