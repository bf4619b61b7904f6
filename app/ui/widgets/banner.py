"""A message that stays on the page until its cause is gone."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.core.texts import _
from app.ui.theme import RADII, TYPE, colours_now, themed_icon
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import BodyLabel, StrongLabel
from app.ui.widgets.painting import Tone, Words, fill_rounded, smooth, tone_ground, tone_text

_ICONS = {
    Tone.NEUTRAL: "info",
    Tone.ACCENT: "info",
    Tone.OK: "check-circle",
    Tone.WARNING: "warning",
    Tone.ERROR: "warning-circle",
}
_ICON_PX = 18


class Banner(QWidget):
    """Icon, a sentence (bold `title` optional), actions at the right; `is_closable` adds a cross."""

    closed = Signal()

    def __init__(
        self,
        message: Words,
        tone: Tone = Tone.ACCENT,
        parent: QWidget | None = None,
        *,
        title: Words = "",
        actions: tuple[QPushButton, ...] = (),
        is_closable: bool = False,
    ) -> None:
        super().__init__(parent)
        self._tone = tone
        self._title = StrongLabel(title)
        self._title.setWordWrap(True)
        self._message = BodyLabel(message)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._message)
        row = QHBoxLayout(self)
        row.setContentsMargins(14 + _ICON_PX + 10, 10, 12, 10)
        row.setSpacing(10)
        row.addLayout(words, 1)
        for action in actions:
            row.addWidget(action, alignment=Qt.AlignmentFlag.AlignVCenter)
        if is_closable:
            cross = IconButton("x", _("Close this message"))
            cross.clicked.connect(self._close)
            row.addWidget(cross, alignment=Qt.AlignmentFlag.AlignVCenter)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_message(message, tone, title=title)

    def set_message(self, message: Words, tone: Tone, *, title: Words = "") -> None:
        self._tone = tone
        self._message.setText(str(message))
        self._title.setText(str(title))
        self._title.setVisible(bool(str(title)))
        self.setAccessibleName(" ".join(part for part in (str(title), str(message)) if part))
        self.update()

    def message(self) -> str:
        return self._message.text()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        fill_rounded(painter, QRectF(self.rect()), RADII.field + 2, tone_ground(colours, self._tone))
        icon = themed_icon(_ICONS[self._tone], tone_text(colours, self._tone))
        top = (self.height() - _ICON_PX) // 2 if self.height() <= 3 * TYPE.heading + 12 else 11
        icon.paint(painter, 14, top, _ICON_PX, _ICON_PX)

    def _close(self) -> None:
        self.hide()
        self.closed.emit()
