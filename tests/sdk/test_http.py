"""How the one HTTP client behaves, over a real socket."""

from __future__ import annotations

import gzip
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from app.core.errors import (
    AddressError,
    AppError,
    PermissionMissingError,
    ProtocolError,
    RateLimitError,
    SignInError,
    UnknownOutcomeError,
    UnreachableError,
    WriteRefusedError,
)
from app.core.events import Event, RequestEvent
from app.sdk.answers import Answer, RejectedError, retry_after_s
from app.sdk.base_url import checked_base_url
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace
from app.sdk.redaction import Redactor
from app.sdk.simulator import FaultKind, Simulator, serve

SECRET = "canary-secret-0815"


async def echo(request: Request) -> Response:
    return JSONResponse(
        {"price": 1.5, "body": (await request.body()).decode(), "token": request.headers.get("x-token")}
    )


@dataclass
class Line:
    simulator: Simulator
    client: HttpClient
    events: list[Event] = field(default_factory=list)


@asynccontextmanager
async def line(*, read_only: bool = False, options: HttpOptions | None = None) -> AsyncIterator[Line]:
    app = Starlette(routes=[Route("/echo", echo, methods=["GET", "POST", "PUT"])])
    simulator = Simulator("echo", app, settings={}, secrets={}, summary=dict)
    events: list[Event] = []
    async with (
        serve(simulator) as url,
        HttpClient(
            url,
            pace=Pace(per_second=10_000),
            options=options or HttpOptions(backoff_s=0.001, tries=3, headers={"X-Token": SECRET}),
            redactor=Redactor([SECRET]),
            emit=events.append,
            read_only=read_only,
        ) as client,
    ):
        yield Line(simulator, client, events)


@pytest.fixture
async def wire() -> AsyncIterator[Line]:
    async with line() as made:
        yield made


async def test_money_goes_out_and_comes_in_digit_for_digit(wire: Line) -> None:
    answer = await wire.client.request("POST", "echo", body={"total": Decimal("148206.80")})
    assert answer.json()["body"] == '{"total":148206.80}'
    assert answer.json()["price"] == Decimal("1.5")


async def test_a_read_only_client_refuses_to_write_before_anything_leaves() -> None:
    async with line(read_only=True) as wire:
        with pytest.raises(WriteRefusedError):
            await wire.client.request("POST", "echo", body={})
        assert not wire.simulator.journal
        assert (await wire.client.get("echo")).status == 200
        assert (await wire.client.request("POST", "echo", body={}, is_read=True)).status == 200


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, SignInError),
        (403, PermissionMissingError),
        (404, RejectedError),
        (422, RejectedError),
        (500, UnreachableError),
    ],
)
async def test_each_status_becomes_its_class(wire: Line, status: int, expected: type[AppError]) -> None:
    wire.simulator.fail(status=status, times=-1, body="no")
    with pytest.raises(expected):
        await wire.client.get("echo")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_explained_and_never_followed(wire: Line, status: int) -> None:
    wire.simulator.fail(status=status, headers={"Location": "https://www.shop.example/"})
    with pytest.raises(AddressError) as caught:
        await wire.client.get("echo")
    assert caught.value.suggestion == "https://www.shop.example/"
    assert len(wire.simulator.journal) == 1


async def test_a_refusal_to_hurry_is_obeyed_and_then_it_succeeds(wire: Line) -> None:
    wire.simulator.fail(status=429, headers={"Retry-After": "0"}, times=2)
    assert (await wire.client.get("echo")).status == 200


async def test_a_long_wait_is_left_to_the_run(wire: Line) -> None:
    wire.simulator.fail(status=429, headers={"Retry-After": "3600"})
    with pytest.raises(RateLimitError) as caught:
        await wire.client.get("echo")
    assert caught.value.retry_after_s == 3600


