"""The product mapping of one integration: rows, what may be undone, and saving by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from app.core.configuration import ProductRow
from app.core.errors import AppError
from app.core.texts import _, ngettext
from app.sdk.manifest import ProductNumbers
from app.services.matching import ALL_PRODUCTS
from app.services.producttable import TableChange
from app.ui.context import Context
from app.ui.pages.products.rows import ProductRows, RowState, block_from_text
from app.ui.pages.products.table import ProductTable

if TYPE_CHECKING:
    from app.services import Services

_SAVE_MS = 700


class _ChangeRows(QUndoCommand):
    """Some rows, exchanged there and back."""

    def __init__(self, model: ProductsModel, after: Mapping[int, ProductRow], words: str) -> None:
        super().__init__(words)
        self._model = model
        self._after = dict(after)
        self._before = {place: model.rows.rows[place] for place in after}

    def redo(self) -> None:
        self._model.put(self._after)

    def undo(self) -> None:
        self._model.put(self._before)


class _ChangeDefault(QUndoCommand):
    def __init__(self, model: ProductsModel, after: str) -> None:
        super().__init__(_("Change “All products”"))
        self._model, self._after, self._before = model, after, model.rows.default

    def redo(self) -> None:
        self._model.put_default(self._after)

    def undo(self) -> None:
        self._model.put_default(self._before)


class _ExchangeTable(QUndoCommand):
    """The whole table: a match, an import, products read anew."""

    def __init__(self, model: ProductsModel, after: ProductRows, words: str) -> None:
        super().__init__(words)
        self._model, self._after = model, after
        self._before = model.rows.all()

    def redo(self) -> None:
        self._before = self._model.rows.all()
        self._model.show(self._after)

    def undo(self) -> None:
        after, numbers = self._model.rows, self._model.rows.numbers
        self._model.show(ProductRows(self._before, numbers))
        self._after = after


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a paste did: how many rows were filled, how many lines named no product."""

    filled: int
    unknown: int = 0


