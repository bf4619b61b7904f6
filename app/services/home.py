"""A data folder copied to a second computer only looks: two programs with one memory each would undo each other."""

from __future__ import annotations

from app.core.errors import ConfigError
from app.core.texts import text
from app.storage.home import HomeStore


class Home:
    def __init__(self, store: HomeStore) -> None:
        self._store = store

    async def is_copy(self) -> bool:
        """This folder was used on another computer last, and nobody has said that it moved. Raises StorageError."""
        return await self._store.is_elsewhere()

    async def move_here(self) -> None:
        """The person works on this computer from now on. Raises StorageError."""
        await self._store.settle()

    async def refuse_copy(self) -> None:
        """Before anything is written to a system. Raises ConfigError."""
        if await self.is_copy():
            raise ConfigError(
                text("This data folder was used on another computer before, so nothing is sent from here."),
                remedy=text(
                    "Previews and lists work. If you have moved to this computer, start the program again and confirm "
                    "it there, or in a terminal: koppler moved"
                ),
                field="data_folder",
            )
