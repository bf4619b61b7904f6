"""What the live log's clicks do: details of a line, a report of everything kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject

from app.core.events import Event, LogEvent, PersonErasedEvent, RequestEvent
from app.core.texts import _, ngettext
from app.ui import navigation
from app.ui.clipboard import copy_masked
from app.ui.context import Context
from app.ui.pages.log.details import LineSheet
from app.ui.shell.log_pane import LogPane
from app.ui.widgets.path import save_file_dialog
from app.ui.wording import number

_NEARBY = timedelta(seconds=2)
_MOST_REQUESTS = 8


class Remembered(Protocol):
    """The events behind the lines that are shown."""

    def event(self, entry_id: int) -> LogEvent | RequestEvent | None: ...

    def requests_around(self, event: LogEvent, within: timedelta, most: int) -> list[RequestEvent]: ...

    def forget(self) -> None: ...


class LogDesk(QObject):
    def __init__(self, context: Context, feed: Remembered, pane: LogPane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._feed = feed
        self._pane = pane
        pane.line_activated.connect(self.open_line)
        pane.report_requested.connect(self.ask_where)
        context.engine.events_arrived.connect(self._hear)
        pane.copy_wanted.connect(lambda words: copy_masked(context, words, self, pane.tell_copied))

    def open_line(self, entry_id: int) -> LineSheet | None:
        """None for a line that has left the pane meanwhile."""
        event = self._feed.event(entry_id)
        if event is None:
            self._context.notices.toast(_("This line is gone from the live log. A saved report still holds it."))
            return None
        nearby = self._feed.requests_around(event, _NEARBY, _MOST_REQUESTS) if isinstance(event, LogEvent) else []
        sheet = LineSheet(self._pane.window(), event, nearby)
        sheet.run_wanted.connect(lambda run_id: self._context.navigator.push(navigation.RUN, run_id=run_id))
        sheet.copy_wanted.connect(lambda words: copy_masked(self._context, words, self))
        sheet.open()
        return sheet

    def _hear(self, events: list[Event]) -> None:
        if any(isinstance(event, PersonErasedEvent) for event in events):
            self._feed.forget()
            self._pane.forget()

    def ask_where(self) -> None:
        dialog = save_file_dialog(
            self._pane.window(), _("Save the log as a report"), suggested="koppler-report.txt", patterns=("*.txt",)
        )
        dialog.fileSelected.connect(
            lambda path: self._context.tasks.spawn(
                self.save_report(Path(path)), owner=self, on_error=self._context.notices.show_error
            )
        )

    async def save_report(self, path: Path) -> None:
        """Everything that is kept, addresses masked and keys left out. Raises StorageError."""
        count = await self._context.engine.call(lambda services: services.log.save_report(path))
        words = ngettext("{count} line saved in {file}.", "{count} lines saved in {file}.", count)
        self._context.notices.toast(words.format(count=number(count), file=path.name))
