"""The simulator kit: a vendor's small ASGI program becomes a practice account, a test partner and a demonstration.

A connector's ``simulator.py`` builds the vendor's behaviour as a Starlette application and wraps it in
:class:`Simulator`, which adds on every simulator alike: a journal of exchanges, faults on demand, and the addresses
``/_simulator/summary``, ``/_simulator/journal`` and ``/_simulator/faults`` for looking in from outside.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.sdk.loopback import serve as serve  # noqa: PLC0414 - offered beside what it serves

Json = Any
_JOURNAL_LENGTH = 20_000


class FaultKind(StrEnum):
    STATUS = "status"
    """Answer with this status, headers and body instead of working."""
    DROP_BEFORE = "drop_before"
    """Close the connection without having done anything."""
    DROP_AFTER = "drop_after"
    """Do the work, then close the connection: the answer is lost."""
    CUT = "cut"
    """Send half of the body, then close."""
    SLOW = "slow"
    """Wait ``delay_s`` before every piece of the body."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """Happens ``times`` times to requests whose method and path match; -1 for ever."""

    kind: FaultKind = FaultKind.STATUS
    method: str = ""
    path: str = ""
    """A part of the path; empty matches all."""
    holding: str = ""
    """A part of the request's body, for vendors with one address for everything; empty matches all."""
    times: int = 1
    skip: int = 0
    """Matching requests to leave alone first."""
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    delay_s: float = 0.05

    def matches(self, method: str, path: str, body: bytes = b"") -> bool:
        is_here = (not self.method or method == self.method) and self.path in path
        return is_here and self.holding.encode() in body


@dataclass(frozen=True, slots=True)
class Exchange:
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer: bytes

    @property
    def is_write(self) -> bool:
        """Judged by the method; a simulator of a POST that only reads says so through ``reading_paths`` or, where
        one path serves both, ``is_reading``."""
        return self.method not in {"GET", "HEAD", "OPTIONS"}

    def json(self) -> Json:
        return json.loads(self.body)


class Simulator:
    """``settings`` and ``secrets`` are the credentials it accepts, ready for an account. ``snapshot`` and ``restore``
    carry its state from one start of the program to the next as JSON."""

    def __init__(
        self,
        system: str,
        application: ASGIApp,
        *,
        settings: Mapping[str, Json],
        secrets: Mapping[str, str],
        summary: Callable[[], Mapping[str, Json]],
        snapshot: Callable[[], Json] = dict,
        restore: Callable[[Json], None] = lambda _: None,
        reading_paths: tuple[str, ...] = (),
        is_reading: Callable[[Exchange], bool] = lambda _: False,
        world: object = None,
    ) -> None:
        self.system = system
        self.settings = settings
        self.secrets = secrets
        self.summary = summary
        self.snapshot = snapshot
        self.restore = restore
        self.world = world
        """The vendor's state, for tests that look inside or change it."""
        self.faults: list[Fault] = []
        self.journal: deque[Exchange] = deque(maxlen=_JOURNAL_LENGTH)
        self._application = application
        self._reading_paths = reading_paths
        self._is_reading = is_reading

    @property
    def writes(self) -> list[Exchange]:
        """Exchanges that could change the vendor's state, in order."""
        return [
            each
            for each in self.journal
            if each.is_write
            and not any(each.path.endswith(path) for path in self._reading_paths)
            and not self._is_reading(each)
        ]

    def fail(self, **fault: Any) -> None:
        self.faults.append(Fault(**fault))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].startswith("/_simulator/"):
            await self._inside(scope, receive, send)
            return
        body = await whole_body(receive)
        fault = self._fault_for(scope["method"], scope["path"], body)
        if fault is None or fault.kind is FaultKind.SLOW:
            await self._work(scope, body, _Slow(send, fault.delay_s) if fault else send)
            return
        await self._misbehave(fault, scope, body, send)

    def _fault_for(self, method: str, path: str, body: bytes) -> Fault | None:
        for fault in self.faults:
            if not fault.matches(method, path, body) or fault.times == 0:
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.times -= 1 if fault.times > 0 else 0
            return fault
        return None

    async def _misbehave(self, fault: Fault, scope: Scope, body: bytes, send: Send) -> None:
        if fault.kind is FaultKind.STATUS:
            self._note(scope, body, fault.status, fault.body.encode())
            answer = Response(fault.body, fault.status, dict(fault.headers))
            await answer(scope, body_again(body), send)
        elif fault.kind is FaultKind.CUT:
            cut = _Cut(send)
            await self._work(scope, body, cut)
            raise ConnectionAbortedError
        else:
            if fault.kind is FaultKind.DROP_AFTER:
                await self._work(scope, body, _swallow)
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
            raise ConnectionAbortedError

    async def _work(self, scope: Scope, body: bytes, send: Callable[[Message], Any]) -> None:
        status, pieces = 0, []

        async def listen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                pieces.append(message.get("body", b""))
            await send(message)

        await self._application(scope, body_again(body), listen)
        self._note(scope, body, status, b"".join(pieces))

    def _note(self, scope: Scope, body: bytes, status: int, answer: bytes) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        self.journal.append(Exchange(scope["method"], scope["path"], query, headers, body, status, answer))

    async def _inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["method"], scope["path"].removeprefix("/_simulator/"):
            case "GET", "summary":
                answer: Response = JSONResponse(
                    {**self.summary(), "requests": len(self.journal), "writes": len(self.writes)}
                )
            case "GET", "journal":
                answer = JSONResponse([_exchange_json(each) for each in self.journal])
            case "POST", "faults":
                self.fail(**json.loads(await whole_body(receive)))
                answer = JSONResponse({"faults": len(self.faults)})
            case _:
                answer = Response(status_code=404)
        await answer(scope, receive, send)


def _exchange_json(exchange: Exchange) -> Json:
    return {
        "method": exchange.method,
        "path": exchange.path,
        "query": exchange.query,
        "status": exchange.status,
        "body": exchange.body.decode("utf-8", "replace"),
        "answer": exchange.answer.decode("utf-8", "replace"),
    }


async def whole_body(receive: Receive) -> bytes:
    """What has come when the client breaks off before the end."""
    pieces = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return b"".join(pieces)


def body_again(body: bytes) -> Receive:
    """For the application behind, once the body has been read."""
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    return receive


async def _swallow(_: Message) -> None:
    return


@dataclass(slots=True)
class _Cut:
    send: Send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            message = {**message, "body": body[: max(1, len(body) // 2)], "more_body": True}
        await self.send(message)


@dataclass(slots=True)
class _Slow:
    send: Send
    delay_s: float

    async def __call__(self, message: Message) -> None:
        await asyncio.sleep(self.delay_s)
        await self.send(message)
