"""What an import left out belongs to the history for good, whichever run looks at it later."""

from __future__ import annotations

from dataclasses import replace

from app.core.events import RunMode
from app.core.ledger import Entry, EntryState
from app.core.outcomes import Outcome
from app.core.records import Cart, Order
from app.core.rules import skip
from app.engine.job import Job, Route
from app.engine.planning import Sighting

_TOO_OLD = "before_start_date"
_NOT_SENT = {Outcome.SKIPPED, Outcome.HELD, Outcome.FAILED}


def with_history(sighting: Sighting, entry: Entry | None, job: Job, route: Route) -> Sighting:
    """The sighting as a sync has to take it. A source that cannot tell changes brings its whole history every time:
    what is older than the day that was imported from stays out, and an order that only now may go, because a rule or
    the record was mended, goes without firing automations."""
    if job.run.mode not in {RunMode.CHANGES, RunMode.PREVIEW} or not _was_left_out(entry):
        return sighting
    if sighting.refusal is None and entry and entry.reason == _TOO_OLD and not route.has_changes:
        return replace(sighting, draft=None, refusal=skip(_TOO_OLD))
    if sighting.draft is not None and _is_older(sighting, job):
        return replace(sighting, draft=replace(sighting.draft, is_past=True))
    return sighting


def _was_left_out(entry: Entry | None) -> bool:
    return entry is not None and entry.state is EntryState.SETTLED and entry.outcome in _NOT_SENT


def _is_older(sighting: Sighting, job: Job) -> bool:
    match sighting.record:
        case Order(created_at=moment) | Cart(abandoned_at=moment):
            return job.began_at is not None and moment < job.began_at
        case _:
            return False
