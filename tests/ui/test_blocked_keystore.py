"""A keystore that never answers: the window lives on, says so, and closes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import opened
from app.core.errors import AppError, SecretStoreError
from app.storage.folder import DataFolder
from app.storage.keystore import Keystore
from app.ui import navigation
from app.ui.application import Program
from app.ui.pages.home import HomePage
from app.ui.pages.settings import SettingsPage
from tests.conftest import MemoryKeyring


class BlockedKeyring(MemoryKeyring):
    """Asks a person who is not there."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.released = threading.Event(), threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.set()
        self.released.wait()
        return None


@pytest.fixture
def blocked() -> Iterator[BlockedKeyring]:
    backend = BlockedKeyring()
    keyring.set_keyring(backend)
    yield backend
    backend.released.set()


@pytest.mark.parametrize("timeout_s", [600.0, 0.2])
def test_the_window_lives_and_closes_while_the_keystore_blocks(
    window_loop: asyncio.AbstractEventLoop,
    qapp: QApplication,
    qtbot: QtBot,
    data_dir: Path,
    blocked: BlockedKeyring,
    timeout_s: float,
) -> None:
    folder = DataFolder(data_dir)
    store = Keystore(timeout_s=timeout_s)
    program = Program(qapp, {}, lambda: opened(folder, keystore=store, practice_records=5), data_folder=folder.root)
    ended = asyncio.ensure_future(program.ended())
    program.start()
    navigator = program.shell.navigator
    qtbot.waitUntil(lambda: isinstance(navigator.page(), HomePage), timeout=30_000)
    navigator.open_section(navigation.SETTINGS)
    page = navigator.page()
    assert isinstance(page, SettingsPage)
    qtbot.waitUntil(blocked.asked.is_set, timeout=30_000)
    if timeout_s < 1:
        qtbot.waitUntil(lambda: "choose a passphrase" in page.secret_problem.text(), timeout=30_000)
        qtbot.waitUntil(page.vault_button.isVisible, timeout=30_000)
    else:
        # The engine answers other questions meanwhile.
        days = asyncio.ensure_future(program.engine.call(lambda services: services.preferences.log_days()))
        qtbot.waitUntil(days.done, timeout=30_000)
        assert days.result() == 14
    program.stop()
    qtbot.waitUntil(ended.done, timeout=30_000)
    assert ended.result() == 0
    program.shell.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


async def test_saving_a_secret_meanwhile_fails_with_the_way_out(data_dir: Path, blocked: BlockedKeyring) -> None:
    async with opened(DataFolder(data_dir), keystore=Keystore(timeout_s=0.2), practice_records=5) as services:
        with pytest.raises(AppError) as raised:
            await services.secrets.put("my-shop", {"token": "canary-of-a-blocked-keystore"})
        assert isinstance(raised.value, SecretStoreError)
        assert "this session only" in str(raised.value)
        services.secrets.use_session()
        await services.secrets.put("my-shop", {"token": "canary-of-a-blocked-keystore"})
        assert await services.secrets.names("my-shop") == {"token"}
