"""One stage of a test: how it went, and what was found."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Property, QPropertyAnimation, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.texts import _
from app.ui.theme import BOLD, SIZES, TYPE, colours_now, motion_ms, ui_font
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.labels import SecondaryLabel, StrongLabel
from app.ui.widgets.painting import Words, draw_tick, fill_rounded, smooth

_TURN_MS = 900


class StageState(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    NOT_TRIED = "not_tried"
    RUNNING = "running"


def _state_words(state: StageState) -> str:
    return {
        StageState.OK: _("Passed"),
        StageState.WARNING: _("Passed, with a warning"),
        StageState.FAILED: _("Failed"),
        StageState.NOT_TRIED: _("Not tried"),
        StageState.RUNNING: _("Running…"),
    }[state]


class StageIcon(QWidget):
    """A sign in a filled circle; sign and colour say the same."""

    def __init__(self, state: StageState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(SIZES.stage_icon, SIZES.stage_icon)
        self._angle = 0.0
        self._turn = QPropertyAnimation(self, b"angle", self)
        self._turn.setStartValue(0.0)
        self._turn.setEndValue(360.0)
        self._turn.setDuration(_TURN_MS)
        self._turn.setLoopCount(-1)
        self._state = state
        self.set_state(state)

    def set_state(self, state: StageState) -> None:
        self._state = state
        self.setAccessibleName(_state_words(state))
        if state is StageState.RUNNING and motion_ms():
            self._turn.start()
        else:
            self._turn.stop()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        rect = QRectF(self.rect())
        if self._state is StageState.RUNNING:
            pen = QPen(QColor(colours.line_strong), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            inner = rect.adjusted(2, 2, -2, -2)
            painter.drawEllipse(inner)
            pen.setColor(QColor(colours.accent))
            painter.setPen(pen)
            painter.drawArc(inner, round(-self._angle * 16), 100 * 16)
            return
        ground = {
            StageState.OK: colours.ok,
            StageState.WARNING: colours.warning,
            StageState.FAILED: colours.error,
        }.get(self._state, colours.third)
        fill_rounded(painter, rect, rect.height() / 2, ground)
        if self._state is StageState.OK:
            draw_tick(painter, rect, colours.on_status)
        elif self._state is StageState.NOT_TRIED:
            bar = QRectF(rect.center().x() - 3.5, rect.center().y() - 0.9, 7, 1.8)
            fill_rounded(painter, bar, 0.9, colours.on_status)
        else:
            self._draw_exclamation(painter, rect, colours.on_status)

    def _draw_exclamation(self, painter: QPainter, rect: QRectF, colour: str) -> None:
        painter.setFont(ui_font(TYPE.small, BOLD))
        painter.setPen(QColor(colour))
        metrics = QFontMetrics(painter.font())
        left = rect.center().x() - metrics.horizontalAdvance("!") / 2
        painter.drawText(round(left), round(rect.center().y() + metrics.capHeight() / 2), "!")

    def _get_angle(self) -> float:
        return self._angle

    def _set_angle(self, angle: float) -> None:
        self._angle = angle
        self.update()

    angle = Property(float, _get_angle, _set_angle)


class StageRow(QWidget):
    """Icon, title, message, and where there is a remedy at hand, a link that does it (`remedy_wanted`)."""

    remedy_wanted = Signal()

    def __init__(
        self,
        title: Words,
        state: StageState = StageState.NOT_TRIED,
        message: Words = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = StageIcon(state)
        self._title = StrongLabel(title)
        self._message = SecondaryLabel(size_px=TYPE.small)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._remedy = LinkButton("")
        self._remedy.hide()
        self._remedy.clicked.connect(self.remedy_wanted)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._message)
        words.addWidget(self._remedy, alignment=Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 9)
        row.setSpacing(10)
        row.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.set_result(state, message)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(0, self.height() - 1, self.width(), 1, QColor(colours_now().line))

    def state(self) -> StageState:
        return self._state

    def message(self) -> str:
        return self._message.text()

    def set_result(self, state: StageState, message: Words = "", remedy: Words = "") -> None:
        self._state = state
        self._icon.set_state(state)
        self._message.setText(str(message) or _state_words(state))
        self._remedy.setText(str(remedy))
        self._remedy.setAccessibleName(str(remedy))
        self._remedy.setVisible(bool(str(remedy)))
        self._remedy.updateGeometry()
        self.setAccessibleName(f"{self._title.text()}: {_state_words(state)}. {self._message.text()}")
