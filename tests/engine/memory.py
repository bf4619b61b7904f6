"""The engine's ports in memory: a model of what the database must do."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from msgspec.structs import replace as changed

from app.core.events import RunState
from app.core.ledger import Entry, EntryState, FlowMark, Intent, Landing, RunRecord
from app.core.outcomes import Balance, FlowBalance, Outcome
from app.core.records import Kind

_HELD = {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED}
_OPEN = {Outcome.FAILED, Outcome.HELD, Outcome.IN_DOUBT}


def keyed_hash(words: bytes) -> bytes:
    return hashlib.sha256(b"test" + words).digest()[:16]


class MemoryLedger:
    def __init__(self) -> None:
        self.entries: dict[tuple[str, Kind, str], Entry] = {}
        self.marks: dict[tuple[str, Kind], FlowMark] = {}
        self.intents: dict[str, Intent] = {}
        self.looks: dict[tuple[str, Kind], datetime] = {}
        self.writes = 0

    async def load(self, integration: str, kind: Kind, keys: Sequence[str]) -> Mapping[str, Entry]:
        found = ((key, self.entries.get((integration, kind, key))) for key in keys)
        return {key: entry for key, entry in found if entry}

    async def recognised(
        self, integration: str, kind: Kind, record_hashes: Mapping[str, bytes], run_id: str
    ) -> Mapping[str, bool]:
        known = await self.load(integration, kind, list(record_hashes))
        return {
            key: entry.was_met_by(run_id)
            for key, entry in known.items()
            if entry.record_hash
            and entry.record_hash == record_hashes[key]
            and entry.state is EntryState.SETTLED
            and entry.outcome in _HELD
        }

    async def intend(self, intent: Intent) -> None:
        self.intents[intent.id] = intent

    async def land(self, landing: Landing) -> None:
        await self.record(landing.entries)
        for key in landing.unchanged:
            place = (landing.integration, landing.kind, key)
            before = self.entries[place]
            record_hash = landing.record_hashes.get(key, before.record_hash)
            self.entries[place] = changed(before, seen_run=landing.run_id, seen_at=landing.at, record_hash=record_hash)
        for intent in landing.intents:
            del self.intents[intent.id]
        self.marks[landing.run_id, landing.kind] = landing.mark

    def unfold(self) -> None:
        """What was intended and has not landed was sent, as far as anybody can know."""
        for intent in self.intents.values():
            for key in intent.keys:
                before = self.entries.get((intent.integration, intent.kind, key))
                blank = before or Entry(
                    integration=intent.integration, kind=intent.kind, key=key, state=EntryState.SENT, at=intent.at
                )
                self.entries[intent.integration, intent.kind, key] = changed(
                    blank, state=EntryState.SENT, outcome=None, reason="", run_id=intent.run_id, seen_run=""
                )
        self.intents.clear()

    async def record(self, entries: Sequence[Entry]) -> None:
        self.writes += 1
        for entry in entries:
            self.entries[entry.integration, entry.kind, entry.key] = entry

    async def checkpoint(self, run_id: str, mark: FlowMark, entries: Sequence[Entry] = ()) -> None:
        await self.record(entries)
        self.marks[run_id, mark.kind] = mark

    async def balance(self, run_id: str) -> Balance:
        return Balance({kind: self._flow(run_id, mark) for (run, kind), mark in self.marks.items() if run == run_id})

    def _flow(self, run_id: str, mark: FlowMark) -> FlowBalance:
        mine = [entry for entry in self._of_run(run_id, mark.kind) if entry.run_id == run_id]
        counts = Counter(entry.outcome or Outcome.IN_DOUBT for entry in mine)
        if seen := len(self._of_run(run_id, mark.kind)) - len(mine):
            counts[Outcome.UNCHANGED] += seen
        named = [entry for entry in mine if entry.outcome not in _HELD]
        reasons = Counter(entry.reason or "interrupted" for entry in named)
        return FlowBalance(mark.read, counts, reasons)

    def _of_run(self, run_id: str, kind: Kind) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.was_met_by(run_id) and entry.kind is kind]

    async def touched(self, run_id: str, kind: Kind) -> int:
        return len(self._of_run(run_id, kind))

    async def unsettled(self, integration: str, kind: Kind) -> Sequence[Entry]:
        self.unfold()
        return [each for each in self._all(integration, kind) if each.state is not EntryState.SETTLED]

    def _all(self, integration: str, kind: Kind) -> list[Entry]:
        return [each for each in self.entries.values() if each.integration == integration and each.kind is kind]

    async def keys(self, integration: str, kind: Kind, *, after: str = "", limit: int = 5_000) -> Sequence[str]:
        held = sorted(each.key for each in self._all(integration, kind) if each.outcome in _HELD)
        return [key for key in held if key > after][:limit]

    async def held(self, integration: str, kind: Kind) -> int:
        return len(await self.keys(integration, kind, limit=10**9))

    async def open_issues(self, integration: str, kinds: Sequence[Kind]) -> AsyncIterator[Sequence[Entry]]:
        for kind in kinds:
            found = [each for each in self._all(integration, kind) if each.outcome in _OPEN]
            if found:
                yield found

    async def left_out(
        self, integration: str, kind: Kind, reasons: Sequence[str], *, since: datetime, but_run: str, limit: int
    ) -> Sequence[str]:
        found = [
            each
            for each in self._all(integration, kind)
            if each.outcome is Outcome.SKIPPED and each.reason in reasons and each.at >= since
        ]
        found = sorted((each for each in found if each.run_id != but_run), key=lambda each: each.at, reverse=True)
        return [each.key for each in found][:limit]

    async def looked_again_at(self, integration: str, kind: Kind) -> datetime | None:
        return self.looks.get((integration, kind))

    async def set_looked_again(self, integration: str, kind: Kind, at: datetime) -> None:
        self.looks[integration, kind] = at


class MemoryRuns:
    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger
        self.runs: dict[str, RunRecord] = {}
        self.watermarks: dict[tuple[str, Kind], datetime] = {}

    async def begin(self, run: RunRecord) -> None:
        self.runs[run.id] = run

    async def update(self, run: RunRecord) -> None:
        if run.state is not RunState.RUNNING:
            self._ledger.unfold()
        self.runs[run.id] = replace(run, until=self.runs[run.id].until) if run.id in self.runs else run

    async def last_unfinished(self, integration: str) -> RunRecord | None:
        for run in reversed(self.runs.values()):
            if run.integration == integration and run.state is not RunState.FINISHED:
                marks = tuple(mark for (run_id, _), mark in self._ledger.marks.items() if run_id == run.id)
                return replace(run, marks=marks)
        return None

    async def watermark(self, integration: str, kind: Kind) -> datetime | None:
        return self.watermarks.get((integration, kind))

    async def set_watermark(self, integration: str, kind: Kind, at: datetime) -> None:
        self.watermarks[integration, kind] = at

    async def set_until(self, run_id: str, until: datetime) -> None:
        self.runs[run_id] = replace(self.runs[run_id], until=until)
