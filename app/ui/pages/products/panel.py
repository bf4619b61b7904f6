"""Which product of the source has which number in the target."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QWidget

from app.core.texts import _, ngettext
from app.services.producttable import TableChange
from app.ui.context import Context
from app.ui.pages.panel import Panel
from app.ui.pages.products.import_sheet import ImportSheet
from app.ui.pages.products.model import ProductsModel
from app.ui.pages.products.past_offer import PastOffer
from app.ui.pages.products.rows import RowState, text_from_block
from app.ui.pages.products.table import ProductColumn
from app.ui.theme import SPACING, TYPE
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.chips import ChipBar, ChipChoice
from app.ui.widgets.delegates import BadgeDelegate, FieldDelegate, MonoDelegate
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.fields import TextField, mark_invalid
from app.ui.widgets.labels import SecondaryLabel, StrongLabel
from app.ui.widgets.path import open_file_dialog, save_file_dialog
from app.ui.widgets.progress import ProgressLine
from app.ui.widgets.search import SearchField
from app.ui.widgets.table import Column, TableFrame
from app.ui.wording import number

_TABLES = ("*.csv", "*.xlsx")
_ALL = "all"
_ROW_PX = 42
_ALL_THE_ROOM = 100
_LEAST_SEARCH_PX, _MOST_SEARCH_PX = 180, 280


class ProductsPanel(Panel):
    """``places_actions``: show the buttons here, not in a page's header; the page around has its own main button."""

    def __init__(
        self, context: Context, integration_key: str, parent: QWidget | None = None, *, places_actions: bool = True
    ) -> None:
        super().__init__(context, parent)
        self.model = ProductsModel(context, integration_key, self.show_error, self)
        self.import_button = SecondaryButton(_("Import CSV/Excel…"))
        self.export_button = SecondaryButton(_("Export…"))
        match_kind = SecondaryButton if places_actions else PrimaryButton
        self.match_button = match_kind(_("Match automatically"))
        self.actions_wanted = (self.import_button, self.export_button, self.match_button)
        if places_actions:
            self.place_actions()
        self.body.addLayout(self._build_filters())
        self.progress = ProgressLine(_("Working"))
        self.progress.hide()
        self.body.addWidget(self.progress)
        self.table = self._build_table()
        self.past_offer = PastOffer(self.context, integration_key)
        self.body.addWidget(self.past_offer)
        self.body.addWidget(self.table, _ALL_THE_ROOM)
        self.empty = self._build_empty()
        self.body.addWidget(self.empty, _ALL_THE_ROOM)
        self.body.addLayout(self._build_foot())
        self.body.addStretch(1)
        self._connect()
        self._add_shortcuts()
        self.empty.hide()
        self.run(self.model.load())

    # Building --------------------------------------------------------------------------------------------------------

    def _show_saved(self, is_saved: bool) -> None:
        self._show_counts()
        if is_saved and self.model.has_new_numbers:
            self.run(self.past_offer.show_when_sent())

    def _build_filters(self) -> QHBoxLayout:
        self.search = SearchField(_("Search products"), placeholder=_("Search name, SKU, EAN…"))
        self.search.setMinimumWidth(_LEAST_SEARCH_PX)
        self.search.setMaximumWidth(_MOST_SEARCH_PX)
        choices = [
            ChipChoice(_ALL, _("All"), 0),
            ChipChoice(RowState.UNMAPPED, _("Unmapped"), 0),
            ChipChoice(RowState.TO_CHECK, _("To check"), 0),
            ChipChoice(RowState.ERROR, _("Errors"), 0),
        ]
        self.chips = ChipBar(_("Rows to show"), choices)
        self.default_field = TextField(_("Number for all products"), is_mono=True, placeholder=_("none"))
        self.default_field.setFixedWidth(150)
        self.default_field.setToolTip(_("Stands for every product without a number of its own."))
        label = StrongLabel(_("All products:"))
        label.setBuddy(self.default_field)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.search, 2)
        row.addWidget(self.chips, 3, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(label)
        row.addWidget(self.default_field)
        return row

    def _build_table(self) -> TableFrame:
        columns = [
            Column(90, MonoDelegate(), most_px=170),
            Column(70, MonoDelegate(), most_px=140),
            Column(None, least_px=160),
            Column(190, FieldDelegate()),
            Column(120, BadgeDelegate(), most_px=220),
        ]
        frame = TableFrame(
            _("Product mapping"),
            self.model.table,
            columns,
            state=self.context.window_state,
            key="products",
            row_height_px=_ROW_PX,
            selects_cells=True,
            is_shrinking=True,
        )
        triggers = QAbstractItemView.EditTrigger
        frame.view.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        return frame

    def _build_empty(self) -> EmptyState:
        self.read_button = SecondaryButton(_("Read products from the shop"), icon="download-simple")
        return EmptyState(
            "package",
            _("No products yet"),
            _("Read them from the source, import a spreadsheet, or let one number stand for all products."),
            self.read_button,
        )

    def _build_foot(self) -> QHBoxLayout:
        self.hint = SecondaryLabel(size_px=TYPE.small)
        self.reload_button = SecondaryButton(_("Read products again"), is_small=True)
        self.confirm_button = SecondaryButton(_("Confirm match"), is_small=True)
        self.confirm_button.setToolTip(_("Accept the proposals in the selected rows (Ctrl+Enter)"))
        self.undo_button = SecondaryButton(_("Undo"), is_small=True)
        self.redo_button = SecondaryButton(_("Redo"), is_small=True)
        row = QHBoxLayout()
        row.setSpacing(SPACING.s)
        row.addWidget(self.hint, 1)
        for button in (self.reload_button, self.confirm_button, self.undo_button, self.redo_button):
            row.addWidget(button)
        return row

    def _connect(self) -> None:
        model, stack = self.model, self.model.undo_stack
        model.counts_changed.connect(self._show_counts)
        model.saved_changed.connect(self._show_saved)
        self.past_offer.apply_button.clicked.connect(lambda: self.run(self.past_offer.apply()))
        model.default_changed.connect(self._show_default)
        model.busy_changed.connect(self._show_busy)
        model.loaded.connect(self._show_loaded)
        self.search.searched.connect(lambda _words: self._filter())
        self.chips.chosen.connect(lambda _key: self._filter())
        self.default_field.editingFinished.connect(lambda: model.set_default(self.default_field.text()))
        self.match_button.clicked.connect(lambda: self.run(self._match()))
        for button in (self.read_button, self.reload_button):
            button.clicked.connect(lambda: self.run(self._read()))
        self.import_button.clicked.connect(self._choose_import)
        self.export_button.clicked.connect(self._choose_export)
        self.confirm_button.clicked.connect(self.confirm_selected)
        self.undo_button.clicked.connect(stack.undo)
        self.redo_button.clicked.connect(stack.redo)
        stack.indexChanged.connect(self._show_undo)
        self.table.view.selectionModel().selectionChanged.connect(lambda *_change: self._show_selection())
        self.table.row_activated.connect(self._edit)
        self._show_undo()
        self._show_selection()

    def _add_shortcuts(self) -> None:
        standard = QKeySequence.StandardKey
        ctrl, shift = Qt.Modifier.CTRL, Qt.Modifier.SHIFT
        on_table: list[tuple[QKeySequence, Callable[[], object]]] = [
            (QKeySequence(standard.Copy), self.copy),
            (QKeySequence(standard.Paste), self.paste),
            (QKeySequence(ctrl | Qt.Key.Key_D), self.fill_down),
            (QKeySequence(ctrl | Qt.Key.Key_Return), self.confirm_selected),
            (QKeySequence(Qt.Key.Key_Delete), self.clear_selected),
        ]
        for keys, action in on_table:
            shortcut = QShortcut(keys, self.table.view)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(action)
        for keys, step in (
            (QKeySequence(standard.Undo), self.model.undo_stack.undo),
            (QKeySequence(ctrl | Qt.Key.Key_Y), self.model.undo_stack.redo),
            (QKeySequence(ctrl | shift | Qt.Key.Key_Z), self.model.undo_stack.redo),
        ):
            shortcut = QShortcut(keys, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(step)

    # What the keyboard does ------------------------------------------------------------------------------------------

    def selected_places(self) -> list[int]:
        rows = sorted({index.row() for index in self.table.view.selectedIndexes()})
        return self.model.table.places(rows)

    def copy(self) -> None:
        """The selected cells, as a spreadsheet takes them."""
        indexes = self.table.view.selectedIndexes()
        columns = sorted({index.column() for index in indexes})
        words = {(index.row(), index.column()): str(index.data() or "") for index in indexes}
        block = [[words.get((row, column), "") for column in columns] for row in sorted({r for r, _c in words})]
        if block:
            QGuiApplication.clipboard().setText(text_from_block(block))

    def paste(self) -> None:
        current = self.table.view.currentIndex()
        pasted = self.model.paste(QGuiApplication.clipboard().text(), max(current.row(), 0), self.selected_places())
        words = ngettext("{count} row filled.", "{count} rows filled.", pasted.filled).format(
            count=number(pasted.filled)
        )
        if pasted.unknown:
            rest = ngettext(
                "{count} line fits no product and was left out.",
                "{count} lines fit no product and were left out.",
                pasted.unknown,
            ).format(count=number(pasted.unknown))
            words = f"{words} {rest}"
        self.context.notices.toast(words, action_words=_("Undo"), on_action=self.model.undo_stack.undo)

    def fill_down(self) -> None:
        self.model.fill_down(self.selected_places())

    def clear_selected(self) -> None:
        self.model.enter(dict.fromkeys(self.selected_places(), ""))

    def confirm_selected(self) -> None:
        self.model.confirm(self.selected_places())

    def _edit(self, row: int) -> None:
        view = self.table.view
        if view.state() is not QAbstractItemView.State.EditingState:
            index = self.model.table.index(row, ProductColumn.NUMBER)
            view.setCurrentIndex(index)
            view.edit(index)

    # What the buttons do ---------------------------------------------------------------------------------------------

    async def _match(self) -> None:
        self.clear_error()
        steps = self.model.undo_stack.index()
        found = await self.model.match()
        words = ngettext("{count} number found.", "{count} numbers found.", found).format(count=number(found))
        if self.model.undo_stack.index() == steps:  # "Undo" would take back what was done before
            self.context.notices.toast(words)
        else:
            self.context.notices.toast(words, action_words=_("Undo"), on_action=self.model.undo_stack.undo)
        if self.model.rows.count(RowState.TO_CHECK):
            self.chips.select(RowState.TO_CHECK)
        self._filter()

    async def _read(self) -> None:
        self.clear_error()
        count = await self.model.read_products()
        words = ngettext("{count} product read.", "{count} products read.", count).format(count=number(count))
        self.context.notices.toast(words)

    def _choose_import(self) -> None:
        dialog = open_file_dialog(self, _("Import numbers"), patterns=_TABLES)
        dialog.fileSelected.connect(lambda path: self.run(self.import_file(Path(path))))

    def _choose_export(self) -> None:
        dialog = save_file_dialog(self, _("Export the product mapping"), suggested="products.xlsx", patterns=_TABLES)
        dialog.fileSelected.connect(lambda path: self.run(self.export_file(Path(path))))

    async def import_file(self, path: Path) -> None:
        """Shows what would change; ``ImportSheet`` asks."""
        self.clear_error()
        change = await self.model.read_file(path)
        sheet = ImportSheet(self, change)
        sheet.agreed.connect(lambda: self.run(self._accept(change)))
        sheet.open()

    async def _accept(self, change: TableChange) -> None:
        await self.model.accept(change)
        self.context.notices.toast(
            _("The numbers were taken over."), action_words=_("Undo"), on_action=self.model.undo_stack.undo
        )

    async def export_file(self, path: Path) -> None:
        self.clear_error()
        count = await self.model.export(path)
        words = ngettext("{count} row exported to {file}.", "{count} rows exported to {file}.", count)
        self.context.notices.toast(words.format(count=number(count), file=path.name))

    # What is shown ---------------------------------------------------------------------------------------------------

    def _filter(self) -> None:
        chosen = self.chips.selected()
        self.model.table.choose(self.search.text(), None if chosen == _ALL else RowState(chosen))

    def _show_counts(self) -> None:
        rows = self.model.rows
        self.chips.set_count(_ALL, len(rows))
        for state in (RowState.UNMAPPED, RowState.TO_CHECK, RowState.ERROR):
            self.chips.set_count(state, rows.count(state))
        has_rows = len(rows) > 0
        self.table.setVisible(has_rows)
        self.empty.setVisible(not has_rows and self.model.is_loaded)
        self.reload_button.setVisible(has_rows)
        for button in (self.confirm_button, self.undo_button, self.redo_button):
            button.setVisible(has_rows or self.model.undo_stack.count() > 0)
        self.hint.setText(self._foot_words() if has_rows else "")

    def _foot_words(self) -> str:
        rows = self.model.rows
        errors = rows.count(RowState.ERROR)
        counts = _("{mapped} mapped, {to_check} to check, {unmapped} unmapped").format(
            mapped=number(rows.count(RowState.MAPPED)),
            to_check=number(rows.count(RowState.TO_CHECK)),
            unmapped=number(rows.count(RowState.UNMAPPED)),
        )
        wrong = ngettext("{count} error", "{count} errors", errors).format(count=number(errors))
        saved = _("saved") if self.model.is_saved else _("saving…")
        keys = _("Paste a column from a spreadsheet with Ctrl+V, fill down with Ctrl+D")
        return f"{keys} · {counts}, {wrong} · {saved}"

    def _show_default(self, default: str) -> None:
        if self.default_field.text() != default:
            self.default_field.setText(default)
        self._show_default_problem()

    def _show_default_problem(self) -> None:
        is_wrong = not self.model.rows.is_allowed(self.default_field.text().strip())
        mark_invalid(self.default_field, is_invalid=is_wrong)
        numbers = self.model.rows.numbers
        words = str(numbers.pattern_words) if is_wrong and numbers is not None else ""
        self.default_field.setAccessibleDescription(words)
        self.default_field.setToolTip(words or _("Stands for every product without a number of its own."))

    def _show_busy(self, words: str) -> None:
        self.progress.setVisible(bool(words))
        self.progress.set_share(None if words else 0)
        for button in (self.match_button, self.read_button, self.reload_button, self.import_button):
            button.setEnabled(not words)
        if words:
            self.hint.setText(words)
        else:
            self._show_counts()

    def _show_loaded(self) -> None:
        self._show_default(self.model.rows.default)
        self._show_counts()

    def _show_undo(self, _index: int = 0) -> None:
        stack = self.model.undo_stack
        self.undo_button.setEnabled(stack.canUndo())
        self.redo_button.setEnabled(stack.canRedo())
        self.undo_button.setToolTip(_("Undo: {what}").format(what=stack.undoText()) if stack.canUndo() else "")
        self.redo_button.setToolTip(_("Redo: {what}").format(what=stack.redoText()) if stack.canRedo() else "")

    def _show_selection(self) -> None:
        rows = self.model.rows
        places = self.selected_places() if self.table.view.selectionModel().selection().count() < 50 else [0]
        self.confirm_button.setEnabled(any(rows.state(place) is RowState.TO_CHECK for place in places[:2_000]))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not self.model.is_saved:
            # Without an owner: leaving the page must not cancel what is being saved.
            self.context.tasks.spawn(self.model.flush())
