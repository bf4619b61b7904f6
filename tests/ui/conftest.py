"""Windows under test: a loop for coroutines, the theme, and services that live in memory."""

import asyncio
import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Read when the first application is made: letters have the same shape and width on every machine.
os.environ["FONTCONFIG_FILE"] = str(Path(__file__).resolve().with_name("fonts.conf"))

import pytest
import qasync
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from app.ui.theme import ThemeChoice, apply_theme
from tests.ui.fakes import FakeEngine, FakeWindow, fake_context


def pytest_runtest_logstart() -> None:
    """Qt's objects may only die in the window's thread, so no other thread may come upon them as garbage."""
    gc.disable()


def pytest_runtest_logfinish() -> None:
    """When the test and its fixtures are gone, what they left behind is cleared away here, in the window's thread."""
    gc.collect()
    gc.enable()


@pytest.fixture
def window_loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """The window's loop, turning whenever Qt's does: `qtbot.waitUntil` lets coroutines run."""
    loop: Any = qasync.QEventLoop(qapp, already_running=True)
    yield loop
    for task in asyncio.all_tasks(loop):
        task.cancel()
    for _ in range(20):
        qapp.processEvents()
        if not asyncio.all_tasks(loop):
            break
    qapp.processEvents()  # what the ended tasks asked to be told
    asyncio.events._set_running_loop(None)
    # Not loop.stop(): it makes the application refuse every later event loop, those of the next tests included.
    qapp.aboutToQuit.disconnect(loop._after_run_forever)
    loop._after_run_forever()
    loop._QEventLoop__is_running = False
    loop.close()


@pytest.fixture
def light(qapp: QApplication) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)


@pytest.fixture
def window(window_loop: asyncio.AbstractEventLoop, light: None, qapp: QApplication) -> Iterator[FakeWindow]:
    """A context with services in memory; `window.services` holds them, `window.navigator` tells where one went."""
    made = fake_context(FakeEngine())
    yield made
    made.context.tasks.cancel_all()
    made.host.close()
    made.host.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
