"""What a page says when there is nothing to show yet."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.ui.theme import SPACING, colours_now, themed_icon
from app.ui.widgets.labels import HeadingLabel, SecondaryLabel
from app.ui.widgets.painting import Words, fill_rounded, smooth

_DISC_PX = 56
_ICON_PX = 26
_WIDTH_PX = 420


class EmptyState(QWidget):
    """Icon, a sentence, and the one action that changes it."""

    def __init__(
        self,
        icon: str,
        title: Words,
        sentence: Words = "",
        action: QPushButton | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        centre = Qt.AlignmentFlag.AlignHCenter
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 32, 0, 32)
        column.setSpacing(SPACING.s)
        column.addStretch(1)
        column.addWidget(_Disc(icon), alignment=centre)
        column.addSpacing(SPACING.xs)
        heading = HeadingLabel(title)
        heading.setAlignment(centre)
        heading.setWordWrap(True)
        column.addWidget(heading)
        if str(sentence):
            words = SecondaryLabel(sentence)
            words.setAlignment(centre)
            words.setMaximumWidth(_WIDTH_PX)
            # Not centred by an alignment: the column would measure the height at its own width, and cut the last line.
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(words, _WIDTH_PX)
            row.addStretch(1)
            column.addLayout(row)
        if action is not None:
            column.addSpacing(SPACING.s)
            column.addWidget(action, alignment=centre)
        column.addStretch(1)


class _Disc(QWidget):
    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon = icon
        self.setFixedSize(_DISC_PX, _DISC_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        fill_rounded(painter, QRectF(self.rect()), _DISC_PX / 2, colours.accent_ground)
        inset = (_DISC_PX - _ICON_PX) // 2
        themed_icon(self._icon, colours.accent).paint(painter, inset, inset, _ICON_PX, _ICON_PX)
