"""Web servers of the program's own: on loopback only, for simulators and for the receiver."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp

from app.core.errors import StorageError
from app.core.texts import text


class _Server(uvicorn.Server):
    """Leaves the signals of the process alone: the program's own handlers stay in force."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serve(application: ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """Serve on loopback while the context lasts; gives the address. Port 0 takes a free one.

    Raises StorageError where the port is taken.
    """
    listener = _listener(port)
    config = uvicorn.Config(
        application, log_level="critical", lifespan="off", access_log=False, timeout_graceful_shutdown=1, ws="none"
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not running.done():  # noqa: ASYNC110 - uvicorn offers a flag, no event
            await asyncio.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listener.close()


def _listener(port: int) -> socket.socket:
    # The protocol is named because asyncio sends without delay (TCP_NODELAY) only on sockets that name it.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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
