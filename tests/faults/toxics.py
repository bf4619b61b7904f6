"""A proxy on loopback that stands between a client and a simulator and does what bad networks and servers do.

It takes requests apart at the level of bytes, so that it can misbehave at every point of an exchange: before the
request goes on, after the work is done, in the middle of the answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Bytes = bytes
_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    raw: Bytes


@dataclass(slots=True)
class Exchange:
    """One request on its way. ``forward`` lets the server do the work and gives its raw answer; ``send`` gives bytes to
    the client; ``reset`` breaks the connection as a router does."""

    request: Request
    forward: Callable[[], Awaitable[Bytes]]
    writer: asyncio.StreamWriter

    async def send(self, data: Bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.writer.transport.abort()


Act = Callable[[Exchange], Awaitable[None]]


class HungUp(Exception):  # noqa: N818 - the end of a connection, not an error
    """The toxic is done with this connection; the client gets nothing more."""


@dataclass(slots=True)
class Toxic:
    """Happens ``times`` times to requests of this method whose target holds ``path``, after leaving ``skip`` alone."""

    act: Act
    method: str = ""
    path: str = ""
    skip: int = 0
    times: int = 1
    hits: int = 0

    def takes(self, request: Request) -> bool:
        if (self.method and request.method != self.method) or self.path not in request.path:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times == 0:
            return False
        self.times -= 1 if self.times > 0 else 0
        self.hits += 1
        return True


# What can happen ------------------------------------------------------------------------------------------------------


def _head(status: int, headers: Mapping[str, str]) -> Bytes:
    lines = [f"HTTP/1.1 {status} -", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answering(status: int, body: str = "", headers: Mapping[str, str] | None = None, *, after: bool = False) -> Act:
    """Another answer in place of the server's: ``after`` it has done its work, or without it."""

    async def act(exchange: Exchange) -> None:
        if after:
            await exchange.forward()
        content = body.encode()
        await exchange.send(_head(status, {"Content-Length": str(len(content)), **(headers or {})}) + content)

    return act


def cutting(*, is_noticed: bool) -> Act:
    """Half an answer. Without a length the end of the connection is the end of the body: nobody notices the cut."""

    async def act(exchange: Exchange) -> None:
        status, body = _taken_apart(await exchange.forward())
        half = body[: len(body) // 2]
        length = {"Content-Length": str(len(body))} if is_noticed else {"Connection": "close"}
        await exchange.send(_head(status, length) + half)
        raise HungUp

    return act


def spoiling() -> Act:
    """An answer that says it is compressed, and is not."""

    async def act(exchange: Exchange) -> None:
        status, body = _taken_apart(await exchange.forward())
        headers = {"Content-Length": str(len(body)), "Content-Encoding": "gzip"}
        await exchange.send(_head(status, headers) + body)

    return act


def dripping(pause_s: float) -> Act:
    """The answer comes byte by byte; every single pause is shorter than any time-out."""

    async def act(exchange: Exchange) -> None:
        for byte in await exchange.forward():
            await exchange.send(bytes([byte]))
            await asyncio.sleep(pause_s)

    return act


def resetting(*, after: bool) -> Act:
    async def act(exchange: Exchange) -> None:
        if after:
            await exchange.forward()
        exchange.reset()
        raise HungUp

    return act


def swallowing(*, after: bool) -> Act:
    """A black hole: the connection stands, and nothing ever comes."""

    async def act(exchange: Exchange) -> None:
        if after:
            await exchange.forward()
        await asyncio.Event().wait()

    return act


def first(event: Callable[[], object], then: Act | None = None) -> Act:
    """Something happens in the world at this very request, which goes on afterwards."""

    async def act(exchange: Exchange) -> None:
        event()
        if then is None:
            await exchange.send(await exchange.forward())
        else:
            await then(exchange)

    return act


# The proxy ------------------------------------------------------------------------------------------------------------


@dataclass
class Proxy:
    """``address`` stays the same whatever happens to the network behind it."""

    upstream: str
    toxics: list[Toxic] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    address: str = ""
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _port: int = 0

    def add(self, act: Act, **where: object) -> Toxic:
        toxic = Toxic(act, **where)  # type: ignore[arg-type]
        self.toxics.append(toxic)
        return toxic

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"

    async def vanish(self) -> None:
        """Every connection is reset and new ones are refused, until ``start``."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.reset_all()

    def reset_all(self) -> None:
        for writer in tuple(self._writers):
            sock = writer.get_extra_info("socket")
            if sock is not None and sock.fileno() >= 0:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        link = _Upstream(self.upstream)
        try:
            with contextlib.suppress(HungUp, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while True:
                    await self._exchange(await _read_request(reader), link, writer)
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            link.close()
            writer.close()

    async def _exchange(self, request: Request, link: _Upstream, writer: asyncio.StreamWriter) -> None:
        self.requests.append(request)
        exchange = Exchange(request, lambda: link.ask(request), writer)
        toxic = next((each for each in self.toxics if each.takes(request)), None)
        if toxic is None:
            await exchange.send(await exchange.forward())
        else:
            await toxic.act(exchange)


class _Upstream:
    """One connection to the simulator, made when it is needed."""

    def __init__(self, address: str) -> None:
        self._port = urlsplit(address).port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, request: Request) -> Bytes:
        if self._writer is None or self._reader is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(request.raw)
        await self._writer.drain()
        return await _read_message(self._reader)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


async def _read_request(reader: asyncio.StreamReader) -> Request:
    raw = await _read_message(reader)
    method, path, _ = raw.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
    return Request(method, path, raw)


async def _read_message(reader: asyncio.StreamReader) -> Bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    headers = head.lower().split(b"\r\n")
    length = next((int(line[15:]) for line in headers if line.startswith(b"content-length:")), 0)
    if b"transfer-encoding: chunked" in headers:
        return head + await _chunks(reader)
    return head + (await reader.readexactly(length) if length else b"")


async def _chunks(reader: asyncio.StreamReader) -> Bytes:
    pieces = []
    while True:
        line = await reader.readuntil(b"\r\n")
        pieces.append(line + await reader.readexactly(int(line, 16) + 2))
        if int(line, 16) == 0:
            return b"".join(pieces)


def _taken_apart(raw: Bytes) -> tuple[int, Bytes]:
    head, _, body = raw.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), body


@contextlib.asynccontextmanager
async def between(upstream: str) -> AsyncIterator[Proxy]:
    proxy = Proxy(upstream)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.close()
