"""Values as they stand in rows: JSON, with a clear error for what cannot be read, and patterns for searching."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from app.core.errors import StorageError
from app.core.texts import text

Made = TypeVar("Made")


def as_json(value: object) -> str:
    """Raises TypeError for what JSON cannot carry: a fault of the caller."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def readable(make: Callable[[], Made], name: str) -> Made:
    """``make``'s result. Raises StorageError naming what could not be read."""
    try:
        return make()
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise StorageError(
            text('The settings of "{name}" are damaged.', name=name),
            remedy=text("Delete it and set it up again, or restore a backup. Everything else stays as it is."),
            detail=f"{type(error).__name__} while reading {name}",
        ) from error


def like(words: str) -> str:
    """A LIKE pattern for texts that contain the words as they stand; the backslash is its escape."""
    plain = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"
