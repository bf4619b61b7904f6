"""Which records are just as they were sent: asked for hundreds at once, and answered in one row.

A row for each record would make the thread wait for the interpreter lock as often as there are records, up to 5 ms each
time while the engine computes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain, islice

from app.core.records import Kind

_RECORDS_AT_ONCE = 250


def recognised(
    connection: sqlite3.Connection, integration: str, kind: Kind, record_hashes: Mapping[str, bytes], run_id: str
) -> dict[str, bool]:
    """Keys of settled entries that the target holds and that were made of records with just these hashes; whether the
    run has met them already."""
    found: dict[str, bool] = {}
    for chunk in _chunks(record_hashes):
        values = (integration, kind.value, run_id, *chain.from_iterable(chunk))
        met, new = connection.execute(_query(len(chunk)), values).fetchone()
        for is_met, numbers in ((True, met), (False, new)):
            found.update((chunk[int(number)][0], is_met) for number in (numbers.split(",") if numbers else ()))
    return found


@cache
def _query(records: int) -> str:
    asked = ", ".join(f"({number}, ?{2 * number + 4}, ?{2 * number + 5})" for number in range(records))
    return (
        f"WITH asked (number, key, hash) AS (VALUES {asked}) "  # noqa: S608 - numbers only
        "SELECT group_concat(CASE WHEN ?3 IN (run_id, seen_run) THEN number END), "
        "group_concat(CASE WHEN ?3 NOT IN (run_id, seen_run) THEN number END) "
        "FROM asked CROSS JOIN entry ON entry.integration = ?1 AND entry.kind = ?2 AND entry.key = asked.key "
        "WHERE entry.record_hash = asked.hash AND entry.record_hash <> x'' AND entry.state = 'settled' AND "
        "entry.outcome IN ('created', 'updated', 'unchanged')"
    )


def _chunks(record_hashes: Mapping[str, bytes]) -> Iterator[tuple[tuple[str, bytes], ...]]:
    left = iter(record_hashes.items())
    while chunk := tuple(islice(left, _RECORDS_AT_ONCE)):
        yield chunk
