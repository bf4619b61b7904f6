"""How the one HTTP client behaves, over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
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
