import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.interpreter import GarbageRounds


class Knot:
    """A cycle that only the search for garbage can undo."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def rounds(qapp: QApplication) -> Iterator[GarbageRounds]:
    made = GarbageRounds(qapp)
    made.start()
    yield made
    made.stop()
    made.deleteLater()


def test_cycles_are_found_in_the_windows_thread_and_in_no_other(rounds: GarbageRounds, qtbot: QtBot) -> None:
    found_in: list[str] = []
    knot = Knot()
    weakref.finalize(knot, lambda: found_in.append(threading.current_thread().name))
    del knot
    other = threading.Thread(target=lambda: [Knot() for _ in range(50_000)])
    other.start()
    other.join()
    assert found_in == []
    qtbot.waitUntil(lambda: bool(found_in))
    assert found_in == [threading.main_thread().name]


def test_python_collects_by_itself_again_afterwards(qapp: QApplication) -> None:
    rounds = GarbageRounds(qapp)
    rounds.start()
    assert not gc.isenabled()
    rounds.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
