"""Times without a zone: ``2026-11-02 11:30:00``, taken as those of Berlin, where Digistore24 has its seat.

The zone is not documented; older answers named it. The hour of the autumn change comes twice, so changes are asked for
an hour earlier than needed.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


def moment_of(raw: object) -> datetime | None:
    """Aware; None for nothing. Raises ValueError for what is no time."""
    words = str(raw or "").strip()
    if not words or words.startswith("0000"):
        return None
    found = datetime.fromisoformat(words)
    return found if found.tzinfo else found.replace(tzinfo=BERLIN)


def local_words(moment: datetime) -> str:
    return moment.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M:%S")
