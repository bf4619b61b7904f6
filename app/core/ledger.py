"""Rows of the ledger and of runs, as values. No customer data: e-mail addresses and numbers are keyed hashes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec

from app.core.events import RunMode, RunState
from app.core.outcomes import Outcome
from app.core.records import Kind


class EntryState(StrEnum):
    """``PLANNED`` before the first byte leaves, ``SENT`` while its answer is awaited, ``SETTLED`` with an outcome."""

    PLANNED = "planned"
    SENT = "sent"
    SETTLED = "settled"


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of one record of one integration. Times are aware, UTC.

    A struct and no dataclass: a run makes one for every record, and this is five times as fast.
    """

    integration: str
    kind: Kind
    key: str
    """The source's id."""
    state: EntryState
    outcome: Outcome | None = None
    reason: str = ""
    target_id: str = ""
    content_hash: bytes = b""
    """Of the content that the target was last known to hold; empty before the first confirmation."""
    record_hash: bytes = b""
    """Of the record that this content was made of, under the terms of that time; empty where that is not known."""
    attempts: int = 0
    run_id: str = ""
    """The run that last touched it."""
    created_by: str = ""
    """The run that created it in the target, for undo; empty where it existed before."""
    at: datetime
    where: str = ""
    """The line of a file, for unreadable records."""
    message: str = ""
    """The target's own words, without secrets or addresses."""
    search: tuple[bytes, ...] = ()
    """Keyed hashes of order number, e-mail address and id, for "why"."""
    amount: str = ""
    """What the target counts, such as ``12.50 EUR``, for the money check."""
    seen_run: str = ""
    """A later run that found the record unchanged; everything else tells of the run before it."""
    seen_at: datetime | None = None

    def was_met_by(self, run_id: str) -> bool:
        """Counts in the balance of this run."""
        return run_id in {self.run_id, self.seen_run}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Written before the first byte leaves: from now on the target may hold these records."""

    id: str
    integration: str
    kind: Kind
    run_id: str
    keys: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowMark:
    """How far one flow of a run has come. ``read`` counts distinct records up to ``cursor``."""

    kind: Kind
    cursor: str | None = None
    read: int = 0
    total: int | None = None
    is_done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    id: str
    integration: str
    mode: RunMode
    state: RunState
    started_at: datetime
    until: datetime
    """Upper end of what is read: changes after it belong to the next run."""
    ended_at: datetime | None = None
    since: datetime | None = None
    """The person's own choice of a beginning; None: per flow, where the last run ended."""
    kinds: tuple[Kind, ...] = ()
    limit: int | None = None
    marks: tuple[FlowMark, ...] = field(default=())
    message: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """What one run writes together about one kind of record: outcomes, and the intents that end with them."""

    integration: str
    kind: Kind
    run_id: str
    at: datetime
    mark: FlowMark
    """The place reached, up to which everything has been confirmed, and how many records were read."""
    entries: Sequence[Entry] = ()
    unchanged: Sequence[str] = ()
    """Keys of records that the target holds as they are; their entries stay as an earlier run wrote them."""
    record_hashes: Mapping[str, bytes] = field(default_factory=dict)
    """Of those among them whose record, or whose terms, are others than before."""
    intents: Sequence[Intent] = ()
