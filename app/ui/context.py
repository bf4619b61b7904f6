"""What every page gets by its constructor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.core.errors import AppError
from app.ui.engine_thread import Engine
from app.ui.navigation import Navigation
from app.ui.tasks import Tasks
from app.ui.theme import ThemeChoice
from app.ui.widgets.painting import Words
from app.ui.window_state import WindowState


class Notices(Protocol):
    """Short words in passing; errors that belong to no page."""

    def toast(self, words: Words, *, action_words: Words = "", on_action: Callable[[], None] | None = None) -> None: ...

    def show_error(self, error: AppError) -> None: ...


class Appearance(Protocol):
    """Language and theme: changed at once, remembered by the engine."""

    def use_language(self, language: str) -> None: ...

    def use_theme(self, choice: ThemeChoice) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    engine: Engine
    tasks: Tasks
    navigator: Navigation
    notices: Notices
    appearance: Appearance
    window_state: WindowState
    data_folder: Path = Path()
    """Where everything is kept, to be shown."""
