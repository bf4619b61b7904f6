"""Answers that get lost: the target does the work, then the connection breaks before it can say so."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from app.bootstrap import opened
from app.core.events import RunMode, RunState
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.engine.life import Patience
from app.services import RunHandle, RunResult, Services
from tests.faults.comparison import compare, shown
from tests.faults.life import Report
from tests.faults.pairs import INTEGRATION
from tests.faults.shop import make_shop
from tests.faults.stage import Stage

SHARES: Mapping[str, float] = {
    "notebook": 0.55,
    "rest": 0.1,
    "blindbook": 0.25,
    "notebook-batches": 0.04,
    "graphql": 0.03,
    "blindbook-batches": 0.03,
}
"""How many of the lost answers each pair takes; where many records travel in one request, a few are worth many."""
_RECORDS_PER_REQUEST = {"graphql": 25, "notebook-batches": 50, "blindbook-batches": 50}
_CHANCE = 0.5
_MOST_ROUNDS = 12


@dataclass(slots=True, kw_only=True)
class Losses:
    """What the lost answers of one pair have brought."""

    pair: str
    lost_answers: int = 0
    orders: int = 0
    lost: int = 0
    doubled: int = 0
    in_doubt: int = 0
    duration_s: float = 0.0
    problems: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.problems


def orders_for(pair: str, answers: int) -> int:
    """So many that about every second write loses its answer; every ninth order stays out."""
    per_request = _RECORDS_PER_REQUEST.get(pair, 1)
    return max(30, int(answers * per_request / _CHANCE * 9 / 8 * 1.1) + 2 * per_request)


async def lose_answers(stage: Stage, answers: int, seed: int) -> Losses:
    """An import in which so many answers are lost, then another one, then a retry."""
    losses, began = Losses(pair=stage.pair.name), time.perf_counter()
    await stage.furnish(make_shop(orders_for(stage.pair.name, answers), seed))
    stage.target.lose(answers, _CHANCE, seed)
    async with under_test(stage) as services:
        result = await finish(services, RunMode.HISTORICAL)
        losses.lost_answers = stage.target.lost
        stage.target.lose(0, 0, seed)
        before = arrivals(stage)
        if not stage.pair.looks_up:
            await _stay_in_doubt(services, stage, losses, before)
            result = await finish(services, RunMode.HISTORICAL)
        elif result.balance.total.count(Outcome.IN_DOUBT):
            await finish(services, RunMode.RETRY)
            result = await finish(services, RunMode.HISTORICAL)
    report = Report(state=result.state, balances=result.balance.balances, read=result.balance.total.read)
    findings = await compare(stage, report)
    losses.orders = findings.orders
    losses.lost, losses.doubled, losses.in_doubt = map(len, (findings.lost, findings.doubled, findings.in_doubt))
    for what, found in (("lost", findings.lost), ("doubled", findings.doubled), ("wrong", findings.wrong)):
        if found:
            losses.problems.append(f"{len(found)} {what}: {shown(found)}")
    losses.duration_s = time.perf_counter() - began
    return losses


async def _stay_in_doubt(services: Services, stage: Stage, losses: Losses, before: Mapping[str, int]) -> None:
    """Neither the next run nor a retry of everything may send again what nobody can look up."""
    for mode in (RunMode.HISTORICAL, RunMode.CHANGES, RunMode.RETRY):
        await finish(services, mode)
        again = [key for key, number in arrivals(stage).items() if number > before.get(key, 0)]
        if again:
            losses.problems.append(f"{mode.value} sent again: {shown(again)}")


@asynccontextmanager
async def under_test(stage: Stage) -> AsyncIterator[Services]:
    """The program on the stage's data folder, in this process."""
    patience = Patience(waits_s=(0.01,) * 5)
    async with opened(stage.folder, registry=stage.registry, environ=stage.environ, patience=patience) as services:
        yield services


async def finish(services: Services, mode: RunMode, keys: Mapping[Kind, Sequence[str]] | None = None) -> RunResult:
    """Starts a run and continues it as long as it only pauses. Raises AssertionError where that never ends."""
    handle = await _begun(services, mode, keys)
    for _ in range(_MOST_ROUNDS):
        result = await handle.wait()
        if result.state is RunState.FINISHED or mode is RunMode.RETRY:
            return result
        handle = await services.runs.continue_last(INTEGRATION)
    raise AssertionError(f"{mode} never finished: {result.error}")


async def _begun(services: Services, mode: RunMode, keys: Mapping[Kind, Sequence[str]] | None) -> RunHandle:
    if mode is RunMode.RETRY:
        return await services.runs.retry(INTEGRATION, keys)
    return await services.runs.start(INTEGRATION, mode)


def arrivals(stage: Stage) -> dict[str, int]:
    """How often each record's write was carried out."""
    return {key: len(lives) for key, lives in stage.target.arrivals.items()}
