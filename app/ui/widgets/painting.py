"""Strokes all drawn widgets share."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from app.core.texts import Text
from app.ui.theme import SIZES, Colours

Words = str | Text

_RING_WIDTH = 2.0


class Tone(StrEnum):
    """What a status means; never shown by colour alone, a word stands with it."""

    NEUTRAL = "neutral"
    ACCENT = "accent"
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


def tone_text(colours: Colours, tone: Tone) -> str:
    return {
        Tone.NEUTRAL: colours.second,
        Tone.ACCENT: colours.accent,
        Tone.OK: colours.ok,
        Tone.WARNING: colours.warning,
        Tone.ERROR: colours.error,
    }[tone]


def tone_ground(colours: Colours, tone: Tone) -> str:
    return {
        Tone.NEUTRAL: colours.neutral_ground,
        Tone.ACCENT: colours.accent_ground,
        Tone.OK: colours.ok_ground,
        Tone.WARNING: colours.warning_ground,
        Tone.ERROR: colours.error_ground,
    }[tone]


def smooth(painter: QPainter) -> QPainter:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter


def fill_rounded(painter: QPainter, rect: QRectF, radius: float, ground: str | None, border: str | None = None) -> None:
    """A rounded rectangle whose 1 px border stays inside `rect`."""
    inner = rect.adjusted(0.5, 0.5, -0.5, -0.5) if border else rect
    painter.setPen(QPen(QColor(border), 1.0) if border else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(inner, radius, radius)


def draw_focus_ring(painter: QPainter, rect: QRectF, radius: float, colour: str) -> None:
    """A 2 px ring just inside `rect`, so that no scroll area can cut it off."""
    half = _RING_WIDTH / 2
    painter.setPen(QPen(QColor(colour), _RING_WIDTH))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), radius - half, radius - half)


def draw_badge(painter: QPainter, rect: QRectF, words: str, colours: Colours, tone: Tone) -> None:
    """A status word on its ground; the painter's font is the badge's font."""
    fill_rounded(painter, rect, rect.height() / 2, tone_ground(colours, tone))
    painter.setPen(QColor(tone_text(colours, tone)))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)


def draw_tick(painter: QPainter, rect: QRectF, colour: str, width: float = 1.8) -> None:
    pen = QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(
        QPolygonF(
            [
                QPointF(rect.left() + rect.width() * 0.28, rect.top() + rect.height() * 0.53),
                QPointF(rect.left() + rect.width() * 0.44, rect.top() + rect.height() * 0.68),
                QPointF(rect.left() + rect.width() * 0.73, rect.top() + rect.height() * 0.36),
            ]
        )
    )


def draw_check_box(
    painter: QPainter, rect: QRectF, state: Qt.CheckState, colours: Colours, *, is_enabled: bool
) -> None:
    if state is Qt.CheckState.Unchecked:
        fill_rounded(painter, rect, 4, colours.panel, colours.third if is_enabled else colours.line_strong)
        return
    fill_rounded(painter, rect, 4, colours.accent if is_enabled else colours.accent_faded)
    if state is Qt.CheckState.Checked:
        draw_tick(painter, rect, colours.on_accent)
    else:
        bar = QRectF(rect.left() + 4, rect.center().y() - 0.9, rect.width() - 8, 1.8)
        fill_rounded(painter, bar, 0.9, colours.on_accent)


def draw_caret(painter: QPainter, centre: QPointF, colour: str, *, points_down: bool = True) -> None:
    pen = QPen(QColor(colour), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    x, y = centre.x(), centre.y()
    if points_down:
        points = [QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)]
    else:
        points = [QPointF(x - 2, y - 4), QPointF(x + 2, y), QPointF(x - 2, y + 4)]
    painter.drawPolyline(QPolygonF(points))


def draw_arrow(painter: QPainter, rect: QRectF, colour: str) -> None:
    """The arrow between two systems."""
    pen = QPen(QColor(colour), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    tip = QPointF(rect.right(), rect.center().y())
    painter.drawLine(QPointF(rect.left(), tip.y()), tip)
    painter.drawPolyline(QPolygonF([QPointF(tip.x() - 4, tip.y() - 4), tip, QPointF(tip.x() - 4, tip.y() + 4)]))


def ring_around_hole(outer: QRect, hole: QRectF, radius: float) -> QPainterPath:
    """Everything of `outer` outside the rounded `hole`: what a frame paints over the corners of its content."""
    path = QPainterPath()
    path.addRect(QRectF(outer))
    inner = QPainterPath()
    inner.addRoundedRect(hole, radius, radius)
    return path.subtracted(inner)


def badge_size(words_width: int) -> tuple[int, int]:
    return words_width + 2 * 9, SIZES.badge
