"""Where a connector stumbles over an answer that nobody foresaw: an error in words instead of a raw exception."""

from __future__ import annotations

import traceback
from pathlib import Path

from app.core.errors import ProtocolError
from app.core.texts import text


def unexpected(error: Exception) -> ProtocolError:
    """Tells where it happened, never what the exception says: its words may repeat a record or a key."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).parent.name}/{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
    return ProtocolError(
        text("The program met something that it does not know, and stopped there."),
        remedy=text("Try again later; if it happens again, please report it with the log."),
        detail=f"{type(error).__name__} at {' < '.join(reversed(places[-4:]))}",
    )
