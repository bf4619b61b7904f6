"""What reading page by page has in common."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from app.sdk.reading import Once, batches, place_in, place_text, together


async def test_what_is_loaded_once_is_loaded_for_everybody_who_asks_meanwhile() -> None:
    loads: list[str] = []

    async def load() -> str:
        loads.append("asked")
        await asyncio.sleep(0)
        return "shop"

    shop = Once(load)
    assert not shop.is_loaded
    assert list(await asyncio.gather(shop.get(), shop.get())) == ["shop", "shop"]
    assert shop.is_loaded
    assert loads == ["asked"]


async def test_a_load_that_failed_is_tried_again() -> None:
    answers = iter(cast("list[ValueError | str]", [ValueError("busy"), "shop"]))

    async def load() -> str:
        answer = next(answers)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    shop = Once(load)
    with pytest.raises(ValueError, match="busy"):
        await shop.get()
    assert await shop.get() == "shop"


@pytest.mark.parametrize("cursor", [None, "", "{", "[1]", '"words"', "7"])
def test_a_cursor_that_cannot_be_read_starts_anew(cursor: str | None) -> None:
    assert place_in(cursor) == {}


def test_a_place_comes_back_as_it_was_written() -> None:
    assert place_in(place_text("guests", after=7, since="ü")) == {"phase": "guests", "after": 7, "since": "ü"}


def test_batches_keep_order_and_leave_nobody_out() -> None:
    assert list(batches([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]
    assert list(batches([], 2)) == []


async def test_calls_side_by_side_give_results_in_order() -> None:
    async def answer(number: int) -> int:
        await asyncio.sleep(0)
        return number

    assert await together(answer(each) for each in (3, 1, 2)) == [3, 1, 2]


async def test_the_first_error_ends_the_other_calls() -> None:
    ended = []

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")

    async def fail() -> None:
        await asyncio.sleep(0)
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        await together([wait(), fail()])
    assert ended == ["ended"]
