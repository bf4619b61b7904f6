"""The engine's own thread, and the only place where asyncio's world and Qt's meet.

The engine runs a plain asyncio loop. The window awaits its results on its own loop; events come over in batches.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance, Slot

from app.core.errors import AppError
from app.core.events import Event
from app.core.texts import text
from app.sdk.redaction import without_secrets

if TYPE_CHECKING:
    from app.services import Services

_BATCH_S = 0.1
_LAST_STEPS_S = 5.0
"""Between telling ``closed`` and the thread's end lies nothing but its last return."""
_LOG = logging.getLogger(__name__)

Result = TypeVar("Result")
Call = Callable[["Services"], Coroutine[Any, Any, Result]]
Opening = Callable[[], AbstractAsyncContextManager["Services"]]


class Engine(Protocol):
    """What a page asks of the engine. Both ways raise AppError; cancelling either side cancels the other."""

    @property
    def events_arrived(self) -> SignalInstance:
        """Carries a list of events, at most every 100 ms."""
        ...

    async def call(self, make: Call[Result]) -> Result:
        """Run the coroutine ``make(services)`` on the engine's loop and wait for it here."""
        ...

    async def ask(self, make: Callable[[Services], Result]) -> Result:
        """The same for what the services answer at once."""
        ...

    def stream(self, make: Callable[[Services], AsyncIterator[Result]]) -> AsyncGenerator[Result, None]:
        """Walk ``make(services)`` on the engine's loop and bring its items here; closing it ends the work there."""
        ...


class EngineThread(QObject):
    """``open_services`` is called on the thread itself, so that what it imports never holds up the window.

    After ``start`` either ``opened`` or ``failed`` follows (with an AppError), at the end ``closed``. All signals
    are emitted in the window's thread.
    """

    opened = Signal()
    failed = Signal(object)
    closed = Signal()
    events_arrived = Signal(list)
    _crossed = Signal(object)

    def __init__(self, open_services: Opening, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open_services = open_services
        self._opening: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._is_stop_wanted = False
        self._services: Services | None = None
        self._calls: set[asyncio.Task[Any]] = set()
        self._waiting: list[Event] = []
        self._crossed.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        self._thread.start()

    def start_again(self, open_services: Opening) -> None:
        """After ``closed`` has followed ``failed``: one more attempt, with another opening."""
        self.join(_LAST_STEPS_S)
        self._open_services = open_services
        self._opening = Future()
        self._loop = self._stopping = self._services = None
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the engine to end; running calls are cancelled, open runs come to rest. Returns at once."""
        self._is_stop_wanted = True
        if self._loop is not None and self._stopping is not None:
            with suppress(RuntimeError):  # the loop has ended by itself meanwhile
                self._loop.call_soon_threadsafe(self._stopping.set)

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread's end without a window's loop, for the very last moment of the program."""
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    # In the window's thread --------------------------------------------------------------------------------------

    async def call(self, make: Call[Result]) -> Result:
        await asyncio.shield(asyncio.wrap_future(self._opening))
        if self._loop is None or self._services is None or self._is_stop_wanted:
            raise asyncio.CancelledError
        coroutine = self._invoke(make, self._services)
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except RuntimeError:  # the loop closed between the check and the call
            coroutine.close()
            raise asyncio.CancelledError from None
        return await asyncio.wrap_future(future)

    async def ask(self, make: Callable[[Services], Result]) -> Result:
        async def answer(services: Services) -> Result:
            return make(services)

        return await self.call(answer)

    async def stream(self, make: Callable[[Services], AsyncIterator[Result]]) -> AsyncGenerator[Result, None]:
        window = asyncio.get_running_loop()
        arrived: deque[Result] = deque()
        news = asyncio.Event()

        def tell() -> None:
            with suppress(RuntimeError):  # the window's loop is gone: nobody is left to be told
                window.call_soon_threadsafe(news.set)

        async def pump(services: Services) -> None:
            items = make(services)
            try:
                async for item in items:
                    arrived.append(item)
                    tell()
            finally:
                if isinstance(items, AsyncGenerator):
                    await items.aclose()

        work = asyncio.ensure_future(self.call(pump))
        work.add_done_callback(lambda _task: news.set())
        try:
            while True:
                await news.wait()
                is_done = work.done()
                news.clear()
                while arrived:
                    yield arrived.popleft()
                if is_done:
                    break
            await work
        finally:
            if not work.done():
                work.cancel()
                with suppress(asyncio.CancelledError):
                    await work

    @Slot(object)
    def _deliver(self, news: object) -> None:
        if isinstance(news, list):
            self.events_arrived.emit(news)
        elif isinstance(news, AppError):
            self.failed.emit(news)
        elif news == "opened":
            self.opened.emit()
        else:
            self.closed.emit()

    # In the engine's thread --------------------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._tell("closed")

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        if self._is_stop_wanted:  # asked before the loop was there to hear it
            self._stopping.set()
        try:
            async with self._open_services() as services:
                unsubscribe = services.events.subscribe(self._collect)
                self._services = services
                self._opening.set_result(None)
                self._tell("opened")
                await self._stopping.wait()
                await self._end_calls()
            unsubscribe()
            self._flush()
        except AppError as error:
            self._fail(error)
        except Exception:  # noqa: BLE001
            # The last line of defence of this thread: without it the window would wait for ever.
            _LOG.exception("the engine ended unexpectedly")
            self._fail(
                AppError(
                    text("The program met an unexpected problem and cannot go on."),
                    remedy=text("Start it again. If it happens again, send the log to whoever supports you."),
                )
            )

    def _fail(self, error: AppError) -> None:
        if not self._opening.done():
            self._opening.set_exception(error)
        self._tell(error)

    async def _invoke(self, make: Call[Result], services: Services) -> Result:
        task = asyncio.current_task()
        if task is None:
            raise asyncio.CancelledError
        self._calls.add(task)
        try:
            return await make(services)
        except AppError as error:  # shown as it is, and a connector may have quoted a vendor who repeats the key
            without_secrets(error, services.redact)
            raise
        finally:
            self._calls.discard(task)

    async def _end_calls(self) -> None:
        calls = tuple(self._calls)
        for task in calls:
            task.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    def _collect(self, event: Event) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_later(_BATCH_S, self._flush)
        self._waiting.append(event)

    def _flush(self) -> None:
        if self._waiting:
            batch, self._waiting = self._waiting, []
            self._tell(batch)

    def _tell(self, news: object) -> None:
        with suppress(RuntimeError):  # Qt has deleted this object: the program is ending
            self._crossed.emit(news)
