"""A small shop whose every row the test knows, behind a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.connectors.woocommerce.manifest import MANIFEST
from app.connectors.woocommerce.simulator import simulator
from app.connectors.woocommerce.world import World
from app.connectors.woocommerce.world_rows import Item
from tests.connectors.standard import Opened, opened

START = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)

OpenShop = Callable[..., AbstractAsyncContextManager[Opened]]


class Clock:
    """The shop's time, which tests set forward."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **duration: float) -> datetime:
        self.now += timedelta(**duration)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    return World(clock=clock)


@pytest.fixture
def shop(world: World) -> OpenShop:
    @asynccontextmanager
    async def open_shop(**changes: Any) -> AsyncIterator[Opened]:
        async with opened(MANIFEST, simulator=simulator(0, world), **changes) as account:
            yield account

    return open_shop


def mug(**changes: Any) -> Item:
    """10.00 without tax, 11.90 with it."""
    return Item(**{"net": Decimal("10.00"), **changes})


def guest(email: str, **more: str) -> dict[str, str]:
    return {"email": email, "first_name": "Vera", "last_name": "Öhm", "city": "Köln", "country": "DE", **more}
