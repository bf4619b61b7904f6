"""Events from runs, checks and requests to whoever listens: window, command line, log."""

from __future__ import annotations

from collections.abc import Callable

from app.core.events import Emit, Event


class EventBus:
    """Callbacks run at once, on the loop that publishes; they must neither block nor raise."""

    def __init__(self) -> None:
        self._listeners: list[Emit] = []

    def subscribe(self, callback: Emit) -> Callable[[], None]:
        """Returns the function that ends the subscription; calling it twice is harmless."""
        self._listeners.append(callback)

        def unsubscribe() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return unsubscribe

    def emit(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)
