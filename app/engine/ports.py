"""What the engine needs from the outside: a ledger, a book of runs, and a keyed hash."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from app.core.ledger import Entry, FlowMark, Intent, Landing, RunRecord
from app.core.outcomes import Balance
from app.core.records import Kind


class LedgerPort(Protocol):
    """Every method is one transaction. Raises StorageError."""

    async def load(self, integration: str, kind: Kind, keys: Sequence[str]) -> Mapping[str, Entry]:
        """The entries that exist, by key."""
        ...

    async def recognised(
        self, integration: str, kind: Kind, record_hashes: Mapping[str, bytes], run_id: str
    ) -> Mapping[str, bool]:
        """Keys whose entry is settled, was made of a record with just this hash and is known to stand in the target;
        whether the run has met them already."""
        ...

    async def intend(self, intent: Intent) -> None:
        """To be written before anything of it is sent."""
        ...

    async def land(self, landing: Landing) -> None:
        """Outcomes, the end of their intents, and the place reached, together."""
        ...

    async def record(self, entries: Sequence[Entry]) -> None:
        """Insert or replace entries."""
        ...

    async def checkpoint(self, run_id: str, mark: FlowMark, entries: Sequence[Entry] = ()) -> None:
        """Store entries and the place reached, together."""
        ...

    async def balance(self, run_id: str) -> Balance:
        """Read numbers come from the marks, outcomes and reasons from the entries that the run touched."""
        ...

    async def touched(self, run_id: str, kind: Kind) -> int:
        """How many entries of a kind the run has touched, settled or not."""
        ...

    async def unsettled(self, integration: str, kind: Kind) -> Sequence[Entry]:
        """Entries still planned or sent, because an earlier run was cut off; what was intended becomes "sent"."""
        ...

    async def keys(self, integration: str, kind: Kind, *, after: str = "", limit: int = 5_000) -> Sequence[str]:
        """Keys of records that the target holds (settled as created, updated or unchanged), in order, from ``after``
        exclusive."""
        ...

    async def held(self, integration: str, kind: Kind) -> int:
        """How many keys ``keys`` would give."""
        ...

    def open_issues(self, integration: str, kinds: Sequence[Kind]) -> AsyncIterator[Sequence[Entry]]:
        """Entries failed, held or in doubt, in pages of 250."""
        ...

    async def left_out(
        self, integration: str, kind: Kind, reasons: Sequence[str], *, since: datetime, but_run: str, limit: int
    ) -> Sequence[str]:
        """Keys skipped for one of these reasons since then, by another run than ``but_run``; the latest first."""
        ...

    async def looked_again_at(self, integration: str, kind: Kind) -> datetime | None:
        """When the records left out were last looked at again."""
        ...

    async def set_looked_again(self, integration: str, kind: Kind, at: datetime) -> None: ...


class RunsPort(Protocol):
    async def begin(self, run: RunRecord) -> None:
        """Writes the run down, or goes on with one that was begun before."""
        ...

    async def update(self, run: RunRecord) -> None:
        """State, message, remedy and end; marks are the ledger's. What was intended and has not landed counts as in
        doubt from then on."""
        ...

    async def last_unfinished(self, integration: str) -> RunRecord | None:
        """The newest run that can be continued (paused, waiting, stopped or interrupted), with its marks."""
        ...

    async def watermark(self, integration: str, kind: Kind) -> datetime | None:
        """Up to when changes have been read completely; None before the first finished run."""
        ...

    async def set_watermark(self, integration: str, kind: Kind, at: datetime) -> None: ...

    async def set_until(self, run_id: str, until: datetime) -> None:
        """Corrects the upper end of what a run reads."""
        ...


class KeyedHash(Protocol):
    """HMAC with the data folder's own key."""

    def __call__(self, words: bytes) -> bytes: ...
