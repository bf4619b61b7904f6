"""Which field of a contact goes into which field of the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.core.fields import FieldRule, SourceField
from app.core.records import Kind
from app.sdk.target import RemoteField
from app.ui.context import Context


class FieldsModel(QObject):
    """Rows may be incomplete while they are edited; what is saved is complete."""

    loaded = Signal()
    rows_changed = Signal()
    remote_changed = Signal()
    state_changed = Signal()

    def __init__(self, context: Context, key: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._key = key
        self.source_fields: Sequence[SourceField] = ()
        self.remote_fields: Sequence[RemoteField] = ()
        self.rows: list[FieldRule] = []
        self._saved: tuple[FieldRule, ...] = ()
        self.source_name = ""
        self.target_name = ""

    @property
    def is_changed(self) -> bool:
        return tuple(self.rows) != self._saved

    @property
    def is_complete(self) -> bool:
        return all(row.source and row.target for row in self.rows)

    @property
    def doubled(self) -> frozenset[str]:
        """Target fields that two rows fill."""
        targets = [row.target for row in self.rows if row.target]
        return frozenset(target for target in targets if targets.count(target) > 1)

    @property
    def can_save(self) -> bool:
        return self.is_changed and self.is_complete and not self.doubled

    async def load(self) -> None:
        """Raises AppError, among others where the target has no fields of its own."""
        key, engine = self._key, self._context.engine
        view = await engine.call(lambda services: services.integrations.get(key))
        self.source_name = view.source.name if view.source is not None else ""
        self.target_name = view.target.name if view.target is not None else ""
        self.rows = list(await engine.call(lambda services: services.fields.rules(key)))
        self._saved = tuple(self.rows)
        self.rows_changed.emit()
        self.remote_fields = await engine.call(lambda services: services.fields.remote_fields(key))
        self.source_fields = await engine.call(lambda services: services.fields.source_fields(key))
        self.remote_changed.emit()
        self.loaded.emit()

    def add(self) -> None:
        taken = {row.source for row in self.rows}
        source = next((each.path for each in self.source_fields if each.path not in taken), "")
        self.rows.append(FieldRule(source, ""))
        self.rows_changed.emit()

    def remove(self, place: int) -> None:
        del self.rows[place]
        self.rows_changed.emit()

    def change(self, place: int, **changes: object) -> None:
        """``source``, ``target``, ``on_update``, ``empty_overwrites``."""
        self.rows[place] = replace(self.rows[place], **changes)  # type: ignore[arg-type]  # named above
        self.state_changed.emit()

    async def create_field(self, place: int, label: str) -> RemoteField:
        """A new field in the target, chosen in that row at once."""
        key = self._key
        made = await self._context.engine.call(lambda services: services.fields.create_field(key, label))
        self.remote_fields = (*self.remote_fields, made)
        self.rows[place] = replace(self.rows[place], target=made.id)
        self.remote_changed.emit()
        self.state_changed.emit()
        return made

    async def past(self) -> int:
        """How many contacts were sent before."""
        key = self._key
        return await self._context.engine.call(lambda services: services.past.count(key, Kind.CONTACTS))

    async def apply_to_past(self) -> str:
        """The id of the run that sends them again. Raises AppError."""
        key = self._key
        handle = await self._context.engine.call(lambda services: services.past.apply(key, [Kind.CONTACTS]))
        return handle.run_id

    async def save(self) -> None:
        key, rows = self._key, tuple(self.rows)
        await self._context.engine.call(lambda services: services.fields.save(key, rows))
        self._saved = rows
        self.state_changed.emit()
