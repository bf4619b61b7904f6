"""The whole window with the real services: real database, real simulators, real sockets."""

import asyncio
import errno
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import opened
from app.core.texts import current_language
from app.storage.folder import DataFolder
from app.storage.lock import FolderLock
from app.storage.migrations import APPLICATION_ID, LATEST
from app.storage.preferences import peek
from app.ui.application import Program
from app.ui.pages.connect import ConnectionState
from app.ui.pages.home import HomePage
from app.ui.pages.wizard import WizardPage
from app.ui.pages.wizard.connect_step import PRACTICE, ConnectStep
from app.ui.pages.wizard.flows_step import FlowsStep
from app.ui.pages.wizard.model import Side, Step
from app.ui.pages.wizard.systems_step import SystemsStep
from app.ui.start_page import StartPage
from app.ui.start_sheet import StartSheet
from app.ui.theme import ThemeChoice
from app.ui.widgets.confirm import ConfirmSheet
from tests.ui.accessibility import unnamed_controls

START_AND_CLOSE = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.bootstrap import opened
from app.storage.folder import DataFolder
from app.ui.application import run

application = QApplication([])
folder = DataFolder(Path(sys.argv[1]))

def close():
    windows = [each for each in application.topLevelWidgets() if each.isVisible() and each.windowTitle() == "Koppler"]
    if windows and folder.database.is_file():
        windows[0].close()