class ProductsModel(QObject):
    """``table`` is what the view shows. Changes save themselves after a moment; ``flush`` saves at once."""

    counts_changed = Signal()
    default_changed = Signal(str)
    loaded = Signal()
    busy_changed = Signal(str)
    """Words for what is under way, empty at rest."""
    saved_changed = Signal(bool)

    def __init__(
        self,
        context: Context,
        key: str,
        on_error: Callable[[AppError], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self.key = key
        self._on_error = on_error
        self._numbers: ProductNumbers | None = None
        self._numbers_at_first: Mapping[str, str] = {}
        self.is_loaded = False
        self.is_saved = True
        self.source_name = ""
        self.target_name = ""
        self.table = ProductTable("", _("Number"), self)
        self.undo_stack = QUndoStack(self)
        self._pause = QTimer(self, singleShot=True, interval=_SAVE_MS)
        self._pause.timeout.connect(lambda: context.tasks.spawn(self.flush(), on_error=on_error))
        self.table.number_entered.connect(lambda place, number: self.enter({place: number}))

    @property
    def rows(self) -> ProductRows:
        return self.table.products

    @property
    def has_new_numbers(self) -> bool:
        """Whether an order would be sent with other numbers than when the table was opened."""
        return _numbers_of(self.rows.all()) != self._numbers_at_first

    async def load(self) -> None:
        """Raises AppError."""
        view = await self._context.engine.call(lambda services: services.integrations.get(self.key))
        if view.source is not None and view.target is not None:
            target = view.target.system
            manifest = await self._context.engine.ask(lambda services: services.systems.of(target))
            self._numbers = manifest.product_numbers
            self.source_name, self.target_name = view.source.name, manifest.name
            label = str(self._numbers.label) if self._numbers else _("Number in {system}").format(system=manifest.name)
            self.table.set_names(self.source_name, label)
        numbers = self._numbers

        async def read(services: Services) -> ProductRows:
            rows = await services.products.rows(self.key)
            return await asyncio.to_thread(ProductRows, rows, numbers)

        self.show(await self._context.engine.call(read))
        self._numbers_at_first = _numbers_of(self.rows.all())
        self.is_loaded = True
        self.loaded.emit()

    # Changes ---------------------------------------------------------------------------------------------------------

    def enter(self, numbers: Mapping[int, str], words: str = "") -> None:
        """Numbers typed, filled or pasted, by place; one step for undo."""
        after = {place: self.rows.with_number(place, number) for place, number in numbers.items()}
        changed = {place: row for place, row in after.items() if row != self.rows.rows[place]}
        if changed:
            count = len(changed)
            usual = ngettext("Change {count} number", "Change {count} numbers", count).format(count=count)
            self.undo_stack.push(_ChangeRows(self, changed, words or usual))

    def confirm(self, places: Sequence[int]) -> int:
        """Accept proposals; the number of those that there were."""
        after = {place: row for place in places if (row := self.rows.confirmed(place)) is not None}
        if after:
            count = len(after)
            words = ngettext("Confirm {count} match", "Confirm {count} matches", count).format(count=count)
            self.undo_stack.push(_ChangeRows(self, after, words))
        return len(after)

    def set_default(self, number: str) -> None:
        if number.strip() != self.rows.default:
            self.undo_stack.push(_ChangeDefault(self, number.strip()))

    def fill_down(self, places: Sequence[int]) -> None:
        """The first place's number into the others."""
        if len(places) > 1:
            number = self.rows.rows[places[0]].number
            self.enter(dict.fromkeys(places[1:], number), _("Fill down"))

    def paste(self, words: str, shown_row: int, selected: Sequence[int]) -> Pasted:
        """A single value fills the selection; a column goes downwards from ``shown_row``; a block of several columns
        finds its rows by SKU or EAN in the first, and takes the number from the last."""
        block = [cells for cells in block_from_text(words) if cells]
        if not block:
            return Pasted(0)
        if max(map(len, block)) > 1:
            return self._paste_block(block)
        column = [cells[0].strip() for cells in block]
        if len(column) == 1:
            self.enter(dict.fromkeys(selected, column[0]), _("Paste"))
            return Pasted(len(selected))
        places = self.table.places(range(shown_row, shown_row + len(column)))
        self.enter(dict(zip(places, column, strict=False)), _("Paste"))
        return Pasted(len(places), len(column) - len(places))

    def _paste_block(self, block: Sequence[Sequence[str]]) -> Pasted:
        places = self.rows.places_by_code()
        found: dict[int, str] = {}
        unknown = 0
        for cells in block:
            place = places.get(cells[0].strip().casefold())
            if place is None or len(cells) < 2:
                unknown += 1
            else:
                found[place] = cells[-1].strip()
        self.enter(found, _("Paste"))
        return Pasted(len(found), unknown)

    def put(self, changes: Mapping[int, ProductRow]) -> None:
        self.table.put(changes)
        self._note_change()

    def put_default(self, number: str) -> None:
        self.rows.default = number
        self.table.default_changed()
        self.default_changed.emit(number)
        self._note_change()

    def show(self, rows: ProductRows) -> None:
        default = self.rows.default
        self.table.show_rows(rows)
        if rows.default != default:
            self.default_changed.emit(rows.default)
        self.counts_changed.emit()
        if self.is_loaded:
            self._note_change()

    # What asks the systems; every call raises AppError -------------------------------------------------------------

    async def read_products(self) -> int:
        """The source's products, new ones added; how many there are now."""
        rows = await self._busy(
            _("Reading products from {system}…").format(system=self.source_name),
            lambda services: services.products.load_from_source(self.key),
        )
        await self._exchange(rows, _("Read products"))
        return len(self.rows)

    async def match(self) -> int:
        """Numbers found for rows without one; how many."""
        before = self.rows.count(RowState.UNMAPPED)
        rows = self.rows.all()
        found = await self._busy(
            _("Comparing with the products of {system}…").format(system=self.target_name),
            lambda services: services.products.match(self.key, rows),
        )
        await self._exchange(found, _("Match automatically"))
        return before - self.rows.count(RowState.UNMAPPED)

    async def read_file(self, path: Path) -> TableChange:
        """What a spreadsheet would change; nothing is taken yet."""
        await self.flush()
        return await self._context.engine.call(lambda services: services.products.read_table(self.key, path))

    async def accept(self, change: TableChange) -> None:
        await self._exchange(change.rows, _("Import"))

    async def export(self, path: Path) -> int:
        await self.flush()
        return await self._context.engine.call(lambda services: services.products.export_table(self.key, path))

    async def flush(self) -> None:
        """Save what is not saved yet."""
        with suppress(RuntimeError):  # the page was left meanwhile and took its timer along
            self._pause.stop()
        if self.is_saved:
            return
        rows = self.rows.all()
        self.is_saved = True
        try:
            await self._context.engine.call(lambda services: services.products.save(self.key, rows))
        except AppError:
            self.is_saved = False
            self._tell_saved()
            raise
        self._tell_saved()

    def _tell_saved(self) -> None:
        with suppress(RuntimeError):  # the page was left while its last change was saved: nobody listens any more
            self.saved_changed.emit(self.is_saved)

    async def _exchange(self, rows: Sequence[ProductRow], words: str) -> None:
        numbers, known = self._numbers, self.rows.all()

        async def build(_services: Services) -> ProductRows | None:
            is_same = await asyncio.to_thread(lambda: _telling(rows) == _telling(known))
            return None if is_same else await asyncio.to_thread(ProductRows, rows, numbers)

        built = await self._context.engine.call(build)
        if built is None:
            return
        self.undo_stack.push(_ExchangeTable(self, built, words))

    async def _busy(self, words: str, make: Callable[[Services], object]) -> Sequence[ProductRow]:
        self.busy_changed.emit(words)
        try:
            found: Sequence[ProductRow] = await self._context.engine.call(make)  # type: ignore[arg-type]
            return found
        finally:
            self.busy_changed.emit("")

    def _note_change(self) -> None:
        self.is_saved = False
        self.saved_changed.emit(False)
        self.counts_changed.emit()
        self._pause.start()


def _telling(rows: Sequence[ProductRow]) -> Sequence[ProductRow]:
    """Without an empty row for all products, which is as good as none."""
    return [row for row in rows if row.key != ALL_PRODUCTS or row.number]


def _numbers_of(rows: Sequence[ProductRow]) -> Mapping[str, str]:
    return {row.key: row.number for row in rows if row.number}
