import asyncio
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.errors import AppError, StorageError
from app.core.texts import text
from app.ui.tasks import Tasks


async def wait_for_ever() -> None:
    await asyncio.Event().wait()


async def fail() -> None:
    raise StorageError(text("The disk is full."))


async def break_down() -> None:
    raise ZeroDivisionError("raw detail")


def test_a_task_ends_with_the_widget_it_belongs_to(
    window_loop: asyncio.AbstractEventLoop, qtbot: QtBot, qapp: QApplication
) -> None:
    tasks, owner = Tasks(), QObject()
    task = tasks.spawn(wait_for_ever(), owner=owner)
    owner.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.waitUntil(task.done)
    assert task.cancelled()


def test_an_error_goes_to_whoever_asked_for_it(window_loop: asyncio.AbstractEventLoop, qtbot: QtBot) -> None:
    tasks, own, common = Tasks(), list[AppError](), list[AppError]()
    tasks.failed.connect(common.append)
    tasks.spawn(fail(), on_error=own.append)
    qtbot.waitUntil(lambda: bool(own))
    assert common == []
    tasks.spawn(fail())
    qtbot.waitUntil(lambda: bool(common))
    assert str(common[0]) == "The disk is full."


def test_a_raw_exception_becomes_a_sentence_and_a_line_in_the_log(
    window_loop: asyncio.AbstractEventLoop,
    qtbot: QtBot,
    caplog: pytest.LogCaptureFixture,
    expected_warnings: Callable[[str], None],
) -> None:
    expected_warnings("a task of the window failed unexpectedly")
    tasks, errors = Tasks(), list[AppError]()
    tasks.failed.connect(errors.append)
    tasks.spawn(break_down())
    qtbot.waitUntil(lambda: bool(errors))
    assert "raw detail" not in str(errors[0])
    assert "raw detail" in caplog.text
