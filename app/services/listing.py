"""Several texts as one, still translated when it is shown."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.texts import Text, text


def listed(parts: Sequence[Text]) -> Text:
    """``3 orders, 2 carts``."""
    joined = parts[0] if parts else Text("")
    for part in parts[1:]:
        joined = text("{left}, {right}", left=joined, right=part)
    return joined
