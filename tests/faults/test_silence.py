"""A run that waits says so, says for what, and can be stopped meanwhile."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from app.core.events import LogEvent, ProgressEvent, RunMode, RunState, RunStateEvent
from app.core.outcomes import FlowBalance
from app.core.records import Kind
from app.core.texts import Text
from app.engine.control import Control, StopRequested
from app.engine.heartbeat import Heartbeat
from app.engine.life import Patience
from app.engine.progress import Progress
from app.engine.stopping import stoppable
from app.sdk.waits import Waits
from tests.faults.bench import CALM, opened
from tests.faults.toxics import answering


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Watch:
    """A run whose seconds pass when the test says so."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.events: list[ProgressEvent] = []
        self.progress = Progress("run", "daily", self.events.append, clock=self.clock)  # type: ignore[arg-type]
        self.waits = Waits("shop.example", clock=self.clock)
        self.heartbeat = Heartbeat(self.progress, [self.waits], clock=self.clock)
        self.progress.begin(Kind.ORDERS, FlowBalance(), 100)

    def pass_by(self, seconds: int) -> list[ProgressEvent]:
        before = len(self.events)
        for _ in range(seconds):
            self.clock.now += 1
            self.heartbeat.beat()
        return self.events[before:]


def test_a_run_that_works_tells_something_at_least_every_two_seconds() -> None:
    watch = Watch()
    watch.progress.tell(current="1001")
    told = watch.pass_by(60)
    assert len(told) >= 30
    assert {event.current_key for event in told} == {"1001"}


def test_after_ten_silent_seconds_the_reason_is_told_until_something_moves() -> None:
    watch = Watch()
    number = watch.waits.asked()
    told = watch.pass_by(12)
    assert not any(event.waiting_for for event in told[:9])
    assert str(told[-1].waiting_for) == "shop.example has not answered for 12 s."
    watch.waits.answered(number)
    watch.progress.count(1)
    assert not any(event.waiting_for for event in watch.pass_by(5))


def test_what_the_run_itself_waits_for_is_not_talked_over() -> None:
    watch = Watch()
    watch.progress.wait_for(Text("The system asks to slow down."))
    assert {str(event.waiting_for) for event in watch.pass_by(30)} == {"The system asks to slow down."}
    watch.progress.wait_for(Text(""))
    assert not watch.events[-1].waiting_for


async def test_stopping_lets_an_answer_come_and_waits_for_nothing_else() -> None:
    control = Control()

    async def brief() -> str:
        control.stop()
        await asyncio.sleep(0)
        return "answered"

    heard: list[str] = []
    acknowledge = partial(heard.append, "heard")
    assert await stoppable(brief(), control, grace_s=60, acknowledge=acknowledge) == "answered"
    endless = asyncio.create_task(stoppable(asyncio.Event().wait(), control, grace_s=0, acknowledge=acknowledge))
    await asyncio.wait({endless})
    assert heard
    assert isinstance(endless.exception(), StopRequested)


async def test_ending_the_program_ends_what_it_waits_for() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.create_task(stoppable(work(), Control(), grace_s=60, acknowledge=lambda: None))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    assert ended.is_set()


async def test_a_used_up_daily_quota_ends_the_run_with_the_moment_to_continue(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench, asyncio.timeout(60):
        bench.options = CALM
        bench.patience = Patience()
        tomorrow = {"Date": "Fri, 06 Mar 2026 16:00:00 GMT", "Retry-After": "Sat, 07 Mar 2026 00:05:00 GMT"}
        bench.proxies["depot"].add(answering(429, headers=tomorrow), path="/items", skip=1, times=-1)

        result = await bench.run()

        assert result.run.state is RunState.WAITING
        assert "It can be continued from" in result.run.message
        assert result.run.remedy
        assert not [each for each in bench.events if isinstance(each, LogEvent) and "Next try" in str(each.message)]
        bench.mend()
        await bench.finish()
        await bench.prove_once()


async def test_a_vendor_that_asks_for_a_short_break_is_given_it_by_the_run_itself(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench, asyncio.timeout(60):
        bench.proxies["depot"].add(answering(429, headers={"Retry-After": "0"}), path="/items", times=3)
        bench.patience = Patience((0, 0, 0))
        assert (await bench.run(RunMode.HISTORICAL)).is_finished
        states = [event.state for event in bench.events if isinstance(event, RunStateEvent)]
        assert RunState.WAITING in states
        bench.mend()
        await bench.prove_once()
