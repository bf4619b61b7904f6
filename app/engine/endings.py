"""How a run that could not finish says what comes next: always a reason, always a next step."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.core.errors import AppError, TemporaryError
from app.core.events import RunState
from app.core.local_words import local_moment
from app.core.texts import Text, text

LATER = text("Continue the run later. Nothing is lost, and nothing is sent twice.")

_NEXT_STEPS = {
    RunState.WAITING: LATER,
    RunState.PAUSED: text("Test the connection of both accounts, then continue the run. Nothing is lost."),
    RunState.FAILED: text("Run it again; if it happens again, please report it with the log."),
}
_WORTH_A_TIME_S = 300.0


def next_step(state: RunState, error: AppError | None) -> Text:
    """The error's own remedy, or what helps in general; empty for a run that ended well."""
    if error is None:
        return Text("")
    return error.remedy or _NEXT_STEPS.get(state, Text(""))


def reason(error: TemporaryError, at: datetime) -> Text:
    """What is waited for; a long wait with the moment from which it is worth trying again. ``at`` is now, aware."""
    if error.retry_after_s is None or error.retry_after_s < _WORTH_A_TIME_S:
        return error.message
    moment = local_moment(at + timedelta(seconds=error.retry_after_s))
    return text("{what} It can be continued from {moment} on.", what=error.message, moment=moment)
