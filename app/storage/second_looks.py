"""Which records a rule left out lately, and when they were last looked at again."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from app.core.records import Kind
from app.storage.moments import moment_from, stored

_LOOKED = "second look: "
"""Before the kind, in the table of watermarks: it is a moment of one integration and kind as well."""


def left_out(
    connection: sqlite3.Connection,
    integration: str,
    kind: Kind,
    reasons: Sequence[str],
    *,
    since: datetime,
    but_run: str,
    limit: int,
) -> Sequence[str]:
    marks = ", ".join("?" * len(reasons))
    # Runs are named by the moment they began: of a million entries, only what lately ran is walked, in the index.
    query = (
        "SELECT key FROM entry INDEXED BY entry_by_run WHERE run_id >= ? AND run_id <> ? AND kind = ? "  # noqa: S608
        f"AND state = 'settled' AND outcome = 'skipped' AND reason IN ({marks}) AND integration = ? AND at >= ? "
        "ORDER BY at DESC, key DESC LIMIT ?"
    )
    values = (f"{since:%Y%m%d}", but_run, kind.value, *reasons, integration, stored(since), limit)
    return tuple(key for (key,) in connection.execute(query, values))


def looked_again_at(connection: sqlite3.Connection, integration: str, kind: Kind) -> datetime | None:
    query = "SELECT at FROM watermark WHERE integration = ? AND kind = ?"
    row = connection.execute(query, (integration, f"{_LOOKED}{kind.value}")).fetchone()
    return moment_from(row[0]) if row else None


def set_looked_again(connection: sqlite3.Connection, integration: str, kind: Kind, at: datetime) -> None:
    row = (integration, f"{_LOOKED}{kind.value}", stored(at))
    connection.execute("INSERT OR REPLACE INTO watermark (integration, kind, at) VALUES (?, ?, ?)", row)
