"""The window, started and ended: the window first, then the engine on its own thread."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import qasync
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QWidget

from app.core.errors import AppError
from app.core.events import Event, RunStateEvent, SummaryEvent
from app.core.resources import resource_path
from app.core.texts import LANGUAGES, _
from app.services.recovery import Recovery
from app.storage.folder import DataFolder
from app.storage.preferences import LANGUAGE, THEME, WINDOW, peek
from app.ui import navigation
from app.ui.context import Context
from app.ui.engine_thread import EngineThread, Opening
from app.ui.interpreter import GarbageRounds, favour_window
from app.ui.languages import Languages, system_language
from app.ui.log_feed import LogFeed
from app.ui.pages.log.desk import LogDesk
from app.ui.routes import MakePage, all_pages, import_pages
from app.ui.shell import Navigator, Shell
from app.ui.start_page import StartPage
from app.ui.start_trouble import StartTrouble
from app.ui.stored_state import StoredWindowState
from app.ui.tasks import Tasks
from app.ui.theme import ThemeChoice, apply_theme
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.confirm import ConfirmSheet
from app.ui.widgets.painting import Words
from app.ui.widgets.toast import Toast

_STOP_TIMEOUT_S = 30.0
_RECALLED_LINES = 200
_LOG = logging.getLogger(__name__)


def run(folder: DataFolder, open_services: Opening) -> int:
    """Shows the window and returns when it is closed; the exit code."""
    present = QApplication.instance()
    application = present if isinstance(present, QApplication) else QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    application.setApplicationName("Koppler")
    application.setDesktopFileName("koppler")
    favour_window()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    try:
        with loop:
            return int(loop.run_until_complete(_live(application, folder, open_services)))
    finally:
        asyncio.set_event_loop(None)


async def _live(application: QApplication, folder: DataFolder, open_services: Opening) -> int:
    program = Program(application, peek(folder.database), open_services, data_folder=folder.root)
    program.start()
    return await program.ended()


class Program(QObject):
    """One window with its engine."""

    def __init__(
        self,
        application: QApplication,
        preferences: Mapping[str, Any],
        open_services: Opening,
        pages: Mapping[str, MakePage] | None = None,
        *,
        data_folder: Path = Path(),
    ) -> None:
        super().__init__()
        self._application = application
        self._languages = Languages(application)
        known = preferences.get(LANGUAGE)
        self._languages.use(known if known in LANGUAGES else system_language())
        apply_theme(application, _theme(preferences.get(THEME)))
        self.engine = EngineThread(open_services, self)
        self.tasks = Tasks(self)
        window = preferences.get(WINDOW)
        self._state = StoredWindowState(
            window if isinstance(window, dict) else {}, self._keep_window, self.tasks, parent=self
        )
        self._feed = LogFeed()
        self._garbage = GarbageRounds(self)
        self._opening_error: AppError | None = None
        self._is_open = False
        self._is_ending = False
        self._has_engine_ended = False
        self._end: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._pages = pages or all_pages()
        self.shell = Shell({name: self._factory(make) for name, make in self._pages.items()}, self._state)
        self.shell.setWindowIcon(QIcon(str(resource_path("icons", "koppler.svg"))))
        self.shell.installEventFilter(self)
        self.context = Context(
            engine=self.engine,
            tasks=self.tasks,
            navigator=self.shell.navigator,
            notices=self,
            appearance=self,
            window_state=self._state,
            data_folder=data_folder,
        )
        self._desk = LogDesk(self.context, self._feed, self.shell.log_pane, self)
        recovery = Recovery(DataFolder(data_folder))
        self._trouble = StartTrouble(self.shell, self.tasks, recovery, open_services, self)
        self._trouble.start_wanted.connect(self._start_again)
        self._trouble.quit_wanted.connect(self.stop)
        self.tasks.failed.connect(self.show_error)
        self.engine.opened.connect(self._open)
        self.engine.failed.connect(self._fail)
        self.engine.closed.connect(self._note_engine_end)
        self.engine.events_arrived.connect(self._hear)

    # Life ----------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.shell.show()
        self.engine.start()

    async def ended(self) -> int:
        """Waits for the window and the engine to end. Runs are interrupted in good order: they can be continued."""
        code = await self._end
        self._garbage.stop()
        self.shell.hide()
        self.tasks.cancel_all()  # before the loop is closed: pages that are deleted later find nothing to cancel
        await self.tasks.settled()
        self.engine.join(_STOP_TIMEOUT_S)
        return code

    def stop(self) -> None:
        if self._is_ending:
            return
        self._is_ending = True
        self.shell.hide()
        self.tasks.spawn(self._stop())

    async def _stop(self) -> None:
        if self._is_open:
            with suppress(AppError):  # the window's width is not worth a question at the end
                await self._state.flush()
        self.engine.stop()
        self._finish()

    def _open(self) -> None:
        self._is_open = True
        self._garbage.start()
        self.tasks.spawn(self._warm_up(), owner=self)
        self.shell.navigator.rebuild()
        self._count_attention()
        self.tasks.spawn(self._ask_whether_moved(), owner=self)
        self.tasks.spawn(self._recall_log(), owner=self, on_error=lambda _error: None)
        self.tasks.spawn(self._open_to_others(), owner=self)

    async def _open_to_others(self) -> None:
        """Pushes may come in, and mails that waited when the program ended go out."""
        await self.engine.call(lambda services: services.receiver.start_if_wanted())
        await self.engine.call(lambda services: services.mailing.flush())

    async def _ask_whether_moved(self) -> None:
        """A copied data folder only looks, until the person says that this is its computer now."""
        if not await self.engine.call(lambda services: services.home.is_copy()):
            return
        sheet = ConfirmSheet(
            self.shell,
            _("Have you moved to this computer?"),
            _(
                "This data folder was used on another computer before. If you have moved, go on here and no longer "
                "there: two computers would send everything twice. Otherwise look around; nothing is sent from here."
            ),
            _("I have moved"),
            cancel_words=_("Only look"),
        )
        sheet.setObjectName("moved-sheet")
        sheet.confirmed.connect(self._settle_here)
        sheet.open()

    def _settle_here(self) -> None:
        self.tasks.spawn(self.engine.call(lambda services: services.home.move_here()), owner=self)

    async def _warm_up(self) -> None:
        """Imports what the first click would have to wait for."""
        await asyncio.get_running_loop().run_in_executor(None, import_pages)
        self._garbage.set_aside()

    def _fail(self, error: AppError) -> None:
        self._opening_error = error
        if self._is_open:
            self.show_error(error)
        else:
            self.shell.navigator.rebuild()

    def _note_engine_end(self) -> None:
        self._has_engine_ended = True
        if self._opening_error is not None and not self._is_open and not self._is_ending:
            self._trouble.tell(self._opening_error)
        self._finish()

    def _start_again(self, open_services: Opening) -> None:
        self._opening_error = None
        self._has_engine_ended = False
        self.shell.navigator.rebuild()
        self.engine.start_again(open_services)

    def _finish(self) -> None:
        """Both have to end: an engine that ends by itself leaves the window to say why."""
        if self._is_ending and self._has_engine_ended and not self._end.done():
            self._end.set_result(0 if self._opening_error is None else 4)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.shell and event.type() is QEvent.Type.Close and not self._is_ending:
            self.tasks.spawn(self._ask_to_close())
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    async def _ask_to_close(self) -> None:
        """A run under way is worth one question; it continues later where it stopped."""
        if self._is_open and self.engine.is_running and await self._has_active_runs():
            sheet = ConfirmSheet(
                self.shell,
                _("Close although a run is under way?"),
                _("The run stops after the present batch. You can continue it when you start the program again."),
                _("Close"),
                cancel_words=_("Keep running"),
            )
            sheet.confirmed.connect(self._close)
            sheet.open()
        else:
            self._close()

    def _close(self) -> None:
        self._is_ending = True
        self.shell.close()
        self._is_ending = False
        self.stop()

    async def _has_active_runs(self) -> bool:
        try:
            views = await self.engine.call(lambda services: services.integrations.all())
        except AppError:
            return False
        return any(view.last_run is not None and view.last_run.is_active for view in views)

    # Pages ---------------------------------------------------------------------------------------------------------

    def _factory(self, make: MakePage) -> Callable[..., QWidget]:
        def build(navigator: Navigator, **args: object) -> QWidget:
            if not self._is_open:
                close = SecondaryButton(_("Close the program"))
                close.clicked.connect(self.stop)
                return StartPage(self._opening_error, close)
            return make(replace(self.context, navigator=navigator), **args)

        return build

    # Notices -------------------------------------------------------------------------------------------------------

    def toast(self, words: Words, *, action_words: Words = "", on_action: Callable[[], None] | None = None) -> None:
        shown = Toast.show_on(self.shell, words, action_words=action_words)
        if on_action is not None:
            shown.action_wanted.connect(on_action)

    def show_error(self, error: AppError) -> None:
        self.toast(str(error))

    # Appearance ----------------------------------------------------------------------------------------------------

    def use_language(self, language: str) -> None:
        self._languages.use(language)
        self.shell.retranslate()
        self.tasks.spawn(self.engine.call(lambda services: services.preferences.set_language(language)))

    def use_theme(self, choice: ThemeChoice) -> None:
        apply_theme(self._application, choice)
        self.tasks.spawn(self.engine.call(lambda services: services.preferences.set_theme(choice.value)))

    async def _keep_window(self, state: Mapping[str, str]) -> None:
        await self.engine.call(lambda services: services.preferences.set_window(state))

    # Events --------------------------------------------------------------------------------------------------------

    async def _recall_log(self) -> None:
        """The last lines of the time before, so that the log does not begin with a blank."""
        rows = await self.engine.call(lambda services: services.log.query(limit=_RECALLED_LINES, has_requests=False))
        self.shell.log_pane.append(self._feed.lines([row.event for row in reversed(rows)]))

    def _hear(self, events: list[Event]) -> None:
        self.shell.log_pane.append(self._feed.lines(events))
        if any(isinstance(event, RunStateEvent | SummaryEvent) for event in events):
            self._count_attention()

    def _count_attention(self) -> None:
        self.tasks.spawn(self._show_attention(), owner=self, on_error=lambda _error: None)

    async def _show_attention(self) -> None:
        from app.services.status import Status

        views = await self.engine.call(lambda services: services.integrations.all())
        count = sum(view.status is Status.NEEDS_ATTENTION for view in views)
        if navigation.ACTIVITY in self._pages:
            self.shell.set_count(navigation.ACTIVITY, count)


def _theme(known: object) -> ThemeChoice:
    return next((choice for choice in ThemeChoice if choice.value == known), ThemeChoice.SYSTEM)
