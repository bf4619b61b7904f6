"""A vendor whose sign-in is a token of the same interface: fetched once, renewed when it is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.core.errors import SignInError
from app.core.events import Event, RequestEvent
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace
from app.sdk.simulator import Simulator, serve


@dataclass
class Vendor:
    """Accepts the token that it has given last."""

    given: int = 0
    refuses_all: bool = False
    bodies: list[bytes] = field(default_factory=list)

    async def token(self, _: Request) -> Response:
        self.given += 1
        return JSONResponse({"token": f"a-token-number-{self.given}"})

    async def work(self, request: Request) -> Response:
        if self.refuses_all or request.headers.get("x-token") != f"a-token-number-{self.given}":
            return JSONResponse({"said": request.headers.get("x-token")}, 401)
        self.bodies.append(await request.body())
        return JSONResponse({"ok": True})


@dataclass
class Tokens:
    held: str = ""

    async def headers(self, http: HttpClient) -> Mapping[str, str]:
        if not self.held:
            self.held = (await http.request("POST", "token", is_sign_in=True)).json()["token"]
            http.conceal(self.held)
        return {"x-token": self.held}

    def refused(self, headers: Mapping[str, str]) -> bool:
        if headers["x-token"] == self.held:
            self.held = ""
        return True


@asynccontextmanager
async def client(
    vendor: Vendor, *, read_only: bool = False, events: list[Event] | None = None
) -> AsyncIterator[HttpClient]:
    routes = [Route("/token", vendor.token, methods=["POST"]), Route("/work", vendor.work, methods=["GET", "POST"])]
    simulator = Simulator("echo", Starlette(routes=routes), settings={}, secrets={}, summary=dict)
    heard = [] if events is None else events
    async with (
        serve(simulator) as address,
        HttpClient(
            address,
            pace=Pace(per_second=1000),
            options=HttpOptions(session=Tokens(), backoff_s=0.001),
            read_only=read_only,
            emit=heard.append,
        ) as http,
    ):
        yield http


async def test_the_token_is_fetched_once_and_used_again() -> None:
    vendor = Vendor()
    async with client(vendor) as http:
        await http.get("work")
        await http.get("work")
    assert vendor.given == 1


async def test_a_refused_token_is_renewed_and_the_write_sent_exactly_once() -> None:
    vendor = Vendor()
    async with client(vendor) as http:
        await http.get("work")
        vendor.given = 7
        await http.request("POST", "work", body={"a": 1})
    assert vendor.given == 8
    assert vendor.bodies == [b"", b'{"a":1}']


async def test_a_refusal_of_the_new_token_ends_it() -> None:
    vendor = Vendor(refuses_all=True)
    async with client(vendor) as http:
        with pytest.raises(SignInError) as caught:
            await http.get("work")
    assert vendor.given == 2
    assert "a-token-number" not in caught.value.detail


async def test_a_preview_may_sign_in() -> None:
    vendor = Vendor()
    async with client(vendor, read_only=True) as http:
        await http.get("work")
    assert vendor.given == 1


async def test_every_try_is_an_event_without_the_token() -> None:
    vendor, events = Vendor(), list[Event]()
    async with client(vendor, events=events) as http:
        await http.get("work")
    requests = [each for each in events if isinstance(each, RequestEvent)]
    assert [each.method for each in requests] == ["POST", "GET"]
    assert "a-token" not in repr(requests)
