"""From Digistore24's sender over a real socket through a door like the program's receiver into orders."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.connectors.digistore24.manifest import MANIFEST
from app.connectors.digistore24.simulated_pushes import connection_test, push_of
from app.core.records import Kind, OrderEvent, OrderStatus
from app.sdk.pushes import Accepted, Declined, Push
from app.sdk.simulator import serve
from tests.connectors.digistore24.conftest import BEGIN, NOW, KeptPushes, Shop, shop_with
from tests.connectors.digistore24.sender import LONGEST_TRIES, Sender
from tests.connectors.standard import read_all


@dataclass
class Door:
    """As the program's receiver does: proven, kept once by its key, then answered."""

    settings: Any
    inbox: KeptPushes
    at: datetime = NOW
    is_disk_full: bool = False

    def __post_init__(self) -> None:
        self.keys: set[str] = set()

    async def answer(self, request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        push = Push(method=request.method, query=request.url.query, headers=headers, body=await request.body())
        assert MANIFEST.receives is not None
        found: Accepted | Declined = MANIFEST.receives.accept(self.settings, push)
        if isinstance(found, Accepted) and found.kinds:
            if self.is_disk_full:
                return Response("ERROR", 503)
            if found.key not in self.keys:
                self.keys.add(found.key)
                self.inbox.keep(push, self.at)
        reply = found.reply
        return Response(reply.body, reply.status, media_type=reply.content_type)


@pytest.fixture
async def desk(world) -> AsyncIterator[tuple[Shop, Door, Sender]]:
    async with shop_with(world) as shop:
        door = Door(shop.account.access.settings, shop.inbox, NOW.replace(minute=0, hour=11))
        application = Starlette(routes=[Route("/in/4f2a", door.answer, methods=["GET", "POST"])])
        async with serve(application) as address:
            yield shop, door, Sender(f"{address}/in/4f2a")


async def test_a_whole_life_of_an_order_is_pushed_twice_and_kept_once(desk, world):
    shop, _door, sender = desk
    number = world.add_purchase(world.add_buyer(0, BEGIN), [512345, 512350], BEGIN)["id"]
    assert await sender.set_up()
    assert await sender.deliver(connection_test()) == 1
    for item in (0, 1):
        for _ in range(2):
            assert await sender.deliver(push_of(world, "on_payment", number, item=item)) == 1
    world.add_transaction(number, "refund", Decimal("29.90"), NOW)
    assert await sender.deliver(push_of(world, "on_refund", number, transaction=1, item=1)) == 1
    assert await sender.deliver(push_of(world, "something_new", number)) == 1
    assert len(shop.inbox.saved) == 3
    (order,) = await read_all(shop.source(), Kind.ORDERS, since=NOW.replace(hour=10), until=NOW)
    assert (order.id, order.event, order.status) == (number, OrderEvent.REFUND, OrderStatus.PARTIALLY_REFUNDED)
    assert [str(line.unit_price) for line in order.lines] == ["49.00 EUR", "29.90 EUR"]


async def test_a_forged_push_is_repeated_to_no_avail_and_stores_nothing(desk, world):
    shop, _door, sender = desk
    number = world.add_purchase(world.add_buyer(0, BEGIN), [512345], BEGIN)["id"]
    assert await sender.deliver(push_of(world, "on_payment", number, passphrase="guessed")) == LONGEST_TRIES
    assert {status for status, _ in sender.heard} == {403}
    assert shop.inbox.saved == []


async def test_a_push_that_could_not_be_kept_is_repeated_until_it_can(desk, world):
    shop, door, sender = desk
    number = world.add_purchase(world.add_buyer(0, BEGIN), [512345], BEGIN)["id"]
    door.is_disk_full = True
    assert await sender.deliver(push_of(world, "on_payment", number), tries=3) == 3
    door.is_disk_full = False
    assert await sender.deliver(push_of(world, "on_payment", number)) == 1
    assert len(shop.inbox.saved) == 1


async def test_a_saved_push_that_is_replayed_changes_nothing(desk, world):
    shop, _door, sender = desk
    number = world.add_purchase(world.add_buyer(0, BEGIN), [512345], BEGIN)["id"]
    await sender.deliver(push_of(world, "on_payment", number, newsletter_choice="optin"))
    first = await read_all(shop.source(), Kind.ORDERS, since=NOW.replace(hour=10), until=NOW)
    shop.inbox.saved = [replace(each, at=NOW.replace(hour=11, minute=30)) for each in shop.inbox.saved]
    again = await read_all(shop.source(), Kind.ORDERS, since=NOW.replace(hour=11, minute=15), until=NOW)
    assert [each.id for each in first] == [each.id for each in again] == [number]
    assert first[0].total == again[0].total