timer = QTimer(interval=100)
timer.timeout.connect(close)
timer.start()
sys.exit(run(folder, lambda: opened(folder, practice_records=20)))
"""


def patiently(qtbot: QtBot, is_there: Callable[[], bool]) -> None:
    """Real simulators and a real database may share the machine with much else."""
    qtbot.waitUntil(is_there, timeout=30_000)


class Start:
    """A program on its own data folder, ended with the test."""

    def __init__(self, qapp: QApplication, folder: DataFolder, qtbot: QtBot) -> None:
        self.folder = folder
        self._qtbot = qtbot
        self.program = Program(
            qapp,
            peek(folder.database),
            lambda: opened(folder, practice_records=20),
            data_folder=folder.root,
        )
        self._ended = asyncio.ensure_future(self.program.ended())

    def open(self) -> Program:
        self.program.start()
        patiently(self._qtbot, lambda: isinstance(self.program.shell.navigator.page(), HomePage))
        return self.program

    def press(self, sheet: StartSheet, words: str) -> None:
        """The way out that begins with these words leads to the first page."""
        button = next(each for each in sheet.findChildren(QPushButton) if each.text().startswith(words))
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        patiently(self._qtbot, lambda: isinstance(self.program.shell.navigator.page(), HomePage))

    def end(self) -> int:
        self.program.stop()
        patiently(self._qtbot, self._ended.done)
        return self._ended.result()


@pytest.fixture
def start(
    window_loop: asyncio.AbstractEventLoop, qapp: QApplication, data_dir: Path, qtbot: QtBot, memory_keyring: object
) -> Iterator[Callable[[], Start]]:
    made: list[Start] = []

    def begin() -> Start:
        made.append(Start(qapp, DataFolder(data_dir), qtbot))
        return made[-1]

    yield begin
    for each in made:
        each.end()
        each.program.shell.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def start_sheet(qtbot: QtBot, program: Program) -> StartSheet:
    patiently(qtbot, lambda: program.shell.findChild(StartSheet) is not None)
    found = program.shell.findChild(StartSheet)
    assert isinstance(found, StartSheet)
    return found


def words_of(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def wait_for_side(qtbot: QtBot, page: WizardPage, step: ConnectStep, side: Side) -> None:
    patiently(qtbot, lambda: page.step is Step.CONNECT and step.side is side and step.editor is not None)


def page_of(program: Program, kind: type) -> object:
    page = program.shell.navigator.page()
    assert isinstance(page, kind)
    return page


def test_the_window_is_there_before_the_engine_and_both_end_in_good_order(
    start: Callable[[], Start], qtbot: QtBot
) -> None:
    begun = start()
    begun.program.shell.show()
    assert isinstance(begun.program.shell.navigator.page(), StartPage)
    begun.open()
    assert begun.end() == 0
    assert not begun.program.engine.is_running


def test_every_system_of_the_program_has_its_card(start: Callable[[], Start], qtbot: QtBot) -> None:
    program = start().open()
    home = page_of(program, HomePage)
    assert isinstance(home, HomePage)
    patiently(qtbot, lambda: home.model.is_loaded)
    assert len(home.systems.shown()) >= 3
    assert unnamed_controls(home) == []


def test_practice_accounts_lead_through_the_steps_with_real_simulators(
    start: Callable[[], Start], qtbot: QtBot
) -> None:
    program = start().open()
    program.shell.navigator.push("wizard")
    page = page_of(program, WizardPage)
    assert isinstance(page, WizardPage)
    systems, connect, flows = (page.steps[step] for step in (Step.SYSTEMS, Step.CONNECT, Step.FLOWS))
    assert isinstance(systems, SystemsStep)
    assert isinstance(connect, ConnectStep)
    assert isinstance(flows, FlowsStep)
    patiently(qtbot, lambda: bool(systems.source.names()))
    shop = next(each for each in page.model.sources() if each.category.value == "shop")
    qtbot.mouseClick(systems.source.card(shop.system), Qt.MouseButton.LeftButton)
    patiently(qtbot, lambda: bool(systems.target.names()))
    systems.target.card(systems.target.names()[0]).click()
    patiently(qtbot, page.continue_button.isEnabled)
    qtbot.mouseClick(page.continue_button, Qt.MouseButton.LeftButton)
    for side in Side:
        wait_for_side(qtbot, page, connect, side)
        assert connect.choice is not None
        connect.choice.set_value(PRACTICE)
        patiently(qtbot, lambda: connect.editor is not None and connect.editor.is_practice)
        assert connect.editor is not None
        patiently(qtbot, lambda: connect.editor is not None and connect.editor.test.state is ConnectionState.PASSED)
        patiently(qtbot, page.continue_button.isEnabled)
        page.continue_button.click()
    patiently(qtbot, lambda: page.step is Step.FLOWS and bool(flows.switches))
    patiently(qtbot, page.continue_button.isEnabled)
    assert unnamed_controls(page) == []
    page.run(page._save_draft())
    patiently(qtbot, lambda: isinstance(program.shell.navigator.page(), HomePage))
    home = page_of(program, HomePage)
    assert isinstance(home, HomePage)
    patiently(qtbot, lambda: len(home.cards) == 1)
    (card,) = home.cards.values()
    assert card.status_words() == "Draft"


def test_language_and_theme_change_at_once_and_are_remembered(start: Callable[[], Start], qtbot: QtBot) -> None:
    begun = start()
    program = begun.open()
    program.use_language("de")
    program.use_theme(ThemeChoice.DARK)
    assert current_language() == "de"
    patiently(qtbot, lambda: peek(begun.folder.database).get("language") == "de")
    patiently(qtbot, lambda: peek(begun.folder.database).get("theme") == "dark")
    program.use_theme(ThemeChoice.LIGHT)


def test_the_window_remembers_how_it_was_left(start: Callable[[], Start], qtbot: QtBot) -> None:
    begun = start()
    begun.open()
    begun.program.context.window_state.set("log.collapsed", "1")
    begun.end()
    assert peek(begun.folder.database)["window"]["log.collapsed"] == "1"


def test_a_folder_in_use_is_refused_with_a_sentence(start: Callable[[], Start], qtbot: QtBot) -> None:
    start().open()
    second = start()
    second.program.start()
    patiently(qtbot, lambda: second.program._opening_error is not None)
    page = second.program.shell.navigator.page()
    assert isinstance(page, StartPage)
    assert "already running" in words_of(page)
    sheet = start_sheet(qtbot, second.program)
    assert "already running" in words_of(sheet)
    assert "close it first" in words_of(sheet)
    assert second.end() == 4


def test_a_folder_that_was_in_use_opens_once_it_is_free(start: Callable[[], Start], qtbot: QtBot) -> None:
    begun = start()
    begun.folder.prepare()
    with FolderLock(begun.folder.lock):
        begun.program.start()
        sheet = start_sheet(qtbot, begun.program)
    begun.press(sheet, "Try again")
    assert begun.end() == 0


def damage(folder: DataFolder) -> None:
    folder.database.write_bytes(b"this is no database" * 200)


def test_a_damaged_database_is_restored_at_the_start_and_the_window_opens(
    start: Callable[[], Start], qtbot: QtBot
) -> None:
    before = start()
    before.open()
    before.program.context.window_state.set("log.collapsed", "1")
    before.end()
    begun = start()
    damage(begun.folder)
    begun.program.start()
    sheet = start_sheet(qtbot, begun.program)
    assert unnamed_controls(sheet) == []
    begun.press(sheet, "Restore the backup of today")
    assert begun.end() == 0
    assert peek(begun.folder.database)["window"]["log.collapsed"] == "1"
    (kept,) = begun.folder.backups.glob("damaged-*/koppler.db")
    assert kept.read_bytes().startswith(b"this is no database")


def test_a_damaged_database_without_a_backup_begins_anew(start: Callable[[], Start], qtbot: QtBot) -> None:
    begun = start()
    damage(begun.folder)
    begun.program.start()
    sheet = start_sheet(qtbot, begun.program)
    assert [each.text() for each in sheet.findChildren(QPushButton)] == ["Quit", "Begin anew"]
    begun.press(sheet, "Begin anew")
    assert begun.end() == 0
    assert list(begun.folder.backups.glob("damaged-*/koppler.db"))


def test_leaving_a_damaged_database_changes_nothing(start: Callable[[], Start], qtbot: QtBot) -> None:
    begun = start()
    damage(begun.folder)
    begun.program.start()
    start_sheet(qtbot, begun.program).reject()
    assert begun.end() == 4
    assert begun.folder.database.read_bytes().startswith(b"this is no database")
    assert not list(begun.folder.backups.glob("damaged-*"))


def test_a_database_of_a_newer_program_is_left_alone(start: Callable[[], Start], qtbot: QtBot) -> None:
    begun = start()
    with closing(sqlite3.connect(begun.folder.database)) as newer:
        newer.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        newer.execute(f"PRAGMA user_version = {LATEST + 1}")
        newer.execute("CREATE TABLE later (one)")
        newer.commit()
    begun.program.start()
    words = words_of(start_sheet(qtbot, begun.program))
    assert "newer version" in words
    assert "Nothing has been changed" in words
    assert begun.end() == 4


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EACCES])
def test_a_disk_that_is_full_or_closed_is_told_with_a_remedy(
    start: Callable[[], Start], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    begun = start()

    def refuse(*_arguments: object, **_more: object) -> None:
        raise OSError(fault, "refused")

    with monkeypatch.context() as patched:
        patched.setattr("app.storage.folder.tempfile.TemporaryFile", refuse)
        begun.program.start()
        sheet = start_sheet(qtbot, begun.program)
        assert str(begun.folder.root) in words_of(sheet)
    begun.press(sheet, "Try again")
    assert begun.end() == 0


def test_the_program_starts_and_ends_with_its_window(
    data_dir: Path, program_environment: Callable[..., dict[str, str]]
) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", START_AND_CLOSE, str(data_dir)],
        env=program_environment(QT_QPA_PLATFORM="offscreen"),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert (
        finished.returncode,
        finished.stderr.replace("This plugin does not support propagateSizeHints()\n", ""),
    ) == (
        0,
        "",
    )


def test_a_folder_from_another_computer_asks_once_whether_the_person_has_moved(
    start: Callable[[], Start], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def home_of(folder: DataFolder) -> bytes | None:
        with closing(sqlite3.connect(folder.database)) as connection:
            row = connection.execute("SELECT value FROM identity WHERE name = 'computer'").fetchone()
        return bytes(row[0]) if row else None

    monkeypatch.setattr("app.bootstrap.computer_id", lambda _environ: "office")
    office = start()
    office.open()
    patiently(qtbot, lambda: home_of(office.folder) is not None)
    office.end()
    before = home_of(office.folder)

    monkeypatch.setattr("app.bootstrap.computer_id", lambda _environ: "laptop")
    laptop = start()
    program = laptop.open()
    patiently(qtbot, lambda: program.shell.findChild(ConfirmSheet, "moved-sheet") is not None)
    sheet = program.shell.findChild(ConfirmSheet, "moved-sheet")
    assert isinstance(sheet, ConfirmSheet)
    assert unnamed_controls(sheet) == []
    qtbot.mouseClick(sheet.confirm_button, Qt.MouseButton.LeftButton)
    patiently(qtbot, lambda: home_of(laptop.folder) != before)
