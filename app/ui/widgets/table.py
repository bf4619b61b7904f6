"""A table in a rounded frame."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.ui.theme import MEDIUM, RADII, SIZES, TYPE, colours_now, ui_font
from app.ui.widgets.focus import FocusVisible
from app.ui.widgets.painting import Words, draw_focus_ring, ring_around_hole, smooth
from app.ui.window_state import WindowState

_SETTLE_MS = 400
_HEADING_PADDING_PX = 24  # 10 px on either side, as the stylesheet draws it, and what Qt keeps beside
_CELL_ROOM_PX = 6


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is shown: never narrower than its heading.

    `width_px` None: takes the remaining room, but never less than `least_px`; then the table scrolls sideways.
    `most_px`: grows with its longest word in sight, from `width_px` up to so much.
    """

    width_px: int | None = None
    delegate: QStyledItemDelegate | None = None
    most_px: int | None = None
    least_px: int = 120


class Table(FocusVisible, QTableView):
    """Tab leaves it, arrows move in it, Enter or a double click emits `row_activated`."""

    row_activated = Signal(int)
    focus_changed = Signal()
    room_changed = Signal()
    """The viewport has another width: because of the page, or of a scroll bar that came or went."""

    def __init__(self, name: Words, parent: QWidget | None = None, *, selects_cells: bool = False) -> None:
        super().__init__(parent)
        self.setAccessibleName(str(name))
        self.setProperty("selects", "cells" if selects_cells else "rows")
        behaviour = QAbstractItemView.SelectionBehavior
        self.setSelectionBehavior(behaviour.SelectItems if selects_cells else behaviour.SelectRows)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(ui_font())
        self.setMouseTracking(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setFont(ui_font(TYPE.small, MEDIUM))
        header.setHighlightSections(False)
        header.setFixedHeight(SIZES.table_header)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(40)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.doubleClicked.connect(self._activate)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and self.state() is not QAbstractItemView.State.EditingState and self.currentIndex().isValid():
            self._activate(self.currentIndex())
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.room_changed.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.model().rowCount() > 0:
            self.setCurrentIndex(self.model().index(0, 0))
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()

    def _activate(self, index: QModelIndex) -> None:
        self.row_activated.emit(index.row())


class TableFrame(QFrame):
    """The table is `view`. With `state` and `key` the widths a person drags are remembered.

    `is_shrinking` ends the frame after the last row instead of filling the page; `is_bare` draws no frame, for a table
    in a card or a sheet.
    """

    row_activated = Signal(int)

    def __init__(
        self,
        name: Words,
        model: QAbstractItemModel,
        columns: Sequence[Column],
        *,
        state: WindowState | None = None,
        key: str = "",
        row_height_px: int = SIZES.table_row,
        selects_cells: bool = False,
        is_shrinking: bool = False,
        is_bare: bool = False,
    ) -> None:
        super().__init__()
        self._state = state
        self._key = f"table.{key}.widths"
        self._is_shrinking = is_shrinking
        self._most_px: int | None = None
        self._columns = tuple(columns)
        self._is_fitting = False
        self.view = Table(name, self, selects_cells=selects_cells)
        self.view.setModel(model)
        rows = self.view.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(row_height_px)
        self._shape_columns(columns)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.view)
        self._corners = _Corners(self, is_bare=is_bare)
        for signal in (model.modelReset, model.rowsInserted):
            signal.connect(self.fit_columns)
        self.fit_columns()
        self.view.focus_changed.connect(self._corners.update)
        self.view.room_changed.connect(self._share_room)
        self.view.row_activated.connect(self.row_activated)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._remember_widths)
        self.view.horizontalHeader().sectionResized.connect(self._hear_width)
        if is_shrinking:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
            for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset, model.layoutChanged):
                signal.connect(self._refit)
            self.view.horizontalScrollBar().rangeChanged.connect(self._refit)
            self._refit()

    def limit_height(self, most_px: int) -> None:
        """As high as its rows up to so much, also when rows come and go; the rest is scrolled."""
        self._most_px = most_px
        self._refit()

    def sizeHint(self) -> QSize:
        return QSize(400, self._content_height())

    def minimumSizeHint(self) -> QSize:
        rows = self.view.verticalHeader().defaultSectionSize()
        return QSize(200, min(SIZES.table_header + 3 * rows, self._content_height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._corners.setGeometry(self.rect())
        self._corners.raise_()

    def _content_height(self) -> int:
        rows = max(self.view.model().rowCount(), 1)
        height = SIZES.table_header + rows * self.view.verticalHeader().defaultSectionSize() + 2
        sideways = self.view.horizontalScrollBar()
        height += sideways.sizeHint().height() if sideways.maximum() > 0 else 0
        return height if self._most_px is None else min(height, self._most_px)

    def _refit(self) -> None:
        if self._most_px is None:
            self.setMaximumHeight(self._content_height())
        else:
            self.setFixedHeight(self._content_height())
        self.updateGeometry()

    def _shape_columns(self, columns: Sequence[Column]) -> None:
        header = self.view.horizontalHeader()
        remembered = self._remembered_widths(len(columns))
        self._is_dragged = bool(remembered)
        for number, column in enumerate(columns):
            if column.delegate is not None:
                # The view does not take ownership: without a parent Python would collect the delegate.
                column.delegate.setParent(self.view)
                self.view.setItemDelegateForColumn(number, column.delegate)
            if column.width_px is None:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
            else:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Interactive)
                width = remembered[number] if remembered else column.width_px
                header.resizeSection(number, max(width, self._heading_px(number)) if column.width_px else 0)

    def _heading_px(self, number: int) -> int:
        horizontal = Qt.Orientation.Horizontal
        words = str(self.view.model().headerData(number, horizontal, Qt.ItemDataRole.DisplayRole) or "")
        return QFontMetrics(ui_font(TYPE.small, MEDIUM)).horizontalAdvance(words) + _HEADING_PADDING_PX

    def fit_columns(self) -> None:
        """Call it after hiding or showing columns. What a person has dragged stays as it is."""
        self._is_fitting = True
        for number, column in enumerate(self._columns):
            if column.most_px is not None and not self._is_dragged and not self.view.isColumnHidden(number):
                least = max(column.width_px or 0, self._heading_px(number))
                wanted = min(self.view.sizeHintForColumn(number) + _CELL_ROOM_PX, column.most_px)
                self.view.horizontalHeader().resizeSection(number, max(least, wanted))
        self._is_fitting = False
        self._share_room()

    def _share_room(self) -> None:
        """Qt would squeeze the columns that take the remaining room to nothing."""
        header = self.view.horizontalHeader()
        shown = [number for number in range(len(self._columns)) if not header.isSectionHidden(number)]
        open_ended = [number for number in shown if self._columns[number].width_px is None]
        taken = sum(header.sectionSize(number) for number in shown if number not in open_ended)
        least = {number: max(self._columns[number].least_px, self._heading_px(number)) for number in open_ended}
        is_crowded = self.view.viewport().width() - taken < sum(least.values())
        for number in open_ended:
            if is_crowded:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Interactive)
                header.resizeSection(number, least[number])
            else:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)

    def _remembered_widths(self, count: int) -> list[int]:
        words = self._state.get(self._key) if self._state is not None else None
        try:
            widths = json.loads(words or "[]")
        except ValueError:
            return []
        fits = isinstance(widths, list) and len(widths) == count and all(isinstance(width, int) for width in widths)
        return [max(width, 40) for width in widths] if fits else []

    def _hear_width(self, number: int, before: int, now: int) -> None:
        """Neither hiding a column nor our own fitting is a person's drag."""
        if not self._is_fitting and before and now and self._columns[number].width_px is not None:
            self._is_dragged = True
            self._settle.start()

    def _remember_widths(self) -> None:
        if self._is_dragged and self._state is not None:
            header = self.view.horizontalHeader()
            widths = [header.sectionSize(number) for number in range(header.count())]
            self._state.set(self._key, json.dumps(widths))


class _Corners(QWidget):
    """Lies over the table: rounds its corners and draws the frame, which a stylesheet cannot do for a scroll area."""

    def __init__(self, frame: TableFrame, *, is_bare: bool) -> None:
        super().__init__(frame)
        self._frame = frame
        self._is_bare = is_bare
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        if not self._is_bare:
            hole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.fillPath(ring_around_hole(self.rect(), hole, RADII.card), QColor(colours.background))
            painter.setPen(QPen(QColor(colours.line), 1))
            painter.drawRoundedRect(hole, RADII.card, RADII.card)
        if self._frame.view.shows_focus_ring():
            draw_focus_ring(painter, QRectF(self.rect()), RADII.card, colours.accent)
