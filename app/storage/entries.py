"""Ledger entries as rows of the table, and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

from app.core.ledger import Entry, EntryState
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.storage.moments import moment_from, stored

COLUMNS = (
    "integration, kind, key, state, outcome, reason, target_id, content_hash, attempts, run_id, created_by, at, place, "
    "message, search, amount, seen_run, seen_at, record_hash"
)
_COLUMN_COUNT = 19
_ROWS_AT_ONCE = (250, 50, 10, 1)
"""Few different numbers, so that SQLite keeps the statements compiled."""

# A look-up by value, for a million rows: calling an enumeration does the same ten times slower.
_KINDS = {kind.value: kind for kind in Kind}
_STATES = {state.value: state for state in EntryState}
_OUTCOMES: dict[str, Outcome | None] = {"": None, **{outcome.value: outcome for outcome in Outcome}}


def insert(connection: sqlite3.Connection, rows: Sequence[tuple[object, ...]]) -> None:
    """Inserts or replaces. Many rows in one statement: after each statement the thread waits for the interpreter lock,
    5 ms while the engine computes, and would wait as often as there are rows."""
    most = connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // _COLUMN_COUNT
    start = 0
    for number in (each for each in _ROWS_AT_ONCE if each <= most):
        while start + number <= len(rows):
            connection.execute(_insert_of(number), tuple(chain.from_iterable(rows[start : start + number])))
            start += number


@cache
def _insert_of(rows: int) -> str:
    marks = f"({', '.join('?' * _COLUMN_COUNT)})"
    return f"INSERT OR REPLACE INTO entry ({COLUMNS}) VALUES {', '.join([marks] * rows)}"  # noqa: S608 - constants only


def row_of(entry: Entry) -> tuple[object, ...]:
    return (
        entry.integration,
        entry.kind.value,
        entry.key,
        entry.state.value,
        entry.outcome.value if entry.outcome else "",
        entry.reason,
        entry.target_id,
        entry.content_hash,
        entry.attempts,
        entry.run_id,
        entry.created_by,
        stored(entry.at),
        entry.where,
        entry.message,
        packed(entry.search),
        entry.amount,
        entry.seen_run,
        stored(entry.seen_at),
        entry.record_hash,
    )


def entry_of(row: Sequence[Any]) -> Entry:
    return Entry(
        integration=row[0],
        kind=_KINDS[row[1]],
        key=row[2],
        state=_STATES[row[3]],
        outcome=_OUTCOMES[row[4]],
        reason=row[5],
        target_id=row[6],
        content_hash=row[7],
        attempts=row[8],
        run_id=row[9],
        created_by=row[10],
        at=moment_from(row[11]),
        where=row[12],
        message=row[13],
        search=unpacked(row[14]),
        amount=row[15],
        seen_run=row[16],
        seen_at=moment_from(row[17]),
        record_hash=row[18],
    )


def packed(hashes: Iterable[bytes]) -> bytes:
    """Each hash behind its length (one byte). Raises ValueError above 255 bytes."""
    return b"".join(bytes((len(each),)) + each for each in hashes)


def unpacked(words: bytes) -> tuple[bytes, ...]:
    return tuple(_split(words))


def _split(words: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(words):
        end = start + 1 + words[start]
        yield words[start + 1 : end]
        start = end
