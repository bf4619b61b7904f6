"""A practice Digistore24 whose every purchase the test knows, with an inbox for pushes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.connectors.digistore24.manifest import MANIFEST
from app.connectors.digistore24.simulator import build_simulator
from app.connectors.digistore24.source import Digistore24Source
from app.connectors.digistore24.world import World, new_world
from app.core.records import Contact, Kind, Order, Unreadable
from app.sdk.pushes import Push, SavedPush
from tests.connectors.standard import Opened, opened, read_all

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BEGIN = NOW - timedelta(days=200)


@dataclass
class KeptPushes:
    """An inbox in memory."""

    saved: list[SavedPush] = field(default_factory=list)

    def keep(self, push: Push, at: datetime = NOW - timedelta(minutes=5)) -> None:
        self.saved.append(SavedPush(id=str(len(self.saved) + 1), at=at, push=push))

    async def pushes(self, *, since: datetime | None, until: datetime) -> Sequence[SavedPush]:
        return [each for each in self.saved if (since is None or each.at >= since) and each.at < until]


@dataclass
class Shop:
    account: Opened
    inbox: KeptPushes

    @property
    def world(self) -> World:
        assert isinstance(self.account.simulator.world, World)
        return self.account.simulator.world

    def source(self, **options: object) -> Digistore24Source:
        found = self.account.source(**options)
        assert isinstance(found, Digistore24Source)
        return found

    async def orders(self, since: datetime | None = None, **options: object) -> dict[str, Order]:
        found = await read_all(self.source(**options), Kind.ORDERS, since=since, until=NOW)
        assert not [each for each in found if isinstance(each, Unreadable)]
        assert len({each.id for each in found}) == len(found)
        return {each.id: each for each in found}

    async def contacts(self) -> dict[str, Contact]:
        return {each.id: each for each in await read_all(self.source(), Kind.CONTACTS, until=NOW)}

    def calls(self, function: str) -> int:
        return sum(f"/{function}/" in each.path for each in self.account.simulator.journal)


@asynccontextmanager
async def shop_with(world: World, **changes: Any) -> AsyncIterator[Shop]:
    inbox = KeptPushes()
    async with opened(MANIFEST, simulator=build_simulator(0, world), **changes) as account:
        access = replace(account.access, clock=lambda: NOW, inbox=inbox)
        yield Shop(replace(account, access=access), inbox)


@pytest.fixture
def world() -> World:
    made = new_world(0)
    made.clock = lambda: NOW
    return made


@pytest.fixture
async def shop(world: World) -> AsyncIterator[Shop]:
    async with shop_with(world) as found:
        yield found
