"""The connection test: each missing permission turns its own line red."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.connectors.bigcommerce.manifest import MANIFEST
from app.connectors.bigcommerce.world import READING, TOKEN, WRITING, Item
from app.core.events import StageState
from app.core.records import Kind
from app.sdk.check import run_probes

_KINDS = [*(each.kind for each in MANIFEST.reads), Kind.OPT_OUTS]


async def _stages(account, kinds=None):
    found = run_probes(MANIFEST.probes(account.access, _KINDS if kinds is None else kinds))
    return {stage.name: stage async for stage in found if stage.state is not StageState.RUNNING}


def _failed(stages):
    return {name.removeprefix("permission:") for name, stage in stages.items() if stage.state is StageState.FAILED}


async def test_the_sign_in_shows_the_shop_and_its_time(shop, world):
    async with shop() as account:
        at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
        access = replace(account.access, clock=lambda: at)
        stages = await _stages(replace(account, access=access))
    words = str(stages["sign_in"].message)
    assert "Blattgrün Tee" in words
    assert "Plus" in words
    assert "EUR" in words
    assert "00:30" in words
    assert _failed(stages) == set()


@pytest.mark.parametrize(
    ("scope", "red"),
    [
        ("store_v2_information_read_only", {"sign_in"}),
        ("store_v2_customers", {"contacts", "orders", "opt_outs", "sample"}),
        ("store_v2_orders_read_only", {"orders", "carts", "sample"}),
        ("store_v2_products_read_only", {"products", "categories", "stock", "orders", "carts", "sample"}),
    ],
)
async def test_a_missing_permission_is_red_where_it_is_needed(shop, world, scope, red):
    world.tokens[TOKEN] = WRITING - {scope}
    world.add_order(items=[Item(77)], guest=("A", "B", "a@example.com"))
    async with shop() as account:
        stages = await _stages(account)
    assert _failed(stages) == red
    for name in red - {"sign_in", "sample"}:
        assert stages[f"permission:{name}"].field == "access_token"
    if red == {"sign_in"}:
        assert {stage.state for stage in stages.values()} == {StageState.FAILED, StageState.NOT_TRIED}
        assert "Information & settings" in str(stages["sign_in"].message)


async def test_refunds_may_be_read_with_the_permission_for_orders(shop, world):
    world.tokens[TOKEN] = WRITING - {"store_v2_transactions_read_only"}
    async with shop() as account:
        assert _failed(await _stages(account)) == set()


async def test_a_key_that_may_only_read_cannot_write_opt_outs_back(shop, world):
    world.tokens[TOKEN] = READING
    async with shop() as account:
        stages = await _stages(account)
    assert _failed(stages) == {"opt_outs"}
    assert "Customers: modify" in str(stages["permission:opt_outs"].message)


async def test_testing_the_right_to_write_changes_nothing(shop, world):
    world.add_subscriber("a@example.com")
    before = world.snapshot()
    async with shop() as account:
        stages = await _stages(account)
        assert world.snapshot() == before
    assert stages["permission:opt_outs"].state is StageState.NOTE


async def test_a_read_only_client_says_that_writing_is_not_proven(shop, world):
    async with shop(read_only=True) as account:
        stages = await _stages(account, [Kind.BOUNCES])
        assert account.simulator.writes == []
    assert stages["permission:bounces"].state is StageState.NOTE
    assert "not proven" in str(stages["permission:bounces"].message)


@pytest.mark.parametrize("settings", [{"store_hash": "other1"}])
async def test_a_wrong_hash_is_told_at_sign_in(shop, world, settings):
    async with shop(settings=settings) as account:
        stages = await _stages(account)
    assert stages["sign_in"].state is StageState.FAILED
    assert "do not belong together" in str(stages["sign_in"].message)


async def test_the_sample_shows_no_address(shop, world):
    world.add_order(items=[Item(77)], guest=("A", "B", "someone@example.com"))
    async with shop() as account:
        stages = await _stages(account)
    words = str(stages["sample"].message)
    assert "s•••@example.com" in words
    assert "11.90 EUR" in words
    assert "someone@" not in words


async def test_a_shop_without_records_says_so(shop, world):
    async with shop() as account:
        stages = await _stages(account, [Kind.CONTACTS])
    assert stages["sample"].state is StageState.NOTE


async def test_only_what_is_wanted_is_tested(shop, world):
    async with shop() as account:
        stages = await _stages(account, [Kind.PRODUCTS])
    assert list(stages) == ["sign_in", "permission:products", "sample"]
