"""Services over a real database in a temporary folder, and two made-up systems."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from app.bootstrap import opened
from app.core.events import Event
from app.core.records import Kind
from app.engine.life import Patience
from app.sdk.simulator import serve
from app.services import Services
from app.storage.folder import DataFolder
from app.storage.keystore import Keystore
from tests.conftest import MemoryKeyring
from tests.services.market import KEY, TOKEN, Market

Open = Callable[..., AbstractAsyncContextManager[Services]]


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
async def depot_address(market: Market) -> AsyncIterator[str]:
    async with serve(market.warehouse.simulator) as address:
        yield address


@pytest.fixture
def environ() -> dict[str, str]:
    return {}


@pytest.fixture
def open_services(tmp_path: Path, market: Market, memory_keyring: MemoryKeyring, environ: dict[str, str]) -> Open:
    """Opens the same folder again and again, one after another, as a person starts the program."""
    folder = DataFolder(tmp_path / "data")

    def make(**more: object) -> AbstractAsyncContextManager[Services]:
        values: dict[str, object] = {
            "registry": market.registry(),
            "keystore": Keystore(lambda: memory_keyring),
            "environ": environ,
            "patience": Patience(()),
            "gathered_s": 0.05,
            **more,
        }
        return opened(folder, **values)  # type: ignore[arg-type]

    return make


@pytest.fixture
async def services(open_services: Open) -> AsyncIterator[Services]:
    async with open_services() as found:
        yield found


@pytest.fixture
async def shop(services: Services, depot_address: str) -> Services:
    """With the accounts ``my-stall`` and ``my-depot`` and the integration ``daily``."""
    await set_up(services, depot_address)
    return services


async def set_up(services: Services, depot_address: str) -> None:
    await services.accounts.create("stall", "My stall", {"street": "Main Street"}, {"token": TOKEN})
    await services.accounts.create("depot", "My depot", {}, {"key": KEY}, api_address=depot_address)
    await services.integrations.create("Daily", "my-stall", "my-depot", [Kind.ORDERS])


@pytest.fixture
def heard(services: Services) -> list[Event]:
    events: list[Event] = []
    services.events.subscribe(events.append)
    return events
