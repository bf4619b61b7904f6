"""How the database and its folder are: checked, counted and measured, without a look at what they hold."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.core.events import now
from app.storage.backups import Backups, made_at
from app.storage.database import Database
from app.storage.folder import DataFolder, filesystem_of

_DATED = len("koppler-20260131-120000-000000")


async def database_health(database: Database, folder: DataFolder, backups: Backups) -> Mapping[str, Any]:
    """Numbers and SQLite's own verdict. Raises StorageError."""
    inside = await database.read(_inside)
    return {**inside, **await asyncio.to_thread(_around, folder, backups)}


def _inside(connection: sqlite3.Connection) -> dict[str, Any]:
    def pragma(name: str) -> Any:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]

    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    findings = [str(row[0]) for row in connection.execute("PRAGMA quick_check(20)")]
    return {
        "sqlite": sqlite3.sqlite_version,
        "schema": pragma("user_version"),
        "check": "ok" if findings == ["ok"] else f"{len(findings)} findings",
        "pages": pragma("page_count"),
        "free_pages": pragma("freelist_count"),
        "page_bytes": pragma("page_size"),
        "rows": {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - from the schema
            for name in sorted(names)
        },
    }


def _around(folder: DataFolder, backups: Backups) -> dict[str, Any]:
    """The folder's own path is left out: it often holds a person's name."""
    return {
        "file_bytes": _size(folder.database),
        "log_bytes": _size(folder.database.with_name(folder.database.name + "-wal")),
        "file_system": filesystem_of(folder.root),
        "free_bytes": shutil.disk_usage(folder.root).free,
        "backups": [
            {"age_days": (now() - made_at(each)).days, "bytes": _size(each), "schema": _schema_in(each.name)}
            for each in backups.all()
        ],
        "set_aside": len(backups.set_aside_folders()),
    }


def _schema_in(name: str) -> str:
    version = name[_DATED:].removeprefix("-v").removesuffix(".db")
    return version if version.isdigit() else ""


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
