"""Systems get their letters on their own colour; we use no trademarks."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.ui.theme import BOLD, RADII, RECOGNISABLE_RATIO, SIZES, colours_now, most_readable, ui_font
from app.ui.theme.tokens import MONOGRAM_DARK_TEXT, MONOGRAM_LIGHT_TEXT
from app.ui.widgets.painting import Words, draw_arrow, fill_rounded, smooth

_SHARE_OF_SIDE = {1: 0.40, 2: 0.36, 3: 0.30}
_SMALLEST_SHARE = 0.25


def draw_monogram(painter: QPainter, rect: QRectF, letters: str, colour: str) -> None:
    radius = RADII.monogram * rect.width() / SIZES.monogram
    fill_rounded(painter, rect, radius, colour)
    share = _SHARE_OF_SIDE.get(len(letters), _SMALLEST_SHARE)
    painter.setFont(ui_font(round(rect.width() * share), BOLD))
    # The system's name always stands beside its monogram, or is its tool tip.
    text = most_readable(colour, MONOGRAM_LIGHT_TEXT, MONOGRAM_DARK_TEXT, enough=RECOGNISABLE_RATIO)
    painter.setPen(QColor(text))
    metrics = QFontMetrics(painter.font())
    # Capitals look centred when their own height is, not the line's.
    baseline = rect.center().y() + metrics.capHeight() / 2
    left = rect.center().x() - metrics.horizontalAdvance(letters) / 2
    painter.drawText(round(left), round(baseline), letters)


class Monogram(QWidget):
    """`colour` is #RRGGBB; `name` is the system's name, read out in place of the letters."""

    def __init__(
        self, letters: str, colour: str, name: Words, parent: QWidget | None = None, *, side_px: int = SIZES.monogram
    ) -> None:
        super().__init__(parent)
        self._letters = letters
        self._colour = colour
        self.setAccessibleName(str(name))
        self.setToolTip(str(name))
        self.setFixedSize(QSize(side_px, side_px))

    def paintEvent(self, _event: QPaintEvent) -> None:
        draw_monogram(smooth(QPainter(self)), QRectF(self.rect()), self._letters, self._colour)


class DirectionArrow(QWidget):
    """The arrow from source to target; an ornament, so screen readers skip it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(12, 12)

    def paintEvent(self, _event: QPaintEvent) -> None:
        rect = QRectF(self.rect()).adjusted(1, 0, -1, 0)
        draw_arrow(smooth(QPainter(self)), rect, colours_now().second)


class MonogramPair(QWidget):
    """Source → target."""

    def __init__(self, source: Monogram, target: Monogram, parent: QWidget | None = None, *, gap_px: int = 10) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(gap_px)
        row.addWidget(source)
        row.addWidget(DirectionArrow(), alignment=Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(target)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
