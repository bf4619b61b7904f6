"""Reads the log aloud, sparingly: a screen reader must not drown in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from app.ui.shell.log_lines import LogLine, severity

PAUSE_S = 5.0


class Announcer(QObject):
    """At most one line in five seconds: the most severe, and among equals the newest."""

    announced = Signal(str)

    def __init__(self, speaker: QWidget, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(speaker)
        self._speaker = speaker
        self._clock = clock
        self._spoke_at_s = float("-inf")
        self._waiting: LogLine | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.speak_when_due)

    def offer(self, lines: Sequence[LogLine]) -> None:
        for line in lines:
            if self._waiting is None or severity(line.level) >= severity(self._waiting.level):
                self._waiting = line
        self.speak_when_due()

    def speak_when_due(self) -> None:
        if self._waiting is None:
            return
        left_s = self._spoke_at_s + PAUSE_S - self._clock()
        if left_s > 0:
            if not self._timer.isActive():
                self._timer.start(int(left_s * 1000) + 1)
            return
        words, self._waiting = self._waiting.message, None
        self._spoke_at_s = self._clock()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._speaker, words))
        self.announced.emit(words)
