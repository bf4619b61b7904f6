"""A preview: the first records exactly as a run would send them, and which one is looked at."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.core.events import RunMode
from app.core.labels import in_reading_order
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.core.texts import _, ngettext
from app.services.previews import ConsentEffect, Preview, PreviewItem
from app.ui.context import Context
from app.ui.wording import number

LIMITS = (20, 50, 100)
TRIAL = 10


class PreviewModel(QObject):
    loaded = Signal()
    busy_changed = Signal(bool)
    chosen = Signal(object)

    def __init__(self, context: Context, key: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.key = key
        self.is_draft = False
        """Nothing of it can be sent before its set-up is finished."""
        self.limit = LIMITS[0]
        self.preview: Preview | None = None
        self.source_name = ""
        self.target_name = ""
        self.item: PreviewItem | None = None

    async def load(self) -> None:
        """Raises AppError."""
        self.busy_changed.emit(True)
        key, limit = self.key, self.limit
        try:
            view = await self._context.engine.call(lambda services: services.integrations.get(key))
            self.is_draft = view.integration.is_draft
            self.source_name = view.source.name if view.source is not None else ""
            self.target_name = view.target.name if view.target is not None else ""
            found = await self._context.engine.call(lambda services: services.previews.preview(key, limit))
        finally:
            self.busy_changed.emit(False)
        self.preview = found
        before = (self.item.kind, self.item.key) if self.item is not None else None
        items = found.items
        first = next(iter(self.kinds()), None)
        same = (each for each in items if (each.kind, each.key) == before)
        self.item = next(same, next((each for each in items if each.kind is first), None))
        self.loaded.emit()
        self.chosen.emit(self.item)

    def kinds(self) -> list[Kind]:
        return in_reading_order(self.preview.flow_counts) if self.preview is not None else []

    def choose(self, item: PreviewItem) -> None:
        self.item = item
        self.chosen.emit(item)

    async def send_this_one(self) -> str:
        """As a trial; the id of its run. Raises AppError."""
        item = self.item
        if item is None:
            return ""
        return await self._start(RunMode.TRIAL, keys={item.kind: (item.key,)})

    async def send_ten(self) -> str:
        return await self._start(RunMode.TRIAL, limit=TRIAL)

    async def start_import(self) -> str:
        return await self._start(RunMode.HISTORICAL)

    async def _start(self, mode: RunMode, **choice: object) -> str:
        key = self.key
        handle = await self._context.engine.call(
            lambda services: services.runs.start(key, mode, **choice)  # type: ignore[arg-type]
        )
        return handle.run_id


def consent_words(effect: ConsentEffect) -> str:
    """``0 newly subscribed, 12 stay unsubscribed``: the two that matter most always, the others where there are any."""
    new, kept = effect.newly_subscribed, effect.stays_unsubscribed
    words = [
        ngettext("{count} newly subscribed", "{count} newly subscribed", new).format(count=number(new)),
        ngettext("{count} stays unsubscribed", "{count} stay unsubscribed", kept).format(count=number(kept)),
    ]
    if count := effect.stays_subscribed:
        part = ngettext("{count} stays subscribed", "{count} stay subscribed", count)
        words.append(part.format(count=number(count)))
    if count := effect.stays_bounced:
        words.append(ngettext("{count} stays bounced", "{count} stay bounced", count).format(count=number(count)))
    if count := effect.without_consent:
        part = ngettext(
            "{count} without consent is not subscribed", "{count} without consent are not subscribed", count
        )
        words.append(part.format(count=number(count)))
    if count := effect.unsubscribed:
        words.append(ngettext("{count} is unsubscribed", "{count} are unsubscribed", count).format(count=number(count)))
    return ", ".join(words)


def outcome_counts(preview: Preview) -> str:
    """``12 new · 3 left out``, without what there is none of."""
    names = {
        Outcome.CREATED: _("{count} new"),
        Outcome.UPDATED: _("{count} to update"),
        Outcome.UNCHANGED: _("{count} already there"),
        Outcome.SKIPPED: _("{count} left out"),
        Outcome.HELD: _("{count} held"),
        Outcome.FAILED: _("{count} not possible"),
        Outcome.IN_DOUBT: _("{count} in doubt"),
    }
    counts = preview.counts
    return " · ".join(words.format(count=number(counts[each])) for each, words in names.items() if counts.get(each))
