"""Where the target cannot be asked, what is in doubt stays so: only a person may decide to send it again."""

from __future__ import annotations

from msgspec.structs import replace

from app.core.ledger import Entry, EntryState
from app.core.outcomes import Outcome
from app.core.rules import Refusal
from app.engine.job import Job, Route
from app.engine.planning import Sighting

CANNOT_LOOK_UP = "cannot_look_up"


def left_in_doubt(sighting: Sighting, entry: Entry | None, job: Job, route: Route) -> Sighting:
    """The sighting as it is where the target can be asked, or the person has named the record."""
    if entry is None or route.looks_up or sighting.key in job.keys.get(route.kind, ()):
        return sighting
    if entry.state is EntryState.SENT:
        return replace(sighting, draft=None, refusal=Refusal(Outcome.IN_DOUBT, CANNOT_LOOK_UP))
    if entry.outcome is Outcome.IN_DOUBT:
        return replace(sighting, draft=None, refusal=Refusal(Outcome.IN_DOUBT, entry.reason))
    return sighting
