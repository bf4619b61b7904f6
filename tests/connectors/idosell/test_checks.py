"""The connection test: each missing permission turns its own line red."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.connectors.idosell.manifest import MANIFEST
from app.connectors.idosell.world import KEY, OTHER_SHOP, READING, WRITING
from app.connectors.idosell.world_rows import Item
from app.connectors.idosell.world_rows import shop as shop_row
from app.core.events import StageState
from app.core.records import Kind
from app.sdk.check import run_probes
from tests.connectors.idosell.conftest import START

_KINDS = [*(each.kind for each in MANIFEST.reads), Kind.OPT_OUTS]


async def _stages(account, kinds=None, at=START):
    access = replace(account.access, clock=lambda: at)
    found = run_probes(MANIFEST.probes(access, _KINDS if kinds is None else kinds))
    return {stage.name: stage async for stage in found if stage.state is not StageState.RUNNING}


def _failed(stages):
    return {name.removeprefix("permission:") for name, stage in stages.items() if stage.state is StageState.FAILED}


async def test_the_sign_in_shows_shop_version_and_time(shop, world):
    async with shop() as account:
        stages = await _stages(account)
    words = str(stages["sign_in"].message)
    assert 'Shop "sklep.example", API v8' in words
    assert "10:00" in words
    assert _failed(stages) == set()


async def test_a_clock_that_goes_wrong_is_noted(shop, world):
    async with shop() as account:
        stages = await _stages(account, [], at=START + timedelta(minutes=17))
    assert stages["sign_in"].state is StageState.NOTE
    assert "17 minutes" in str(stages["sign_in"].message)


@pytest.mark.parametrize(
    ("module", "red"),
    [
        ("SYSTEM", {"sign_in"}),
        ("CRM", {"contacts", "orders", "carts", "opt_outs", "sample"}),
        ("OMS", {"orders", "carts", "sample"}),
        ("PIM", {"products", "categories", "stock", "orders", "carts", "sample"}),
    ],
)
async def test_a_missing_permission_is_red_where_it_is_needed(shop, world, module, red):
    world.keys[KEY] = {**WRITING, module: ""}
    world.add_order(world.add_client("a@example.com"), [Item("101")])
    async with shop() as account:
        stages = await _stages(account)
    assert _failed(stages) == red
    for name in red - {"sign_in", "sample"}:
        stage = stages[f"permission:{name}"]
        assert stage.field == "api_key"
        assert f"{module}: read" in str(stage.message)


async def test_a_key_that_may_only_read_cannot_write_opt_outs_back(shop, world):
    world.keys[KEY] = READING
    async with shop() as account:
        stages = await _stages(account)
    assert _failed(stages) == {"opt_outs"}
    assert "CRM: read and write" in str(stages["permission:opt_outs"].message)


@pytest.mark.proves("idosell", "renew_secret")
async def test_a_key_that_expired_is_named_at_its_field_and_a_new_one_works(shop, world):
    world.keys = {"a-new-key": WRITING}
    async with shop() as account:
        stages = await _stages(account)
    assert stages["sign_in"].state is StageState.FAILED
    assert stages["sign_in"].field == "api_key"
    assert KEY not in f"{stages['sign_in'].message} {stages['sign_in'].remedy}"
    async with shop(secrets={"api_key": "a-new-key"}) as account:
        assert _failed(await _stages(account)) == set()


async def test_of_several_shops_one_must_be_chosen(shop, world):
    world.shops.append(shop_row(OTHER_SHOP, "inny.example"))
    async with shop() as account:
        open_choice = await _stages(account)
        suggested = await account.source().suggestions("shops")
        assert await account.source().suggestions("lists") == ()
    async with shop(settings={"shop_id": "2"}) as account:
        chosen = await _stages(account)
    async with shop(settings={"shop_id": "7"}) as account:
        wrong = await _stages(account)
    assert open_choice["sign_in"].field == wrong["sign_in"].field == "shop_id"
    assert "1 (sklep.example), 2 (inny.example)" in str(open_choice["sign_in"].message)
    assert [(each.value, each.label) for each in suggested] == [("1", "sklep.example"), ("2", "inny.example")]
    assert 'Shop "inny.example"' in str(chosen["sign_in"].message)


@pytest.mark.parametrize(
    "answer",
    [
        '[{"shop_id": "1", "shop_name": "sklep.example"}]',
        '{"shops": [{"shopId": 1, "shopName": "sklep.example"}]}',
        '{"results": [{"id": 1, "name": "sklep.example"}]}',
        '{"results": {"shops": [{"shop_id": 1, "shop_name": "sklep.example"}]}}',
    ],
)
async def test_the_list_of_shops_is_understood_in_every_known_form(shop, world, answer):
    async with shop() as account:
        account.simulator.fail(path="shopsData", status=200, body=answer)
        stages = await _stages(account, [])
    assert 'Shop "sklep.example"' in str(stages["sign_in"].message)


async def test_testing_the_right_to_write_changes_nothing(shop, world):
    world.add_client("a@example.com", approves=True)
    before = world.snapshot()
    async with shop() as account:
        stages = await _stages(account)
    after = world.snapshot()
    assert {**after, "calls": 0} == {**before, "calls": 0}
    assert stages["permission:opt_outs"].state is StageState.NOTE


async def test_a_read_only_client_says_that_writing_is_not_proven(shop, world):
    async with shop(read_only=True) as account:
        stages = await _stages(account, [Kind.BOUNCES])
        assert account.simulator.writes == []
    assert stages["permission:bounces"].state is StageState.NOTE
    assert "not proven" in str(stages["permission:bounces"].message)


async def test_the_whole_test_takes_few_calls(shop, world):
    async with shop() as account:
        await _stages(account)
    assert world.calls <= 14


async def test_the_sample_shows_no_address(shop, world):
    world.add_order(world.add_client("somebody@example.com"), [Item("101")])
    async with shop() as account:
        stages = await _stages(account)
    words = str(stages["sample"].message)
    assert "s•••@example.com" in words
    assert "54.90 PLN" in words


async def test_a_shop_without_records_says_so(shop, world):
    async with shop() as account:
        stages = await _stages(account, [Kind.CONTACTS])
    assert stages["sample"].state is StageState.NOTE


async def test_only_what_is_wanted_is_tested(shop, world):
    async with shop() as account:
        stages = await _stages(account, [Kind.PRODUCTS])
    assert list(stages) == ["sign_in", "permission:products", "sample"]
