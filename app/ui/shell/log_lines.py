"""What the log pane keeps and which of it is shown; knows nothing of widgets."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Level = Literal["debug", "info", "ok", "warning", "error"]
RING_SIZE = 5_000

_SEVERITY: dict[Level, int] = {"debug": 0, "info": 1, "ok": 1, "warning": 2, "error": 3}


def severity(level: Level) -> int:
    return _SEVERITY[level]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line as shown. `time` is aware; the pane shows it in the person's zone."""

    entry_id: int
    time: datetime
    level: Level
    message: str
    has_details: bool = False


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Shows lines at least as severe as `least` whose message holds `words`, whatever their case."""

    least: Level = "info"
    words: str = ""

    def shows(self, line: LogLine) -> bool:
        return _SEVERITY[line.level] >= _SEVERITY[self.least] and (
            not self.words or self.words.casefold() in line.message.casefold()
        )


class LogRing:
    """The newest lines, up to `size`; older ones fall out."""

    def __init__(self, size: int = RING_SIZE) -> None:
        self._lines: deque[LogLine] = deque(maxlen=size)

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, lines: Iterable[LogLine]) -> None:
        self._lines.extend(lines)

    def latest(self) -> LogLine | None:
        return self._lines[-1] if self._lines else None

    def shown_by(self, chosen: LogFilter) -> Sequence[LogLine]:
        return [line for line in self._lines if chosen.shows(line)]
