"""One integration with its tabs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.core.errors import AppError
from app.core.events import RunMode
from app.core.texts import _
from app.ui import navigation
from app.ui.context import Context
from app.ui.pages.activity.run_list import RunTable, build_run_table
from app.ui.pages.fields import FieldsPanel
from app.ui.pages.integration.connection import ConnectionTab
from app.ui.pages.integration.feed_sheet import FeedSheet
from app.ui.pages.integration.flows import FlowsPanel
from app.ui.pages.integration.import_sheet import ImportSheet
from app.ui.pages.integration.model import IntegrationModel
from app.ui.pages.integration.overview import OverviewPanel
from app.ui.pages.integration.worklist import WorklistCard
from app.ui.pages.monograms import pair_of
from app.ui.pages.name_sheet import NameSheet
from app.ui.pages.next_steps import NextSteps
from app.ui.pages.page import Page
from app.ui.pages.panel import Panel
from app.ui.pages.preview import PreviewPanel
from app.ui.pages.products import ProductsPanel
from app.ui.theme import SPACING
from app.ui.widgets.confirm import ConfirmSheet
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.tabs import Tab, TabBar

_SCROLL_BAR_PX = 12  # as the stylesheet draws it
_FILLING = {"products", "preview"}
"""Tabs whose table takes the whole height; the others scroll."""


class IntegrationPage(Page):
    """``tab`` is one of ``navigation.TABS``; tabs are built when they are first shown."""

    def __init__(self, context: Context, key: str, tab: str = "overview") -> None:
        super().__init__(context, "", "", is_scrolling=False)
        self.model = IntegrationModel(context, key, self.show_error, self)
        self._steps = NextSteps(context)
        self._monograms: QWidget | None = None
        self._panels: dict[str, QWidget] = {}
        self._buttons: dict[str, tuple[QPushButton, ...]] = {}
        self._counting: asyncio.Task[None] | None = None
        self.tabs = TabBar(
            _("Parts of this integration"),
            [
                Tab("overview", _("Overview")),
                Tab("connection", _("Connection")),
                Tab("flows", _("What to send")),
                Tab("products", _("Products")),
                Tab("fields", _("Fields")),
                Tab("preview", _("Preview")),
                Tab("runs", _("Runs")),
            ],
            selected=tab if tab in navigation.TABS else "overview",
        )
        self._stack = QStackedWidget()
        self._set_right_margin(SPACING.page - _SCROLL_BAR_PX)
        self.fixed.insertWidget(0, self.tabs)
        self.fixed.addSpacing(SPACING.l)
        self.body.addWidget(self._stack, 1)
        self.tabs.chosen.connect(self.show_tab)
        self.model.changed.connect(self._show_head)
        self.show_tab(self.tabs.selected())

    def panel(self, tab: str) -> QWidget:
        return self._panels[tab]

    def show_tab(self, tab: str) -> None:
        if tab not in self._panels:
            panel = self._makers()[tab]()
            self._panels[tab] = panel
            self._buttons[tab] = panel.actions_wanted if isinstance(panel, Panel) else ()
            self._stack.addWidget(_filling(panel) if tab in _FILLING else _scrolling(panel))
            every = [button for buttons in self._buttons.values() for button in buttons]
            self.header.set_actions(every)
        self._stack.setCurrentIndex(list(self._panels).index(tab))
        for name, buttons in self._buttons.items():
            for button in buttons:
                button.setVisible(name == tab)
        self._show_head()

    def rebuild_args(self) -> Mapping[str, object]:
        """The same tab again after a change of language."""
        return {"key": self.model.key, "tab": self.tabs.selected()}

    def refresh(self) -> None:
        self.run(self.model.refresh())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    # Building --------------------------------------------------------------------------------------------------------

    def _makers(self) -> Mapping[str, Callable[[], QWidget]]:
        context, key = self.context, self.model.key
        return {
            "overview": self._overview,
            "connection": lambda: ConnectionTab(context, self.model),
            "flows": lambda: FlowsPanel(context, key),
            "products": lambda: ProductsPanel(context, key, places_actions=False),
            "fields": lambda: FieldsPanel(context, key, places_actions=False),
            "preview": lambda: PreviewPanel(context, key, places_actions=False),
            "runs": self._runs,
        }

    def _overview(self) -> QWidget:
        self.worklist = WorklistCard(self.context, self.model.key)
        panel = OverviewPanel(self.model, worklist=self.worklist)
        self.model.changed.connect(self.worklist.refresh)
        panel.commanded.connect(self._obey)
        panel.asked.connect(lambda words: self.run(self.model.ask_why(words)))
        return panel

    def _runs(self) -> QWidget:
        table_model = RunTable(self)
        frame = build_run_table(self.context, table_model, shows_integration=False)
        empty = EmptyState(
            "clock-counter-clockwise",
            _("Nothing has run yet"),
            _("Every preview stays without a trace; trials, imports and syncs appear here."),
        )
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(frame)
        column.addWidget(empty)
        column.addStretch(1)

        def show() -> None:
            table_model.show_runs(self.model.runs)
            frame.setVisible(bool(self.model.runs))
            empty.setVisible(not self.model.runs)

        frame.row_activated.connect(
            lambda row: self.context.navigator.push(navigation.RUN, run_id=table_model.runs[row].run_id)
        )
        self.model.changed.connect(show)
        show()
        return part

    def _show_head(self) -> None:
        view = self.model.view
        if view is None:
            return
        self.header.set_title(view.title)
        self.header.set_subtitle(_SUBTITLES[self.tabs.selected()]())
        if self._monograms is None and self.model.source is not None and self.model.target is not None:
            self._monograms = pair_of(self.model.source, self.model.target)
            self.header.layout().insertWidget(0, self._monograms)  # type: ignore[union-attr]  # a QHBoxLayout

    # Commands --------------------------------------------------------------------------------------------------------

    def _obey(self, command: str) -> None:
        self.clear_error()
        match command:
            case "preview":
                self.tabs.select("preview")
            case "import":
                self._ask_import()
            case "feed":
                FeedSheet(self.context, self.model.key, self).open()
            case "rename" | "duplicate":
                self._ask_name(command)
            case "open_run" | "reconnect_source" | "reconnect_target":
                self._open(command)
            case _:
                work = {
                    "next_step": self._take_step,
                    "sync": lambda: self._start(RunMode.CHANGES),
                    "switch": self.model.switch,
                    "delete": self._ask_delete,
                }
                self.run(work[command]())

    def _open(self, command: str) -> None:
        view, go = self.model.view, self.context.navigator.push
        if view is None:
            return
        if command == "open_run" and view.last_run is not None:
            go(navigation.RUN, run_id=view.last_run.run_id)
        account = {"reconnect_source": view.source, "reconnect_target": view.target}.get(command)
        if account is not None:
            go(navigation.ACCOUNT, key=account.key, is_reconnecting=True)

    async def _take_step(self) -> None:
        view = self.model.view
        if view is None:
            return
        await self._steps.take(view)
        await self.model.refresh()

    def _ask_import(self) -> None:
        view = self.model.view
        source = view.source.title if view is not None and view.source is not None else ""
        target = view.target.title if view is not None and view.target is not None else ""
        sheet = ImportSheet(self, source, target, self.model.known_counts)
        sheet.wanted.connect(lambda since: self.run(self._start(RunMode.HISTORICAL, since)))
        sheet.asked.connect(lambda since: self._count_anew(sheet, since))
        sheet.open()

    def _count_anew(self, sheet: ImportSheet, since: datetime | None) -> None:
        """Counting may read many pages: for a day that nobody asks about any more it ends."""
        if self._counting is not None:
            self._counting.cancel()
        self._counting = self.context.tasks.spawn(self._count(sheet, since), owner=sheet)

    async def _count(self, sheet: ImportSheet, since: datetime | None) -> None:
        try:
            words = await self.model.covered(since)
        except AppError as error:  # the import itself would say it again: here it is only the number that is missing
            words = _("It cannot be counted now: {reason}").format(reason=error.message)
        sheet.show_covered(since, words)

    async def _start(self, mode: RunMode, since: datetime | None = None) -> None:
        run_id = await self.model.start(mode, since)
        self.context.navigator.push(navigation.RUN, run_id=run_id)

    def _ask_name(self, command: str) -> None:
        view = self.model.view
        if view is None:
            return
        if command == "rename":
            sheet = NameSheet(self, _("Rename integration"), view.title, _("Rename"))
            sheet.named.connect(lambda title: self.run(self.model.rename(title)))
        else:
            words = _("Accounts, options and mappings are copied. What was sent is not counted as sent again.")
            title = self.model.copy_title()
            sheet = NameSheet(self, _("Duplicate integration"), title, _("Duplicate"), help_text=words)
            sheet.named.connect(lambda title: self.run(self._duplicate(title)))
        sheet.open()

    async def _duplicate(self, title: str) -> None:
        key = await self.model.duplicate(title)
        self.context.navigator.replace(navigation.INTEGRATION, key=key, tab="overview")

    async def _ask_delete(self) -> None:
        words = await self.model.deletion_text()
        sheet = ConfirmSheet(self, _("Delete this integration?"), words, _("Delete"), is_dangerous=True)
        sheet.confirmed.connect(lambda: self.run(self._delete()))
        sheet.open()

    async def _delete(self) -> None:
        title = self.model.view.title if self.model.view is not None else ""
        await self.model.delete()
        self.context.notices.toast(_('"{integration}" was deleted.').format(integration=title))
        self.context.navigator.back()


_SUBTITLES: Mapping[str, Callable[[], str]] = {
    "overview": lambda: _("Overview"),
    "connection": lambda: _("Accounts and connection test"),
    "flows": lambda: _("What to send"),
    "products": lambda: _("Product mapping"),
    "fields": lambda: _("Field mapping"),
    "preview": lambda: _("Preview"),
    "runs": lambda: _("Everything that has run"),
}


def _filling(panel: QWidget) -> QWidget:
    holder = QWidget()
    row = QVBoxLayout(holder)
    row.setContentsMargins(0, 0, _SCROLL_BAR_PX, 0)
    row.addWidget(panel)
    return holder


def _scrolling(panel: QWidget) -> QWidget:
    """For a panel that may be higher than the window; the scroll bar takes its room from the page's margin."""
    content = QWidget()
    content.setProperty("surface", "none")
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, _SCROLL_BAR_PX, SPACING.l)
    column.addWidget(panel)
    column.addStretch(1)
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    area.verticalScrollBar().rangeChanged.connect(
        lambda _least, most: column.setContentsMargins(0, 0, 0 if most > 0 else _SCROLL_BAR_PX, SPACING.l)
    )
    return area