@pytest.mark.parametrize("kind", [FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER, FaultKind.CUT])
async def test_a_lost_answer_to_a_write_is_in_doubt_and_not_repeated(wire: Line, kind: FaultKind) -> None:
    wire.simulator.fail(kind=kind)
    with pytest.raises(UnknownOutcomeError):
        await wire.client.request("POST", "echo", body={})
    assert len([event for event in wire.events if isinstance(event, RequestEvent)]) == 1


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (500, {}, UnknownOutcomeError),
        (504, {}, UnknownOutcomeError),
        (503, {}, UnknownOutcomeError),
        (503, {"Retry-After": "0"}, None),
    ],
)
async def test_after_a_server_fault_a_write_is_only_repeated_when_it_was_turned_away(
    wire: Line, status: int, headers: dict[str, str], expected: type[AppError] | None
) -> None:
    wire.simulator.fail(status=status, headers=headers)
    if expected is None:
        assert (await wire.client.request("POST", "echo", body={})).status == 200
    else:
        with pytest.raises(expected):
            await wire.client.request("POST", "echo", body={})


async def test_a_lost_answer_to_a_repeatable_write_is_repeated(wire: Line) -> None:
    wire.simulator.fail(kind=FaultKind.DROP_AFTER)
    assert (await wire.client.request("PUT", "echo", body={}, is_repeatable=True)).status == 200


async def test_a_web_page_instead_of_data_is_named(wire: Line) -> None:
    wire.simulator.fail(status=200, body="<html>maintenance</html>")
    answer = await wire.client.get("echo")
    with pytest.raises(ProtocolError) as caught:
        answer.json()
    assert "a web page" in str(caught.value)
    assert "maintenance" in caught.value.detail


async def test_a_closed_port_says_that_the_host_cannot_be_reached() -> None:
    async with line() as wire:
        address = wire.client.base_url
    async with HttpClient(address, pace=Pace(per_second=10_000), options=HttpOptions(tries=1)) as client:
        with pytest.raises(UnreachableError):
            await client.get("echo")


async def test_secrets_never_reach_events_or_errors(wire: Line) -> None:
    wire.simulator.fail(status=422, body=f"bad token {SECRET}", times=-1)
    with pytest.raises(RejectedError) as caught:
        await wire.client.get("echo", {"key": SECRET})
    assert SECRET not in repr(wire.events)
    assert SECRET not in caught.value.detail
    assert SECRET not in str(caught.value)


async def test_an_answer_cannot_send_the_client_elsewhere(wire: Line) -> None:
    with pytest.raises(ProtocolError):
        await wire.client.get("https://evil.example/steal")


@pytest.mark.parametrize(
    "address", ["http://shop.example", "ftp://shop.example", "shop.example", "https://u:p@shop.example"]
)
def test_addresses_that_would_expose_the_key_are_refused(address: str) -> None:
    with pytest.raises(AddressError):
        checked_base_url(address)


def test_plain_http_is_allowed_to_this_computer_only() -> None:
    assert checked_base_url("http://127.0.0.1:8801/") == "http://127.0.0.1:8801"


@pytest.mark.parametrize(("raw", "seconds"), [("5", 5.0), ("", None), ("soon", None)])
def test_retry_after_in_seconds(raw: str, seconds: float | None) -> None:
    assert retry_after_s({"retry-after": raw} if raw else {}) == seconds


