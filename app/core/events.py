"""What a run tells while it works: plain values, so that they can cross threads and processes.

Messages are lazy texts; personal data is masked and secrets are removed before an event is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum, StrEnum

from app.core.outcomes import Balance, Outcome
from app.core.records import Kind
from app.core.texts import Text


class Level(IntEnum):
    DEBUG = 10
    INFO = 20
    OK = 25
    WARNING = 30
    ERROR = 40


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """One line of the live log. ``facts`` are shown on click: record, field, the target's words, the next step."""

    level: Level
    message: Text
    at: datetime = field(default_factory=now)
    account: str = ""
    integration: str = ""
    run_id: str = ""
    kind: Kind | None = None
    key: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvent:
    """One exchange with a vendor, secrets already removed by value. Sizes in bytes; ``status`` 0 without an answer."""

    method: str
    url: str
    status: int
    duration_ms: float
    sent_bytes: int
    received_bytes: int
    at: datetime = field(default_factory=now)
    account: str = ""
    attempt: int = 1
    error: str = ""


class StageState(StrEnum):
    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    NOT_TRIED = "not_tried"
    NOTE = "note"
    """Passed, with something to know: "writing not proven"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEvent:
    """One stage of a connection test."""

    name: str
    title: Text
    state: StageState
    message: Text = Text("")
    remedy: Text = Text("")
    field: str | None = None
    suggestion: str | None = None
    """An address to use instead, for a button."""


class RunMode(StrEnum):
    PREVIEW = "preview"
    TRIAL = "trial"
    HISTORICAL = "historical"
    CHANGES = "changes"
    RETRY = "retry"
    UNDO = "undo"
    """Removes what an earlier run created."""


class RunState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    """The person paused it, or must act first; it continues where it stopped."""
    WAITING = "waiting"
    """It tries again by itself."""
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The program ended while it ran; it can be continued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressEvent:
    """At least every two seconds while a run works. ``total`` is None where the source cannot count."""

    run_id: str
    integration: str
    kind: Kind | None
    done: int
    total: int | None
    per_second: float
    seconds_left: float | None
    balance: Balance
    current_key: str = ""
    waiting_for: Text = Text("")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEvent:
    """One record was settled, for the lists of failed and skipped records."""

    run_id: str
    kind: Kind
    key: str
    outcome: Outcome
    reason: str = ""
    where: str = ""
    message: str = ""
    """The target's own words."""
    label: str = ""
    """Masked e-mail address and total, for the eye."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStateEvent:
    run_id: str
    integration: str
    mode: RunMode
    state: RunState
    message: Text = Text("")
    remedy: Text = Text("")
    account: str = ""
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryEvent:
    run_id: str
    integration: str
    balance: Balance
    is_finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErasedEvent:
    """Somebody was erased from this computer: whoever keeps lines of the log in memory forgets them."""

    at: datetime = field(default_factory=now)


Event = (
    LogEvent
    | RequestEvent
    | StageEvent
    | ProgressEvent
    | RecordEvent
    | RunStateEvent
    | SummaryEvent
    | PersonErasedEvent
)
Emit = Callable[[Event], None]


def discard(_: Event) -> None:
    """Where nobody listens."""
