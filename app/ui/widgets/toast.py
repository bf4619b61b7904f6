"""A short word in passing that asks for nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.ui.theme import MEDIUM, RADII, SPACING, TYPE, colours_now, ui_font
from app.ui.widgets.painting import Words, fill_rounded, smooth

_SHOWN_MS = 4000
_DISTANCE_PX = 60  # clears the folded log


class Toast(QWidget):
    """`Toast.show_on(window, words)`; goes away by itself, never takes the focus, is read out once.

    With `action_words` it offers one link such as "Undo" (`action_wanted`) and stays twice as long.
    """

    action_wanted = Signal()

    def __init__(self, window: QWidget, words: Words, *, action_words: Words = "") -> None:
        super().__init__(window)
        self._host = window
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(str(words))
        self._label = QLabel(str(words))
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setFont(ui_font(TYPE.body, MEDIUM))
        self._label.setStyleSheet(f"color: {colours_now().on_toast}")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING.l, 10, SPACING.l, 10)
        row.setSpacing(SPACING.l)
        row.addWidget(self._label)
        if str(action_words):
            row.addWidget(self._action(str(action_words)))
        self._timer = QTimer(self, singleShot=True, interval=_SHOWN_MS * (2 if str(action_words) else 1))
        self._timer.timeout.connect(self.close)
        window.installEventFilter(self)

    @classmethod
    def show_on(cls, window: QWidget, words: Words, *, action_words: Words = "") -> Toast:
        """Replaces a toast that is still there."""
        host = window.window()
        for old in host.findChildren(Toast, options=Qt.FindChildOption.FindDirectChildrenOnly):
            old.close()
        toast = cls(host, words, action_words=action_words)
        toast._appear()
        return toast

    def words(self) -> str:
        return self._label.text()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.close()

    def paintEvent(self, _event: QPaintEvent) -> None:
        fill_rounded(smooth(QPainter(self)), QRectF(self.rect()), RADII.field + 2, colours_now().toast)

    def _action(self, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setProperty("drawn", True)
        button.setFont(ui_font(TYPE.body, MEDIUM))
        button.setStyleSheet(f"color: {colours_now().on_toast}; text-decoration: underline")
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(self.action_wanted)
        button.clicked.connect(self.close)
        return button

    def _appear(self) -> None:
        self._place()
        self.show()
        self.raise_()
        self._timer.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.words()))

    def _place(self) -> None:
        self.adjustSize()
        self.move((self._host.width() - self.width()) // 2, self._host.height() - self.height() - _DISTANCE_PX)
