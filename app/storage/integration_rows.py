"""What belongs to an integration by its key, across all tables."""

from __future__ import annotations

import sqlite3

_DONE = ("entry", "under_way", "past_outcome", "watermark", "run")
_MAPPED = ("product",)


def delete_rows(connection: sqlite3.Connection, integration: str) -> None:
    """Ledger, history, runs and watermarks; not the product mapping."""
    connection.execute(
        "DELETE FROM flow_mark WHERE run_id IN (SELECT id FROM run WHERE integration = ?)", (integration,)
    )
    for table in _DONE:
        connection.execute(f"DELETE FROM {table} WHERE integration = ?", (integration,))  # noqa: S608 - constants


def delete_mapping(connection: sqlite3.Connection, integration: str) -> None:
    for table in _MAPPED:
        connection.execute(f"DELETE FROM {table} WHERE integration = ?", (integration,))  # noqa: S608 - constants


def rename_rows(connection: sqlite3.Connection, integration: str, new_key: str) -> None:
    for table in (*_DONE, *_MAPPED):
        connection.execute(
            f"UPDATE {table} SET integration = ? WHERE integration = ?",  # noqa: S608 - constants
            (new_key, integration),
        )
