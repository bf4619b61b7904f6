"""Events from runs, checks and requests to whoever listens: window, command line, log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.core.events import Emit, Event, LogEvent, RecordEvent, RunStateEvent, StageEvent
from app.sdk.redaction import Redact, clean_text


class EventBus:
    """Callbacks run at once, on the loop that publishes; they must neither block nor raise.

    A connector may quote a vendor who repeats the key in an answer of 200: ``redact`` looks at all words once more.
    Requests are told without secrets from the beginning.
    """

    def __init__(self, redact: Redact = str) -> None:
        self._listeners: list[Emit] = []
        self._redact = redact

    def subscribe(self, callback: Emit) -> Callable[[], None]:
        """Returns the function that ends the subscription; calling it twice is harmless."""
        self._listeners.append(callback)

        def unsubscribe() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return unsubscribe

    def emit(self, event: Event) -> None:
        event = self._clean(event)
        for listener in tuple(self._listeners):
            listener(event)

    def _clean(self, event: Event) -> Event:
        redact = self._redact
        match event:
            case LogEvent(message=message, facts=facts):
                clean = {name: redact(str(value)) for name, value in facts.items()}
                return replace(event, message=clean_text(message, redact), key=redact(event.key), facts=clean)
            case RecordEvent(message=words):
                return replace(event, message=redact(words), key=redact(event.key))
            case RunStateEvent(message=message, remedy=remedy):
                return replace(event, message=clean_text(message, redact), remedy=clean_text(remedy, redact))
            case StageEvent():
                return clean_stage(event, redact)
            case _:
                return event


def clean_stage(stage: StageEvent, redact: Redact) -> StageEvent:
    return replace(
        stage,
        message=clean_text(stage.message, redact),
        remedy=clean_text(stage.remedy, redact),
        suggestion=redact(stage.suggestion) if stage.suggestion else stage.suggestion,
    )
