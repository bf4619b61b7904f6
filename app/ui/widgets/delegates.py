"""Cells that are more than plain text. All measure nothing while painting and keep no widget per cell."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.ui.theme import SEMIBOLD, TYPE, colours_now, mono_font, ui_font
from app.ui.widgets.painting import (
    Tone,
    badge_size,
    draw_badge,
    draw_check_box,
    draw_focus_ring,
    fill_rounded,
    smooth,
)

TONE_ROLE = Qt.ItemDataRole.UserRole + 101
PLACEHOLDER_ROLE = Qt.ItemDataRole.UserRole + 102
INVALID_ROLE = Qt.ItemDataRole.UserRole + 103

_PADDING = 10
_BOX = 16
Index = QModelIndex | QPersistentModelIndex


class FontDelegate(QStyledItemDelegate):
    """Plain cells in a font of their own."""

    def __init__(self, font: QFont, alignment: Qt.AlignmentFlag | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._font = font
        self._alignment = alignment

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.font = self._font
        if self._alignment is not None:
            option.displayAlignment = self._alignment | Qt.AlignmentFlag.AlignVCenter


class MonoDelegate(FontDelegate):
    """Identifiers and raw values."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(mono_font(), None, parent)


class NumberDelegate(FontDelegate):
    """Right-aligned, every figure equally wide."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(ui_font(tabular=True), Qt.AlignmentFlag.AlignRight, parent)


class BadgeDelegate(QStyledItemDelegate):
    """Draws the cell's words as a status badge; the model answers `TONE_ROLE` with a `Tone` (neutral if absent)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._font = ui_font(TYPE.badge, SEMIBOLD)
        self._metrics = QFontMetrics(self._font)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        draw_cell_ground(self, painter, option, index)
        words = index.data(Qt.ItemDataRole.DisplayRole)
        if not words:
            return
        width, height = badge_size(self._metrics.horizontalAdvance(str(words)))
        cell = QRectF(option.rect)
        room = cell.width() - 2 * _PADDING
        shown = str(words)
        if width > room:
            shown = self._metrics.elidedText(shown, Qt.TextElideMode.ElideRight, max(round(room) - 18, 12))
            width = round(room)
        rect = QRectF(cell.left() + _PADDING, cell.center().y() - height / 2, width, height)
        painter.save()
        painter.setFont(self._font)
        # Qt hands a text enum back as plain text.
        tone = Tone(index.data(TONE_ROLE) or Tone.NEUTRAL)
        draw_badge(smooth(painter), rect, shown, colours_now(), tone)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        words = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        width, height = badge_size(self._metrics.horizontalAdvance(words))
        return QSize(width + 2 * _PADDING, height + 8)


class CheckDelegate(QStyledItemDelegate):
    """A check box in the middle of the cell; click or Space switches it through the model's CheckStateRole."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        draw_cell_ground(self, painter, option, index)
        cell = QRectF(option.rect)
        rect = QRectF(cell.center().x() - _BOX / 2, cell.center().y() - _BOX / 2, _BOX, _BOX)
        painter.save()
        state = _check_state(index)
        is_enabled = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        draw_check_box(smooth(painter), rect, state, colours_now(), is_enabled=is_enabled)
        painter.restore()

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, _option: QStyleOptionViewItem, index: Index
    ) -> bool:
        if not index.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            return False
        is_click = (
            event.type() is QEvent.Type.MouseButtonRelease
            and isinstance(event, QMouseEvent)
            and event.button() is Qt.MouseButton.LeftButton
        )
        is_space = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space
        if not (is_click or (is_space and event.type() is QEvent.Type.KeyPress)):
            return False
        is_checked = _check_state(index) is Qt.CheckState.Checked
        state = Qt.CheckState.Unchecked if is_checked else Qt.CheckState.Checked
        return model.setData(index, state, Qt.ItemDataRole.CheckStateRole)


class FieldDelegate(QStyledItemDelegate):
    """A cell that looks like the text field it becomes while edited.

    `PLACEHOLDER_ROLE` gives grey words for an empty cell, `INVALID_ROLE` (bool) the error border.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._font = mono_font()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        draw_cell_ground(self, painter, option, index)
        colours = colours_now()
        rect = _field_rect(option)
        words = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        placeholder = str(index.data(PLACEHOLDER_ROLE) or "")
        border = colours.error if index.data(INVALID_ROLE) else colours.line_strong
        painter.save()
        smooth(painter)
        fill_rounded(painter, rect, 6, colours.panel, border)
        if option.state & QStyle.StateFlag.State_HasFocus:
            draw_focus_ring(painter, rect, 6, colours.accent)
        painter.setFont(self._font)
        painter.setPen(QColor(colours.text if words else colours.second))
        inner = rect.adjusted(9, 0, -6, 0)
        shown = QFontMetrics(self._font).elidedText(
            words or placeholder, Qt.TextElideMode.ElideRight, round(inner.width())
        )
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setProperty("small", True)
        editor.setProperty("mono", True)
        editor.setFont(self._font)
        header = index.model().headerData(index.column(), Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole)
        editor.setAccessibleName(str(header or ""))
        editor.setPlaceholderText(str(index.data(PLACEHOLDER_ROLE) or ""))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        rect = _field_rect(option).toRect()
        editor.setFixedHeight(rect.height())
        editor.setGeometry(rect)


def draw_cell_ground(
    delegate: QStyledItemDelegate, painter: QPainter, option: QStyleOptionViewItem, index: Index
) -> None:
    """The row's own look (selection, hover, line) without words, box or dotted focus."""
    bare = QStyleOptionViewItem(option)
    delegate.initStyleOption(bare, index)
    bare.text = ""
    bare.features &= ~QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
    view = option.widget
    view.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, bare, painter, view)


def _check_state(index: Index) -> Qt.CheckState:
    state = index.data(Qt.ItemDataRole.CheckStateRole)
    return state if isinstance(state, Qt.CheckState) else Qt.CheckState(state or 0)


def _field_rect(option: QStyleOptionViewItem) -> QRectF:
    cell = QRectF(option.rect)
    height = min(cell.height() - 8, 28)
    return QRectF(cell.left() + _PADDING, cell.center().y() - height / 2, cell.width() - 2 * _PADDING, height)
