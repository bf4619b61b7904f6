"""A small shop whose every row the test knows, behind a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.connectors.bigcommerce.manifest import MANIFEST
from app.connectors.bigcommerce.simulator import simulator
from app.connectors.bigcommerce.world import World
from tests.connectors.standard import Opened, opened

START = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

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
    """One category in another, and one product for 11.90 in it."""
    made = World(clock=clock)
    inner = made.add_category("Becher", made.add_category("Geschirr"))
    made.add_product(
        "Becher", sku="BG-1", price=Decimal("11.90"), category_ids=[inner], brand_id=made.add_brand("Blatt")
    )
    return made


@pytest.fixture
def shop(world: World) -> OpenShop:
    @asynccontextmanager
    async def open_shop(**changes: Any) -> AsyncIterator[Opened]:
        async with opened(MANIFEST, simulator=simulator(0, world), **changes) as account:
            yield account

    return open_shop
