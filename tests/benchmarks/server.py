"""The shop and the target that benchmarks talk to: `python -m tests.benchmarks.server`, a process of its own.

HTTP/1.1 by hand on an asyncio protocol, with pages rendered before they are asked for, because an application server
would be slower than the clients it serves. Prints its address as one JSON line and serves until its input ends.

::

    GET  /orders?page=N          a page of 250 orders of 2.3 kB
    POST /orders                 one record
    POST /batch                  many records
    POST /lookup                 what the target has: nothing
    POST /control                a new Behaviour; forgets what was counted
    GET  /stats                  what was counted, and the CPU seconds spent since
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket
import sys
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from tests.benchmarks.sample_orders import PAGE_SIZE, render_page

_KEY = re.compile(rb'"key":"(\d+)"')
_LENGTH = re.compile(rb"\r\n[cC]ontent-[lL]ength: *(\d+)")
_REASONS = {200: "OK", 201: "Created", 404: "Not Found", 429: "Too Many Requests"}


@dataclass
class Behaviour:
    """How the server answers. Times in seconds; rate limits count writes alone."""

    orders: int = 10_000
    latency_s: float = 0.0
    jitter_s: float = 0.0
    """Added to half the latency on the way there, evenly distributed from 0: the limit sees requests that much off."""
    bucket_per_s: float = 0.0
    bucket_size: float = 1.0
    window_s: float = 0.0
    window_requests: int = 0
    retry_after_s: float = 1.0
    refuse_at: int = 0
    """The number of the write that is refused although it is within the limit; 0 refuses none."""


class Limits:
    """Says whether a write is within the limits of a behaviour."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._tokens = behaviour.bucket_size
        self._filled_at = time.monotonic()
        self._window = -1
        self._used = 0
        self._writes = 0
        self._closed_until = 0.0

    def permits(self) -> bool:
        now = time.monotonic()
        self._writes += 1
        if self._writes == self._behaviour.refuse_at:
            self._closed_until = now + self._behaviour.retry_after_s
        return now >= self._closed_until and self._has_token(now) and self._fits_window(now)

    def _has_token(self, now: float) -> bool:
        rate = self._behaviour.bucket_per_s
        if not rate:
            return True
        self._tokens = min(self._behaviour.bucket_size, self._tokens + (now - self._filled_at) * rate)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _fits_window(self, now: float) -> bool:
        if not self._behaviour.window_s:
            return True
        window = int(now / self._behaviour.window_s)
        if window != self._window:
            self._window, self._used = window, 0
        self._used += 1
        return self._used <= self._behaviour.window_requests


@dataclass
class Counts:
    requests: int = 0
    reads: int = 0
    writes: int = 0
    lookups: int = 0
    refused: int = 0
    records: int = 0
    repeated: int = 0
    """Records that arrived more than once."""
    first_read_at: float = 0.0
    first_write_at: float = 0.0
    last_write_at: float = 0.0
    """Seconds of this process's monotonic clock."""


class Desk:
    """What all connections share."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.set_behaviour(behaviour)

    def set_behaviour(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.counts = Counts()
        self.keys: set[bytes] = set()
        self.limits = Limits(behaviour)
        self._cpu_before = time.process_time()

    def answer(self, method: bytes, target: str, body: bytes) -> bytes:
        path = target.partition("?")[0]
        match method, path:
            case b"GET", "/orders":
                return self._page(target)
            case b"POST", "/orders" | "/batch":
                return self._write(body, 201 if path == "/orders" else 200)
            case b"POST", "/lookup":
                self.counts.lookups += 1
                return reply(200, b'{"found":{}}')
            case b"POST", "/control":
                self.set_behaviour(Behaviour(**json.loads(body)))
                return reply(200, b"{}")
            case b"GET", "/stats":
                return reply(200, json.dumps(self._stats()).encode())
            case _:
                return reply(404, b'{"message":"no such place"}')

    def _page(self, target: str) -> bytes:
        self.counts.reads += 1
        self.counts.first_read_at = self.counts.first_read_at or time.monotonic()
        query = parse_qs(urlsplit(target).query)
        first = int(query["page"][0]) * PAGE_SIZE
        return rendered(first, max(0, min(PAGE_SIZE, self.behaviour.orders - first)))

    def _write(self, body: bytes, status: int) -> bytes:
        counts = self.counts
        counts.writes += 1
        counts.last_write_at = time.monotonic()
        counts.first_write_at = counts.first_write_at or counts.last_write_at
        if not self.limits.permits():
            counts.refused += 1
            wait = f"Retry-After: {self.behaviour.retry_after_s:g}\r\n"
            return reply(429, b'{"message":"slow down"}', wait)
        keys = _KEY.findall(body)
        before = len(self.keys)
        self.keys.update(keys)
        counts.records += len(keys)
        counts.repeated += len(keys) - (len(self.keys) - before)
        if len(keys) == 1:
            return reply(status, b'{"id":"t' + keys[0] + b'"}')
        return reply(status, b'{"ids":["t' + b'","t'.join(keys) + b'"]}')

    def _stats(self) -> Mapping[str, object]:
        return {**asdict(self.counts), "cpu_s": time.process_time() - self._cpu_before}


@lru_cache(maxsize=120)
def rendered(first: int, count: int) -> bytes:
    return reply(200, render_page(first, count))


def reply(status: int, body: bytes, headers: str = "") -> bytes:
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n{headers}\r\n"
    )
    return head.encode() + body


class Connection(asyncio.Protocol):
    """Requests of one connection, one after another, as HTTP/1.1 clients without pipelining send them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self._timers: deque[asyncio.TimerHandle] = deque(maxlen=4)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        for timer in self._timers:
            timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        if len(rest) < size:
            return
        self._received = rest[size:]
        method, target, _ = head[: head.index(b"\r\n")].split(b" ", 2)
        self._take(method, target.decode("ascii"), rest[:size])

    def _take(self, method: bytes, target: str, body: bytes) -> None:
        behaviour = self._desk.behaviour
        if target in {"/control", "/stats"} or not (behaviour.latency_s or behaviour.jitter_s):
            self._desk.counts.requests += target not in {"/control", "/stats"}
            self._say(self._desk.answer(method, target, body))
            return
        self._desk.counts.requests += 1
        half = behaviour.latency_s / 2

        def arrive() -> None:
            self._later(half, self._say, self._desk.answer(method, target, body))

        self._later(half + random.uniform(0, behaviour.jitter_s), arrive)

    def _later(self, seconds: float, work: object, *arguments: object) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(seconds, work, *arguments))  # type: ignore[arg-type]

    def _say(self, answer: bytes) -> None:
        if self._transport is not None:
            self._transport.write(answer)


async def serve(orders: int) -> None:
    desk = Desk(Behaviour(orders=orders))
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(desk), "127.0.0.1", 0, family=socket.AF_INET
    )
    async with server:
        host, port = server.sockets[0].getsockname()
        sys.stdout.write(json.dumps({"address": f"http://{host}:{port}"}) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


BEHAVIOUR_NAMES = tuple(each.name for each in fields(Behaviour))

if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
