"""What may go of the records that a run created: nobody has touched them, neither a later run nor the target's people.

::

    a later run has sent it again            -> kept
    the source tells it otherwise now        -> kept, as nothing says what was sent
    the target holds something else          -> kept
    the target says that it is needed        -> kept
    not in the target any more               -> undone without a request; a person stays deleted
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from app.core.errors import DataError
from app.core.ledger import Entry, EntryState
from app.core.outcomes import Outcome
from app.core.records import Deletion, Kind, Record, Unreadable
from app.engine.job import Route
from app.engine.planning import Planner, Sighting
from app.sdk.plan import Draft, Known, Step
from app.sdk.target import Undoes

FETCH_SIZE = 100
Leaving = Mapping[Kind, Collection[str]]
_HELD_UNTOUCHED = {Outcome.CREATED, Outcome.UNCHANGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``reason`` says why the record stays; without one it goes, by ``steps``, and without those it is gone already."""

    entry: Entry
    reason: str = ""
    label: str = ""
    """For the eye: masked address and total."""
    target_id: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def goes(self) -> bool:
        return not self.reason


class Examiner:
    """Reads only. Raises ConfigError, TemporaryError and ProtocolError."""

    def __init__(self, route: Route, planner: Planner) -> None:
        self._route = route
        self._planner = planner

    @property
    def kind(self) -> Kind:
        return self._route.kind

    @property
    def can_remove(self) -> bool:
        target = self._route.target
        return isinstance(target, Undoes) and self.kind in target.undo_order()

    async def examine(
        self, entries: Sequence[Entry], leaving: Leaving, touched: Collection[str] = ()
    ) -> Sequence[Verdict]:
        """In the order of the entries. ``touched`` are keys that a later run has updated."""
        found: dict[str, Verdict] = {}
        comparable: dict[str, tuple[Entry, Sighting]] = {}
        open_entries = []
        for entry in entries:
            if reason := self._from_ledger(entry, touched):
                found[entry.key] = Verdict(entry=entry, reason=reason)
            else:
                open_entries.append(entry)
        for entry, sighting in zip(open_entries, await self._sightings(open_entries), strict=True):
            if sighting is None:
                found[entry.key] = Verdict(entry=entry, reason="kept_source_gone")
            elif reason := _compared(entry, sighting):
                found[entry.key] = Verdict(entry=entry, reason=reason, label=sighting.label)
            else:
                comparable[entry.key] = (entry, sighting)
        known = await self._look_back([seen.draft for _, seen in comparable.values() if seen.draft])
        for key, (entry, sighting) in comparable.items():
            found[key] = self._judged(entry, sighting, known.get(key, Known()), leaving)
        return [found[entry.key] for entry in entries]

    def _from_ledger(self, entry: Entry, touched: Collection[str]) -> str:
        if not self.can_remove:
            return "kept_not_removable"
        is_settled = entry.state is EntryState.SETTLED
        if entry.key in touched or (is_settled and entry.outcome not in _HELD_UNTOUCHED):
            return "kept_updated_since"
        return ""

    async def _sightings(self, entries: Sequence[Entry]) -> Sequence[Sighting | None]:
        """The records as the source tells them now; None for those that it does not know any more."""
        records: dict[str, Record | Unreadable] = {}
        for start in range(0, len(entries), FETCH_SIZE):
            keys = [entry.key for entry in entries[start : start + FETCH_SIZE]]
            async for page in self._route.source.fetch(self.kind, keys):
                records |= {record.id: record for record in page.records}
        return [self._sighted(records.get(entry.key)) for entry in entries]

    def _sighted(self, record: Record | Unreadable | None) -> Sighting | None:
        return None if record is None or isinstance(record, Deletion) else self._planner.sight(record)

    async def _look_back(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        """A record that breaks the look-up is left out of it, and counts as unknown."""
        target = self._route.target
        if not drafts or not isinstance(target, Undoes):
            return {}
        try:
            return await target.look_back(drafts)
        except DataError:
            if len(drafts) == 1:
                return {drafts[0].key: Known(exists=True)}
        middle = len(drafts) // 2
        return {**await self._look_back(drafts[:middle]), **await self._look_back(drafts[middle:])}

    def _judged(self, entry: Entry, sighting: Sighting, known: Known, leaving: Leaving) -> Verdict:
        verdict = Verdict(entry=entry, label=sighting.label, target_id=known.target_id or entry.target_id)
        if not known.exists:
            # Whom somebody deleted in the target stays deleted: no later import may bring them back.
            was_ours = entry.state is EntryState.SENT or entry.kind is not Kind.CONTACTS
            return verdict if was_ours else replace(verdict, reason="stays_deleted")
        target, draft = self._route.target, sighting.draft
        if draft is None or not isinstance(target, Undoes):
            return replace(verdict, reason="kept_not_removable")
        removal = target.removal(draft, known, leaving)
        is_other = bool(entry.target_id and known.target_id and entry.target_id != known.target_id)
        if removal.reason or (known.is_same and not is_other and known.matches == 1 and removal.steps):
            return replace(verdict, reason=removal.reason, steps=removal.steps)
        return replace(verdict, reason="kept_changed_in_target")


def ids_of(verdicts: Sequence[Verdict]) -> Leaving:
    """What goes, by the target's ids."""
    found: dict[Kind, set[str]] = defaultdict(set)
    for verdict in verdicts:
        if verdict.goes and verdict.target_id:
            found[verdict.entry.kind].add(verdict.target_id)
    return found


def _compared(entry: Entry, sighting: Sighting) -> str:
    """Only what the source still tells exactly as it was sent can be compared with the target. What an undo had under
    way was compared before."""
    was_compared = entry.state is EntryState.SENT and not entry.content_hash
    is_as_sent = was_compared or sighting.content_hash == entry.content_hash
    return "" if sighting.draft is not None and is_as_sent else "kept_source_changed"
