"""All recent runs of all integrations."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent

from app.core.events import Event, RunStateEvent, SummaryEvent
from app.core.texts import _
from app.services.status import RunView
from app.ui import navigation
from app.ui.context import Context
from app.ui.pages.activity.run_list import RunTable, build_run_table
from app.ui.pages.page import Page
from app.ui.theme import SPACING
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.chips import ChipBar, ChipChoice
from app.ui.widgets.empty import EmptyState

_SETTLE_MS = 200
_MOST = 200


class ActivityPage(Page):
    def __init__(self, context: Context) -> None:
        super().__init__(
            context, _("Activity"), _("Every run of the last weeks, and what it added up to."), is_scrolling=False
        )
        self._runs: tuple[RunView, ...] = ()
        self.table_model = RunTable(self)
        self.filters = ChipBar(
            _("Runs to show"),
            [
                ChipChoice("all", _("All"), 0),
                ChipChoice("active", _("Running"), 0),
                ChipChoice("attention", _("Needs attention"), 0),
            ],
        )
        self.table = build_run_table(context, self.table_model, shows_integration=True)
        go_home = SecondaryButton(_("Show integrations"))
        go_home.clicked.connect(lambda: context.navigator.open_section(navigation.INTEGRATIONS))
        self.empty = EmptyState(
            "clock-counter-clockwise",
            _("Nothing has run yet"),
            _("Imports, syncs and trials appear here, each with its balance."),
            go_home,
        )
        self.empty.hide()
        self.body.addWidget(self.filters)
        self.body.addSpacing(SPACING.xs)
        self.body.addWidget(self.table)
        self.body.addWidget(self.empty)
        self.body.addStretch(1)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.refresh)
        self.filters.chosen.connect(lambda _key: self._show())
        self.table.row_activated.connect(self._open)
        context.engine.events_arrived.connect(self._hear)

    def refresh(self) -> None:
        self.run(self._load())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    async def _load(self) -> None:
        self._runs = await self.context.engine.call(lambda services: services.runs.recent(None, _MOST))
        self.filters.set_count("all", len(self._runs))
        self.filters.set_count("active", sum(view.is_active for view in self._runs))
        self.filters.set_count("attention", sum(needs_attention(view) for view in self._runs))
        self._show()

    def _show(self) -> None:
        match self.filters.selected():
            case "active":
                shown = [view for view in self._runs if view.is_active]
            case "attention":
                shown = [view for view in self._runs if needs_attention(view)]
            case _:
                shown = list(self._runs)
        self.table_model.show_runs(shown)
        self.table.setVisible(bool(self._runs))
        self.filters.setVisible(bool(self._runs))
        self.empty.setVisible(not self._runs)

    def _open(self, row: int) -> None:
        self.context.navigator.push(navigation.RUN, run_id=self.table_model.runs[row].run_id)

    def _hear(self, events: list[Event]) -> None:
        if self.isVisible() and any(isinstance(event, RunStateEvent | SummaryEvent) for event in events):
            self._settle.start()


def needs_attention(view: RunView) -> bool:
    """It waits for its person: ended early, or left records open."""
    has_ended_well = view.state.value in {"running", "finished"}
    return not view.is_active and (not has_ended_well or view.balance.needs_attention)
