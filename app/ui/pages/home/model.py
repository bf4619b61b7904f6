"""What the home page shows, and what its menus do."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.events import Event, ProgressEvent, RunStateEvent, SummaryEvent
from app.core.texts import Text, _
from app.sdk.manifest import Category, Manifest
from app.services.integrations import IntegrationView
from app.ui.context import Context
from app.ui.wording import role_words

_SETTLE_MS = 150


class HomeModel(QObject):
    integrations_changed = Signal()
    systems_changed = Signal()
    shown_systems_changed = Signal()
    progress_changed = Signal(str)
    """Carries the integration's key."""
    refresh_wanted = Signal()
    """Something happened that changes the cards; ``refresh`` brings the news."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.integrations: tuple[IntegrationView, ...] = ()
        self.systems: tuple[Manifest, ...] = ()
        self.is_loaded = False
        self._progress: dict[str, ProgressEvent] = {}
        self._words = ""
        self._category: Category | None = None
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.refresh_wanted)
        context.engine.events_arrived.connect(self._hear)

    async def refresh(self) -> None:
        if not self.systems:
            self.systems = await self._context.engine.ask(lambda services: services.systems.all())
            self.systems_changed.emit()
        self.integrations = await self._context.engine.call(lambda services: services.integrations.all())
        running = {view.key for view in self.integrations if view.last_run is not None and view.last_run.is_active}
        self._progress = {key: event for key, event in self._progress.items() if key in running}
        self.is_loaded = True
        self.integrations_changed.emit()

    def system(self, name: str) -> Manifest | None:
        return next((each for each in self.systems if each.system == name), None)

    def progress(self, key: str) -> ProgressEvent | None:
        return self._progress.get(key)

    # Which systems are shown ---------------------------------------------------------------------------------------

    def categories(self) -> tuple[Category, ...]:
        present = {manifest.category for manifest in self.systems}
        return tuple(category for category in Category if category in present)

    def search(self, words: str) -> None:
        self._words = words.strip().casefold()
        self.shown_systems_changed.emit()

    def choose_category(self, category: Category | None) -> None:
        self._category = category
        self.shown_systems_changed.emit()

    def is_shown(self, manifest: Manifest) -> bool:
        if self._category is not None and manifest.category is not self._category:
            return False
        heard = f"{manifest.name} {role_words(manifest)} {manifest.summary}".casefold()
        return all(word in heard for word in self._words.split())

    @property
    def is_filtered(self) -> bool:
        return bool(self._words) or self._category is not None

    # What menus do; every call raises AppError ---------------------------------------------------------------------

    async def rename(self, key: str, title: str) -> None:
        await self._context.engine.call(lambda services: services.integrations.rename(key, title))
        await self.refresh()

    async def duplicate(self, key: str, title: str) -> None:
        await self._context.engine.call(lambda services: services.integrations.duplicate(key, title))
        await self.refresh()

    async def set_active(self, key: str, *, is_active: bool) -> None:
        await self._context.engine.call(lambda services: services.integrations.set_active(key, is_active))
        await self.refresh()

    async def deletion_text(self, key: str) -> Text:
        return await self._context.engine.call(lambda services: services.integrations.deletion_text(key))

    async def delete(self, key: str) -> None:
        await self._context.engine.call(lambda services: services.integrations.delete(key))
        await self.refresh()

    async def apply(self, path: Path) -> None:
        """Create or update what a settings file declares; all of it or nothing."""
        await self._context.engine.call(lambda services: services.declarations.apply(path))
        await self.refresh()

    def copy_title(self, view: IntegrationView) -> str:
        return _("{title} (copy)").format(title=view.title)

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, ProgressEvent):
                self._progress[event.integration] = event
                self.progress_changed.emit(event.integration)
            elif isinstance(event, RunStateEvent | SummaryEvent):
                self._settle.start()
