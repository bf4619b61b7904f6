"""Checkouts that were left: which count as abandoned, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.connectors.bigcommerce.world import Item
from app.core.records import Deletion, Kind
from tests.connectors.bigcommerce.conftest import NOW
from tests.connectors.standard import fetched, read_all

_GUEST = ("Gast", "Ohne Konto", "gast@example.com")
_CART = "c0ffee00-0000-4000-8000-000000000001"


def _left(world, **changes):
    return world.add_order(**{"items": [Item(77, 2)], "guest": _GUEST, "status_id": 0, "cart_id": _CART, **changes})


async def _carts(account, **changes):
    return await read_all(account.source(), Kind.CARTS, **{"until": NOW, **changes})


async def test_a_left_checkout_is_a_cart(shop, world):
    _left(world)
    async with shop() as account:
        [cart] = await _carts(account)
    assert (cart.id, cart.email, cart.is_guest, str(cart.total)) == (_CART, "gast@example.com", True, "23.80 EUR")
    assert [(each.sku, each.quantity, each.category) for each in cart.lines] == [("BG-1", 2, "Geschirr > Becher")]


async def test_a_cart_of_a_customer_names_the_customer(shop, world):
    customer_id = world.add_customer("vera@example.com")
    _left(world, customer_id=customer_id)
    async with shop() as account:
        [cart] = await _carts(account)
    assert (cart.customer_id, cart.email) == (f"c:{customer_id}", "vera@example.com")


@pytest.mark.parametrize(("minutes", "is_abandoned"), [(10, False), (59, False), (61, True)])
async def test_only_what_has_rested_for_an_hour_is_abandoned(shop, world, clock, minutes, is_abandoned):
    _left(world)
    async with shop() as account:
        assert bool(await _carts(account, until=clock.now + timedelta(minutes=minutes))) is is_abandoned


async def test_no_cart_falls_between_two_runs(shop, world, clock):
    """A cart too fresh for one run is older than that run's end when the next one looks."""
    left_at = clock.now
    _left(world)
    seen = []
    async with shop() as account:
        for number in range(6):
            until = left_at + timedelta(minutes=20 * (number + 1))
            seen += await _carts(account, since=until - timedelta(minutes=20), until=until)
    assert {each.id for each in seen} == {_CART}


@pytest.mark.parametrize("email", ["gast@example.com", "GAST@example.com"])
async def test_who_came_back_and_bought_has_left_no_cart(shop, world, email):
    _left(world)
    world.add_order(items=[Item(77)], guest=("Gast", "Ohne Konto", email), status_id=11)
    async with shop() as account:
        assert await _carts(account) == []


async def test_a_cart_bought_under_another_address_is_none(shop, world):
    _left(world)
    world.add_order(items=[Item(77)], guest=("A", "B", "else@example.com"), status_id=11, cart_id=_CART)
    async with shop() as account:
        assert await _carts(account) == []


async def test_an_earlier_order_does_not_undo_a_later_cart(shop, world):
    world.add_order(items=[Item(77)], guest=_GUEST, status_id=10)
    _left(world)
    async with shop() as account:
        assert len(await _carts(account)) == 1


async def test_a_checkout_that_was_finished_is_told_when_fetched(shop, world):
    order_id = _left(world)
    async with shop() as account:
        assert [each.id for each in await fetched(account.source(), Kind.CARTS, [_CART])] == [_CART]
        world.change_order(order_id, status_id=11)
        assert await fetched(account.source(), Kind.CARTS, [_CART]) == [Deletion(id=_CART, kind=Kind.CARTS)]


async def test_the_order_that_came_of_a_cart_carries_its_id(shop, world):
    order_id = _left(world)
    world.change_order(order_id, status_id=11)
    async with shop() as account:
        [order] = await read_all(account.source(), Kind.ORDERS)
    assert order.cart_id == _CART
