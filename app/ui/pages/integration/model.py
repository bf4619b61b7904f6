"""One integration: how it stands, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.events import Event, ProgressEvent, RunMode, RunStateEvent, SummaryEvent
from app.core.labels import counted, in_reading_order
from app.core.texts import Text, _
from app.sdk.manifest import Manifest
from app.services.coverage import Covered
from app.services.estimates import Estimate
from app.services.integrations import IntegrationView
from app.services.status import RunView
from app.services.why import Answer
from app.ui.context import Context
from app.ui.pages.run.model import without_lines
from app.ui.tasks import OnError

if TYPE_CHECKING:
    from app.services import Services

_SETTLE_MS = 200


class IntegrationModel(QObject):
    changed = Signal()
    progress_changed = Signal()
    answered = Signal(object)

    def __init__(self, context: Context, key: str, on_error: OnError, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.key = key
        self.view: IntegrationView | None = None
        self.source: Manifest | None = None
        self.target: Manifest | None = None
        self.last_sync: datetime | None = None
        self.offers_feed = False
        self.continuable: RunView | None = None
        self.runs: tuple[RunView, ...] = ()
        self.progress: ProgressEvent | None = None
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(lambda: context.tasks.spawn(self.refresh(), owner=self, on_error=on_error))
        context.engine.events_arrived.connect(self._hear)

    # Every call raises AppError ------------------------------------------------------------------------------------

    async def refresh(self) -> None:
        key = self.key

        async def read(
            services: Services,
        ) -> tuple[IntegrationView, datetime | None, RunView | None, tuple[RunView, ...]]:
            view = await services.integrations.get(key)
            self.offers_feed = await services.integrations.offers_feed(key)
            last_sync = await services.runs.last_sync(key)
            return view, last_sync, await services.runs.continuable(key), await services.runs.recent(key, 50)

        view, self.last_sync, self.continuable, self.runs = await self._context.engine.call(read)
        self.view = view
        if not self.is_running:
            self.progress = None
        source, target = view.source, view.target
        if self.source is None and source is not None and target is not None:
            names = (source.system, target.system)
            self.source, self.target = await self._context.engine.ask(
                lambda services: (services.systems.of(names[0]), services.systems.of(names[1]))
            )
        self.changed.emit()

    @property
    def is_running(self) -> bool:
        return self.view is not None and self.view.last_run is not None and self.view.last_run.is_active

    async def start(self, mode: RunMode, since: datetime | None = None) -> str:
        """The id of the run."""
        key = self.key
        handle = await self._context.engine.call(lambda services: services.runs.start(key, mode, since=since))
        return handle.run_id

    async def go_on(self) -> str:
        key = self.key
        handle = await self._context.engine.call(lambda services: services.runs.continue_last(key))
        return handle.run_id

    async def ask_why(self, words: str) -> None:
        key = self.key
        answer: Answer = await self._context.engine.call(lambda services: services.runs.why(key, words))
        self.answered.emit(answer)

    async def rename(self, title: str) -> None:
        key = self.key
        await self._context.engine.call(lambda services: services.integrations.rename(key, title))
        await self.refresh()

    async def duplicate(self, title: str) -> str:
        """The key of the copy."""
        key = self.key
        copy = await self._context.engine.call(lambda services: services.integrations.duplicate(key, title))
        return copy.key

    async def switch(self) -> None:
        key, active = self.key, self.view is not None and not self.view.integration.is_active
        await self._context.engine.call(lambda services: services.integrations.set_active(key, active))
        await self.refresh()

    async def deletion_text(self) -> Text:
        key = self.key
        return await self._context.engine.call(lambda services: services.integrations.deletion_text(key))

    async def delete(self) -> None:
        key = self.key
        await self._context.engine.call(lambda services: services.integrations.delete(key))

    @property
    def known_counts(self) -> str:
        """What the last historical import counted in the source; empty before there was one."""
        marks = next((run.record.marks for run in self.runs if run.record.mode is RunMode.HISTORICAL), ())
        totals = {mark.kind: mark.total for mark in marks if mark.total}
        return " · ".join(str(counted(kind, totals[kind])) for kind in in_reading_order(totals))

    async def covered(self, since: datetime | None) -> str:
        """What an import from this day on would read. Raises AppError."""
        key = self.key
        if self._is_slowed:  # the estimate counts as well: the shop is not asked twice
            estimate = await self._context.engine.call(lambda services: services.estimates.of(key, since))
            return f"{_covers(estimate.covered)} {_duration(estimate)}"
        return _covers(await self._context.engine.call(lambda services: services.coverage.of(key, since)))

    @property
    def _is_slowed(self) -> bool:
        """By the person, with a speed or with hours."""
        options = self.view.integration.options if self.view is not None else {}
        return any(options.get(name) is not None for name in ("history_per_minute", "history_from_hour"))

    def copy_title(self) -> str:
        return _("{title} (copy)").format(title=self.view.title if self.view is not None else "")

    def _hear(self, events: list[Event]) -> None:
        for event in without_lines(events):
            if isinstance(event, ProgressEvent) and event.integration == self.key:
                self.progress = event
                self.progress_changed.emit()
            elif isinstance(event, RunStateEvent | SummaryEvent) and event.integration == self.key:
                self._settle.start()


def _covers(found: Sequence[Covered]) -> str:
    words = {each.kind: str(each.words) for each in found}
    return _("It covers {records}.").format(records=" · ".join(words[kind] for kind in in_reading_order(words)))


def _duration(estimate: Estimate) -> str:
    if estimate.duration is None:
        return _("How long it takes at your speed cannot be told: the shop does not say how much there is.")
    hours, minutes = divmod(max(1, round(estimate.duration.total_seconds() / 60)), 60)
    return _("At your speed it takes at least {hours} h {minutes} min.").format(hours=hours, minutes=minutes)
