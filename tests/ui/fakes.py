"""Services that live in memory, with the real values (manifests, views, events) around them.

Pages are shown these in place of the engine: `FakeEngine.call` runs on the window's own loop.
"""

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.core.errors import AppError
from app.core.events import Event
from app.ui.context import Context
from app.ui.tasks import Tasks
from app.ui.theme import ThemeChoice
from tests.ui.fake_services import FakeServices


class FakeEngine(QObject):
    """Calls fail with `failure` while it is set."""

    events_arrived = Signal(list)

    def __init__(self, services: FakeServices | None = None) -> None:
        super().__init__()
        self.services = services or FakeServices()
        self.failure: AppError | None = None
        self.services.events.subscribe(lambda event: self.events_arrived.emit([event]))

    async def call(self, make: Callable[[Any], Any]) -> Any:
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        return await make(self.services)

    async def ask(self, make: Callable[[Any], Any]) -> Any:
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        answer = make(self.services)
        assert not inspect.isawaitable(answer), "this service is asynchronous: use call()"
        return answer

    async def stream(self, make: Callable[[Any], AsyncIterator[Any]]) -> AsyncGenerator[Any, None]:
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        items = make(self.services)
        try:
            async for item in items:
                yield item
        finally:
            if isinstance(items, AsyncGenerator):
                await items.aclose()

    def tell(self, *events: Event) -> None:
        self.events_arrived.emit(list(events))


@dataclass
class FakeNavigator:
    visits: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)

    def push(self, name: str, **args: object) -> None:
        self.visits.append(("push", name, args))

    def replace(self, name: str, **args: object) -> None:
        self.visits.append(("replace", name, args))

    def back(self) -> None:
        self.visits.append(("back", "", {}))

    def open_section(self, section: str, **args: object) -> None:
        self.visits.append(("section", section, args))

    @property
    def last(self) -> tuple[str, dict[str, object]]:
        """The page that was opened last, and with what."""
        _way, name, args = self.visits[-1]
        return name, args


@dataclass
class FakeNotices:
    toasts: list[str] = field(default_factory=list)
    errors: list[AppError] = field(default_factory=list)
    actions: list[Callable[[], None]] = field(default_factory=list)

    def toast(self, words: object, *, action_words: object = "", on_action: Callable[[], None] | None = None) -> None:
        self.toasts.append(str(words))
        if on_action is not None:
            self.actions.append(on_action)

    def show_error(self, error: AppError) -> None:
        self.errors.append(error)


@dataclass
class FakeAppearance:
    language: str = "en"
    theme: ThemeChoice = ThemeChoice.LIGHT

    def use_language(self, language: str) -> None:
        self.language = language

    def use_theme(self, choice: ThemeChoice) -> None:
        self.theme = choice


@dataclass
class FakeState:
    texts: dict[str, str] = field(default_factory=dict)

    def get(self, key: str) -> str | None:
        return self.texts.get(key)

    def set(self, key: str, value: str) -> None:
        self.texts[key] = value


@dataclass
class FakeWindow:
    context: Context
    engine: FakeEngine
    navigator: FakeNavigator
    notices: FakeNotices
    appearance: FakeAppearance
    state: FakeState

    host: QStackedWidget

    @property
    def services(self) -> FakeServices:
        return self.engine.services

    def show(self, page: QWidget, width: int = 1080, height: int = 800) -> None:
        """As in the program, Qt owns the page: a lambda that outlives a test must not be what keeps it alive."""
        self.host.addWidget(page)
        self.host.setCurrentWidget(page)
        self.host.resize(width, height)
        self.host.show()


def fake_context(engine: FakeEngine) -> FakeWindow:
    navigator, notices, appearance, state = FakeNavigator(), FakeNotices(), FakeAppearance(), FakeState()
    tasks = Tasks()
    tasks.failed.connect(notices.show_error)
    context = Context(
        engine=engine,
        tasks=tasks,
        navigator=navigator,
        notices=notices,
        appearance=appearance,
        window_state=state,
    )
    return FakeWindow(context, engine, navigator, notices, appearance, state, QStackedWidget())
