"""Requests are spaced below the vendor's limit, without anybody waiting for a refusal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from app.sdk.pacing import Hint, Pace, Pacer


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("app.sdk.pacing.asyncio.sleep", made.sleep)
    return made


async def turns(pacer: Pacer, clock: Clock, number: int) -> list[float]:
    times = []
    for _ in range(number):
        async with pacer.turn():
            times.append(clock.now)
    return times


async def test_a_limit_of_ten_a_second_is_nearly_used_and_never_exceeded(clock: Clock) -> None:
    times = await turns(Pacer(Pace(per_second=10), clock=clock), clock, 101)
    for start in range(90):
        assert times[start + 10] - times[start] >= 1.0
    assert times[100] <= 100 / (10 * 0.97)


async def test_a_refusal_holds_everybody_and_slows_down_once(clock: Clock) -> None:
    pacer = Pacer(Pace(per_second=10), clock=clock)
    await turns(pacer, clock, 3)
    pacer.refused(10)
    pacer.refused(10)
    times = await turns(pacer, clock, 3)
    assert times[0] >= 10
    assert times[1] - times[0] == pytest.approx(1 / 9.5)


async def test_after_a_hold_one_request_goes_alone_until_it_is_answered() -> None:
    pacer = Pacer(Pace(per_second=100_000, parallel=4))
    pacer.refused(0)
    under_way: list[int] = []
    most: list[int] = []
    answered = asyncio.Event()

    async def one(number: int) -> None:
        async with pacer.turn():
            under_way.append(number)
            most.append(len(under_way))
            if number == 0:
                await answered.wait()
            under_way.remove(number)

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        for number in range(4):
            group.create_task(one(number))
        for _ in range(50):
            await asyncio.sleep(0)
        assert under_way == [0]
        answered.set()
    assert max(most) == 1


async def test_whoever_waits_its_turn_when_a_refusal_arrives_waits_it_out(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pacer = Pacer(Pace(per_second=10, parallel=4), clock=clock)
    await turns(pacer, clock, 1)
    went: list[float] = []

    async def next_one() -> None:
        async with pacer.turn():
            went.append(clock.now)

    async def sleep(seconds: float) -> None:
        is_first = clock.now < 1
        clock.now += seconds
        if is_first:
            pacer.refused(10)

    monkeypatch.setattr("app.sdk.pacing.asyncio.sleep", sleep)
    await next_one()
    assert went[0] >= 10


async def test_a_probe_that_is_cancelled_lets_the_others_try() -> None:
    pacer = Pacer(Pace(per_second=100_000, parallel=2))
    pacer.refused(0)
    has_begun = asyncio.Event()

    async def stuck() -> None:
        async with pacer.turn():
            has_begun.set()
            await asyncio.Event().wait()

    probe = asyncio.create_task(stuck())
    await has_begun.wait()
    probe.cancel()
    async with asyncio.timeout(5), pacer.turn():
        pass


async def test_time_without_requests_is_not_made_up_for(clock: Clock) -> None:
    pacer = Pacer(Pace(per_second=10), clock=clock)
    await turns(pacer, clock, 1)
    clock.now += 5
    times = await turns(pacer, clock, 3)
    assert times[1] - times[0] == pytest.approx(1 / 9.8)
    assert times[2] - times[1] == pytest.approx(1 / 9.8)


async def test_the_person_may_only_slow_down(clock: Clock) -> None:
    pacer = Pacer(Pace(per_second=10), clock=clock)
    pacer.slow_to(100)
    assert pacer.per_second == pytest.approx(9.8)
    pacer.slow_to(2)
    assert pacer.per_second == pytest.approx(2)


async def test_a_nearly_used_up_window_is_waited_out(clock: Clock) -> None:
    def learn(headers: Mapping[str, str]) -> Hint | None:
        return Hint(remaining=int(headers["left"]), reset_s=30, reserve=2)

    pacer = Pacer(Pace(per_second=10, learn=learn), clock=clock)
    await turns(pacer, clock, 1)
    pacer.observe({"left": "3"})
    assert (await turns(pacer, clock, 1))[0] < 1
    pacer.observe({"left": "2"})
    assert (await turns(pacer, clock, 1))[0] >= 30


async def test_only_so_many_requests_are_under_way_at_once() -> None:
    pacer = Pacer(Pace(per_second=100_000, parallel=2))
    under_way = most = 0

    async def one() -> None:
        nonlocal under_way, most
        async with pacer.turn():
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1

    await asyncio.gather(*(one() for _ in range(20)))
    assert most == 2
