"""Both sides of a run are asked at the same time; what one side breaks, the other does not go on with."""

from __future__ import annotations

import asyncio

import pytest

from app.core.errors import SignInError
from app.core.texts import text
from app.sdk.reading import together


async def test_both_are_under_way_at_once() -> None:
    first, second = asyncio.Event(), asyncio.Event()

    async def meet(own: asyncio.Event, other: asyncio.Event) -> None:
        own.set()
        await other.wait()

    async with asyncio.timeout(5):
        await together([meet(first, second), meet(second, first)])


async def test_a_failure_ends_the_other_and_is_raised() -> None:
    ended = asyncio.Event()

    async def fail() -> None:
        await asyncio.sleep(0)
        raise SignInError(text("The system did not accept the sign-in."))

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(SignInError):
        await together([wait(), fail()])
    assert ended.is_set()


async def test_cancelling_ends_both() -> None:
    ended: list[int] = []

    async def wait(number: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(number)

    task = asyncio.create_task(together([wait(1), wait(2)]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(ended) == [1, 2]
