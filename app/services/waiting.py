"""The run that waits to be continued, however many shorter ones came after it."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.events import RunMode, RunState
from app.core.ledger import RunRecord


def waiting_run(unfinished: RunRecord | None, recent: Sequence[RunRecord]) -> RunRecord | None:
    """``unfinished`` unless a later run has done its whole work; ``recent`` begins with the newest.

    A retry, a trial or a sync that ends well says nothing about an import that stopped before."""
    if unfinished is None:
        return None
    later = (run for run in recent if run.started_at > unfinished.started_at)
    return None if any(_covers(run, unfinished) for run in later) else unfinished


def _covers(run: RunRecord, unfinished: RunRecord) -> bool:
    is_whole = run.since is None and run.limit is None and set(run.kinds) >= set(unfinished.kinds)
    modes = {RunMode.HISTORICAL: {RunMode.HISTORICAL}, RunMode.CHANGES: {RunMode.HISTORICAL, RunMode.CHANGES}}
    return run.state is RunState.FINISHED and is_whole and run.mode in modes.get(unfinished.mode, set())
