"""Databases of every earlier version, with something in each of their tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from app.storage.migrations import migrate

_WORDS = {"TEXT": "text", "BLOB": b"\x01\x02", "INTEGER": 1, "": "anything"}
_KNOWN: dict[str, dict[str, object]] = {
    "account": {"key": "my-shop", "title": "Shop", "system": "bigcommerce", "settings": '{"store_hash": "ä1"}'},
    "integration": {"key": "shop", "source": "my-shop", "target": "my-shop", "flows": '["orders"]', "options": "{}",
                    "fields": "[]", "is_draft": 0},
    "product": {"integration": "shop", "key": "SKU-1", "match": "by_hand", "number": "0017"},
    "preference": {"name": "language", "value": '"de"'},
    "practice": {"account": "my-shop", "snapshot": '{"orders": [1]}'},
    "entry": {"integration": "shop", "kind": "orders", "key": "1", "state": "settled", "outcome": "created",
              "target_id": "t1", "run_id": "run-1", "created_by": "run-1", "search": b"", "amount": "12.50 EUR",
              "at": 1_000_000, "reason": "", "message": "", "place": "", "seen_run": "", "seen_at": None},
    "past_outcome": {"integration": "shop", "kind": "orders", "key": "1", "at": 999_999, "outcome": "failed",
                     "reason": "refused"},
    "run": {"id": "run-1", "integration": "shop", "mode": "historical", "state": "finished", "kinds": '["orders"]',
            "at_most": None, "closing": None, "since": None, "ended_at": 1_000_001},
    "flow_mark": {"run_id": "run-1", "kind": "orders", "cursor": "p1", "read": 1, "total": 1, "is_done": 1},
    "watermark": {"integration": "shop", "kind": "orders", "at": 1_000_000},
    "vault": {"one": 1, "place": "session", "salt": None, "cost": None, "wrapped": None},
    "identity": {"name": "folder"},
}  # fmt: skip


def make_old(path: Path, version: int) -> None:
    """A file of that version. Tables that a later version brings are filled too, column by column."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, up_to=version)
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for (name,) in sorted(names.fetchall(), key=lambda row: list(_KNOWN).index(row[0]) if row[0] in _KNOWN else 99):
            _fill(connection, name)


def _fill(connection: sqlite3.Connection, table: str) -> None:
    known = _KNOWN.get(table, {})
    columns = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
    values = [known.get(name, _WORDS[kind]) for name, kind in columns]
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 - our own tables
