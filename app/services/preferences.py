"""What the person prefers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.errors import ConfigError
from app.core.texts import LANGUAGES, current_language, text, use_language
from app.storage.preferences import LANGUAGE, LOG_DAYS, THEME, WINDOW
from app.storage.preferences import Preferences as Store

THEMES = ("system", "light", "dark")


class Preferences:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def language(self) -> str:
        """The chosen one, else the one in use."""
        found = await self._store.get(LANGUAGE)
        return found if found in LANGUAGES else current_language()

    async def set_language(self, language: str) -> None:
        """From now on every text is in this language. Raises ConfigError for one that there is not."""
        if language not in LANGUAGES:
            raise ConfigError(text("This language is not available."), field=LANGUAGE)
        await self._store.set(LANGUAGE, language)
        use_language(language)

    async def theme(self) -> str:
        found = await self._store.get(THEME)
        return found if found in THEMES else "system"

    async def set_theme(self, theme: str) -> None:
        if theme not in THEMES:
            raise ConfigError(text("There is no such theme."), field=THEME)
        await self._store.set(THEME, theme)

    async def log_days(self) -> int:
        return await self._store.log_days()

    async def set_log_days(self, days: int) -> None:
        """1 to 90; raises ConfigError."""
        await self._store.set(LOG_DAYS, days)

    async def window(self) -> Mapping[str, Any]:
        found = await self._store.get(WINDOW)
        return found if isinstance(found, dict) else {}

    async def set_window(self, state: Mapping[str, Any]) -> None:
        await self._store.set(WINDOW, dict(state))

    async def get(self, name: str, default: Any = None) -> Any:
        """For whatever else a page remembers; values are JSON."""
        return await self._store.get(name, default)

    async def set(self, name: str, value: Any) -> None:
        await self._store.set(name, value)
