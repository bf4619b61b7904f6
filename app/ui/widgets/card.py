"""Panels with rounded corners: a frame for content, or one big button."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui.theme import RADII, SPACING, TYPE, Colours, colours_now
from app.ui.widgets.buttons import DrawnButton
from app.ui.widgets.labels import ElidedLabel
from app.ui.widgets.monogram import Monogram
from app.ui.widgets.painting import Words, draw_focus_ring, fill_rounded, smooth

_LONGEST_NAME = 24


def draw_card(painter: QPainter, rect: QRectF, colours: Colours, ground: str, border: str) -> None:
    """The panel with its hint of a shadow on the lowest pixel."""
    body = rect.adjusted(0, 0, 0, -1)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.shadow))
    painter.drawRoundedRect(body.translated(0, 1), RADII.card, RADII.card)
    fill_rounded(painter, body, RADII.card, ground, border)


class Card(QWidget):
    """A panel; add content to `body`."""

    def __init__(self, parent: QWidget | None = None, *, padding_px: int = SPACING.card) -> None:
        super().__init__(parent)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding_px, padding_px - 2, padding_px, padding_px - 2)
        self.body.setSpacing(SPACING.s)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        draw_card(smooth(QPainter(self)), QRectF(self.rect()), colours, colours.panel, colours.line)


class CardButton(DrawnButton):
    """A card that is pressed as a whole: click, Enter or Space emit `clicked`. Add content to `body`.

    `name` is what a screen reader says for the whole card.
    """

    def __init__(self, name: Words, parent: QWidget | None = None, *, padding_px: int = SPACING.m) -> None:
        super().__init__("", parent)
        self.setAccessibleName(str(name))
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding_px, padding_px - 1, padding_px, padding_px)
        self.body.setSpacing(SPACING.xs)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        return self.body.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.body.minimumSize()

    def hasHeightForWidth(self) -> bool:
        return self.body.hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        return self.body.heightForWidth(width)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        rect = QRectF(self.rect())
        is_lit = self.isEnabled() and (self.underMouse() or self.isDown())
        ground = colours.hover if is_lit else colours.panel
        draw_card(painter, rect, colours, ground, colours.line_strong if is_lit else colours.line)
        if self.shows_focus_ring():
            draw_focus_ring(painter, rect.adjusted(0, 0, 0, -1), RADII.card, colours.accent)


class SystemCard(CardButton):
    """Monogram, name and one line about the system's role. A long name is smaller, so that a small window shows it."""

    def __init__(self, monogram: Monogram, name: Words, role: Words, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.setAccessibleDescription(str(role))
        self.setToolTip(str(role))
        facts = QVBoxLayout()
        facts.setSpacing(1)
        size_px = TYPE.body if len(str(name)) <= _LONGEST_NAME else TYPE.small
        facts.addWidget(ElidedLabel(name, is_strong=True, size_px=size_px))
        facts.addWidget(ElidedLabel(role, is_second=True, size_px=TYPE.badge))
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(monogram, alignment=Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(facts, 1)
        self.body.addLayout(row)
