"""Real databases in temporary folders."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from app.storage.backups import Backups
from app.storage.database import Database
from app.storage.folder import DataFolder


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    return folder


@pytest.fixture
async def opened() -> AsyncIterator[Callable[[DataFolder], Awaitable[Database]]]:
    """Opens the database of a folder; what is still open at the end is closed."""
    databases: list[Database] = []

    async def open_(folder: DataFolder, busy_timeout_s: float = 5.0) -> Database:
        database = Database(folder.database, Backups(folder.backups), busy_timeout_s=busy_timeout_s)
        databases.append(database)
        await database.open()
        return database

    yield open_
    for database in databases:
        await database.close()


@pytest.fixture
async def database(folder: DataFolder, opened) -> Database:
    return await opened(folder)