def test_retry_after_as_a_date_in_the_past_means_at_once() -> None:
    assert retry_after_s({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0


async def test_secrets_never_reach_the_evidence_of_a_broken_answer(wire: Line) -> None:
    wire.simulator.fail(status=200, body=f"<html>{SECRET}</html>")
    with pytest.raises(ProtocolError) as caught:
        (await wire.client.get("echo")).json()
    assert SECRET not in caught.value.detail


def test_an_answer_that_is_no_text_is_shown_without_failing() -> None:
    assert Answer(200, {}, b"\xff\xfe").text


# What a hostile or broken server sends ------------------------------------------------------------------------------


@asynccontextmanager
async def answering(answer: Callable[[Request], Awaitable[Response]], *secrets: str) -> AsyncIterator[HttpClient]:
    app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
    simulator = Simulator("made-up", app, settings={}, secrets={}, summary=dict)
    options = HttpOptions(backoff_s=0.001, tries=1, headers={"X-Token": secrets[0]} if secrets else {})
    async with (
        serve(simulator) as url,
        HttpClient(url, pace=Pace(per_second=10_000), options=options, redactor=Redactor(secrets)) as client,
    ):
        yield client


async def test_a_key_repeated_in_a_redirect_is_neither_shown_nor_offered() -> None:
    async def leave(request: Request) -> Response:
        return Response(status_code=302, headers={"Location": f"https://other.example/x/{SECRET}/?token={SECRET}"})

    async with answering(leave, SECRET) as client:
        with pytest.raises(AddressError) as raised:
            await client.get("x")
    error = raised.value
    assert SECRET not in f"{error} {error.detail} {error.suggestion} {error.args}"
    assert error.suggestion == "https://other.example/x/•••/"


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 429, 500])
async def test_a_key_in_an_answer_reaches_no_part_of_the_error(status: int) -> None:
    async def tell(request: Request) -> Response:
        return Response(f"<p>bad key {request.headers['x-token']}", status, {"X-Echo": SECRET, "Location": SECRET})

    async with answering(tell, SECRET) as client:
        with pytest.raises(AppError) as raised:
            (await client.get(f"stores/{SECRET}/orders")).json()
    words = "".join(traceback.format_exception(raised.value)) + repr(vars(raised.value)) + str(raised.value)
    assert SECRET not in words


async def test_a_key_with_a_line_break_is_refused_without_repeating_it() -> None:
    async def never(request: Request) -> Response:
        raise AssertionError

    async with answering(never, "canary\nsecret-0815") as client:
        with pytest.raises(SignInError, match="Copy the key again") as raised:
            await client.get("x")
    assert "secret-0815" not in "".join(traceback.format_exception(raised.value))


async def test_a_packed_answer_that_unpacks_to_gigabytes_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sdk.http._LARGEST_ANSWER_BYTES", 1_000_000)
    bomb = gzip.compress(b"[" + b"0," * 20_000_000)

    async def explode(request: Request) -> Response:
        return Response(bomb, headers={"Content-Encoding": "gzip"})

    async with answering(explode) as client:
        with pytest.raises(ProtocolError, match="more data than can be right"):
            await client.get("x")
        with pytest.raises(UnknownOutcomeError):
            await client.request("POST", "x", body={})


async def test_an_answer_that_never_ends_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sdk.http._LARGEST_ANSWER_BYTES", 1_000_000)

    async def flow(request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            while True:
                yield b"0" * 65_536

        return StreamingResponse(pieces())

    async with answering(flow) as client:
        with pytest.raises(ProtocolError, match="more data than can be right"):
            await client.get("x")


async def test_an_answer_that_announces_two_gigabytes_is_refused_before_it_is_read() -> None:
    async def announce(request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"0"

        return StreamingResponse(pieces(), headers={"Content-Length": str(2 * 1024**3)})

    async with answering(announce) as client:
        with pytest.raises(ProtocolError, match="more data than can be right"):
            await client.get("x")


@pytest.mark.parametrize("body", [b"[" * 500_000, b'{"a":' * 200_000, b"[" * 200_000 + b"]" * 200_000])
async def test_endlessly_nested_data_is_no_data(body: bytes) -> None:
    async def nest(request: Request) -> Response:
        return Response(body)

    async with answering(nest) as client:
        answer = await client.get("x")
        with pytest.raises(ProtocolError, match="no data"):
            answer.json()


@pytest.mark.parametrize(
    "address",
    [
        "https://shop.example/?token=canary-secret-0815",
        "https://shop.example/#canary-secret-0815",
        "https://owner:canary-secret-0815@shop.example",
        "canary-secret-0815",
        "https://[canary-secret-0815",
        "http://owner:canary-secret-0815@shop.example/?x=canary-secret-0815",
        "http://shop.example/?x=canary-secret-0815",
        "https://shop.example:canary-secret-0815/",
    ],
)
def test_an_address_with_a_key_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(AddressError) as raised:
        checked_base_url(address)
    error = raised.value
    assert SECRET not in f"{error} {error.detail} {error.suggestion} {error.args}"
    assert SECRET not in "".join(traceback.format_exception(error))
