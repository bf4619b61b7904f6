"""Web servers of the program's own: on loopback only, for simulators and for the receiver."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.core.errors import StorageError
from app.core.texts import text

_FIRST_WORD_S = 10.0
_MOST_CONNECTIONS = 64
_TICK_S, _TICKS_A_DAY = 0.1, 864_000
_LOOK_S = 0.005


class _Guarded(H11Protocol):
    """Hangs up on whoever connects and does not say within some seconds what they want."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._timer = self.loop.call_later(_FIRST_WORD_S, self._hang_up)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def _hang_up(self) -> None:
        if getattr(self, "cycle", None) is None and not self.transport.is_closing():
            self.transport.close()


class _Server(uvicorn.Server):
    """Leaves the signals of the process alone: the program's own handlers stay in force. Ends when it is told, not with
    the next of the library's ticks: an account that is practised with is opened and closed many times."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._is_told = asyncio.Event()

    def end(self) -> None:
        self.should_exit = True
        self._is_told.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter):  # every tenth renews the date that answers carry
            counter = (counter + 1) % _TICKS_A_DAY
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK_S):
                    await self._is_told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for sock in sockets or []:
            sock.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                await self._quiet()
        for task in self.server_state.tasks:
            task.cancel()

    async def _quiet(self) -> None:
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - the library has no event
            await asyncio.sleep(_LOOK_S)
        for server in self.servers:
            await server.wait_closed()


@contextlib.asynccontextmanager
async def serve(application: ASGIApp, port: int = 0, *, is_guarded: bool = False) -> AsyncIterator[str]:
    """Serve on loopback while the context lasts; gives the address. Port 0 takes a free one. ``is_guarded`` is for
    what strangers may reach through a tunnel: few connections at once, and none that says nothing.

    Raises StorageError where the port is taken.
    """
    listener = _listener(port)
    config = uvicorn.Config(
        application,
        log_level="critical",
        lifespan="off",
        access_log=False,
        timeout_graceful_shutdown=1,
        ws="none",
        http=_Guarded if is_guarded else "auto",
        limit_concurrency=_MOST_CONNECTIONS if is_guarded else None,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not running.done():  # noqa: ASYNC110 - uvicorn offers a flag, no event
            await asyncio.sleep(_LOOK_S)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.end()
        await running
        listener.close()


def _listener(port: int) -> socket.socket:
    # The protocol is named because asyncio sends without delay (TCP_NODELAY) only on sockets that name it.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform == "win32":  # there SO_REUSEADDR would let another program listen on the same port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise StorageError(
            text("Port {port} is taken by another program.", port=port),
            remedy=text("Choose another port."),
            detail=str(error),
        ) from error
    return listener
