"""Times as most vendors write them: ISO 8601, in UTC where no offset is given."""

from __future__ import annotations

from datetime import UTC, datetime


def moment_in(words: str) -> datetime | None:
    """Aware. None for nothing, for what is no time, and for ``0000-00-00``, which some write for "never"."""
    try:
        found = datetime.fromisoformat(words.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
