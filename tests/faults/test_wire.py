"""One request on a bad line: it ends, and a write whose fate is unknown is never called failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.core.errors import AppError, DataError, SignInError, TemporaryError, UnknownOutcomeError, UnreachableError
from app.sdk.answers import retry_after_s
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.knocking import knock
from app.sdk.pacing import Pace, Pacer
from app.sdk.simulator import serve
from app.sdk.waits import Waits
from tests.faults.toxics import (
    Act,
    Proxy,
    answering,
    between,
    cutting,
    dripping,
    resetting,
    spoiling,
    swallowing,
)

OPTIONS = HttpOptions(tries=1, backoff_s=0.001, read_timeout_s=0.3, whole_timeout_s=0.5)


@dataclass
class Line:
    proxy: Proxy
    client: HttpClient
    arrived: list[str]


@asynccontextmanager
async def line(options: HttpOptions = OPTIONS) -> AsyncIterator[Line]:
    arrived: list[str] = []

    async def note(request: Request) -> Response:
        arrived.append(request.method)
        return JSONResponse({"id": 17, "words": "as they should be"})

    app = Starlette(routes=[Route("/notes", note, methods=["GET", "POST", "PUT"])])
    async with (
        serve(app) as upstream,
        between(upstream) as proxy,
        HttpClient(proxy.address, pace=Pace(per_second=100_000), options=options) as client,
    ):
        yield Line(proxy, client, arrived)


@pytest.fixture
async def wire() -> AsyncIterator[Line]:
    async with line() as made:
        yield made


LOST: dict[str, tuple[Act, int]] = {
    "the answer is reset": (resetting(after=True), 1),
    "the request is reset": (resetting(after=False), 0),
    "the answer is cut": (cutting(is_noticed=True), 1),
    "the answer cannot be unpacked": (spoiling(), 1),
    "the answer never comes": (swallowing(after=True), 1),
    "the answer drips without end": (dripping(0.02), 1),
    "a proxy says 502 although the work is done": (answering(502, "<html>", after=True), 1),
    "a proxy says 503 although the work is done": (answering(503, "<html>", after=True), 1),
    "a proxy says 504 although the work is done": (answering(504, after=True), 1),
}


@pytest.mark.parametrize("name", LOST)
async def test_a_write_of_unknown_fate_is_never_sent_again_blindly(name: str) -> None:
    act, arrivals = LOST[name]
    async with line(HttpOptions(tries=3, backoff_s=0.001, read_timeout_s=0.3, whole_timeout_s=0.5)) as wire:
        wire.proxy.add(act)
        with pytest.raises(UnknownOutcomeError):
            await wire.client.request("POST", "notes", body={})
        assert len(wire.arrived) == arrivals


@pytest.mark.parametrize("name", LOST)
async def test_a_read_on_the_same_line_is_simply_repeated(name: str) -> None:
    act, _ = LOST[name]
    async with line(HttpOptions(tries=2, backoff_s=0.001, read_timeout_s=0.3, whole_timeout_s=0.5)) as wire:
        wire.proxy.add(act)
        assert (await wire.client.get("notes")).json()["id"] == 17


async def test_a_write_that_was_turned_away_goes_again() -> None:
    async with line(HttpOptions(tries=2, backoff_s=0.001)) as wire:
        wire.proxy.add(answering(503, headers={"Retry-After": "0"}))
        assert (await wire.client.request("POST", "notes", body={})).status == 200
        assert wire.arrived == ["POST"]


async def test_an_answer_that_drips_for_ever_ends_although_no_single_pause_is_long(wire: Line) -> None:
    wire.proxy.add(dripping(0.02), times=-1)
    async with asyncio.timeout(20):
        with pytest.raises(UnreachableError) as caught:
            await wire.client.get("notes")
    assert "takes too long" in str(caught.value)


async def test_a_look_at_an_address_that_drips_for_ever_ends_as_well(wire: Line) -> None:
    wire.proxy.add(dripping(0.02), times=-1)
    async with asyncio.timeout(20):
        with pytest.raises(UnreachableError):
            await knock(f"{wire.proxy.address}/notes", timeout_s=0.1)


async def test_a_dropped_connection_that_comes_back_carries_on(wire: Line) -> None:
    assert (await wire.client.get("notes")).status == 200
    await wire.proxy.vanish()
    with pytest.raises(UnreachableError):
        await wire.client.get("notes")
    await wire.proxy.start()
    assert (await wire.client.get("notes")).status == 200


async def test_a_name_that_is_gone_says_to_check_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async with HttpClient("https://shop.invalid", pace=Pace(per_second=1_000), options=OPTIONS) as client:
        with pytest.raises(UnreachableError) as caught:
            await client.get("orders")
    assert "internet connection" in str(caught.value)


@pytest.mark.parametrize("key", ["schlüssel", "“key”", "ключ"])
async def test_a_key_with_a_foreign_character_asks_to_copy_it_again(key: str) -> None:
    async with line(HttpOptions(headers={"X-Key": key}, tries=1)) as wire:
        with pytest.raises(SignInError) as caught:
            await wire.client.get("notes")
    assert key not in repr(caught.value) + caught.value.detail
    assert caught.value.__cause__ is None


async def test_a_path_that_cannot_be_asked_for_concerns_its_record_only(wire: Line) -> None:
    with pytest.raises(DataError):
        await wire.client.get("notes/\x00")


# Waiting for what the vendor wishes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["²", "-5", "1e9", "soon", "Mon, 99 Nov 2026 00:00:00 GMT", "٣", "nan", "inf", ";"])
def test_an_unreadable_wish_is_none(raw: str) -> None:
    assert retry_after_s({"retry-after": raw}) is None


@pytest.mark.parametrize("raw", ["9" * 12, "Mon, 21 Nov 2067 00:00:00 GMT"])
def test_an_absurd_wish_stays_within_a_week(raw: str) -> None:
    assert retry_after_s({"retry-after": raw}) == 7 * 24 * 3600


def test_a_wrong_clock_of_this_computer_neither_hurries_nor_waits_for_hours() -> None:
    headers = {"retry-after": "Fri, 01 Jan 2021 10:05:00 GMT", "date": "Fri, 01 Jan 2021 10:00:00 GMT"}
    assert retry_after_s(headers) == 300


# Saying why nothing moves ---------------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_slow_answer_is_named_and_forgotten_with_its_end(wire: Line) -> None:
    clock = Clock()
    waits = Waits("shop.example", clock=clock)
    number = waits.asked()
    assert not waits.words()
    clock.now += 14
    assert str(waits.words()) == "shop.example has not answered for 14 s."
    waits.answered(number)
    assert not waits.words()


async def test_a_retry_is_counted_and_timed() -> None:
    clock = Clock()
    waits = Waits("shop.example", clock=clock)
    with waits.retrying(3, 8.0):
        clock.now += 3
        assert str(waits.words()) == "shop.example did not answer; attempt 3 follows in 5 s."
    assert not waits.words()


async def test_a_limit_is_named_with_its_end() -> None:
    clock = Clock()
    pacer = Pacer(Pace(per_second=10), clock=clock)
    pacer.refused(40)
    waits = Waits("shop.example", lambda: pacer.held_s, clock=clock)
    assert str(waits.words()) == "shop.example allows only so many requests; the next one leaves in 40 s."


async def test_nothing_is_remembered_of_requests_that_ended_badly(wire: Line) -> None:
    acts = (resetting(after=False), answering(500), dripping(0.02), cutting(is_noticed=True))
    for act in acts:
        wire.proxy.add(act)
        with pytest.raises((TemporaryError, AppError)):
            await wire.client.get("notes")
    task = asyncio.create_task(wire.client.get("notes"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    waits = wire.client.waits
    assert not waits._asked
    assert not waits._retries
