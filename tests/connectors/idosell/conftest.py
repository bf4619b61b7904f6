"""A small panel whose every row the test knows, behind a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.connectors.idosell.manifest import MANIFEST
from app.connectors.idosell.simulator import simulator
from app.connectors.idosell.world import World
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
    """Three categories in one another, a cup for 40.00 in the innermost, and an apron in two sizes."""
    made = World(clock=clock)
    inner = made.add_category("Kubki", made.add_category("Kamionka", made.add_category("Ceramika")))
    made.add_product("Kubek", price="40.00", category=inner, code="KUB")
    made.add_product("Fartuch", price="119.00", sizes=("S", "M"), code="FAR")
    return made


@pytest.fixture
def shop(world: World) -> OpenShop:
    @asynccontextmanager
    async def open_shop(**changes: Any) -> AsyncIterator[Opened]:
        async with opened(MANIFEST, simulator=simulator(0, world), **changes) as account:
            yield account

    return open_shop
