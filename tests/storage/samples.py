"""Rows as they occur, with everything that does not matter filled in."""

from datetime import UTC, datetime

from app.core.events import RunMode, RunState
from app.core.ledger import Entry, EntryState, RunRecord
from app.core.outcomes import Outcome
from app.core.records import Kind

MOMENT = datetime(2026, 11, 21, 9, 30, 15, 123456, tzinfo=UTC)


def entry(key: str = "1", **changes) -> Entry:
    """A settled, created order of the integration "shop"."""
    values = {
        "integration": "shop",
        "kind": Kind.ORDERS,
        "key": key,
        "state": EntryState.SETTLED,
        "outcome": Outcome.CREATED,
        "run_id": "run-1",
        "at": MOMENT,
    }
    return Entry(**{**values, **changes})


def run(run_id: str = "run-1", **changes) -> RunRecord:
    """A historical import of the integration "shop" that is under way."""
    values = {
        "id": run_id,
        "integration": "shop",
        "mode": RunMode.HISTORICAL,
        "state": RunState.RUNNING,
        "started_at": MOMENT,
        "until": MOMENT,
    }
    return RunRecord(**{**values, **changes})
