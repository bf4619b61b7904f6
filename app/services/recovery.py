"""A damaged database made whole again: from a backup, or begun anew. Works while nothing else is open."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.core.errors import ConfigError
from app.core.texts import text
from app.services.names import UnknownNameError
from app.storage.backups import Backups, made_at
from app.storage.database import Database
from app.storage.folder import DataFolder
from app.storage.lock import FolderLock


@dataclass(frozen=True, slots=True)
class Copy:
    """One backup of the database."""

    path: Path
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Recovered:
    backup: Copy | None
    """None where the program begins anew."""
    kept_aside: Path | None
    """The folder with the file that was in use before; None where there was none."""


class Recovery:
    """Every method raises StorageError: the folder is in use, full or not writable."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._backups = Backups(folder.backups)

    async def newest(self) -> Copy | None:
        """The newest backup that can be restored."""
        return await asyncio.to_thread(self._newest)

    async def chosen(self, wanted: Path | None) -> Copy:
        """The backup of that path or file name, else the newest one. Raises ConfigError where there is none."""
        return await asyncio.to_thread(self._chosen, wanted)

    async def restore(self, copy: Copy) -> Recovered:
        """The present database is kept aside, sound or not. Raises StorageError for a backup that cannot be used;
        nothing has changed then."""
        with self._held():
            database = self._database()
            try:
                return Recovered(copy, await database.restore(copy.path))
            finally:
                await database.close()

    async def start_over(self) -> Recovered:
        with self._held():
            database = self._database()
            try:
                return Recovered(None, await database.start_over())
            finally:
                await database.close()

    def _held(self) -> FolderLock:
        self._folder.prepare()
        return FolderLock(self._folder.lock)

    def _database(self) -> Database:
        return Database(self._folder.database, self._backups)

    def _newest(self) -> Copy | None:
        found = self._backups.newest_sound()
        return None if found is None else Copy(found, made_at(found))

    def _chosen(self, wanted: Path | None) -> Copy:
        known = self._backups.all()
        if wanted is None:
            if newest := self._newest():
                return newest
            raise ConfigError(
                text("There is no backup that could be restored."),
                remedy=text(
                    "Begin anew with: koppler restore --start-over. The present file is kept, and your shop and your "
                    "target keep everything they hold."
                ),
            )
        path = next((each for each in known if each.name == str(wanted)), wanted.expanduser().absolute())
        if not path.is_file():
            raise UnknownNameError(
                text('There is no backup "{name}".', name=str(wanted)),
                remedy=text("Backups: {names}.", names=", ".join(each.name for each in known) or "–"),
                field="from",
            )
        return Copy(path, made_at(path))
