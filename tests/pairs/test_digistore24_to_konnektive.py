"""Digistore24 into Konnektive: courses become orders of a campaign, and money that goes back follows."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.connectors.digistore24.world import World as Shop
from app.connectors.konnektive.world import CAMPAIGN
from app.connectors.konnektive.world import World as Crm
from app.core.errors import ConfigError
from app.core.outcomes import Outcome
from app.core.records import Kind
from tests.pairs.conftest import Pair, Program, written

OFFERS = {"512345": "4101", "512346": "4102", "512350": "4103", "*": "4999"}


@pytest.fixture
async def pair(program: Program) -> Pair:
    return await program.connect("digistore24", "konnektive", products=OFFERS)


def worlds(pair: Pair) -> tuple[Shop, Crm]:
    assert isinstance(pair.source.world, Shop)
    assert isinstance(pair.target.world, Crm)
    return pair.source.world, pair.target.world


def arrived(crm: Crm) -> dict[str, dict[str, Any]]:
    """By the number of the purchase; each stands there once."""
    found = [each for each in crm.orders.values() if each["custom"].get("custom1") and each["orderStatus"] != "PARTIAL"]
    assert len({each["custom"]["custom1"] for each in found}) == len(found)
    return {each["custom"]["custom1"]: each for each in found}


def given_back(crm: Crm, order_id: str) -> Decimal:
    rows = [each for each in crm.transactions.values() if each["orderId"] == order_id and each["txnType"] == "REFUND"]
    return sum((abs(Decimal(each["totalAmount"])) for each in rows), Decimal(0))


def paid_back(shop: Shop, number: str) -> Decimal:
    rows = [each for each in shop.purchases[number]["transactions"] if each["type"] == "refund"]
    return sum((-Decimal(each["amount"]) for each in rows), Decimal(0))


def assert_equal_to_the_cent(shop: Shop, crm: Crm) -> None:
    for number, order in arrived(crm).items():
        assert Decimal(order["totalAmount"]) == Decimal(shop.purchases[number]["amount"]), number
        assert given_back(crm, order["orderId"]) == paid_back(shop, number), number


async def test_a_history_arrives_to_the_cent_and_a_second_run_writes_nothing(pair: Pair) -> None:
    shop, crm = worlds(pair)
    first = await pair.import_history()

    assert await pair.held() == {}
    assert len(arrived(crm)) == written(first, Kind.ORDERS)[0] > 10
    assert {each["campaignId"] for each in arrived(crm).values()} == {CAMPAIGN}
    assert_equal_to_the_cent(shop, crm)
    assert pair.source.writes == []
    await pair.sync_quietly()
    await pair.sync_quietly()


async def test_what_happens_in_the_shop_arrives_once(pair: Pair) -> None:
    shop, crm = worlds(pair)
    await pair.import_history()
    refunded = next(number for number, each in arrived(crm).items() if each["orderStatus"] == "COMPLETE")
    moment = datetime.now(UTC)
    buyer = shop.add_buyer(1, moment)
    number = shop.add_purchase(buyer, [512345, 512350], moment)["id"]
    shop.add_transaction(refunded, "refund", Decimal(shop.purchases[refunded]["amount"]), moment)
    changed = next(row for row in shop.buyers.values() if row["last_name"] == "Müller")
    changed["last_name"] = "Müller-Weiß"

    result = await pair.sync()

    assert result.balance.flows[Kind.ORDERS].count(Outcome.CREATED) == 1
    assert [each["qty"] for each in arrived(crm)[number]["items"].values()] == ["1", "1"]
    assert arrived(crm)[refunded]["orderStatus"] == "REFUNDED"
    assert changed["email"] in {
        each["emailAddress"] for each in crm.customers.values() if each["lastName"] == "Müller-Weiß"
    }
    assert_equal_to_the_cent(shop, crm)
    await pair.sync_quietly()


async def test_a_buyer_who_is_deleted_there_takes_nothing_away(pair: Pair) -> None:
    shop, crm = worlds(pair)
    interested = shop.add_buyer(3, datetime.now(UTC))
    await pair.import_history()
    before = set(crm.customers)
    assert interested["email"] in {each["emailAddress"] for each in crm.customers.values()}
    del shop.buyers[str(interested["id"])]
    await pair.sync_quietly()
    assert set(crm.customers) == before


async def test_the_product_table_is_filled_by_name_from_the_campaigns_own_list(program: Program) -> None:
    pair = await program.connect("digistore24", "konnektive")
    rows = await pair.services.products.match(pair.key, await pair.services.products.load_from_source(pair.key))
    found = {row.key: row.number for row in rows if row.number}
    assert {key: OFFERS[key] for key in ("512345", "512346", "512350")}.items() <= found.items()


async def test_without_numbers_nothing_begins_and_the_product_table_is_named(program: Program) -> None:
    pair = await program.connect("digistore24", "konnektive")
    with pytest.raises(ConfigError, match="number") as caught:
        await pair.import_history()
    assert caught.value.field == "products"
    assert pair.writes == 0

    await pair.services.integrations.update(pair.key, products={"*": "4999"})
    await pair.import_history()
    assert await pair.held() == {}
    assert_equal_to_the_cent(*worlds(pair))
