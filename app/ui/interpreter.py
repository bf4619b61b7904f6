"""How the interpreter is told that a window must never wait: measured by ``tests/benchmarks/window_stalls.py``."""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QObject, QTimer

_SWITCH_INTERVAL_S = 0.001  # keeps the window's longest wait for the interpreter lock under 40 ms
_ROUND_MS = 100
_YOUNG_OBJECTS = 1_000
_MIDDLE_EVERY, _OLD_EVERY = 10, 600


def favour_window() -> None:
    """At the start of the program: short turns for the engine's thread."""
    sys.setswitchinterval(_SWITCH_INTERVAL_S)


class GarbageRounds(QObject):
    """Looks for cyclic garbage in the window's thread only, a little at a time.

    Python would do it in whichever thread happens to allocate: in the engine's it would delete Qt's objects where Qt
    forbids it, and a full round would hold both threads for over 100 ms.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rounds = 0
        self._timer = QTimer(self, interval=_ROUND_MS)
        self._timer.timeout.connect(self._collect)

    def start(self) -> None:
        """Modules and classes that are there by now stay for ever, and are not walked through again."""
        gc.disable()
        self.set_aside()
        self._timer.start()

    def set_aside(self) -> None:
        """What is there now stays for ever, such as modules imported since the start."""
        gc.freeze()

    def stop(self) -> None:
        """Back to Python's own way."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _collect(self) -> None:
        self._rounds += 1
        if self._rounds % _OLD_EVERY == 0:
            gc.collect()
        elif self._rounds % _MIDDLE_EVERY == 0:
            gc.collect(1)
        elif gc.get_count()[0] > _YOUNG_OBJECTS:
            gc.collect(0)
