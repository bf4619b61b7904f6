"""The shape of the database, step by step. A step that was delivered never changes; a new shape is a new step."""

from __future__ import annotations

import sqlite3

APPLICATION_ID = 0x4B4F5050
"""Marks the file as Koppler's ("KOPP"), so that no other program's database is ever touched."""

_CONFIGURATION = (
    """CREATE TABLE account (
        key TEXT PRIMARY KEY, title TEXT NOT NULL, system TEXT NOT NULL, settings TEXT NOT NULL,
        api_address TEXT NOT NULL, is_practice INTEGER NOT NULL, created_at INTEGER, checked_at INTEGER,
        check_passed INTEGER)""",
    """CREATE TABLE integration (
        key TEXT PRIMARY KEY, title TEXT NOT NULL, source TEXT REFERENCES account(key),
        target TEXT REFERENCES account(key), flows TEXT NOT NULL, options TEXT NOT NULL, fields TEXT NOT NULL,
        is_active INTEGER NOT NULL, is_draft INTEGER NOT NULL, created_at INTEGER)""",
    """CREATE TABLE product (
        integration TEXT NOT NULL, key TEXT NOT NULL, position INTEGER NOT NULL, sku TEXT NOT NULL, ean TEXT NOT NULL,
        name TEXT NOT NULL, number TEXT NOT NULL, match TEXT NOT NULL, confidence INTEGER NOT NULL,
        PRIMARY KEY (integration, key)) WITHOUT ROWID""",
    "CREATE TABLE preference (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE practice (account TEXT PRIMARY KEY, snapshot TEXT NOT NULL) WITHOUT ROWID",
)

_LEDGER = (
    """CREATE TABLE entry (
        integration TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL, outcome TEXT NOT NULL,
        reason TEXT NOT NULL, target_id TEXT NOT NULL, content_hash BLOB NOT NULL, attempts INTEGER NOT NULL,
        run_id TEXT NOT NULL, created_by TEXT NOT NULL, at INTEGER NOT NULL, place TEXT NOT NULL,
        message TEXT NOT NULL, search BLOB NOT NULL, amount TEXT NOT NULL,
        PRIMARY KEY (integration, kind, key)) WITHOUT ROWID""",
    "CREATE INDEX entry_by_run ON entry (run_id, kind, state, outcome, reason)",
    "CREATE INDEX entry_unsettled ON entry (integration, kind, key) WHERE state <> 'settled'",
    """CREATE INDEX entry_open_issue ON entry (integration, kind, key)
        WHERE state = 'settled' AND outcome IN ('failed', 'held', 'in_doubt')""",
    """CREATE TABLE entry_search (
        integration TEXT NOT NULL, hash BLOB NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
        PRIMARY KEY (integration, hash, kind, key)) WITHOUT ROWID""",
    """CREATE TABLE past_outcome (
        integration TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, outcome TEXT NOT NULL,
        reason TEXT NOT NULL, run_id TEXT NOT NULL, message TEXT NOT NULL,
        PRIMARY KEY (integration, kind, key, at)) WITHOUT ROWID""",
    """CREATE TABLE run (
        id TEXT PRIMARY KEY, integration TEXT NOT NULL, mode TEXT NOT NULL, state TEXT NOT NULL,
        started_at INTEGER NOT NULL, until INTEGER NOT NULL, ended_at INTEGER, since INTEGER, kinds TEXT NOT NULL,
        at_most INTEGER, message TEXT NOT NULL, remedy TEXT NOT NULL, closing TEXT)""",
    "CREATE INDEX run_by_integration ON run (integration, started_at)",
    """CREATE TABLE flow_mark (
        run_id TEXT NOT NULL, kind TEXT NOT NULL, cursor TEXT, read INTEGER NOT NULL, total INTEGER,
        is_done INTEGER NOT NULL, PRIMARY KEY (run_id, kind)) WITHOUT ROWID""",
    """CREATE TABLE watermark (
        integration TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY (integration, kind)) WITHOUT ROWID""",
)

_LOG = (
    """CREATE TABLE log_line (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, level INTEGER NOT NULL, account TEXT NOT NULL,
        integration TEXT NOT NULL, run_id TEXT NOT NULL, key TEXT NOT NULL, template INTEGER NOT NULL,
        words TEXT NOT NULL, event TEXT NOT NULL)""",
    "CREATE TABLE log_template (id INTEGER PRIMARY KEY, message TEXT NOT NULL UNIQUE)",
    "CREATE INDEX log_line_by_time ON log_line (at)",
    "CREATE INDEX log_line_by_run ON log_line (run_id)",
)

_SECRETS = (
    "CREATE TABLE identity (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    """CREATE TABLE vault (
        one INTEGER PRIMARY KEY CHECK (one = 1), place TEXT NOT NULL, salt BLOB, cost TEXT, wrapped BLOB)""",
    """CREATE TABLE secret (
        account TEXT NOT NULL, field TEXT NOT NULL, key_id BLOB NOT NULL, nonce BLOB NOT NULL, sealed BLOB NOT NULL,
        PRIMARY KEY (account, field)) WITHOUT ROWID""",
)

# One row for everything that leaves together, instead of one for each record; a record found unchanged keeps its row.
# Hashes stand in the entries: looking through all of them takes a second for a million, keeping an index doubled the
# cost of every record sent.
_LEAN_LEDGER = (
    """CREATE TABLE under_way (
        id TEXT PRIMARY KEY, integration TEXT NOT NULL, kind TEXT NOT NULL, run_id TEXT NOT NULL, keys TEXT NOT NULL,
        at INTEGER NOT NULL) WITHOUT ROWID""",
    "ALTER TABLE entry ADD COLUMN seen_run TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE entry ADD COLUMN seen_at INTEGER",
    "CREATE INDEX entry_seen ON entry (seen_run, kind) WHERE seen_run <> ''",
    "DROP TABLE entry_search",
)

_PRIVACY = ("CREATE TABLE erased_mark (hash BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",)

_FAMILIAR = ("ALTER TABLE entry ADD COLUMN record_hash BLOB NOT NULL DEFAULT x''",)

_BOXES = (
    """CREATE TABLE box (
        id INTEGER PRIMARY KEY AUTOINCREMENT, shelf TEXT NOT NULL, owner TEXT NOT NULL, name BLOB NOT NULL,
        at INTEGER NOT NULL, people BLOB NOT NULL, key_id BLOB NOT NULL, nonce BLOB NOT NULL, sealed BLOB NOT NULL,
        UNIQUE (shelf, owner, name))""",
)

STEPS: tuple[tuple[str, ...], ...] = (
    _CONFIGURATION,
    _LEDGER,
    _LOG,
    _SECRETS,
    _LEAN_LEDGER,
    _PRIVACY,
    _FAMILIAR,
    _BOXES,
)
LATEST = len(STEPS)

EXPIRING_TABLES = ("log_line", "log_template", "box")
"""Must not survive in backups longer than in the database."""


def version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, *, up_to: int = LATEST) -> None:
    """All missing steps in one transaction: a database is never half-way between two versions."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in STEPS[version_of(connection) : up_to]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {up_to}")
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
