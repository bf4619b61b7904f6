"""Writing entries together with the outcomes they replace, and what was intended before anything left."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from app.core.ledger import Entry, EntryState, Intent
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.storage.entries import insert, row_of
from app.storage.moments import moment_from, stored

_PAST_KEPT = 20
_KEYS_PER_QUERY = 500
"""SQLite before 3.32 takes 999 parameters at most."""
_ARCHIVE = (
    "INSERT OR REPLACE INTO past_outcome (integration, kind, key, at, outcome, reason, run_id, message) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_CUT = (
    "DELETE FROM past_outcome WHERE integration = ?1 AND kind = ?2 AND key = ?3 AND at < (SELECT min(at) FROM "
    "(SELECT at FROM past_outcome WHERE integration = ?1 AND kind = ?2 AND key = ?3 ORDER BY at DESC LIMIT ?4))"
)
_INTEND = "INSERT INTO under_way (id, integration, kind, run_id, keys, at) VALUES (?, ?, ?, ?, ?, ?)"
_ADD_SENT = (
    "INSERT OR IGNORE INTO entry (integration, kind, key, state, outcome, reason, target_id, content_hash, attempts, "
    "run_id, created_by, at, place, message, search, amount) "
    "VALUES (?, ?, ?, 'sent', '', '', '', x'', 0, '', '', 0, '', '', x'', '')"
)
_MARK_SENT = (
    "UPDATE entry SET state = 'sent', outcome = '', reason = '', message = '', attempts = attempts + 1, run_id = ?, "
    "at = ?, seen_run = '', seen_at = NULL WHERE integration = ? AND kind = ? AND key = ?"
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
_Stored = tuple[str, str, str, int, str, str, str, str]
"""A place and its present outcome: integration, kind, key, at, outcome, reason, run, message."""


def store(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """The last of several entries for one record wins."""
    latest: Mapping[_Place, Entry] = {(each.integration, each.kind.value, each.key): each for each in entries}
    _archive(connection, _replaced(latest, _settled(connection, latest)))
    insert(connection, [row_of(each) for each in latest.values()])


def touch(
    connection: sqlite3.Connection, integration: str, kind: Kind, keys: Sequence[str], run_id: str, at: datetime
) -> None:
    """A run found these records unchanged: their entries tell of the run before it, and that it was here."""
    values = (run_id, stored(at), integration, kind.value)
    for chunk in _chunks(keys):
        marks = ", ".join("?" * len(chunk))
        connection.execute(
            f"UPDATE entry SET seen_run = ?, seen_at = ? WHERE integration = ? AND kind = ? AND key IN ({marks})",  # noqa: S608
            (*values, *chunk),
        )


def recognise(connection: sqlite3.Connection, integration: str, kind: Kind, record_hashes: Mapping[str, bytes]) -> None:
    """The records of unchanged content, as they are now."""
    connection.executemany(
        "UPDATE entry SET record_hash = ? WHERE integration = ? AND kind = ? AND key = ?",
        [(found, integration, kind.value, key) for key, found in record_hashes.items()],
    )


def intend(connection: sqlite3.Connection, intent: Intent) -> None:
    keys = json.dumps(intent.keys)
    row = (intent.id, intent.integration, intent.kind.value, intent.run_id, keys, stored(intent.at))
    connection.execute(_INTEND, row)


def end(connection: sqlite3.Connection, intents: Iterable[Intent]) -> None:
    connection.executemany("DELETE FROM under_way WHERE id = ?", [(intent.id,) for intent in intents])


def unfold(connection: sqlite3.Connection, condition: str = "1", values: Sequence[str] = ()) -> None:
    """What was intended and never landed becomes entries in the state "sent"."""
    query = f"SELECT id, integration, kind, run_id, keys, at FROM under_way WHERE {condition} ORDER BY at"  # noqa: S608
    for number, integration, kind, run_id, keys, at in connection.execute(query, values).fetchall():
        places = [(integration, kind, key) for key in json.loads(keys)]
        _archive(connection, _telling(_settled(connection, places)))
        connection.executemany(_ADD_SENT, places)
        connection.executemany(_MARK_SENT, [(run_id, at, *place) for place in places])
        connection.execute("DELETE FROM under_way WHERE id = ?", (number,))


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


def _settled(connection: sqlite3.Connection, places: Iterable[_Place]) -> Iterator[_Stored]:
    """What is already known of these places, as far as it is settled."""
    for (integration, kind), group in groupby(sorted(places), key=lambda place: place[:2]):
        for chunk in _chunks(key for _, _, key in group):
            marks = ", ".join("?" * len(chunk))
            yield from connection.execute(
                "SELECT integration, kind, key, at, outcome, reason, run_id, message FROM entry "  # noqa: S608
                f"WHERE integration = ? AND kind = ? AND key IN ({marks}) AND state = 'settled'",
                (integration, kind, *chunk),
            ).fetchall()


def _telling(rows: Iterable[_Stored]) -> Iterator[_Stored]:
    """Outcomes that tell something: "unchanged" would only push out older ones."""
    return (row for row in rows if row[4] not in {"", Outcome.UNCHANGED})


def _replaced(latest: Mapping[_Place, Entry], rows: Iterable[_Stored]) -> Iterator[_Stored]:
    """Those that another outcome replaces; the same once more tells nothing."""
    for row in _telling(rows):
        new = latest[row[:3]]
        if new.state is not EntryState.SETTLED or (new.outcome, new.reason) != (row[4], row[5]):
            yield row


def _archive(connection: sqlite3.Connection, rows: Iterable[_Stored]) -> None:
    replaced = list(rows)
    if replaced:
        connection.executemany(_ARCHIVE, replaced)
        connection.executemany(_CUT, [(*row[:3], _PAST_KEPT) for row in replaced])


def _chunks(keys: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    left = iter(keys)
    while chunk := tuple(islice(left, _KEYS_PER_QUERY)):
        yield chunk
