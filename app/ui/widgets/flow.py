"""Layouts that answer to the width they get."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

from app.ui.theme import SPACING


class FlowLayout(QLayout):
    """Side by side, and on to the next line where room ends."""

    def __init__(self, parent: QWidget | None = None, gap_px: int = SPACING.s, line_gap_px: int = SPACING.s) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap_px = gap_px
        self._line_gap_px = line_gap_px
        self.setContentsMargins(QMargins(0, 0, 0, 0))
        if parent is not None:
            parent.setLayout(self)
            policy = parent.sizePolicy()
            policy.setHeightForWidth(True)
            parent.setSizePolicy(policy)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def items(self) -> list[QLayoutItem]:
        return list(self._items)

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), is_trial=True)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, is_trial=False)

    def sizeHint(self) -> QSize:
        hints = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(hint.width() for hint in hints) + self._gap_px * max(len(hints) - 1, 0)
        return QSize(width, max((hint.height() for hint in hints), default=0))

    def minimumSize(self) -> QSize:
        size = QSize(0, 0)
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, *, is_trial: bool) -> int:
        x, y, line_height = rect.x(), rect.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            hint = item.sizeHint()
            if x > rect.x() and x + hint.width() > rect.right() + 1:
                x, y, line_height = rect.x(), y + line_height + self._line_gap_px, 0
            if not is_trial:
                item.setGeometry(QRect(QPoint(x, y), hint))
            x += hint.width() + self._gap_px
            line_height = max(line_height, hint.height())
        return y + line_height - rect.y()


class CardGrid(QWidget):
    """Equal cards in as many columns as fit; every row is as high as its tallest card."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        min_card_px: int = 230,
        max_columns: int = 4,
        gap_px: int = SPACING.between_cards,
    ) -> None:
        super().__init__(parent)
        self._grid = _GridLayout(min_card_px, max_columns, gap_px)
        self.setLayout(self._grid)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add_card(self, card: QWidget) -> None:
        self._grid.addWidget(card)

    def cards(self) -> list[QWidget]:
        return [card for item in self._grid.items() if (card := item.widget()) is not None]

    def clear(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (card := item.widget()) is not None:
                card.hide()
                card.deleteLater()

    def columns(self) -> int:
        return self._grid.columns_for(self.width())


class _GridLayout(FlowLayout):
    def __init__(self, min_card_px: int, max_columns: int, gap_px: int) -> None:
        super().__init__(None, gap_px, gap_px)
        self._min_card_px = min_card_px
        self._max_columns = max_columns

    def columns_for(self, width: int) -> int:
        fitting = (width + self._gap_px) // (self._min_card_px + self._gap_px)
        return max(1, min(self._max_columns, fitting))

    def sizeHint(self) -> QSize:
        return QSize(self._min_card_px, self.heightForWidth(self._min_card_px * 2))

    def _place(self, rect: QRect, *, is_trial: bool) -> int:
        shown = [item for item in self._items if not item.isEmpty()]
        columns = self.columns_for(rect.width())
        card_px = (rect.width() - self._gap_px * (columns - 1)) / columns
        y = rect.y()
        for start in range(0, len(shown), columns):
            row = shown[start : start + columns]
            height = max(_height_at(item, round(card_px)) for item in row)
            if not is_trial:
                for column, item in enumerate(row):
                    left = rect.x() + round(column * (card_px + self._gap_px))
                    item.setGeometry(QRect(left, y, round(card_px), height))
            y += height + self._gap_px
        return max(y - self._gap_px - rect.y(), 0) if shown else 0


def _height_at(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
