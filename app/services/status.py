"""How an integration stands, and what its person would do next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.core.configuration import Integration
from app.core.events import RunMode, RunState
from app.core.ledger import RunRecord
from app.core.outcomes import Balance
from app.core.texts import Text, text


class Status(StrEnum):
    DRAFT = "draft"
    READY = "ready"
    """Set up, and nothing sent yet."""
    RUNNING = "running"
    UP_TO_DATE = "up_to_date"
    NEEDS_ATTENTION = "needs_attention"
    PAUSED = "paused"
    """A run waits to be continued."""
    INACTIVE = "inactive"


STATUS_NAMES = {
    Status.DRAFT: text("Draft"),
    Status.READY: text("Ready"),
    Status.RUNNING: text("Running"),
    Status.UP_TO_DATE: text("Up to date"),
    Status.NEEDS_ATTENTION: text("Needs attention"),
    Status.PAUSED: text("Paused"),
    Status.INACTIVE: text("Inactive"),
}


class Action(StrEnum):
    FINISH_SETUP = "finish_setup"
    ACTIVATE = "activate"
    CHECK = "check"
    FIX = "fix"
    CONTINUE = "continue"
    OPEN_RUN = "open_run"
    PREVIEW = "preview"
    START_IMPORT = "start_import"
    SYNC = "sync"


_LABELS = {
    Action.FINISH_SETUP: text("Finish setting up"),
    Action.ACTIVATE: text("Activate"),
    Action.CHECK: text("Test the connection"),
    Action.FIX: text("See what to do"),
    Action.CONTINUE: text("Continue"),
    Action.OPEN_RUN: text("Open the run"),
    Action.PREVIEW: text("Preview"),
    Action.START_IMPORT: text("Start the import"),
    Action.SYNC: text("Sync changes"),
}


@dataclass(frozen=True, slots=True)
class NextStep:
    action: Action
    text: Text


def next_step(action: Action) -> NextStep:
    return NextStep(action, _LABELS[action])


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    record: RunRecord
    balance: Balance
    title: str
    """Of the integration."""
    is_active: bool = False
    """Works at this moment in this program."""

    @property
    def run_id(self) -> str:
        return self.record.id

    @property
    def state(self) -> RunState:
        return self.record.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of an integration's runs and accounts."""

    is_running: bool = False
    last_run: RunView | None = None
    has_imported: bool = False
    has_open_issues: bool = False
    is_checked: bool = False
    has_failed_check: bool = False
    has_missing_secret: bool = False


def status_of(integration: Integration, standing: Standing) -> tuple[Status, NextStep]:
    """Pure: what the card shows, and its one button."""
    last = standing.last_run
    is_continuable = last is not None and last.state in _CONTINUABLE and last.record.mode in _MODES_THAT_CONTINUE
    must_act = is_continuable and last is not None and last.state is RunState.PAUSED and bool(last.record.message)
    has_failed = last is not None and last.state is RunState.FAILED
    first_that_holds: tuple[tuple[bool, Status, Action], ...] = (
        (integration.is_draft, Status.DRAFT, Action.FINISH_SETUP),
        (standing.is_running, Status.RUNNING, Action.OPEN_RUN),
        (not integration.is_active, Status.INACTIVE, Action.ACTIVATE),
        (standing.has_missing_secret or standing.has_failed_check, Status.NEEDS_ATTENTION, Action.FIX),
        (must_act, Status.NEEDS_ATTENTION, Action.CONTINUE),
        (is_continuable, Status.PAUSED, Action.CONTINUE),
        (has_failed, Status.NEEDS_ATTENTION, Action.FIX),
        (standing.has_open_issues, Status.NEEDS_ATTENTION, Action.OPEN_RUN),
        (standing.has_imported, Status.UP_TO_DATE, Action.SYNC),
        (not standing.is_checked, Status.READY, Action.CHECK),
        (True, Status.READY, Action.PREVIEW),
    )
    status, action = next((status, action) for holds, status, action in first_that_holds if holds)
    return status, next_step(action)


_CONTINUABLE = {RunState.PAUSED, RunState.STOPPED, RunState.INTERRUPTED, RunState.WAITING}
_MODES_THAT_CONTINUE = {RunMode.HISTORICAL, RunMode.CHANGES, RunMode.UNDO}
