"""The program killed again and again: everything arrives once, and the balance is exact.

The long version is ``python -m tests.faults --kills 1000 --orders 100000``.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from itertools import islice

import pytest

from app.connectors.activecampaign.world import World as MailWorld
from app.core.events import RunMode
from app.core.outcomes import Outcome
from tests.faults.comparison import compare
from tests.faults.kills import at_every_step, at_random, calm_steps, random_kills
from tests.faults.life import FINISHED
from tests.faults.notebook import Notebook
from tests.faults.pairs import PAIRS
from tests.faults.shop import make_shop, with_new_orders
from tests.faults.stage import Nursery, Stage

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is neither fork nor SIGKILL"),
    pytest.mark.timeout(300),  # many starts of the program
]

_SEED = 7
_ORDERS = 100
_NAMED = {
    *(f"{when} {what}" for when in ("before", "during", "after") for what in ("intent", "outcome", "checkpoint")),
    *(f"{when} {what}" for when in ("before", "during", "after") for what in ("shop read", "target read")),
    *(f"{when} target write" for when in ("before", "during", "after")),
    *(f"{when} begin of the run (running)" for when in ("before", "after")),
    *(f"{when} state of the run (finished)" for when in ("before", "after")),
    *(f"{when} watermark" for when in ("before", "after")),
    *("start of the program", "before the run", "before the folder is closed", "after the folder is closed"),
}


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    async with Nursery.open() as found:
        yield found


async def test_a_run_killed_at_any_named_step_goes_on_and_everything_arrives_once(nursery: Nursery) -> None:
    async with Stage.open(PAIRS["notebook"], nursery) as stage:
        steps = await calm_steps(stage, _SEED)
        outcomes = [each async for each in at_every_step(stage, steps, _SEED)]
    assert [words for each in outcomes for words in each.problems] == []
    assert {name for each in outcomes for name in each.steps} == set(steps)
    assert set(steps) >= _NAMED


@pytest.mark.parametrize(("pair", "kills"), [("rest", 12), ("graphql", 8)])
async def test_kills_at_random_moments_lose_nothing_and_double_nothing(pair: str, kills: int, nursery: Nursery) -> None:
    shop = make_shop(_ORDERS, _SEED)
    plan = random_kills(_SEED, ("after intent", "during target write"), _ORDERS / kills)
    async with Stage.open(PAIRS[pair], nursery) as stage:
        outcome = await at_random(stage, shop, plan, kills, lambda *_: None)
    assert outcome.problems == []
    assert (outcome.kills, outcome.orders, outcome.lost, outcome.doubled) == (kills, _ORDERS, 0, 0)


async def test_what_a_kill_left_under_way_is_never_sent_again_where_nobody_can_look(nursery: Nursery) -> None:
    chosen = ("after intent", "during target write", "after target write", "before outcome")
    async with Stage.open(PAIRS["blindbook"], nursery) as stage:
        outcomes = [each async for each in at_every_step(stage, dict.fromkeys(chosen, 20), _SEED)]
    assert [words for each in outcomes for words in each.problems] == []
    assert all(0 < each.in_doubt <= 8 for each in outcomes)


@pytest.mark.parametrize("pair", ["rest", "graphql"])
async def test_a_sync_of_changes_killed_three_times_starts_no_automation_twice(pair: str, nursery: Nursery) -> None:
    async with Stage.open(PAIRS[pair], nursery) as stage:
        await stage.furnish(make_shop(10, _SEED))
        assert (await stage.ended(await stage.begin_life())).code == FINISHED
        stage.shop = with_new_orders(stage.shop, 40)
        for step in ("after intent", "during target write", "after target write"):
            end = await stage.ended(await stage.begin_life(step, mode=RunMode.CHANGES))
            assert end.was_killed
        assert (await stage.ended(await stage.begin_life(mode=RunMode.CHANGES))).code == FINISHED
        held, world = stage.pair.held(stage.receiving), stage.receiving.world
    assert {key: [each] for key, each in stage.shop.orders.items() if each is not None} == held
    assert isinstance(world, MailWorld)
    assert len(world.automations) == len(set(world.automations)) == 40


async def test_the_laboratory_notices_what_is_lost_doubled_or_wrong(nursery: Nursery) -> None:
    async with Stage.open(PAIRS["notebook"], nursery) as stage:
        await stage.furnish(make_shop(20, _SEED))
        end = await stage.ended(await stage.begin_life())
        assert end.report is not None
        assert end.report.counts[Outcome.CREATED] == 18
        assert (await compare(stage, end.report)).is_good
        book = stage.receiving.world
        assert isinstance(book, Notebook)
        lost, doubled, cheap, *_ = list(book.rows)
        book.rows.remove(lost)
        book.rows.append(doubled)
        cheap["amount"] = "0.01"
        findings = await compare(stage, end.report)
    assert (findings.lost, findings.doubled) == ([lost["id"]], [doubled["id"]])
    assert any(f"order {cheap['id']}: " in words for words in findings.wrong)


def test_the_same_seed_plans_the_same_kills() -> None:
    first, again, other = (list(islice(random_kills(seed, ("after intent",), 50), 100)) for seed in (1, 1, 2))
    assert first == again != other
