"""The way of a beginner through the real window: practice mode, preview, one record, the import, its balance."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import opened
from app.core.outcomes import Outcome
from app.storage.folder import DataFolder
from app.ui.application import Program
from app.ui.pages.integration import IntegrationPage
from app.ui.pages.preview import PreviewPanel
from app.ui.pages.run import RunPage
from app.ui.widgets import ConfirmSheet
from tests.ui.accessibility import unnamed_controls

PATIENCE_MS = 60_000


@pytest.fixture
def program(qapp: QApplication, window_loop: object, tmp_path: Path, qtbot: QtBot) -> Iterator[Program]:
    folder = DataFolder(tmp_path / "data")
    program = Program(qapp, {}, lambda: opened(folder, practice_records=12), data_folder=folder.root)
    with qtbot.waitSignal(program.engine.opened, timeout=PATIENCE_MS):
        program.start()
    yield program
    with qtbot.waitSignal(program.engine.closed, timeout=PATIENCE_MS):
        program.stop()
    program._garbage.stop()
    program.shell.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_from_practice_mode_to_a_balance_that_adds_up(program: Program, qtbot: QtBot) -> None:
    navigator = program.shell.navigator
    navigator.open_section("practice")
    qtbot.waitUntil(lambda: isinstance(navigator.page(), IntegrationPage), timeout=PATIENCE_MS)
    page = navigator.page()
    assert isinstance(page, IntegrationPage)
    preview = page.panel("preview")
    assert isinstance(preview, PreviewPanel)
    qtbot.waitUntil(lambda: preview.items.rowCount() > 0, timeout=PATIENCE_MS)
    assert preview.consent.message().startswith("Consent: 0 newly subscribed, ")
    assert unnamed_controls(page) == []
    preview.import_button.click()
    preview.findChildren(ConfirmSheet)[0].confirm_button.click()
    qtbot.waitUntil(lambda: isinstance(navigator.page(), RunPage), timeout=PATIENCE_MS)
    run = navigator.page()
    assert isinstance(run, RunPage)
    qtbot.waitUntil(lambda: run.model.is_finished, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: run.progress.percent.text() == "100 %", timeout=PATIENCE_MS)
    total = run.model.balance.total
    numbers = [int(tile.number().replace(",", "")) for tile in run.progress.tiles]
    assert sum(numbers) == total.read > 0
    assert numbers[2] == total.count(Outcome.SKIPPED)
    assert unnamed_controls(run) == []
    navigator.back()
    page.tabs.select("overview")
    qtbot.waitUntil(lambda: page.model.last_sync is not None, timeout=PATIENCE_MS)
