"""PySide6 6.12.0 gives back references it does not own, and aborts the process after a few hundred signals."""

import sys

import PySide6
import pytest
from PySide6.QtCore import QObject, Signal

SIGNALS = 300
TOLERANCE = 50


class Bell(QObject):
    rung = Signal(bool)


@pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="True and None are immortal there: their count says nothing (PEP 683)"
)
def test_emitting_signals_does_not_consume_references() -> None:
    bell = Bell()
    heard: list[bool] = []
    bell.rung.connect(heard.append)
    before = sys.getrefcount(True), sys.getrefcount(None)
    for _ in range(SIGNALS):
        bell.rung.emit(True)
    heard.clear()
    after = sys.getrefcount(True), sys.getrefcount(None)
    assert all(abs(now - then) < TOLERANCE for then, now in zip(before, after, strict=True))


def test_the_defective_version_is_not_installed() -> None:
    assert PySide6.__version_info__[:3] != (6, 12, 0)
