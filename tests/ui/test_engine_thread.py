import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from app.core.errors import AppError, StorageError
from app.core.events import Level, LogEvent
from app.core.texts import text, verbatim
from app.sdk.redaction import Redactor
from app.services import Services
from app.services.bus import EventBus
from app.ui.engine_thread import EngineThread


@dataclass
class Bare:
    events: EventBus = field(default_factory=EventBus)
    redact: Redactor = field(default_factory=Redactor)
    is_closed: bool = False


class Workshop:
    """An engine thread around services that do nothing by themselves."""

    def __init__(self) -> None:
        self.services = Bare()
        self.failure: Exception | None = None
        self.engine = EngineThread(self._opened)

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Services]:
        if self.failure is not None:
            raise self.failure
        yield cast("Services", self.services)
        self.services.is_closed = True


@pytest.fixture
def workshop(window_loop: asyncio.AbstractEventLoop, qtbot: QtBot) -> Iterator[Workshop]:
    made = Workshop()
    yield made
    made.engine.stop()
    assert made.engine.join(10)


def start(workshop: Workshop, qtbot: QtBot) -> EngineThread:
    with qtbot.waitSignal(workshop.engine.opened):
        workshop.engine.start()
    return workshop.engine


def finish(qtbot: QtBot, task: "asyncio.Task[object]") -> None:
    qtbot.waitUntil(task.done)


def test_calls_run_on_the_engines_own_thread_and_answer_in_the_windows(workshop: Workshop, qtbot: QtBot) -> None:
    engine = start(workshop, qtbot)

    async def where(_services: object) -> str:
        return threading.current_thread().name

    async def ask() -> tuple[str, str]:
        return await engine.call(where), threading.current_thread().name

    task = asyncio.ensure_future(ask())
    finish(qtbot, task)
    assert task.result() == ("engine", threading.current_thread().name)


def test_a_call_before_the_engine_is_open_waits_for_it(workshop: Workshop, qtbot: QtBot) -> None:
    task = asyncio.ensure_future(workshop.engine.ask(lambda services: services.events))
    workshop.engine.start()
    finish(qtbot, task)
    assert task.result() is workshop.services.events


def test_errors_arrive_as_they_were_raised(workshop: Workshop, qtbot: QtBot) -> None:
    engine = start(workshop, qtbot)

    async def fail(_services: object) -> None:
        raise StorageError(text("The disk is full."))

    task = asyncio.ensure_future(engine.call(fail))
    finish(qtbot, task)
    assert isinstance(task.exception(), StorageError)


def test_cancelling_in_the_window_cancels_the_work_in_the_engine(workshop: Workshop, qtbot: QtBot) -> None:
    engine = start(workshop, qtbot)
    begun, ended = threading.Event(), threading.Event()

    async def work(_services: object) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.ensure_future(engine.call(work))
    qtbot.waitUntil(begun.is_set)
    task.cancel()
    qtbot.waitUntil(ended.is_set)
    finish(qtbot, task)
    assert task.cancelled()


def test_stopping_the_engine_cancels_what_the_window_waits_for(workshop: Workshop, qtbot: QtBot) -> None:
    engine = start(workshop, qtbot)
    begun = threading.Event()

    async def work(_services: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.ensure_future(engine.call(work))
    qtbot.waitUntil(begun.is_set)
    with qtbot.waitSignal(engine.closed):
        engine.stop()
    finish(qtbot, task)
    assert task.cancelled()
    assert workshop.services.is_closed


def test_streamed_items_keep_their_order_and_the_error_comes_last(workshop: Workshop, qtbot: QtBot) -> None:
    engine = start(workshop, qtbot)

    async def numbers(_services: object) -> AsyncIterator[int]:
        for number in range(50):
            yield number
            await asyncio.sleep(0)
        raise StorageError(text("The disk is full."))

    seen: list[int] = []

    async def follow() -> None:
        async for number in engine.stream(numbers):
            seen.append(number)  # noqa: PERF401 - what arrived before the error is the point

    task = asyncio.ensure_future(follow())
    finish(qtbot, task)
    assert seen == list(range(50))
    assert isinstance(task.exception(), StorageError)


def test_leaving_a_stream_ends_its_source(workshop: Workshop, qtbot: QtBot) -> None:
    engine = start(workshop, qtbot)
    ended = threading.Event()

    async def endless(_services: object) -> AsyncIterator[int]:
        try:
            while True:
                yield 1
                await asyncio.sleep(0)
        finally:
            ended.set()

    async def take_one() -> None:
        stream = engine.stream(endless)
        async for _number in stream:
            break
        await stream.aclose()

    finish(qtbot, asyncio.ensure_future(take_one()))
    assert ended.is_set()


def test_events_cross_in_batches_and_in_order(workshop: Workshop, qtbot: QtBot) -> None:
    engine = start(workshop, qtbot)
    batches: list[list[LogEvent]] = []
    engine.events_arrived.connect(batches.append)

    def shout(services: Services) -> None:
        for number in range(500):
            services.events.emit(LogEvent(level=Level.INFO, message=verbatim(str(number))))

    task = asyncio.ensure_future(engine.ask(shout))
    qtbot.waitUntil(lambda: sum(map(len, batches)) == 500)
    assert task.done()
    assert [str(event.message) for batch in batches for event in batch] == [str(number) for number in range(500)]
    assert len(batches) < 10


def test_an_engine_that_cannot_open_says_so_and_ends(workshop: Workshop, qtbot: QtBot) -> None:
    workshop.failure = StorageError(text("Another program uses this folder."))
    errors: list[AppError] = []
    workshop.engine.failed.connect(errors.append)
    task = asyncio.ensure_future(workshop.engine.ask(lambda services: services))
    with qtbot.waitSignal(workshop.engine.closed):
        workshop.engine.start()
    assert [str(error) for error in errors] == ["Another program uses this folder."]
    finish(qtbot, task)
    assert isinstance(task.exception(), StorageError)


def test_an_unknown_fault_at_the_start_becomes_a_sentence(
    workshop: Workshop, qtbot: QtBot, caplog: pytest.LogCaptureFixture, expected_warnings: object
) -> None:
    expected_warnings("the engine ended unexpectedly")  # type: ignore[operator]
    workshop.failure = ZeroDivisionError("secret detail")
    errors: list[AppError] = []
    workshop.engine.failed.connect(errors.append)
    with qtbot.waitSignal(workshop.engine.closed):
        workshop.engine.start()
    assert "unexpected problem" in str(errors[0])
    assert "secret detail" not in str(errors[0])


def test_stopping_before_the_engine_is_open_is_heard(workshop: Workshop, qtbot: QtBot) -> None:
    with qtbot.waitSignal(workshop.engine.closed):
        workshop.engine.start()
        workshop.engine.stop()
    assert workshop.services.is_closed
