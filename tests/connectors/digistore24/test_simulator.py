"""The practice Digistore24 refuses what the vendor refuses, and forgives nothing that the vendor does not."""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest

from app.connectors.digistore24.simulator import build_simulator
from app.connectors.digistore24.world import KEY, READ_ONLY_KEY, new_world
from app.sdk.simulator import serve
from tests.connectors.digistore24.conftest import BEGIN, NOW


@pytest.fixture
async def ask(world):
    async with serve(build_simulator(0, world)) as address, httpx.AsyncClient(base_url=address) as client:

        async def post(function, key=KEY, path="/format/json", **fields):
            headers = {"X-DS-API-KEY": key} if key else {}
            return await client.post(f"/api/call/{function}{path}", data=fields, headers=headers)

        yield post


@pytest.mark.parametrize(("key", "code"), [("", 10), ("nokey", 2), ("99-other", 2)])
async def test_a_bad_key_is_401_with_an_envelope(ask, key, code):
    answer = await ask("ping", key=key)
    told = answer.json()
    assert (answer.status_code, told["result"], told["code"]) == (401, "error", code)


async def test_unknown_functions_and_paths_and_writes(ask):
    assert (await ask("listEverything")).json()["code"] == 9
    assert (await ask("deep/down/there")).status_code == 404
    assert (await ask("refundTransaction", key=READ_ONLY_KEY)).status_code == 403


async def test_errors_may_come_with_status_200(ask, world):
    world.answers_errors_with_200 = True
    answer = await ask("getPurchase", purchase_id="NOTHING1")
    assert (answer.status_code, answer.json()["code"]) == (200, 4)


async def test_whoever_forgets_from_gets_one_day(ask, world):
    world.add_purchase(world.add_buyer(0, BEGIN), [512345], BEGIN)
    without = (await ask("listTransactions")).json()["data"]
    with_it = (await ask("listTransactions", **{"from": "start", "to": "now"})).json()["data"]
    assert (without["transaction_list"], len(with_it["transaction_list"])) == ([], 1)


async def test_pages_have_a_cap_and_lists_hold_the_orders_of_others(ask, world):
    buyer = world.add_buyer(0, BEGIN)
    world.add_purchase(buyer, [512345], BEGIN, role="affiliate")
    world.add_purchase(buyer, [512345], BEGIN, pay_method="test")
    times = {"from": "start"}
    assert (await ask("listTransactions", page_size="1001")).json()["code"] == 3
    assert len((await ask("listPurchases", **times)).json()["data"]["purchase_list"]) == 2
    ours = {**times, "search[role]": "vendor", "search[order_type]": "live"}
    assert (await ask("listPurchases", **ours)).json()["data"]["purchase_list"] == []


async def test_a_late_refund_shows_among_transactions_only(ask, world):
    number = world.add_purchase(world.add_buyer(0, BEGIN), [512345], BEGIN)["id"]
    world.add_transaction(number, "refund", Decimal("49.00"), NOW)
    lately = {"from": "-3d"}
    assert (await ask("listPurchases", **lately)).json()["data"]["purchase_list"] == []
    (row,) = (await ask("listTransactions", **lately)).json()["data"]["transaction_list"]
    assert (row["transaction_type"], row["amount"]) == ("refund", "-49.00")


async def test_several_purchases_come_keyed_by_id_and_one_as_it_is(ask, world):
    buyer = world.add_buyer(0, BEGIN)
    one, two = [world.add_purchase(buyer, [512345], BEGIN)["id"] for _ in range(2)]
    assert (await ask("getPurchase", purchase_id=one)).json()["data"]["id"] == one
    assert set((await ask("getPurchase", purchase_id=f"{one},{two}")).json()["data"]) == {one, two}


def test_a_restart_keeps_what_was_there():
    first, second = build_simulator(24), build_simulator(0)
    second.restore(first.snapshot())
    assert second.summary() == first.summary()


def test_a_practice_shop_holds_what_goes_wrong_elsewhere():
    world = new_world(60)
    kinds = {each["type"] for row in world.purchases.values() for each in row["transactions"]}
    assert kinds == {"payment", "refund", "chargeback"}
    assert any("ü" in each["last_name"] for each in world.buyers.values())
    assert any(not each["street"] for each in world.buyers.values())
    assert {row["billing_type"] for row in world.purchases.values()} == {
        "single_payment",
        "subscription",
        "installment",
    }
