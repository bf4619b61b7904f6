"""Writing entries together with what hangs on them: keyed hashes for look-ups, and the outcomes they replace."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from app.core.ledger import Entry, EntryState
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.storage.entries import COLUMNS, INSERT, entry_of, row_of
from app.storage.moments import moment_from, stored

_PAST_KEPT = 20
_KEYS_PER_QUERY = 500
_ARCHIVE = (
    "INSERT OR REPLACE INTO past_outcome (integration, kind, key, at, outcome, reason, run_id, message) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_CUT = (
    "DELETE FROM past_outcome WHERE integration = ?1 AND kind = ?2 AND key = ?3 AND at < (SELECT min(at) FROM "
    "(SELECT at FROM past_outcome WHERE integration = ?1 AND kind = ?2 AND key = ?3 ORDER BY at DESC LIMIT ?4))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastOutcome:
    """``at`` is aware, UTC; ``message`` the target's own words."""

    at: datetime
    outcome: Outcome
    reason: str = ""
    run_id: str = ""
    message: str = ""


_Place = tuple[str, str, str]
"""Integration, kind, key."""


def store(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """The last of several entries for one record wins."""
    latest: Mapping[_Place, Entry] = {(each.integration, each.kind.value, each.key): each for each in entries}
    before = _stored(connection, latest)
    connection.executemany(INSERT, map(row_of, latest.values()))
    _index(connection, latest, before)
    _archive(connection, latest, before)


def _stored(connection: sqlite3.Connection, places: Iterable[_Place]) -> dict[_Place, tuple[Any, ...]]:
    found: dict[_Place, tuple[Any, ...]] = {}
    for (integration, kind), group in groupby(sorted(places), key=lambda place: place[:2]):
        keys = (key for _, _, key in group)
        while chunk := tuple(islice(keys, _KEYS_PER_QUERY)):
            marks = ", ".join("?" * len(chunk))
            query = f"SELECT {COLUMNS} FROM entry WHERE integration = ? AND kind = ? AND key IN ({marks})"  # noqa: S608
            for row in connection.execute(query, (integration, kind, *chunk)):
                found[row[0], row[1], row[2]] = row
    return found


def _index(
    connection: sqlite3.Connection, latest: Mapping[_Place, Entry], before: Mapping[_Place, tuple[Any, ...]]
) -> None:
    added: list[tuple[object, ...]] = []
    removed: list[tuple[object, ...]] = []
    for place, entry in latest.items():
        row = before.get(place)
        old, new = set(entry_of(row).search) if row else set(), set(entry.search)
        integration, kind, key = place
        added.extend((integration, each, kind, key) for each in new - old)
        removed.extend((integration, each, kind, key) for each in old - new)
    connection.executemany(
        "DELETE FROM entry_search WHERE integration = ? AND hash = ? AND kind = ? AND key = ?", removed
    )
    connection.executemany(
        "INSERT OR IGNORE INTO entry_search (integration, hash, kind, key) VALUES (?, ?, ?, ?)", added
    )


def _archive(
    connection: sqlite3.Connection, latest: Mapping[_Place, Entry], before: Mapping[_Place, tuple[Any, ...]]
) -> None:
    replaced = list(_replaced(latest, before))
    if not replaced:
        return
    connection.executemany(
        _ARCHIVE,
        [(*place, stored(old.at), old.outcome, old.reason, old.run_id, old.message) for place, old in replaced],
    )
    connection.executemany(_CUT, [(*place, _PAST_KEPT) for place, _ in replaced])


def _replaced(
    latest: Mapping[_Place, Entry], before: Mapping[_Place, tuple[Any, ...]]
) -> Iterator[tuple[_Place, Entry]]:
    """Outcomes that tell something: "unchanged", and the same outcome once more, would only push out older ones."""
    for place, row in before.items():
        old, new = entry_of(row), latest[place]
        if old.state is not EntryState.SETTLED or old.outcome in {None, Outcome.UNCHANGED}:
            continue
        if new.state is EntryState.SETTLED and (new.outcome, new.reason) == (old.outcome, old.reason):
            continue
        yield place, old


def past_outcomes(connection: sqlite3.Connection, integration: str, kind: Kind, key: str) -> Sequence[PastOutcome]:
    place = (integration, kind.value, key)
    where = "WHERE integration = ? AND kind = ? AND key = ?"
    columns = "at, outcome, reason, run_id, message"
    present = f"SELECT {columns} FROM entry {where} AND state = 'settled'"  # noqa: S608 - constants only
    past = f"SELECT {columns} FROM past_outcome {where} ORDER BY at DESC"  # noqa: S608 - constants only
    rows = [*connection.execute(present, place), *connection.execute(past, place)]
    return tuple(
        PastOutcome(at=moment_from(at), outcome=Outcome(outcome), reason=reason, run_id=run_id, message=message)
        for at, outcome, reason, run_id, message in rows
    )
