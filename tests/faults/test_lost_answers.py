"""The target does the work and the connection breaks before it can say so.

The long version is ``python -m tests.faults --lost 10000``.
"""

from __future__ import annotations

import pytest

from app.core.events import RunMode
from app.core.outcomes import Outcome
from app.core.records import Kind
from tests.faults.lost import arrivals, finish, lose_answers, under_test
from tests.faults.pairs import INTEGRATION, PAIRS
from tests.faults.shop import make_shop
from tests.faults.stage import Stage


@pytest.mark.parametrize(
    ("pair", "answers"), [("notebook", 140), ("rest", 30), ("notebook-batches", 6), ("graphql", 6)]
)
async def test_lost_answers_double_nothing(pair: str, answers: int) -> None:
    async with Stage.open(PAIRS[pair]) as stage:
        losses = await lose_answers(stage, answers, seed=11)
    assert losses.problems == []
    assert (losses.lost_answers, losses.lost, losses.doubled, losses.in_doubt) == (answers, 0, 0, 0)


async def test_what_cannot_be_looked_up_ends_in_doubt_and_no_later_run_sends_it_again() -> None:
    async with Stage.open(PAIRS["blindbook"]) as stage:
        losses = await lose_answers(stage, 20, seed=11)
    assert losses.problems == []
    assert (losses.lost_answers, losses.in_doubt, losses.doubled) == (20, 20, 0)


async def test_a_person_who_found_a_record_missing_sends_just_that_one_again() -> None:
    async with Stage.open(PAIRS["blindbook"]) as stage:
        await stage.furnish(make_shop(12, seed=11))
        stage.target.lose(2, 1.0, seed=11, is_done=False)
        async with under_test(stage) as services:
            await finish(services, RunMode.HISTORICAL)
            doubtful = await services.runs.problems(INTEGRATION, {Outcome.IN_DOUBT})
            missing, other = (each.entry.key for each in doubtful)
            everything = await finish(services, RunMode.RETRY)
            assert everything.balance.total.count(Outcome.IN_DOUBT) == 2
            chosen = await finish(services, RunMode.RETRY, {Kind.ORDERS: [missing]})
            assert chosen.balance.total.count(Outcome.CREATED) == 1
            left = await services.runs.problems(INTEGRATION, {Outcome.IN_DOUBT})
        assert [each.entry.key for each in left] == [other]
        assert arrivals(stage)[f"orders:{missing}"] == 1
        assert f"orders:{other}" not in arrivals(stage)
