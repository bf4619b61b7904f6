"""Killing the program: at every named step, and at random moments of one long import."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from tests.faults.comparison import Findings, compare, shown
from tests.faults.life import Report
from tests.faults.shop import Shop, make_shop
from tests.faults.stage import End, Stage

LARGEST_REPEAT: Mapping[str, int] = {"orders": 100, "contacts": 250, "customers": 100}
"""What one restart may send again at most: one window of orders, one bulk import of contacts. Nothing else may come
twice at all."""
_LONGEST_LIFE_S = 90.0
_SLOWER = 8
_MOST_LIVES = 5
_STEP_ORDERS = 70


class LaboratoryError(Exception):
    """The program did not come to an end as it should; the words say how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """At the ``nth`` time of the step ``fatal``, and from outside ``delay_s`` seconds after so many new records have
    arrived, whichever comes first."""

    fatal: str = ""
    nth: int = 1
    after_records: int = 0
    delay_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What the kills of one story, or of several, have brought."""

    pair: str
    kills: int = 0
    steps: set[str] = field(default_factory=set)
    orders: int = 0
    lost: int = 0
    doubled: int = 0
    in_doubt: int = 0
    most_repeated: dict[str, int] = field(default_factory=dict)
    duration_s: float = 0.0
    problems: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.problems

    def add(self, other: Outcome) -> None:
        """What another story of the same pair has brought."""
        self.kills += other.kills
        self.steps |= other.steps
        self.orders += other.orders
        self.lost += other.lost
        self.doubled += other.doubled
        self.in_doubt += other.in_doubt
        self.duration_s += other.duration_s
        self.problems += other.problems
        for kind, number in other.most_repeated.items():
            self.most_repeated[kind] = max(number, self.most_repeated.get(kind, 0))

    def take(self, findings: Findings, story: str) -> None:
        self.orders += findings.orders
        self.lost += len(findings.lost)
        self.doubled += len(findings.doubled)
        self.in_doubt += len(findings.in_doubt)
        for what, found in (("lost", findings.lost), ("doubled", findings.doubled), ("wrong", findings.wrong)):
            if found:
                self.problems.append(f"{story}: {len(found)} {what}: {shown(found)}")

    def take_repeats(self, stage: Stage, story: str) -> None:
        """After a restart: what had arrived before and was sent again."""
        for kind, keys in stage.target.repeated.items():
            self.most_repeated[kind] = max(len(keys), self.most_repeated.get(kind, 0))
            if len(keys) > LARGEST_REPEAT.get(kind, 0) or not stage.pair.looks_up:
                self.problems.append(f"{story}: one restart sent {len(keys)} {kind} again")


def random_kills(seed: int, steps: Sequence[str], mean_records: float) -> Iterator[Kill]:
    """The same plan for the same seed: one in seven while the program starts, one in four at a step of a batch."""
    chance = random.Random(seed)
    while True:
        drawn = chance.random()
        if drawn < 0.14:
            yield Kill(delay_s=chance.uniform(0, 0.25))
        elif drawn < 0.39 and steps:
            step, nth = chance.choice(steps), chance.randint(1, 6)
            yield Kill(fatal=step, nth=nth, after_records=int(3 * mean_records) + 10)
        else:
            records = int(chance.uniform(0, 2.6 * mean_records))
            yield Kill(after_records=records, delay_s=chance.uniform(0, 0.03))


async def calm_steps(stage: Stage, seed: int) -> Mapping[str, int]:
    """Every named step and how often a quiet import comes by. Raises LaboratoryError where even that goes wrong."""
    await stage.furnish(make_shop(_STEP_ORDERS, seed))
    end = await stage.ended(await stage.begin_life())
    report = _told(end, "a quiet import")
    findings = await compare(stage, report)
    if not findings.is_good:
        raise LaboratoryError(f"a quiet import went wrong: {findings}")
    return report.steps


async def at_every_step(stage: Stage, steps: Mapping[str, int], seed: int) -> AsyncIterator[Outcome]:
    """One import for each step, killed there once and continued."""
    chance, shop = random.Random(seed), make_shop(_STEP_ORDERS, seed)
    for name, number in steps.items():
        yield await _at_step(stage, shop, Kill(fatal=name, nth=chance.randint(1, number)))


async def _at_step(stage: Stage, shop: Shop, kill: Kill) -> Outcome:
    outcome, began = Outcome(pair=stage.pair.name), time.perf_counter()
    story = f"killed {kill.fatal} (time {kill.nth})"
    await stage.furnish(shop)
    end = await stage.ended(await stage.begin_life(kill.fatal, kill.nth))
    if not end.was_killed:  # side by side, steps do not come by equally often: the first time always comes
        await stage.furnish(shop)
        end = await stage.ended(await stage.begin_life(kill.fatal))
    if end.was_killed:
        outcome.kills, outcome.steps = 1, {kill.fatal}
    else:
        outcome.problems.append(f"{story}: the step was never reached")
    report = await _to_the_end(stage, outcome, story)
    if not stage.pair.looks_up:  # what is in doubt must not leave with the next run either
        report = await _to_the_end(stage, outcome, f"{story}, and run again")
    outcome.take(await compare(stage, report), story)
    outcome.duration_s = time.perf_counter() - began
    return outcome


async def at_random(
    stage: Stage, shop: Shop, plan: Iterator[Kill], kills: int, tell: Callable[[Outcome, int], None]
) -> Outcome:
    """One import, killed so often and each time continued; ``tell`` hears how many records have arrived."""
    outcome, began = Outcome(pair=stage.pair.name), time.perf_counter()
    await stage.furnish(shop)
    has_arrived = False
    while outcome.kills < kills and not outcome.problems:
        kill = next(plan)
        if has_arrived and not kill.fatal:  # nothing new arrives any more: the moment alone counts
            kill = Kill(delay_s=kill.delay_s * _SLOWER)
        end = await _killed(stage, kill)
        outcome.take_repeats(stage, f"restart {outcome.kills}")
        outcome.kills += end.was_killed
        if not end.was_killed:
            has_arrived = _told(end, f"after {outcome.kills} kills").state == "finished"
        tell(outcome, len(stage.target.arrivals))
    report = await _to_the_end(stage, outcome, "the last restart")
    outcome.take(await compare(stage, report), f"{outcome.kills} kills")
    outcome.duration_s = time.perf_counter() - began
    return outcome


async def _killed(stage: Stage, kill: Kill) -> End:
    life, target = await stage.begin_life(kill.fatal, kill.nth), stage.target
    with suppress(TimeoutError):  # a run over what has arrived already sends nothing new
        async with asyncio.timeout(_LONGEST_LIFE_S):
            await target.until(lambda: target.fresh >= kill.after_records or life.end.done())
    await asyncio.wait([life.end], timeout=kill.delay_s)
    life.kill()
    return await stage.ended(life)


async def _to_the_end(stage: Stage, outcome: Outcome, story: str) -> Report:
    """Restarts until the run is finished, as a person would."""
    for _ in range(_MOST_LIVES):
        end = await stage.ended(await stage.begin_life())
        outcome.take_repeats(stage, story)
        report = _told(end, story)
        if report.state == "finished":
            return report
    raise LaboratoryError(f"{story}: never finished, at last {report.state}: {report.error}")


def _told(end: End, story: str) -> Report:
    if end.report is None:
        raise LaboratoryError(f"{story}: the program ended with {end.code} and told nothing")
    if end.report.state == "":
        raise LaboratoryError(f"{story}: {end.report.error}")
    return replace(end.report)
