"""Where the window's own habits are kept: sizes, widths, what was folded."""

from __future__ import annotations

from typing import Protocol


class WindowState(Protocol):
    """A small store of texts; both calls return at once (an implementation writes to disk elsewhere)."""

    def get(self, key: str) -> str | None: ...

    def set(self, key: str, value: str) -> None: ...
